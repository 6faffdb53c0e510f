#include "bedrock/embed.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace bedrock;

namespace {

mock::reply vector_of(std::string const& numbers) {
    auto made = mock::json_reply(200, R"({"embedding":[)" + numbers + R"(],"inputTextTokenCount":3})");
    made.headers.push_back({"X-Amzn-Bedrock-Input-Token-Count", "3"});
    return made;
}

embed_request titan(std::vector<std::string> texts) {
    return {.model_id = "bedrock/amazon.titan-embed-text-v1", .texts = std::move(texts)};
}

/// 1536 numbers: the first and a lot of zeros.
std::string wide(std::string first) {
    for (int index = 1; index != 1536; ++index) first += ",0";
    return first;
}

}  // namespace

TEST_CASE("embed: a vector for each text, in order", "[client]") {
    client_fixture f;
    f.server.enqueue(vector_of(wide("5")));
    f.server.enqueue(vector_of(wide("-2")));
    auto client = f.client();
    auto const made = client.embed(titan({"first", "  ", "third"}));
    REQUIRE(made);
    REQUIRE(made->embeddings.size() == 3);
    CHECK(made->embeddings[0].at(0) == 1);
    CHECK(made->embeddings[1].empty());
    CHECK(made->embeddings[2].at(0) == -1);
    CHECK(made->calls == 2);
    CHECK(made->attempts == 2);
    CHECK(made->input_tokens == 6);
    auto const requests = f.server.requests();
    CHECK(requests.at(0).head.target == "/model/amazon.titan-embed-text-v1/invoke");
    CHECK(requests.at(0).body == R"({"inputText":"first"})");
    CHECK(requests.at(1).body == R"({"inputText":"third"})");
    CHECK(f.server.accepted_connections() == 1);
}

TEST_CASE("embed: as the model gave it, where asked", "[client]") {
    client_fixture f;
    f.server.enqueue(vector_of(wide("5")));
    auto request = titan({"a"});
    request.normalize = false;
    auto const made = f.client().embed(request);
    REQUIRE(made);
    CHECK(made->embeddings.at(0).at(0) == 5);
}

TEST_CASE("embed: what fails names its text", "[client]") {
    client_fixture f;
    f.server.enqueue(vector_of(wide("5")));
    f.server.enqueue(vector_of("1,2"));
    auto client = f.client();
    auto const narrow = client.embed(titan({"a", "b"}));
    REQUIRE_FALSE(narrow);
    CHECK(narrow.error().code == errc::protocol);
    CHECK(narrow.error().message ==
          "texts[1]: the answer has an embedding of 2 dimensions where 1536 are due "
          "(the calls before it succeeded: 1)");
    CHECK_FALSE(narrow.error().request_id.empty());
    CHECK(narrow.error().attempts == 1);

    f.server.enqueue(mock::json_reply(400, R"({"message":"too long","__type":"ValidationException"})"));
    auto const refused = client.embed({.model_id = "cohere.embed-v4:0", .texts = {"a", "b"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::validation);
    CHECK(refused.error().message.starts_with("texts[0] to texts[1]: "));
    CHECK(refused.error().name == "ValidationException");

    auto const before = f.server.request_count();
    CHECK(client.embed({.texts = {"a"}, .dimensions = 3}).error().code == errc::invalid_input);
    CHECK(client.embed({.model_id = "", .texts = {"a"}}).error().code == errc::invalid_input);
    auto const nothing = client.embed({.texts = {""}});
    REQUIRE(nothing);
    CHECK(nothing->embeddings == std::vector<std::vector<float>>{{}});
    CHECK(f.server.request_count() == before);
}
