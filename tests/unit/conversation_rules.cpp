#include "bedrock/conversation_rules.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <utility>

namespace rules = bedrock::converse_rules;

TEST_CASE("conversation rules: blank texts") {
    for (auto const* blank :
         {"", " ", "\t\r\n\f\v", "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a",
          "\xe2\x80\xa8\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80 "}) {
        INFO(blank);
        CHECK(rules::is_blank(blank));
    }
    for (auto const* not_blank : {" a", ".", "\xe2\x80\x8b", "\xe2\x81\xa0", "\xff", "\xc2", "\xef\xbb\xbf"}) {
        INFO(not_blank);
        CHECK_FALSE(rules::is_blank(not_blank));
    }
    CHECK_FALSE(rules::is_blank(std::string(1, '\0')));
}

TEST_CASE("conversation rules: names and ids") {
    CHECK(rules::valid_tool_name("A-z_09"));
    CHECK(rules::valid_tool_name(std::string(64, 'a')));
    for (auto const& name : {std::string(), std::string(65, 'a'), std::string("a.b"), std::string("a b"),
                             std::string("\xc3\xa9"), std::string(1, '\0')})
        CHECK_FALSE(rules::valid_tool_name(name));
    using ids = bedrock::tool_use_id_rule;
    CHECK(rules::valid_tool_use_id("functions.f:0", ids::converse));
    CHECK_FALSE(rules::valid_tool_use_id("functions.f:0", ids::claude));
    CHECK(rules::valid_tool_use_id("toolu_bdrk-01", ids::claude));
    CHECK(rules::valid_tool_use_id("aB3456789", ids::nine_letters));
    CHECK(rules::valid_tool_use_id("tooluse_kZJMlvQmRJ6eAyJE5GIl7Q", ids::nine_letters));
    for (auto const* bad : {"a", "aB345678", "aB34567890", "aB34-6789"})
        CHECK_FALSE(rules::valid_tool_use_id(bad, ids::nine_letters));
    for (auto const rule : {ids::converse, ids::claude, ids::nine_letters}) {
        CHECK_FALSE(rules::valid_tool_use_id("a|b", rule));
        CHECK_FALSE(rules::valid_tool_use_id("", rule));
        CHECK_FALSE(rules::valid_tool_use_id(std::string(65, 'a'), rule));
    }
    CHECK(rules::valid_document_name(" a (1) [b]-_ "));
    CHECK(rules::valid_document_name(std::string(200, 'a')));
    for (auto const& name : {std::string(), std::string(201, 'a'), std::string("a  b"), std::string("a.b"),
                             std::string("a\tb"), std::string("\xe3\x80\x80")})
        CHECK_FALSE(rules::valid_document_name(name));
}

TEST_CASE("conversation rules: whatever goes in, what is made is valid, and what is valid stays") {
    std::string const parts[] = {"",
                                 "a",
                                 ".",
                                 " ",
                                 "  ",
                                 "-",
                                 "_",
                                 "\xff",
                                 "\t",
                                 "\xe3\x80\x80",
                                 "\xf0\x9f\x98\x80",
                                 "(x)",
                                 "\xe0\xa4",
                                 std::string(70, 'y'),
                                 std::string(1, '\0'),
                                 std::string(199, 'z')};
    for (auto const& a : parts) {
        for (auto const& b : parts) {
            for (auto const& c : parts) {
                auto const name = a + b + c;
                INFO(name);
                auto const tool = rules::make_tool_name(name);
                CHECK(rules::valid_tool_name(tool));
                CHECK((tool == name) == rules::valid_tool_name(name));
                using ids = bedrock::tool_use_id_rule;
                for (auto const rule : {ids::converse, ids::claude, ids::nine_letters}) {
                    rules::unique_names taken;
                    auto const id = rules::make_tool_use_id(name, rule, taken);
                    CHECK(rules::valid_tool_use_id(id, rule));
                    if (rule != ids::nine_letters) CHECK((id == name) == rules::valid_tool_use_id(name, rule));
                    CHECK(rules::make_tool_use_id(name, rule, taken) != id);
                }
                auto const document = rules::make_document_name(name);
                CHECK(rules::valid_document_name(document));
                CHECK((document == name) == rules::valid_document_name(name));
            }
        }
    }
}

TEST_CASE("conversation rules: ids of nine letters are told apart") {
    rules::unique_names taken;
    std::set<std::string> made;
    for (int i = 0; i < 2000; ++i)
        made.insert(
            rules::make_tool_use_id(i % 2 == 0 ? "call_1" : "", bedrock::tool_use_id_rule::nine_letters, taken));
    CHECK(made.size() == 2000);
    CHECK(made.count("0000call1") == 1);
}

TEST_CASE("conversation rules: signatures are whole base64") {
    CHECK(rules::whole_signature("QUJD"));
    CHECK(rules::whole_signature("QUI="));
    CHECK(rules::whole_signature("QQ=="));
    CHECK(rules::whole_signature("ab+/"));
    for (auto const* broken : {"", "Q", "QU", "QUJ", "Q===", "====", "QU=D", "QUJ-", "QUJD\n", "QUJDQ"}) {
        INFO(broken);
        CHECK_FALSE(rules::whole_signature(broken));
    }
}

TEST_CASE("conversation rules: JSON without lone surrogates") {
    std::pair<std::string, std::string> const cases[] = {
        {R"("\ud99c")", R"("\ufffd")"},
        {R"("\udc00\ud83d")", R"("\ufffd\ufffd")"},
        {R"("\ud83d\ud83d\ude00")", R"("\ufffd\ud83d\ude00")"},
        {R"("\uD83D\uDE00")", R"("\uD83D\uDE00")"},
        {R"("\\ud99c")", R"("\\ud99c")"},
        {R"("\\\ud99c")", R"("\\\ufffd")"},
        {R"("\ud83dx")", R"("\ufffdx")"},
        {R"("\ud83d\n\ude00")", R"("\ufffd\n\ufffd")"},
        {"\"\xed\xa0\x80\"", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {R"("\ud83)", R"("\ud83)"},
        {R"("\ud83d)", R"("\ufffd)"},
        {R"("\ud83d\u)", R"("\ufffd\u)"},
        {R"("\ud83d\ude0)", R"("\ufffd\ude0)"},
        {R"("\)", R"("\)"},
        {"{}", "{}"},
    };
    for (auto const& [given, expected] : cases) {
        auto text = given;
        CHECK(rules::repair_json(text) == (given != expected));
        CHECK(text == expected);
        CHECK_FALSE(rules::repair_json(text));
    }
}

TEST_CASE("conversation rules: unique names") {
    rules::unique_names names;
    CHECK(names.make("a", '_', 64) == "a");
    CHECK(names.make("a", '_', 64) == "a_2");
    CHECK(names.take("a_3"));
    CHECK_FALSE(names.take("a_3"));
    CHECK(names.make("a", '_', 64) == "a_4");
    CHECK(names.taken("a_4"));
    CHECK_FALSE(names.taken("a_5"));
    std::string const longest(5, 'x');
    CHECK(names.make(longest, '-', 5) == "xxxxx");
    for (int i = 2; i < 200; ++i) CHECK(names.make(longest, '-', 5).size() == 5);
    CHECK(names.taken("x-199"));
}
