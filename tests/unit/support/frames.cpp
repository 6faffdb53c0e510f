#include "support/frames.hpp"

#include <simdjson.h>
#include "support/catch.hpp"

#include "support/frame_reader.hpp"
#include "support/vectors.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

std::string text_at(simdjson::simdjson_result<simdjson::dom::element> value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

}  // namespace

TEST_CASE("frames: the checksum is zlib's") {
    CHECK(mock::table_crc32("") == 0);
    CHECK(mock::table_crc32("123456789") == 0xcbf43926u);
    CHECK(mock::table_crc32("The quick brown fox jumps over the lazy dog") == 0x414fa339u);
}

TEST_CASE("frames: the empty message has the published bytes") {
    // The first test vector of the event stream specification.
    CHECK(mock::raw_frame({}, {}) ==
          std::string("\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff", 16));
}

TEST_CASE("frames: exceptions and errors carry the headers that Bedrock's have") {
    using header_pairs = std::vector<std::pair<std::string, std::string>>;
    auto const read = mock::read_frames(mock::exception_frame("throttlingException", R"({"message":"slow"})") +
                                        mock::error_frame("InternalError", "it broke"));
    REQUIRE(read.size() == 2);
    CHECK(read[0].headers == header_pairs{{":exception-type", "throttlingException"},
                                          {":content-type", "application/json"},
                                          {":message-type", "exception"}});
    CHECK(read[0].payload == R"({"message":"slow"})");
    CHECK(read[1].headers ==
          header_pairs{{":error-code", "InternalError"}, {":error-message", "it broke"}, {":message-type", "error"}});
    CHECK(read[1].payload.empty());
}

TEST_CASE("frames: the padding differs from event to event and never from run to run") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        auto const padding = mock::padding_member(seed);
        CHECK(padding.rfind(R"("p":"a)", 0) == 0);
        CHECK(padding.size() <= 62 + 6);
        CHECK(padding == mock::padding_member(seed));
        seen.insert(padding);
    }
    CHECK(seen.size() > 10);
}

TEST_CASE("frames: JSON strings survive simdjson") {
    std::string const text =
        "quote \" backslash \\ line \n tab \t zero " + std::string(1, '\0') + " \xc3\xa9 \xf0\x9f\x98\x80";
    simdjson::dom::parser parser;
    auto const json = mock::json_string(text);
    CHECK(text_at(parser.parse(json.data(), json.size())) == text);
}

TEST_CASE("frames: the golden stream is its frames, each of the length that it states") {
    std::vector<std::string> types;
    std::string joined;
    for (auto const& frame : mock::read_frames(mock::golden_stream())) {
        types.push_back(frame.header(":event-type"));
        joined += frame.bytes;
    }
    CHECK(types == std::vector<std::string>{"messageStart", "contentBlockDelta", "contentBlockDelta",
                                            "contentBlockStop", "messageStop", "metadata"});
    CHECK(joined == mock::golden_stream());
}

TEST_CASE("frames: every recorded frame of Bedrock is written again byte for byte") {
    auto const directory = vectors_dir();
    if (!directory) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    simdjson::dom::parser index_parser;
    simdjson::dom::parser parser;
    simdjson::dom::array cases;
    REQUIRE(index_parser.load(*directory + "/bedrock-recorded/index.json")["cases"].get(cases) == simdjson::SUCCESS);
    std::size_t frames = 0;
    for (auto const entry : cases) {
        if (text_at(entry["operation"]) != "converse-stream") continue;
        simdjson::dom::element one;
        REQUIRE(parser.load(*directory + "/bedrock-recorded/" + text_at(entry["file"])).get(one) == simdjson::SUCCESS);
        auto const name = text_at(one["response"]["file"]);
        if (name.empty()) continue;
        std::ifstream file(*directory + "/bedrock-recorded/" + name, std::ios::binary);
        std::string const bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        INFO(name);
        for (auto const& frame : mock::read_frames(bytes)) {
            CHECK(mock::raw_frame(frame.headers, frame.payload) == frame.bytes);
            ++frames;
        }
    }
    CHECK(frames > 100);
}
