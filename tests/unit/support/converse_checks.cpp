#include "support/converse_checks.hpp"

#include "support/history.hpp"

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace history;

namespace {

constexpr std::string_view claude = "us.anthropic.claude-opus-4-6-v1";
std::string const two_tools = tools({tool_spec("f"), tool_spec("g")});

std::string refusal_of(std::string const& messages, std::string const& config = two_tools,
                       std::string_view model_id = claude) {
    return refusal(body_of("[" + messages + "]", config), model_id);
}

std::string called(std::string const& blocks) {
    return list({user({text("a")}), assistant({blocks})});
}

}  // namespace

TEST_CASE("converse checks: a conversation with everything in its place is taken") {
    CHECK(refusal_of(list({user({text("a"), document("d (1)"), image, cache_point("1h")}),
                           assistant({reasoning("hm", "QUJD"), text("b"), use("t1_a"), use("t2", "g")}),
                           user({result("t2", list({R"({"json":{"a":[1]}})", text("x"), document("e")})), cache_point(),
                                 result("t1_a"), text("c")})})) == "");
}

TEST_CASE("converse checks: conversations are refused in Bedrock's words") {
    auto const tool_pattern = "satisfy regular expression pattern: [a-zA-Z0-9_-]+";
    auto const order = "`tool_use` ids were found without `tool_result` blocks immediately after: t1. Each `tool_use`";
    auto const five_minutes_first = "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block";
    auto const file_name = "The document file name can only contain alphanumeric characters, whitespace characters";
    std::vector<std::tuple<std::string, std::string>> const refusals = {
        {called(use("t1", "a.b")), tool_pattern},
        {called(use("t1", std::string(65, 'a'))), "have length less than or equal to 64"},
        {called(use("t|1")), "satisfy regular expression pattern: [a-zA-Z0-9_.:-]+"},
        {called(use("t1", "f", "[]")), "messages.1.content.0.toolUse.input is invalid. Provide a json object"},
        {called(list({use("t1"), use("t1")})), "The toolUse blocks at messages.1.content contain duplicate Ids: t1"},
        {list({called(use("t1")), user({result("t1")}), assistant({use("t1")})}), "`tool_use` ids must be unique"},
        {list({called(list({use("t1"), use("t2")})), user({result("t1"), result("t1")})}),
         "The toolResult blocks at messages.2.content contain duplicate Ids: t1"},
        {list({called(use("t1")), user({result("t1", "")})}), "messages.2.content.0.toolResult.content"},
        {list({called(use("t1")), user({result("t1", text(" "))})}),
         "messages.2.content.0.toolResult.content.0 is blank"},
        {list({called(use("t1")), user({result("t1", R"({"json":[1]})")})}),
         "messages.2.content.0.toolResult.content.0.json is invalid. Provide a json object"},
        {list({called(use("t1")), user({result("t1", cache_point())})}), "unknown member 'cachePoint'"},
        {list({called(use("t1")), user({text("a"), result("t1")})}), order},
        {list({called(list({use("t1"), text("b")})), user({result("t1")})}), order},
        {called(list({use("t1"), result("t1")})), "`tool_result` blocks can only be in `user` messages"},
        {user({use("t1")}), "`tool_use` blocks can only be in `assistant` messages"},
        {user({text("a"), reasoning("hm", "QUJD")}), "`thinking` blocks can only be in `assistant` messages"},
        {called(reasoning("hm")), "thinking.signature: Field required"},
        {called(reasoning("hm", "QUJ")), "Invalid `signature` in `thinking` block"},
        {user({text("\xe3\x80\x80")}), "messages.0.content.0 is blank"},
        {user({text("a"), document("a.pdf")}), file_name},
        {user({text("a"), document("a  b")}), file_name},
        {user({text("a"), document(std::string(201, 'a'))}), "have length less than or equal to 200"},
        {user({text("a"), document("d"), document("d")}),
         "Messages can't contain duplicate document names. Rename the document and retry your request."},
        {list({called(use("t1")), user({result("t1", list({document("d"), document("d")}))})}),
         "Messages can't contain duplicate document names."},
        {user({document("d")}), "you must also include a ContentBlock with a text field"},
        {user({cache_point(), text("a")}), "There is nothing available to cache."},
        {called(list({reasoning("hm", "QUJD"), cache_point(), text("b")})),
         "Cache point cannot be inserted after reasoning block."},
        {user({text("a"), document("d", "md"), cache_point()}), "messages.0.content.2.type: Field required"},
        {user({text("a"), cache_point(), text("b"), cache_point("1h")}), five_minutes_first},
        {user({text("a"), cache_point("2h")}), "satisfy enum value set: [5m, 1h]"},
        {user({text("a"), cache_point(), cache_point(), cache_point(), cache_point(), cache_point()}),
         "A maximum of 4 blocks with cache_control may be provided. Found 5."},
    };
    for (auto const& [messages, words] : refusals) {
        INFO(messages);
        CHECK_THAT(refusal_of(messages), Catch::Contains(words));
    }
    CHECK_THAT(refusal_of(user({text("a"), cache_point("1h")}), tools({tool_spec("f"), cache_point()})),
               Catch::Contains(five_minutes_first));
    CHECK_THAT(refusal_of(user({text("a")}), tools({tool_spec("a.b")})), Catch::Contains(tool_pattern));
}

TEST_CASE("converse checks: what only Claude refuses is taken by others") {
    std::string const nova = "amazon.nova-pro-v1:0", thinking = "deepseek.r1-v1:0";
    for (auto const& [messages, other] : std::vector<std::pair<std::string, std::string>>{
             {list({called(use("t1")), user({text("a"), result("t1")})}), nova},
             {list({called(list({use("t1"), text("b")})), user({result("t1")})}), nova},
             {list({called(reasoning("hm")), user({text("c")})}), thinking},
             {user({text("a"), document("d", "md"), cache_point()}), nova}}) {
        INFO(messages);
        CHECK(refusal_of(messages) != "");
        CHECK(refusal_of(messages, two_tools, other) == "");
    }
}
