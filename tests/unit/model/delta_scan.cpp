#include "bedrock/model/delta_scan.hpp"

#include "bedrock/model/stream.hpp"
#include "support/guarded_buffer.hpp"
#include "support/recorded_bedrock.hpp"

#include "support/catch.hpp"

#include <random>
#include <string>
#include <string_view>
#include <vector>

using bedrock::delta_kind;
using bedrock::scan_delta;
using bedrock::scanned_delta;

namespace {

// Reads with the general reader and all its checks; false where it refuses, or finds what is no common delta.
bool read_by_interpreter(std::string_view payload, delta_kind& kind, std::int32_t& index, std::string& text) {
    auto const event = bedrock::json::read<bedrock::content_block_delta_event>(payload);
    if (!event || !event->unknown.empty()) return false;
    index = event->content_block_index;
    auto const* const reasoning = event->delta.get_if<bedrock::reasoning_content_block_delta>();
    if (auto const* const plain = event->delta.get_if<bedrock::text_block>()) {
        kind = delta_kind::text;
        text = plain->text;
        return true;
    }
    if (auto const* const use = event->delta.get_if<bedrock::tool_use_block_delta>()) {
        kind = delta_kind::tool_input;
        text = use->input;
        return use->unknown.empty();
    }
    if (reasoning == nullptr || reasoning->get_if<bedrock::text_block>() == nullptr) return false;
    kind = delta_kind::reasoning_text;
    text = reasoning->get_if<bedrock::text_block>()->text;
    return true;
}

enum class taken { no, yes, wrongly };

// Whether the scan takes the payload; wrongly where the interpreter reads it in another way, or not at all.
taken scan(std::string_view payload) {
    guarded_buffer const guarded(payload);
    std::string unescaped = "of the event before";
    scanned_delta found;
    if (!scan_delta(guarded.text(), unescaped, found)) return taken::no;
    delta_kind kind = delta_kind::none;
    std::int32_t index = -1;
    std::string text;
    bool const same = read_by_interpreter(payload, kind, index, text) && kind == found.kind && index == found.index &&
                      text == found.text;
    return same ? taken::yes : taken::wrongly;
}

std::vector<std::string> common_payloads() {
    std::vector<std::string> all;
    std::string const texts[] = {"",
                                 "a",
                                 " word",
                                 "exactly sixteen.",
                                 "one more than 16.",
                                 std::string(100, 'x'),
                                 R"(\")",
                                 R"(a\nb)",
                                 R"(\u00e9\ud83d\ude00\ud800)",
                                 "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80",
                                 R"({\"city\":\"Oslo)",
                                 R"(\\)"};
    std::string const paddings[] = {"", R"(,"p":"")", R"(,"p":"abcdefghijklmno")",
                                    R"(,"p":"abcdefghijklmnopqrstuvwxyz01234")"};
    for (auto const& text : texts) {
        for (auto const& padding : paddings) {
            for (std::string const index : {"0", "7", "10", "123456789"}) {
                auto const begin = "{\"contentBlockIndex\":" + index + ",\"delta\":{";
                all.push_back(begin + "\"text\":\"" + text + "\"}" + padding + "}");
                all.push_back(begin + "\"toolUse\":{\"input\":\"" + text + "\"}}" + padding + "}");
                all.push_back(begin + "\"reasoningContent\":{\"text\":\"" + text + "\"}}" + padding + "}");
            }
        }
    }
    return all;
}

}  // namespace

TEST_CASE("the common deltas are taken, as the interpreter reads them", "[model]") {
    for (auto const& payload : common_payloads()) {
        INFO(payload);
        REQUIRE(scan(payload) == taken::yes);
    }
}

TEST_CASE("a text without escapes is a view, one with escapes is written once", "[model]") {
    std::string const plain = R"({"contentBlockIndex":0,"delta":{"text":"caf)"
                              "\xc3\xa9"
                              R"( au lait"},"p":"ab"})";
    std::string unescaped = "as before";
    scanned_delta found;
    REQUIRE(scan_delta(plain, unescaped, found));
    CHECK(found.text == "caf\xc3\xa9 au lait");
    CHECK(found.text.data() == plain.data() + plain.find("caf"));
    CHECK(unescaped == "as before");
    REQUIRE(scan_delta(R"({"contentBlockIndex":0,"delta":{"text":"a\tb"}})", unescaped, found));
    CHECK(found.text == "a\tb");
    CHECK(found.text.data() == unescaped.data());
}

TEST_CASE("what has another shape is left to the interpreter", "[model]") {
    for (std::string_view const payload : {
             R"()",
             R"({})",
             R"({"contentBlockIndex":0})",
             R"({"contentBlockIndex":0,"delta":{"text":""}})"
             "\n",
             R"({ "contentBlockIndex":0,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"delta":{"text":"abc"},"contentBlockIndex":0,"p":"abcdef"})",
             R"({"contentBlockIndex":-1,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":01,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":00,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":1234567890,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":1e1,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":,"delta":{"text":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":111111111111111111111111111111111111111111)",
             R"({"contentBlockIndex":0,"delta":{"text":"abc"},"p":"abc\n"})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc"},"p":"abc"def"})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc"},"p":"})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc"},"p":"abcdef"},)",
             R"({"contentBlockIndex":0,"delta":{"text":"abc"},"q":"abcdef"})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc","more":1},"p":"ab"})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc"}}})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc\q"},"p":"abcdef"})",
             R"({"contentBlockIndex":0,"delta":{"text":"abc)",
             "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\xff\"},\"p\":\"abcdef\"}",
             "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\nb\"},\"p\":\"abcdef\"}",
             "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"ab\"},\"p\":\"abcdefghijklmnopqrs\xc3\"}",
             R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"abc"},"p":"abcdef"})",
             R"({"contentBlockIndex":0,"delta":{"citation":{"title":"abc"}},"p":"abcdef"})",
         }) {
        INFO(payload);
        CHECK(scan(payload) == taken::no);
    }
}

TEST_CASE("mutated deltas are read as the interpreter reads them, or left to it", "[model]") {
    std::mt19937 random(11);
    auto const payloads = common_payloads();
    std::string_view const pieces[] = {
        "\"",      "\\",   "}",    "{",  ",", ":",      "0",         "9",
        "\\u00e9", "\xc3", "\xa9", "\n", " ", "\"p\":", "\"text\":", std::string_view("\0", 1)};
    std::size_t still_taken = 0;
    for (int round = 0; round < 30000; ++round) {
        auto payload = payloads[random() % payloads.size()];
        for (auto changes = 1 + random() % 3; changes != 0 && !payload.empty(); --changes) {
            auto const at = random() % payload.size();
            auto const piece = pieces[random() % std::size(pieces)];
            switch (random() % 4) {
                case 0:
                    payload[at] = static_cast<char>(random());
                    break;
                case 1:
                    payload.insert(at, piece);
                    break;
                case 2:
                    payload.erase(at, 1 + random() % 4);
                    break;
                default:
                    payload.replace(at, 1, piece);
            }
        }
        auto const said = scan(payload);
        still_taken += said == taken::yes ? 1 : 0;
        if (said == taken::wrongly) FAIL("read in another way: " << payload);
    }
    CHECK(still_taken > 1000);  // changes inside the texts
}

TEST_CASE("a delta that is cut anywhere is not taken", "[model]") {
    for (auto const& payload : common_payloads())
        for (std::size_t size = 0; size < payload.size(); ++size)
            if (scan(std::string_view(payload).substr(0, size)) != taken::no) FAIL(payload << " cut to " << size);
}

TEST_CASE("the deltas of recorded streams are taken", "[model][vectors]") {
    auto const exchanges = recorded_calls("converse-stream");
    if (!exchanges) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    std::size_t all = 0;
    for (auto const& exchange : *exchanges) {
        for (auto const& recorded : exchange.events) {
            if (recorded.type != "contentBlockDelta") continue;
            INFO(recorded.payload);
            auto const said = scan(recorded.payload);
            CHECK(said != taken::wrongly);
            all += said == taken::yes ? 1 : 0;
        }
    }
    CHECK(all > 100);
}
