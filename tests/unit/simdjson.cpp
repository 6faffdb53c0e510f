#include "bedrock/simdjson.hpp"

#include "bedrock/model/converse.hpp"
#include "support/described.hpp"
#include "support/guarded_buffer.hpp"
#include "support/json_copy.hpp"
#define READER_UNDER_TEST bedrock::json::simdjson_reader
#include "support/json_reader_cases.hpp"
#include "support/random_json.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

// What a reader answers to calls in an order that the seed and its own answers decide: in order as a rule, now and then
// any call at all.
template <class Reader>
std::string transcript(std::string_view text, std::uint32_t seed, json::reader_options options = {}) {
    std::mt19937 random(seed);
    Reader in(text, options);
    std::string said;
    std::vector<bool> objects;
    bool due = true;
    bool truth = false;
    std::int64_t integer = 0;
    double number = 0;
    std::string_view view;
    std::string owned;
    for (std::size_t calls = 0; calls < 4 * text.size() + 8; ++calls) {
        auto const kind = due ? in.peek() : value_kind::none;
        auto call = random() % 11;
        if (random() % 16 != 0) {
            auto const reads = random() % 4;
            if (!due)
                call = objects.empty() ? 10 : objects.back() ? 0 : 1;
            else if (reads == 0)
                call = 2 + random() % 2;
            else
                call = kind == value_kind::object    ? 4
                       : kind == value_kind::array   ? 5
                       : kind == value_kind::string  ? 6
                       : kind == value_kind::number  ? 7 + random() % 2
                       : kind == value_kind::boolean ? 9
                                                     : 3;
        }
        bool done = false;
        switch (call) {
            case 0:
                done = in.next_member(view);
                said.append(done ? view : "");
                break;
            case 1:
                done = in.next_element();
                break;
            case 2:
                done = in.read_raw(view);
                said.append(done ? view : "");
                break;
            case 3:
                done = kind == value_kind::null ? in.read_null() : in.skip();
                break;
            case 4:
                done = in.begin_object();
                break;
            case 5:
                done = in.begin_array();
                break;
            case 6:
                done = random() % 2 ? in.read_string(view) && (owned = view, true) : in.read_string(owned);
                said.append(done ? owned : "");
                break;
            case 7:
                done = in.read_int64(integer);
                said += std::to_string(integer);
                break;
            case 8:
                done = random() % 2 ? in.read_double(number) : in.read_number(view);
                said += std::to_string(number);
                break;
            case 9:
                done = in.read_bool(truth);
                said += truth ? 't' : 'f';
                break;
            default:
                done = in.finish();
                break;
        }
        said += ' ' + std::to_string(call) + (done ? '+' : '-') + std::to_string(in.offset()) + ',' +
                std::to_string(static_cast<int>(in.state().code)) + ',' + std::to_string(in.state().offset) + '\n';
        if ((call == 4 || call == 5) && done) objects.push_back(call == 4);
        if (call <= 1 && !done && !objects.empty()) objects.pop_back();
        due = call <= 1 ? done : call <= 9 && done ? false : due;
        if (!in.ok() && random() % 4 == 0) break;
        if (call == 10 && done) break;
    }
    return said;
}

std::string disagreement(std::string_view text, std::uint32_t seeds) {
    guarded_buffer const guarded(text);
    for (std::uint32_t seed = 0; seed != seeds; ++seed) {
        json::reader_options const options{seed % 5 == 4 ? 2u : 512u};
        auto const expected = transcript<json::reader>(guarded.text(), seed, options);
        auto const said = transcript<json::simdjson_reader>(guarded.text(), seed, options);
        if (said != expected)
            return "seed " + std::to_string(seed) + "\njson::reader:\n" + expected + "simdjson:\n" + said;
    }
    json::status expected;
    json::status state;
    if (copy_json<json::simdjson_reader>(guarded.text(), state) != copy_json(guarded.text(), expected)) return "copy";
    return state == expected ? "" : "state";
}

std::string const rich_document =
    "{ \"a\" : [ 1 , -2.50e+3 , true , false , null , \"\" , 123456789012345678901234567890, 1e400 ] ,\r\n\t"
    "\"\\u00e9\\n\" : { } , \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\" : [ [ ] , { \"b\" : "
    "\"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83d\\ude00\\ud800\" } ] , \"a\" : \"\\udc00\\\\\", \"\\ud800\" : \"a\\u0000b\" }";

}  // namespace

TEST_CASE("simdjson's reader answers as json::reader does, whatever the text and the order of calls", "[simdjson]") {
    for (std::string_view const text : {"",
                                        " ",
                                        "1",
                                        " null ",
                                        "\"s\\n\"",
                                        "[]",
                                        "{}",
                                        "[1 2]",
                                        "[1,]",
                                        "[,1]",
                                        "{\"a\":1,}",
                                        "{\"a\" 1}",
                                        "{\"a\"::1}",
                                        "{a:1}",
                                        "[\"a\"b]",
                                        "[1\"a\"]",
                                        "[nul]",
                                        "[nullx]",
                                        "[truefalse]",
                                        "[01]",
                                        "[1.]",
                                        "[-]",
                                        "[+1]",
                                        "[.5]",
                                        "[1}",
                                        "{\"a\":1]",
                                        "[[]",
                                        "[]]",
                                        "[] x",
                                        "{} {}",
                                        "[\"\\q\"]",
                                        "[\"\\u12x4\"]",
                                        "[\"\x01\"]",
                                        "[\"\xff\"]",
                                        "[\"\xed\xa0\x80\"]",
                                        "[\"a",
                                        "[\"a\\",
                                        "[\"a\\\"]",
                                        "\xef\xbb\xbf[]",
                                        "[1,\x0c 2]",
                                        "[NaN]",
                                        "[1]//",
                                        "[\"\\ud800\"]",
                                        "{\"\\ud800\\u0041\":\"\\udc00\"}",
                                        "[1e999,-0,1E5,0.1e-400]",
                                        "[9223372036854775808,1.0,1e2,1.5]",
                                        R"({"a":1,"a":{"a":[]},"":"","\"":"\\"})"}) {
        INFO(text);
        CHECK(disagreement(text, 60) == "");
    }
    CHECK(disagreement(std::string_view("[\0]", 3), 20) == "");
    CHECK(disagreement(rich_document, 400) == "");
    for (std::size_t size = 0; size <= rich_document.size(); ++size)
        REQUIRE(disagreement(std::string_view(rich_document).substr(0, size), 4) == "");
}

TEST_CASE("simdjson's reader agrees on mutated documents", "[simdjson]") {
    std::mt19937 random(20260105);
    std::string_view const alphabet =
        "{}[],:\"\\/ \t\n\x01"
        "0123456789.+-eEtrufalsn\x7f\x80\xbf\xc0\xe2\xed\xa0\xf0\xff";
    for (int i = 0; i != 4000; ++i) {
        auto text = rich_document;
        for (auto edits = 1 + random() % 3; edits != 0; --edits) {
            auto const at = random() % text.size();
            auto const c = alphabet[random() % alphabet.size()];
            switch (random() % 3) {
                case 0:
                    text.insert(text.begin() + static_cast<std::ptrdiff_t>(at), c);
                    break;
                case 1:
                    text.erase(at, 1 + random() % 4);
                    break;
                default:
                    text[at] = c;
                    break;
            }
        }
        CAPTURE(text);
        REQUIRE(disagreement(text, 3) == "");
    }
}

TEST_CASE("simdjson's reader follows as deep as it is asked to", "[simdjson]") {
    for (unsigned const depth : {0u, 1u, 3u, 511u, 512u, 513u, 1023u, 1024u, 1025u, 5000u}) {
        for (auto const& [open, close] : {std::pair("[", "]"), std::pair("{\"k\":", "}")}) {
            std::string text;
            for (unsigned i = 0; i != depth; ++i) text += open;
            text += '1';
            for (unsigned i = 0; i != depth; ++i) text += close;
            for (unsigned const limit : {0u, 3u, 512u, 4'000'000'000u}) {
                json::status expected;
                json::status state;
                CAPTURE(depth, limit);
                CHECK(copy_json<json::simdjson_reader>(text, state, {limit}) == copy_json(text, expected, {limit}));
                CHECK(state == expected);
            }
        }
    }
}

TEST_CASE("simdjson's reader agrees on the conformance texts", "[simdjson][vectors]") {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    std::size_t count = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(*vectors + "/json")) {
        if (!entry.is_regular_file() || entry.file_size() > 100000) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::string const text(std::istreambuf_iterator<char>(file), {});
        INFO(entry.path());
        CHECK(disagreement(text, text.size() < 1000 ? 20 : 2) == "");
        ++count;
    }
    CHECK(count >= 200);
}

TEST_CASE("described values are the same through simdjson, and so are the complaints", "[simdjson]") {
    random_json random(7);
    std::mt19937 engine(8);
    for (int i = 0; i != 300; ++i) {
        auto text = random.make(json::type_of<described::everything>);
        if (i % 3 == 0) text[engine() % text.size()] = "\"{}[],:1x"[engine() % 9];
        CAPTURE(text);
        auto const expected = json::read<described::everything>(text);
        auto const through = json::read_by_simdjson<described::everything>(text);
        REQUIRE(through.has_value() == expected.has_value());
        if (!expected) {
            CHECK(through.error().message == expected.error().message);
            CHECK(through.error().code == expected.error().code);
            continue;
        }
        CHECK(json::write(*through).value() == json::write(*expected).value());
    }
    for (std::string_view const text : {R"({"list":["a",[]]})", R"({"text":"a","text":"b"})", R"({"small":1.5})",
                                        R"({"bytes":"A"})", "{} x", R"({"other":[1,]})", R"({"one":{}})", "[]", ""}) {
        INFO(text);
        auto const through = json::read_by_simdjson<described::everything>(text, {{}, bedrock::errc::invalid_input});
        REQUIRE_FALSE(through);
        CHECK(through.error().code == bedrock::errc::invalid_input);
        CHECK(through.error().message == json::read<described::everything>(text).error().message);
    }
}

TEST_CASE("an answer of Converse is read through simdjson", "[simdjson]") {
    std::string_view const text =
        R"({"output":{"message":{"role":"assistant","content":[{"text":"caf\u00e9 \ud800"},{"new":[1]}]}},)"
        R"("stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},"later":{"x":1e999}})";
    auto const through = json::read_by_simdjson<bedrock::converse_response>(text);
    REQUIRE(through);
    CHECK(json::write(*through).value() == json::write(*json::read<bedrock::converse_response>(text)).value());
    CHECK(through->text() == "caf\xc3\xa9 \xef\xbf\xbd");
}
