#include "bedrock/utf16.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>

namespace {

std::string back(std::u16string_view text) {
    return bedrock::from_utf16(text);
}

}  // namespace

TEST_CASE("UTF-8 becomes UTF-16 and the same UTF-8 again", "[utf16]") {
    CHECK(bedrock::to_utf16("") == u"");
    CHECK(bedrock::to_utf16("a\x7f") == u"a\x7f");
    CHECK(bedrock::to_utf16("\xd0\x94\xd0\xbc") == u"\u0414\u043c");
    CHECK(bedrock::to_utf16("\xef\xbf\xbf") == u"\uffff");
    CHECK(bedrock::to_utf16("\xf0\x90\x80\x80") == std::u16string{0xD800, 0xDC00});
    CHECK(bedrock::to_utf16("\xf4\x8f\xbf\xbf") == std::u16string{0xDBFF, 0xDFFF});
    CHECK(bedrock::to_utf16(std::string_view("a\0b", 3)) == std::u16string(u"a\0b", 3));
    for (std::string const text : {"", "plain", "\xd0\x94 \xe2\x82\xac \xf0\x9f\x98\x80.", "\xf4\x8f\xbf\xbf"})
        CHECK(back(bedrock::to_utf16(text)) == text);
}

TEST_CASE("ill-formed UTF-8 becomes U+FFFD in UTF-16", "[utf16]") {
    CHECK(bedrock::to_utf16("a\xff" "b") == u"a\uFFFDb");
    CHECK(bedrock::to_utf16("\xed\xa0\x80") == u"\uFFFD\uFFFD\uFFFD");
    CHECK(bedrock::to_utf16("\xf0\x9f\x98") == u"\uFFFD");
}

TEST_CASE("an unpaired surrogate becomes U+FFFD in UTF-8", "[utf16]") {
    std::string const replaced = "\xef\xbf\xbd";
    CHECK(back(std::u16string{0xD83D}) == replaced);
    CHECK(back(std::u16string{0xDE00}) == replaced);
    CHECK(back(std::u16string{0xD83D, u'a'}) == replaced + "a");
    CHECK(back(std::u16string{0xDE00, 0xD83D}) == replaced + replaced);
    CHECK(back(std::u16string{0xD83D, 0xD83D, 0xDE00}) == replaced + "\xf0\x9f\x98\x80");
}
