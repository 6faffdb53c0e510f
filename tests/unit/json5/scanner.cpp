#include "bedrock/json5/scanner.hpp"

#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace json5 = bedrock::json5;
using json5::fault;

using namespace std::string_view_literals;

namespace {

std::string decoded(std::string_view text) {
    guarded_buffer const guarded(text);
    auto const end = json5::scan_string(guarded.text(), 0);
    INFO(text);
    CHECK(end.code == fault::none);
    CHECK(end.at == text.size());
    std::string out;
    json5::append_decoded(out, guarded.text());
    return out;
}

json5::token_end scanned(json5::token_end (*scan)(std::string_view, std::size_t), std::string_view text) {
    guarded_buffer const guarded(text);
    return scan(guarded.text(), 0);
}

std::string number(std::string_view text) {
    guarded_buffer const guarded(text);
    auto const end = json5::scan_number(guarded.text(), 0);
    INFO(text);
    CHECK(end.code == fault::none);
    std::string out;
    auto const code = json5::append_json_number(out, guarded.text().substr(0, end.at));
    return code == fault::none ? out : std::string(json5::describe(code));
}

}  // namespace

TEST_CASE("white space and comments are passed over", "[json5][scanner]") {
    for (auto const text : {""sv, " \t\n\r\v\f"sv, "\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9\xEF\xBB\xBF\xE3\x80\x80"sv,
                            "// x"sv, "// x\n/* y\n*z **/ // a\xE2\x80\xA8 "sv, "/**/"sv, "/*/ */"sv}) {
        auto const end = scanned(json5::pass_space, text);
        CHECK(end.code == fault::none);
        CHECK(end.at == text.size());
    }
    CHECK(scanned(json5::pass_space, " // a\rb").at == 6);
    CHECK(scanned(json5::pass_space, " / b").at == 1);
    CHECK(scanned(json5::pass_space, "\xE2\x80\x8B").at == 0);  // U+200B is no white space
    for (auto const text : {" /*"sv, " /*/"sv, " /* *"sv, " /* x\n"sv}) {
        auto const end = scanned(json5::pass_space, text);
        CHECK(end.code == fault::unclosed_comment);
        CHECK(end.at == 1);
    }
}

TEST_CASE("strings are decoded as ECMAScript has them", "[json5][scanner]") {
    CHECK(decoded("''") == "");
    CHECK(decoded(R"("it's")") == "it's");
    CHECK(decoded(R"('say "x"')") == R"(say "x")");
    CHECK(decoded(R"('\'\"\\\/\a\-\b\f\n\r\t\v')") == "'\"\\/a-\b\f\n\r\t\v");
    CHECK(decoded(R"('\0')") == "\0"sv);
    CHECK(decoded(R"('\0a\x41\xe9\u00e9\u20AC\ud83d\ude00')") == "\0aA\xC3\xA9\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"sv);
    CHECK(decoded(R"('\ud83d\ud83d\ude00\ude00\ud83d')") == "\xEF\xBF\xBD\xF0\x9F\x98\x80\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(decoded("'a\\\nb\\\r\nc\\\rd\\\xE2\x80\xA8"
                  "e\\\xE2\x80\xA9"
                  "f'") == "abcdef");
    CHECK(decoded("'\\\xC3\xA9'") == "\xC3\xA9");
    CHECK(decoded("'\t\xE2\x80\xA8\x01'") == "\t\xE2\x80\xA8\x01");

    for (auto const text : {"'"sv, "'a"sv, "'a\""sv, "'a\n'"sv, "'a\r'"sv, "'\\"sv, "'\\'"sv, "'\\\n"sv}) {
        INFO(text);
        CHECK(scanned(json5::scan_string, text).code == fault::unclosed_string);
        CHECK(scanned(json5::scan_string, text).at == 0);
    }
    for (auto const text :
         {"'a\\1'"sv, "'a\\9'"sv, "'a\\01'"sv, "'a\\x4'"sv, "'a\\xg0'"sv, "'a\\u004'"sv, "'a\\u"sv, "'a\\x4"sv}) {
        INFO(text);
        CHECK(scanned(json5::scan_string, text).code == fault::invalid_escape);
        CHECK(scanned(json5::scan_string, text).at == 2);
    }
}

TEST_CASE("numbers become JSON's of the same value", "[json5][scanner]") {
    CHECK(number("0") == "0");
    CHECK(number("-0") == "-0");
    CHECK(number("+12") == "12");
    CHECK(number(".5") == "0.5");
    CHECK(number("-.5e-3") == "-0.5e-3");
    CHECK(number("5.") == "5");
    CHECK(number("5.e3") == "5e3");
    CHECK(number("+5.25E+3") == "5.25E+3");
    CHECK(number("123456789012345678901234567890") == "123456789012345678901234567890");
    CHECK(number("0x0") == "0");
    CHECK(number("0XfF") == "255");
    CHECK(number("-0x10") == "-16");
    CHECK(number("0x000000000000000000000001") == "1");
    CHECK(number("0xFFFFFFFFFFFFFFFF") == "18446744073709551615");
    // Half way between two doubles, and a bit more: python's float(int(text, 16)).
    CHECK(number("0x10000000000000000") == "18446744073709551616");
    CHECK(number("0x2000000000000100000000000") == "1.5845632502852868e+29");
    CHECK(number("0x2000000000000100000000001") == "1.584563250285287e+29");
    CHECK(number("0x2000000000000300000000000") == "1.5845632502852875e+29");
    CHECK(number("0x1" + std::string(300, '0')) == json5::describe(fault::number_out_of_range));
    for (auto const text : {"Infinity"sv, "-Infinity"sv, "+Infinity"sv, "NaN"sv, "-NaN"sv})
        CHECK(number(text) == json5::describe(fault::not_finite));
    CHECK(scanned(json5::scan_number, "1,").at == 1);
    CHECK(scanned(json5::scan_number, "1/**/").at == 1);

    for (auto const text : {"+"sv,     "-"sv,   "."sv,   "-."sv,   "01"sv,         "-00"sv,      "08.5"sv,     "1e"sv,
                            "1e+"sv,   ".e1"sv, "0x"sv,  "0xg"sv,  "-0x"sv,        "1a"sv,       "1_000"sv,    "0x1g"sv,
                            "1.5px"sv, "--1"sv, "+-1"sv, "-Inf"sv, "+Infinityx"sv, "1\\u0061"sv, "3\xC3\xA9"sv}) {
        INFO(text);
        CHECK(scanned(json5::scan_number, text).code == fault::invalid_number);
        CHECK(scanned(json5::scan_number, text).at == 0);
    }
    CHECK(scanned(json5::scan_number, "None").code == fault::unknown_word);
    CHECK(scanned(json5::scan_number, "Infinit").code == fault::unknown_word);
}

TEST_CASE("names end where no name goes on", "[json5][scanner]") {
    for (auto const text : {"a"sv, "$_9"sv, "null"sv,
                            "\xC3\xBC"
                            "ber"sv,
                            "\\u0061b"sv, "a\\u0301"sv}) {
        CHECK(scanned(json5::scan_name, text).code == fault::none);
        CHECK(scanned(json5::scan_name, text).at == text.size());
    }
    CHECK(scanned(json5::scan_name, "a-b").at == 1);
    CHECK(scanned(json5::scan_name, "9a").at == 0);
    CHECK(scanned(json5::scan_name, "").at == 0);
    // Escapes of what may not stand in a name, and halves of surrogate pairs.
    for (auto const text : {"a\\u002d"sv, "a\\u0020b"sv, "a\\ud83d\\ude00"sv, "a\\x61"sv, "a\\u00"sv, "a\\"sv}) {
        CHECK(scanned(json5::scan_name, text).code == fault::invalid_escape);
        CHECK(scanned(json5::scan_name, text).at == 1);
    }
    CHECK(scanned(json5::scan_name, "\\u0030").code == fault::invalid_escape);
    CHECK(json5::is_plain_name("defaults"));
    CHECK_FALSE(json5::is_plain_name("amazon-bedrock"));
    CHECK_FALSE(json5::is_plain_name("9"));
    CHECK_FALSE(json5::is_plain_name(""));
    CHECK_FALSE(json5::is_plain_name("\\u0061"));
    std::string name;
    json5::append_decoded(name, "\\u0061\\u00e9z");
    CHECK(name == "a\xC3\xA9z");
}

TEST_CASE("what is written in quotes reads as it was", "[json5][scanner]") {
    for (auto const text :
         {""sv, "a"sv, "it's \"x\" \\ /"sv, "\0\x01\t\n\r\x7f"sv, "\xC3\xA9\xE2\x80\xA8\xE2\x80\xA9"sv})
        for (char const quote : {'"', '\''}) {
            std::string written;
            json5::append_quoted(written, text, quote);
            CHECK(written.front() == quote);
            CHECK(decoded(written) == text);
        }
    std::string written;
    json5::append_quoted(written, "a\"b'\n\xFF");
    CHECK(written == "\"a\\\"b'\\n\xEF\xBF\xBD\"");
}
