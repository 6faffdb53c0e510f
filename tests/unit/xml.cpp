#include "bedrock/xml.hpp"

#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <string>

using namespace bedrock;

namespace {

constexpr char answer[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- from STS -->
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/" note='a > b'>
  <AssumeRoleResult>
    <Empty/>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SessionToken>a&lt;b&amp;c&#65;&#x20AC;<![CDATA[<raw>&amp;]]>tail</SessionToken>
    </Credentials>
    <AssumedRoleUser><Arn >arn:aws:sts::1:role</Arn ></AssumedRoleUser>
  </AssumeRoleResult>
</AssumeRoleResponse>
)";

std::string walk(std::string_view document) {
    xml::reader in(document);
    std::string trace;
    for (;;) {
        switch (in.next()) {
            case xml::event::start:
                trace += '<' + std::string(in.name()) + '>';
                break;
            case xml::event::text:
                trace += in.text();
                break;
            case xml::event::end:
                trace += "</" + std::string(in.name()) + '>';
                break;
            case xml::event::done:
                return trace;
            case xml::event::fault:
                return "fault";
        }
    }
}

}  // namespace

TEST_CASE("xml: an STS answer", "[xml]") {
    std::string text;
    REQUIRE(xml::find_text(answer, {"AssumeRoleResponse", "AssumeRoleResult", "Credentials", "AccessKeyId"}, text));
    CHECK(text == "ASIAEXAMPLE");
    REQUIRE(xml::find_text(answer, {"AssumeRoleResponse", "AssumeRoleResult", "Credentials", "SessionToken"}, text));
    CHECK(text == "a<b&cA\u20ac<raw>&amp;tail");
    REQUIRE(xml::find_text(answer, {"AssumeRoleResponse", "AssumeRoleResult", "AssumedRoleUser", "Arn"}, text));
    CHECK(text == "arn:aws:sts::1:role");
    REQUIRE(xml::find_text(answer, {"AssumeRoleResponse", "AssumeRoleResult", "Empty"}, text));
    CHECK(text.empty());
    CHECK_FALSE(xml::find_text(answer, {"AssumeRoleResponse", "Credentials"}, text));
    CHECK_FALSE(xml::find_text(answer, {"Credentials"}, text));
}

TEST_CASE("xml: a path is followed where it stands, and the first element wins", "[xml]") {
    std::string text;
    REQUIRE(xml::find_text("<r><x><k>no</k></x><a><b>1</b></a><a><k>2</k><k>3</k></a></r>", {"r", "a", "k"}, text));
    CHECK(text == "2");
    REQUIRE(xml::find_text("<r><a>x<b>y</b>z</a></r>", {"r", "a"}, text));
    CHECK(text == "xz");
}

TEST_CASE("xml: events in order", "[xml]") {
    CHECK(walk("<a>x<b/>y<c k='>'></c></a>") == "<a>x<b></b>y<c></c></a>");
    CHECK(walk(" \n<a></a> <!-- end --> ") == "<a></a>");
}

TEST_CASE("xml: what is not well-formed is a fault", "[xml]") {
    for (auto const* bad : {"",
                            " ",
                            "text",
                            "<a>",
                            "<a></b>",
                            "</a>",
                            "<a></a><b></b>",
                            "<a></a>x",
                            "<a>&unknown;</a>",
                            "<a>&#0;</a>",
                            "<a>&#xD800;</a>",
                            "<a>&#x110000;</a>",
                            "<a>&amp</a>",
                            "<a>&#;</a>",
                            "<!DOCTYPE a><a></a>",
                            "<a><!ENTITY x 'y'></a>",
                            "<a",
                            "<a k='x></a>",
                            "<>x</>",
                            "< a></a>",
                            "<a><![CDATA[x</a>",
                            "<a><!-- x</a>",
                            "<?xml",
                            "<a>\xff</a>",
                            "<a <b></b></a>",
                            "<a></a junk>",
                            "<a/ ></a/ >",
                            "<a//>",
                            "<a=b></a=b>",
                            "<a'>'></a'>'>"})
        CHECK(walk(bad) == "fault");
    std::string deep;
    for (int i = 0; i < 33; ++i) deep += "<a>";
    for (int i = 0; i < 33; ++i) deep += "</a>";
    CHECK(walk(deep) == "fault");
    CHECK(walk(deep.substr(3, 32 * 7)) != "fault");
    std::string text = "old";
    CHECK_FALSE(xml::find_text("<a><b>1</b></a", {"a", "b"}, text));
    CHECK(text.empty());
}

TEST_CASE("xml: a byte order mark and an XML declaration", "[xml]") {
    CHECK(walk("\xEF\xBB\xBF<a>x</a>") == "<a>x</a>");
    CHECK(walk("\xEF\xBB\xBF<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?><a/>") == "<a></a>");
    CHECK(walk("<?xml version='1.0'?>\r\n<?pi x?><?pi?><a>1\r\n2\r3<![CDATA[\r\n]]></a>") == "<a>1\n2\n3\n</a>");
    CHECK(walk("<a k = 'v' l=\"&lt;&#65;\"\n m.n-o=''/>") == "<a></a>");
    for (auto const* bad : {"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", "<?xml?><a/>", "<?xml encoding='UTF-8'?><a/>",
                            "<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>",
                            "<?xml version='1.0'encoding='UTF-8'?><a/>", "<?xml version='1.0' standalone='1'?><a/>",
                            "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", " <?xml version='1.0'?><a/>",
                            "<a><?xml version='1.0'?></a>", "<?XML x?><a/>", "<? x?><a/>", "<?1?><a/>", "<?a"})
        CHECK(walk(bad) == "fault");
}

TEST_CASE("xml: attributes, comments and characters are checked", "[xml]") {
    for (auto const* bad : {"<a k></a>",
                            "<a k=v></a>",
                            "<a k='v'l='w'></a>",
                            "<a k='1' k='2'/>",
                            "<a k='<'/>",
                            "<a k='&x;'/>",
                            "<a k='&lt'/>",
                            "<a 1='v'/>",
                            "<a ='v'/>",
                            "<a k=\"v'/>",
                            "<a/k='v'>",
                            "<a><!--></a>",
                            "<a><!---></a>",
                            "<a><!-- a -- b --></a>",
                            "<a><!--a---></a>",
                            "<a>]]></a>",
                            "<a>\x01</a>",
                            "<a>\xEF\xBF\xBE</a>",
                            "<a>&#1;</a>",
                            "<a>&#xFFFF;</a>",
                            "<1a/>",
                            "<-a/>",
                            "<a></ a>",
                            "<!--\x02--><a/>",
                            "<a b\xC3\xA9='1'/>"})
        CHECK(walk(bad) == "fault");
    CHECK(walk("<a><!----><!-- - --><!-- > --></a>") == "<a></a>");
}

TEST_CASE("xml: every prefix ends in a fault, and nothing is read behind it", "[xml]") {
    std::string_view const whole(answer);
    auto const root_end = whole.rfind('>');
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        guarded_buffer const guarded(whole.substr(0, size));
        CHECK((walk(guarded.text()) == "fault") == (size <= root_end));
    }
}

TEST_CASE("xml: a byte order mark is skipped", "[xml]") {
    std::string text;
    REQUIRE(bedrock::xml::find_text("\xEF\xBB\xBF<a><b>c</b></a>", {"a", "b"}, text));
    CHECK(text == "c");
}
