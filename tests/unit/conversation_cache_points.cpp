#include "bedrock/conversation_cache_points.hpp"

#include "support/history.hpp"

#include <string>

using namespace history;

TEST_CASE("conversation cache points: where one may stand") {
    auto const signed_reasoning = reasoning("hm", "QUJD");
    for (auto const& one : {
             row{"behind a text", user({text("a"), cache_point(), text("b"), cache_point("5m")})},
             row{"behind a PDF", user({text("a"), document("d"), cache_point()})},
             row{"behind an image", user({image, cache_point()})},
             row{"behind a result",
                 list({user({text("a")}), assistant({use("t1"), cache_point()}), user({result("t1"), cache_point()})})},
             row{"first in its message",
                 list({user({text("a")}), assistant({text("b")}), user({cache_point(), text("c")})}),
                 list({user({text("a")}), assistant({text("b")}), user({text("c")})}), "misplaced_cache_point"},
             row{"behind a document of text", user({text("a"), document("d", "md"), cache_point()}),
                 user({text("a"), cache_point(), document("d", "md")}), "misplaced_cache_point"},
             row{"behind documents of text alone",
                 user({document("d", "md"), document("e", "csv"), cache_point(), text("a")}),
                 user({document("d", "md"), document("e", "csv"), text("a")}), "misplaced_cache_point"},
             row{"behind reasoning",
                 list({user({text("a")}), assistant({text("b"), signed_reasoning, cache_point()}), user({text("c")})}),
                 list({user({text("a")}), assistant({text("b"), cache_point(), signed_reasoning}), user({text("c")})}),
                 "misplaced_cache_point"},
             row{"behind reasoning alone",
                 list({user({text("a")}), assistant({signed_reasoning, cache_point(), text("b")}), user({text("c")})}),
                 list({user({text("a")}), assistant({signed_reasoning, text("b")}), user({text("c")})}),
                 "misplaced_cache_point"},
             row{"where another stands already", user({text("a"), cache_point(), document("d", "md"), cache_point()}),
                 user({text("a"), cache_point(), document("d", "md")}), "misplaced_cache_point"},
             row{"behind a blank text that goes", user({text(" "), cache_point(), text("a")}), user({text("a")}),
                 "blank_text misplaced_cache_point"},
         })
        check(one);
}

TEST_CASE("conversation cache points: the last four stay") {
    auto const point = cache_point();
    check({"five in the messages",
           list({user({text("a"), point, text("b"), point, text("c"), point}), assistant({text("d"), point}),
                 user({text("e"), point})}),
           list({user({text("a"), text("b"), point, text("c"), point}), assistant({text("d"), point}),
                 user({text("e"), point})}),
           "too_many_cache_points"});
    check({"one in the tools and four in the messages",
           user({text("a"), point, text("b"), point, text("c"), point, text("d"), point}),
           user({text("a"), text("b"), point, text("c"), point, text("d"), point}), "too_many_cache_points",
           tools({tool_spec("f"), point})});
    check({"four are taken", user({text("a"), point, text("b"), point, text("c"), point}), "=", "",
           tools({tool_spec("f"), point})});
}

TEST_CASE("conversation cache points: an hour does not follow five minutes") {
    auto const hour = cache_point("1h");
    for (auto const& one : {
             row{"an hour, then five minutes",
                 user({text("a"), hour, text("b"), cache_point("5m"), text("c"), cache_point()})},
             row{"five minutes by default, then an hour", user({text("a"), cache_point(), text("b"), hour}),
                 user({text("a"), cache_point(), text("b"), cache_point("5m")}), "cache_point_order"},
             row{"the tools come first", user({text("a"), hour}), user({text("a"), cache_point("5m")}),
                 "cache_point_order", tools({tool_spec("f"), cache_point()})},
             row{"an hour in the tools, too", user({text("a"), hour}), "=", "", tools({tool_spec("f"), hour})},
             row{"two in the tools", user({text("a")}), "=", "cache_point_order",
                 tools({tool_spec("f"), cache_point(), tool_spec("g"), hour}),
                 tools({tool_spec("f"), cache_point(), tool_spec("g"), cache_point("5m")})},
         })
        check(one);
}

TEST_CASE("conversation cache points: the system prompt counts, too") {
    auto const request_with = [](std::string const& system, std::string const& messages) {
        return read<bedrock::converse_request>(body_of("[" + messages + "]", "{}", R"(,"system":[)" + system + "]"));
    };
    auto const point = cache_point();
    auto request = request_with(list({text("s"), point}), user({text("a"), cache_point("1h")}));
    auto report = bedrock::normalize(request);
    CHECK(issues_of(report) == "cache_point_order");
    CHECK(report.findings[0].message == 0);
    CHECK(report.findings[0].block == 1);
    CHECK(refusal(written(request)) == "");

    request =
        request_with(list({text("s"), point, text("t"), point, text("u"), point, text("v"), point, text("w"), point}),
                     user({text("a"), point}));
    report = bedrock::normalize(request);
    CHECK(issues_of(report) == "too_many_cache_points too_many_cache_points");
    CHECK(report.findings[1].part == bedrock::conversation_part::system);
    CHECK(report.findings[1].block == 1);
    CHECK(written(request.messages) == "[" + user({text("a")}) + "]");
    CHECK(refusal(written(request)) == "");

    bedrock::normalize_policy policy;
    policy.max_cache_points = 0;
    CHECK(bedrock::normalize(request, policy).count(bedrock::conversation_issue::too_many_cache_points) == 4);
    CHECK(written(request.system) == "[" + list({text("s"), text("t"), text("u"), text("v"), text("w")}) + "]");
}

TEST_CASE("conversation cache points: by family") {
    auto const history = user({text("a"), cache_point()});
    auto const with_point = tools({tool_spec("f"), cache_point()});
    auto const without_point = tools({tool_spec("f")});
    check({.name = "Nova has none among the tools",
           .messages = history,
           .issues = "cache_point_not_taken",
           .tools = with_point,
           .expected_tools = without_point,
           .model_id = "us.amazon.nova-lite-v1:0"});
    check({.name = "GPT has none",
           .messages = history,
           .expected = user({text("a")}),
           .issues = "cache_point_not_taken cache_point_not_taken",
           .tools = with_point,
           .expected_tools = without_point,
           .model_id = "global.openai.gpt-6-sol"});
    check({"a message that begins with reasoning",
           list({user({text("a")}), assistant({reasoning("hm", "QUJD"), text("b"), cache_point()}), user({text("c")})}),
           list({user({text("a")}), assistant({reasoning("hm", "QUJD"), text("b")}), user({text("c")})}),
           "misplaced_cache_point"});
}
