#include "bedrock/ini.hpp"

#include "support/allocations.hpp"
#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ini = bedrock::ini;
using ini::fault;
using ini::line_kind;

using namespace std::string_view_literals;

namespace {

// "2 property key|value", the line's number first.
std::string shown(ini::line const& line) {
    static char const* const kinds[] = {"none", "skipped", "section", "property", "nested", "continuation"};
    return std::to_string(line.number) + ' ' + kinds[static_cast<std::size_t>(line.kind)] + ' ' +
           std::string(line.key) + '|' + std::string(line.value);
}

struct outcome {
    std::vector<std::string> lines{};
    ini::status state{};
};

outcome read(std::string_view text, ini::limits allowed = {}) {
    outcome said;
    ini::reader reader(text, allowed);
    ini::line line;
    while (reader.next(line)) said.lines.push_back(shown(line));
    CHECK(line.kind == line_kind::none);
    CHECK_FALSE(reader.next(line));
    said.state = reader.state();
    return said;
}

std::vector<std::string> lines(std::string_view text) {
    auto const said = read(text);
    INFO(text);
    CHECK(said.state.code == fault::none);
    return said.lines;
}

using texts = std::vector<std::string>;

// The first line with a problem, which is skipped but for text behind a section.
void check_skipped(std::string_view text, fault code, std::size_t number) {
    INFO(text);
    ini::reader reader(text);
    for (ini::line line; reader.next(line);) {
        if (line.problem == fault::none) continue;
        CHECK(line.problem == code);
        CHECK(line.number == number);
        CHECK((line.kind == line_kind::skipped) == (code != fault::text_after_section));
        CHECK((line.kind == line_kind::section || (line.key.empty() && line.value.empty() && line.text.empty())));
        CHECK_FALSE(ini::describe(code).empty());
        CHECK(ini::describe(code) != "unknown");
        CHECK(reader.state().ok());
        return;
    }
    FAIL("no problem");
}

void check_fault(std::string_view text, fault code, std::size_t line, std::size_t offset, ini::limits allowed = {}) {
    auto const said = read(text, allowed);
    INFO(text);
    CHECK(said.state.code == code);
    CHECK(said.state.line == line);
    CHECK(said.state.offset == offset);
    CHECK_FALSE(ini::describe(said.state.code).empty());
    CHECK(ini::describe(said.state.code) != "unknown");
}

std::string const rich =
    "\xEF\xBB\xBF# comment\r\n[default]\r\nregion = eu-west-1 ; why\r\ns3 =\r\n  a = b # kept\n\t# passed over\r\n\r\n"
    "  c =\n[profile \xC3\xA9] # \xFF\nkey = value\n  more\n ; more still\n\n";

}  // namespace

TEST_CASE("ini: sections and properties", "[ini]") {
    CHECK(lines("[default]\nregion = eu-west-1\nkey=v") ==
          texts{"1 section default|", "2 property region|eu-west-1", "3 property key|v"});
    CHECK(lines("[ \tfoo bar\t ]") == texts{"1 section foo bar|"});
    CHECK(lines("[[ foo ]") == texts{"1 section [ foo|"});
    CHECK(lines("[a]b]") == texts{"1 section a]b|"});
    CHECK(lines("[]") == texts{"1 section |"});
    CHECK(lines("[a]\n[b]\nKey = v\n[a]\n").size() == 4);
}

TEST_CASE("ini: a property is split at its first equals sign and trimmed", "[ini]") {
    CHECK(lines("[a]\nname = val=ue") == texts{"1 section a|", "2 property name|val=ue"});
    CHECK(lines("[a]\nName \t=  \tv w \t") == texts{"1 section a|", "2 property Name|v w"});
    CHECK(lines("[a]\ntwo words = v") == texts{"1 section a|", "2 property two words|v"});
    CHECK(lines("[a]\nname =") == texts{"1 section a|", "2 property name|"});
    CHECK(lines("[a]\nname ==") == texts{"1 section a|", "2 property name|="});
    CHECK(lines("[a]\nname = \xF0\x9F\x98\x82") == texts{"1 section a|", "2 property name|\xF0\x9F\x98\x82"});
}

TEST_CASE("ini: blank lines, line ends and the byte order mark", "[ini]") {
    CHECK(lines("").empty());
    CHECK(lines("\n\n \t \r\n\r\n").empty());
    CHECK(lines("\r").empty());
    CHECK(lines("[a]\r\nk = v\r\n\r\n  w\r\n") == texts{"1 section a|", "2 property k|v", "4 continuation |w"});
    CHECK(lines("[a]\nk = v\r") == texts{"1 section a|", "2 property k|v"});
    CHECK(lines("\xEF\xBB\xBF[a]") == texts{"1 section a|"});
    CHECK(lines("\xEF\xBB\xBF").empty());
    check_skipped("\xEF\xBB\xBF[a]\nb", fault::missing_equals, 2);
    // Elsewhere it is a character like any other.
    check_skipped("\xEF\xBB\xBF\xEF\xBB\xBF[a]", fault::outside_section, 1);
}

TEST_CASE("ini: comments", "[ini]") {
    CHECK(lines("# a\n; b\n#\n;").empty());
    CHECK(lines("[a]; b\n[c]# d\n[e] ; f\n[g]\t#") ==
          texts{"1 section a|", "2 section c|", "3 section e|", "4 section g|"});
    // In a property they need a blank before them.
    CHECK(lines("[a]\nk = v ; c\nl = v\t# c ; d\nm = v; c\nn = v#c\no = v#c # d\np = v ;") ==
          texts{"1 section a|", "2 property k|v", "3 property l|v", "4 property m|v; c", "5 property n|v#c",
                "6 property o|v#c", "7 property p|v"});
    CHECK(lines("[a]\nk =#v\nl = # c") == texts{"1 section a|", "2 property k|#v", "3 property l|"});
    CHECK(lines("[a]\nk#1 = v") == texts{"1 section a|", "2 property k#1|v"});
    check_skipped("[a]\nk # = v", fault::missing_equals, 2);
    check_skipped("[a # b]", fault::unterminated_section, 1);
    // Nothing else is asked of a comment.
    CHECK(lines("# \xFF\n[a] ; \xC3\nk = v # \xFE").size() == 2);
    CHECK(lines("# \0\n[a] ; \0\nk = v # \0"sv).size() == 2);
}

TEST_CASE("ini: indented lines continue a value, with what looks like a comment", "[ini]") {
    CHECK(lines("[a]\nk = v\n -w\n\t x = y ; z \nl = v") ==
          texts{"1 section a|", "2 property k|v", "3 continuation |-w", "4 continuation |x = y ; z", "5 property l|v"});
    CHECK(lines("[a]\nk = v\n\n# c\n w\n # x") ==
          texts{"1 section a|", "2 property k|v", "5 continuation |w", "6 continuation |# x"});
    CHECK(lines("[a]\nk = v\n [b]") == texts{"1 section a|", "2 property k|v", "3 continuation |[b]"});
}

TEST_CASE("ini: an empty value opens a block", "[ini]") {
    CHECK(lines("[a]\ns3 =\n name = v=w\n\n\tOther=\n in valid = x\nk = v") ==
          texts{"1 section a|", "2 property s3|", "3 nested name|v=w", "5 nested Other|", "6 nested in valid|x",
                "7 property k|v"});
    CHECK(lines("[a]\ns3 = ; c\n name = v # w") == texts{"1 section a|", "2 property s3|", "3 nested name|v # w"});
    CHECK(lines("[a]\ns3 =\n # c\n\t;d = e\n f = g") == texts{"1 section a|", "2 property s3|", "5 nested f|g"});
    ini::reader reader("[a]\ns3 =\n  name =  v \n");
    ini::line line;
    while (reader.next(line) && line.kind != line_kind::nested) {
    }
    CHECK(line.text == "name =  v");
}

TEST_CASE("ini: every fault, with its line and offset", "[ini]") {
    check_fault("[a]", fault::too_large, 0, 0, {.text = 2});
    check_fault("[a]\n# long\n", fault::line_too_long, 2, 4, {.line = 5});
    check_skipped("[a]\nk = \xC3\n", fault::invalid_utf8, 2);
    check_skipped("[a\xFF]", fault::invalid_utf8, 1);
    check_skipped("[a]\nk = v\n \xFF", fault::invalid_utf8, 3);
    check_skipped("[a]\nk =\n a = \xFF", fault::invalid_utf8, 3);
    check_skipped("[a]\nk = \0v"sv, fault::zero_byte, 2);
    check_skipped("[\0]"sv, fault::zero_byte, 1);
    check_skipped("\xFF\xFE[\0a\0]\0"sv, fault::zero_byte, 1);  // UTF-16
    check_skipped("[a", fault::unterminated_section, 1);
    check_skipped("\n[", fault::unterminated_section, 2);
    check_skipped("[a]\n[b\n]", fault::unterminated_section, 2);
    check_skipped("[a] b", fault::text_after_section, 1);
    check_skipped("k = v", fault::outside_section, 1);
    check_skipped(" k", fault::outside_section, 1);
    check_skipped("[a]\n w", fault::missing_equals, 2);
    check_skipped("[a]\nk", fault::missing_equals, 2);
    check_skipped("[a]\n= v", fault::missing_key, 2);
    check_skipped("[a]\ns3 =\n k", fault::missing_nested_equals, 3);
    check_skipped("[a]\ns3 =\n k # l = v", fault::missing_nested_equals, 3);
    check_skipped("[a]\ns3 =\n = v", fault::missing_nested_key, 3);
}

TEST_CASE("ini: lines around one that is not understood are given", "[ini]") {
    CHECK(lines("[a]\nk = v\nwrong\n deeper\nl = w\n") ==
          texts{"1 section a|", "2 property k|v", "3 skipped |", "4 continuation |deeper", "5 property l|w"});
    CHECK(lines("k\n[a] b ] c\n[d\nk = v") == texts{"1 skipped |", "2 section a] b|", "3 skipped |", "4 property k|v"});
}

TEST_CASE("ini: indentation is read as botocore does", "[ini]") {
    CHECK(lines(" [a]\n  k = v\n  l = w\n   x\n\tm = n\n  [b]\n # c\n   k =\n    n = 1\n   o = p\n q = r\n") ==
          texts{"1 section a|", "2 property k|v", "3 property l|w", "4 continuation |x", "5 property m|n",
                "6 continuation |[b]", "8 continuation |k =", "9 continuation |n = 1", "10 continuation |o = p",
                "11 property q|r"});
    CHECK(lines("[a]\n  # c\n  k = v\n  # c\n  [b]\n s3 =\n   n = 1\n  # c\n t = u") ==
          texts{"1 section a|", "3 property k|v", "5 section b|", "6 property s3|", "7 nested n|1", "9 property t|u"});
    ini::reader reader("[a]\n k = v\nl = w");
    std::vector<bool> indented;
    for (ini::line line; reader.next(line);) indented.push_back(line.indented);
    CHECK(indented == std::vector<bool>{false, true, false});
}

TEST_CASE("ini: limits count to the byte", "[ini]") {
    CHECK(read("[a]\n", {.text = 4}).state.ok());
    CHECK(read("[abc]\r\nk = v", {.line = 5}).state.ok());
    CHECK(read("[abc]", {.line = 4}).state.code == fault::line_too_long);
}

TEST_CASE("ini: identifiers", "[ini]") {
    CHECK(ini::is_identifier("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.%@:+"));
    for (auto const* const text : {"", " ", "a b", "a!", "\"a\"", "a\\", "\xC3\xA9", "[", "a\n", "`", "{", "^"})
        CHECK_FALSE(ini::is_identifier(text));
}

TEST_CASE("ini: every prefix of a text reads alike up to its last line, and nothing behind its end", "[ini]") {
    auto const whole = read(rich);
    REQUIRE(whole.state.ok());
    REQUIRE(whole.lines.size() == 9);
    for (std::size_t size = 0; size <= rich.size(); ++size) {
        INFO(size);
        guarded_buffer const guarded(std::string_view(rich).substr(0, size));
        auto const said = read(guarded.text());
        REQUIRE(said.lines.size() <= whole.lines.size());
        // The last line may be cut short, the others are whole.
        for (std::size_t i = 0; i + 1 < said.lines.size(); ++i) REQUIRE(said.lines[i] == whole.lines[i]);
        if (size == 0 || rich[size - 1] == '\n') {
            REQUIRE(said.state.ok());
            if (!said.lines.empty()) REQUIRE(said.lines.back() == whole.lines[said.lines.size() - 1]);
        }
    }
}

TEST_CASE("ini: reading allocates nothing", "[ini]") {
    ini::reader reader(rich);
    ini::line line;
    std::size_t lines_read = 0;
    auto const before = allocations::count();
    while (reader.next(line)) ++lines_read;
    auto const after = allocations::count();
    CHECK(after == before);
    CHECK(lines_read == 9);
}
