#include "bedrock/json/status.hpp"

#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"

#include "support/catch.hpp"

#include <limits>
#include <set>
#include <string>
#include <string_view>

namespace json = bedrock::json;
using json::fault;

namespace {

json::status state_of(std::string_view text) {
    json::reader reader(text, {3});
    reader.skip();
    reader.finish();
    return reader.state();
}

}  // namespace

TEST_CASE("every fault has its own words", "[json]") {
    std::set<std::string_view> texts;
    auto const last = static_cast<int>(fault::number_out_of_range);
    for (int code = 0; code <= last; ++code) texts.insert(json::describe(static_cast<fault>(code)));
    CHECK(texts.size() == static_cast<std::size_t>(last) + 1);
    CHECK(texts.count("unknown fault") == 0);
    CHECK(json::describe(static_cast<fault>(last + 1)) == "unknown fault");
}

TEST_CASE("every fault of a text is met, at its byte", "[json]") {
    struct example {
        std::string_view text;
        fault code;
        std::size_t offset;
    };
    example const examples[] = {
        {" [1] ", fault::none, 0},
        {"", fault::unexpected_end, 0},
        {" ", fault::unexpected_end, 1},
        {"[1", fault::unexpected_end, 2},
        {"{\"a\":", fault::unexpected_end, 5},
        {"\"a", fault::unexpected_end, 2},
        {"\"\xe2\x82", fault::unexpected_end, 3},
        {"-", fault::unexpected_end, 1},
        {"tru", fault::unexpected_end, 3},
        {"]", fault::unexpected_character, 0},
        {"\xef\xbb\xbf[]", fault::unexpected_character, 0},
        {"[1 2]", fault::unexpected_character, 3},
        {"[,]", fault::unexpected_character, 1},
        {"[1,]", fault::unexpected_character, 3},
        {"{1:2}", fault::unexpected_character, 1},
        {"{\"a\" 1}", fault::unexpected_character, 5},
        {"{\"a\":1,}", fault::unexpected_character, 7},
        {"[1}", fault::unexpected_character, 2},
        {"{\"a\":1]", fault::unexpected_character, 6},
        {"trUe", fault::invalid_literal, 2},
        {"[nulll]", fault::invalid_literal, 5},
        {"[01]", fault::invalid_number, 2},
        {"1.x", fault::invalid_number, 2},
        {"1e+]", fault::invalid_number, 3},
        {"-a", fault::invalid_number, 1},
        {"0x1", fault::invalid_number, 1},
        {"\"\x1f\"", fault::invalid_string, 1},
        {std::string_view("\"a\0\"", 4), fault::invalid_string, 2},
        {"{\"\n\":1}", fault::invalid_string, 2},
        {"\"\\x\"", fault::invalid_escape, 2},
        {"\"\\u12g4\"", fault::invalid_escape, 5},
        {"\"ab\xff\"", fault::invalid_utf8, 3},
        {"{\"\xc0\xaf\":1}", fault::invalid_utf8, 2},
        {"[\"\xed\xa0\x80\"]", fault::invalid_utf8, 2},
        {"[[[[", fault::too_deep, 3},
        {"[{\"a\":[{}]}]", fault::too_deep, 7},
        {"1 2", fault::trailing_text, 2},
        {"{}}", fault::trailing_text, 2},
    };
    for (auto const& example : examples) {
        CAPTURE(example.text);
        auto const state = state_of(example.text);
        CHECK(json::describe(state.code) == json::describe(example.code));
        CHECK(state.offset == example.offset);
        CHECK(state.ok() == (example.code == fault::none));
    }
}

TEST_CASE("the faults of a question that the text does not answer", "[json]") {
    {
        json::reader reader(" \"1\"");
        std::int64_t value = 7;
        CHECK_FALSE(reader.read_int64(value));
        CHECK(reader.state() == json::status{fault::wrong_type, 1});
        CHECK(value == 7);
    }
    {
        json::reader reader("[1e400]");
        double value = 7;
        reader.begin_array();
        reader.next_element();
        CHECK_FALSE(reader.read_double(value));
        CHECK(reader.state() == json::status{fault::number_out_of_range, 1});
    }
    {
        std::string out = "1 ";
        json::writer writer(out);
        writer.number(std::numeric_limits<double>::infinity());
        CHECK(writer.state() == json::status{fault::number_out_of_range, 2});
    }
}
