#include "bedrock/json5/document.hpp"

#include "support/guarded_buffer.hpp"
#include "support/json_equal.hpp"
#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace json5 = bedrock::json5;
using json5::fault;
using json5::status;

using namespace std::string_view_literals;

namespace {

// The whole as JSON, or the fault.
std::string to_json(std::string_view text, status& state) {
    json5::document read;
    state = read.parse(std::string(text));
    CHECK(static_cast<bool>(read.root()) == state.ok());
    std::string out;
    if (state.ok()) state = json5::append_json(out, read.root());
    return out;
}

std::string to_json(std::string_view text) {
    status state;
    auto out = to_json(text, state);
    INFO(text);
    CHECK(json5::describe(state.code) == "no fault");
    return out;
}

status fault_of(std::string_view text) {
    status state;
    to_json(text, state);
    return state;
}

char const sample[] = R"(
// What JSON5 adds to JSON, in one text.
{
  unquoted: 'single quotes', "quoted": "double",
  'lines': 'no \
line end',
  hex: 0xdecaf, half: .5, whole: 5., plus: +1, \u0061\u00e9$_: 1,
  /* several
     lines */ null: null, true: [true, false,],
  empty: {}, none: [],
}
)";

}  // namespace

TEST_CASE("JSON5 is read whole, and said again as JSON", "[json5][document]") {
    CHECK(to_json(sample) ==
          R"({"unquoted":"single quotes","quoted":"double","lines":"no line end","hex":912559,"half":0.5,"whole":5,)"
          "\"plus\":1,\"a\xC3\xA9$_\":1,"
          R"("null":null,"true":[true,false],"empty":{},"none":[]})");
    for (auto const text : {"null", "true", "-0.5", "[]", "{}", "[[],[{}],{\"a\":[1]}]", "\"x\""})
        CHECK(to_json(text) == text);
    CHECK(to_json("\xEF\xBB\xBF[1]// end") == "[1]");
    CHECK(to_json("{a:1,a:2}") == R"({"a":1,"a":2})");
}

TEST_CASE("what is not JSON5 is refused at its place", "[json5][document]") {
    struct mistake {
        std::string_view text;
        status state;
    };
    for (auto const& [text, state] : {
             mistake{"", {fault::unexpected_end, 0}},
             mistake{" // x", {fault::unexpected_end, 5}},
             mistake{"{", {fault::unexpected_end, 1}},
             mistake{"[1", {fault::unexpected_end, 2}},
             mistake{"[1,", {fault::unexpected_end, 3}},
             mistake{"{a", {fault::unexpected_end, 2}},
             mistake{"{a:", {fault::unexpected_end, 3}},
             mistake{"{a:1", {fault::unexpected_end, 4}},
             mistake{"[,]", {fault::unexpected_character, 1}},
             mistake{"{,}", {fault::unexpected_character, 1}},
             mistake{"[1,,2]", {fault::unexpected_character, 3}},
             mistake{"{a:}", {fault::unexpected_character, 3}},
             mistake{"{a:1]", {fault::missing_comma, 4}},
             mistake{"[1}", {fault::missing_comma, 2}},
             mistake{"[1 2]", {fault::missing_comma, 3}},
             mistake{"{a:1\nb:2}", {fault::missing_comma, 5}},
             mistake{"{a 1}", {fault::missing_colon, 3}},
             mistake{"{a-b:1}", {fault::missing_colon, 2}},
             mistake{"{1:2}", {fault::unexpected_character, 1}},
             mistake{"{[1]:2}", {fault::unexpected_character, 1}},
             mistake{"{a\\u002d:1}", {fault::invalid_escape, 2}},
             mistake{"[yes]", {fault::unknown_word, 1}},
             mistake{"[True]", {fault::unknown_word, 1}},
             mistake{"[nulla]", {fault::unknown_word, 1}},
             mistake{"[undefined]", {fault::unknown_word, 1}},
             mistake{"[\\u0074rue]", {fault::unknown_word, 1}},
             mistake{"[#]", {fault::unexpected_character, 1}},
             mistake{"]", {fault::unexpected_character, 0}},
             mistake{"# x", {fault::unexpected_character, 0}},
             mistake{"[/x]", {fault::unexpected_character, 1}},
             mistake{"1 2", {fault::trailing_text, 2}},
             mistake{"{}}", {fault::trailing_text, 2}},
             mistake{"[] /*", {fault::unclosed_comment, 3}},
             mistake{"[/* ]", {fault::unclosed_comment, 1}},
             mistake{"['a]", {fault::unclosed_string, 1}},
             mistake{"['a\n']", {fault::unclosed_string, 1}},
             mistake{"{'a\n':1}", {fault::unclosed_string, 1}},
             mistake{"[01]", {fault::invalid_number, 1}},
             mistake{"[\"\xFF\"]", {fault::invalid_utf8, 2}},
             mistake{"[] // \xC3", {fault::invalid_utf8, 6}},
             mistake{"[\"\xED\xA0\x80\"]", {fault::invalid_utf8, 2}},
             mistake{"[1, Infinity]", {fault::not_finite, 4}},
             mistake{"\0"sv, {fault::unexpected_character, 0}},
         }) {
        INFO(text);
        auto const seen = fault_of(text);
        CHECK(json5::describe(seen.code) == json5::describe(state.code));
        CHECK(seen.offset == state.offset);
    }
}

TEST_CASE("every text cut short is refused or read, and never read past", "[json5][document]") {
    std::string_view const text = sample;
    for (std::size_t size = 0; size < text.size() - 2; ++size) {
        guarded_buffer const guarded(text.substr(0, size));
        json5::document read;
        auto const state = read.parse(std::string(guarded.text()));
        CHECK_FALSE(state.ok());
        CHECK(state.offset <= size);
        std::size_t at = 0;
        while (at < size) {  // the scanner alone, on memory that ends with the text
            auto const space = json5::pass_space(guarded.text(), at);
            if (space.code != fault::none || space.at == size) break;
            char const c = text[space.at];
            auto const end = c == '"' || c == '\'' ? json5::scan_string(guarded.text(), space.at)
                             : c == '.' || c == '+' || (c >= '0' && c <= '9')
                                 ? json5::scan_number(guarded.text(), space.at)
                                 : json5::scan_name(guarded.text(), space.at);
            at = end.at > space.at ? end.at : space.at + 1;
            CHECK(at <= size);
        }
    }
}

TEST_CASE("limits hold before anything is kept", "[json5][document]") {
    json5::document read;
    CHECK(read.parse("[[]]", {.depth = 2}).ok());
    CHECK(read.parse("[[]]", {.depth = 1}) == status{fault::too_deep, 1});
    CHECK_FALSE(read.root());
    CHECK(read.parse("[1,2]", {.values = 3}).ok());
    CHECK(read.parse("[1,2,3]", {.values = 3}) == status{fault::too_large, 5});
    CHECK(read.parse("[1]", {.bytes = 3}).ok());
    CHECK(read.parse("[1]", {.bytes = 2}) == status{fault::too_large, 2});
    CHECK(read.parse(std::string(512, '[') + std::string(512, ']')).ok());
    CHECK(read.parse(std::string(513, '[')) == status{fault::too_deep, 512});
    CHECK(read.parse(std::string(std::size_t{5} << 20, ' ')).code == fault::too_large);
    // Siblings are not depth.
    CHECK(read.parse("[[],[],[[]]]", {.depth = 3}).ok());
}

TEST_CASE("values are found by name, index and path, and know their places", "[json5][document]") {
    json5::document read;
    REQUIRE(read.parse("{a: [1, 'two', {b: true}], 'q\\u0061': 2, a: [3], /**/ c : null ,}").ok());
    auto const root = read.root();
    CHECK(root.find("a").text() == "[3]");  // the last of one name counts
    CHECK(root.first().text() == "[1, 'two', {b: true}]");
    CHECK(root.first().at(1).text() == "'two'");
    CHECK_FALSE(root.first().at(3));
    CHECK(root.find("qa").name() == "qa");
    CHECK(root.find("qa").name_text() == "'q\\u0061'");
    CHECK_FALSE(root.find("b"));
    CHECK(root.find("c").kind() == json5::value_kind::null);
    CHECK(root.find("c").name_offset() == 54);
    CHECK(root.find("c").begin_offset() == 58);
    CHECK(root.find("c").end_offset() == 62);
    CHECK(root.trailing_comma() == 64);
    CHECK(root.find("a").trailing_comma() == 0);
    CHECK(root.last().next().text() == "");
    CHECK(root.first().parent().index() == root.index());
    std::vector<std::string> const inside{"a", "0"};
    CHECK(root.find(inside).text() == "3");
    for (std::vector<std::string> const& outside :
         {std::vector<std::string>{"a", "1"}, {"a", "x"}, {"a", ""}, {"a", "0x"}, {"a", "-1"}, {"c", "d"}, {"z", "z"}})
        CHECK_FALSE(root.find(outside));

    json5::value const nothing;
    CHECK_FALSE(nothing.first());
    CHECK_FALSE(nothing.find("a"));
    CHECK_FALSE(nothing.parent());
    CHECK(nothing.name().empty());
    CHECK(nothing.kind() == json5::value_kind::none);
    std::string text;
    CHECK(nothing.read(text) == fault::wrong_type);
}

TEST_CASE("values are read as the type that is asked for", "[json5][document]") {
    json5::document read;
    REQUIRE(read.parse("[true, 3.0, 0x10, 1.5, NaN, 1e400, '9', 9223372036854775808, -Infinity, -0x8000000000000000]")
                .ok());
    auto const root = read.root();
    bool truth = false;
    std::int64_t whole = 7;
    double number = 7;
    std::string text = "kept";
    CHECK(root.at(0).read(truth) == fault::none);
    CHECK(truth);
    CHECK(root.at(1).read(truth) == fault::wrong_type);
    CHECK(root.at(1).read(whole) == fault::none);
    CHECK(whole == 3);
    CHECK(root.at(2).read(whole) == fault::none);
    CHECK(whole == 16);
    CHECK(root.at(2).read(number) == fault::none);
    CHECK(number == 16.0);
    CHECK(root.at(9).read(whole) == fault::none);
    CHECK(whole == (std::numeric_limits<std::int64_t>::min)());
    CHECK(root.at(3).read(whole) == fault::wrong_type);
    CHECK(root.at(3).read(number) == fault::none);
    CHECK(number == 1.5);
    CHECK(root.at(4).read(number) == fault::not_finite);
    CHECK(root.at(8).read(whole) == fault::not_finite);
    CHECK(root.at(5).read(number) == fault::number_out_of_range);
    CHECK(root.at(7).read(whole) == fault::number_out_of_range);
    CHECK(root.at(6).read(number) == fault::wrong_type);
    CHECK(root.at(0).read(text) == fault::wrong_type);
    CHECK(text == "kept");
    CHECK(number == 1.5);
    CHECK(root.at(6).read(text) == fault::none);
    CHECK(text == "9");
}

TEST_CASE("the conformance texts of JSON are JSON5, and mean the same", "[json5][document][vectors]") {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    // What JSON refuses or leaves open, and JSON5 takes, by the names of the texts.
    std::vector<std::string> taken;
    simdjson::dom::parser parser;
    auto const index = json_file::load(parser, *vectors + "/json/index.json");
    REQUIRE(index);
    std::size_t accepted = 0;
    for (auto const& item : json_file::list(*index, "cases")) {
        auto const id = json_file::text_or_empty(item, "id");
        std::ifstream file(*vectors + "/json/" + json_file::text_or_empty(item, "file"), std::ios::binary);
        std::string const text(std::istreambuf_iterator<char>(file), {});
        CAPTURE(id);
        json5::document read;
        auto const state = read.parse(text);
        if (json_file::text_or_empty(item, "expect") == "accept") {
            ++accepted;
            CHECK(state.ok());
            std::string out;
            CHECK(json5::append_json(out, read.root()).ok());
            CHECK(json_difference(out, text) == "");
        } else if (state.ok()) {
            taken.push_back(id);
        }
    }
    CHECK(accepted > 60);
    std::string all;
    for (auto const& id : taken) all += id + "\n";
    CHECK(all ==
          "i_number_double_huge_neg_exp\n"
          "i_number_neg_int_huge_exp\n"
          "i_number_real_neg_overflow\n"
          "i_number_too_big_neg_int\n"
          "i_number_too_big_pos_int\n"
          "i_number_very_big_negative_int\n"
          "i_string_1st_surrogate_but_2nd_missing\n"
          "i_string_1st_valid_surrogate_2nd_invalid\n"
          "i_string_incomplete_surrogate_pair\n"
          "i_string_incomplete_surrogates_escape_valid\n"
          "i_string_invalid_lonely_surrogate\n"
          "i_string_invalid_surrogate\n"
          "i_structure_500_nested_arrays\n"
          "n_array_extra_comma\n"
          "n_array_number_and_comma\n"
          "n_number_-2.\n"
          "n_number_-NaN\n"
          "n_number_.2e-3\n"
          "n_number_0.e1\n"
          "n_number_2.e+3\n"
          "n_number_2.e-3\n"
          "n_number_infinity\n"
          "n_number_neg_real_without_int_part\n"
          "n_number_real_without_fractional_part\n"
          "n_number_starting_with_dot\n"
          "n_object_key_with_single_quotes\n"
          "n_object_repeated_null_null\n"
          "n_object_trailing_comment\n"
          "n_object_unquoted_key\n"
          "n_string_backslash_00\n"
          "n_string_escape_x\n"
          "n_string_escaped_ctrl_char_tab\n"
          "n_string_invalid_backslash_esc\n"
          "n_string_single_quote\n"
          "n_string_unescaped_ctrl_char\n"
          "n_string_unescaped_tab\n"
          "n_string_unicode_CapitalU\n"
          "n_structure_object_with_comment\n"
          "n_structure_whitespace_formfeed\n");
}
