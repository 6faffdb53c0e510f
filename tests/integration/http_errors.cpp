// Answers that are errors: what they become, how often they are repeated, and what they leave of the connection.
#include "support/client_fixture.hpp"

#include "support/relay.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

struct sample {
    int status;
    char const* type;
    errc code;
    char const* name;
    bool retryable;
};

constexpr sample samples[] = {
    {400, "ValidationException", errc::validation, "ValidationException", false},
    {400, "ServiceQuotaExceededException", errc::service_quota_exceeded, "ServiceQuotaExceededException", false},
    {400, "ThrottlingException", errc::throttling, "ThrottlingException", true},
    {403, "AccessDeniedException", errc::access_denied, "AccessDeniedException", false},
    {403, "ExpiredTokenException", errc::expired_credentials, "ExpiredTokenException", false},
    {403, "UnrecognizedClientException", errc::authentication, "UnrecognizedClientException", false},
    {404, "ResourceNotFoundException", errc::resource_not_found, "ResourceNotFoundException", false},
    {408, "ModelTimeoutException", errc::model_timeout, "ModelTimeoutException", false},
    {409, "ConflictException", errc::conflict, "ConflictException", false},
    {424, "ModelErrorException", errc::model_error, "ModelErrorException", false},
    {429, "ThrottlingException", errc::throttling, "ThrottlingException", true},
    {429, "ModelNotReadyException", errc::model_not_ready, "ModelNotReadyException", true},
    {429, "BrandNewException", errc::throttling, "BrandNewException", true},
    {500, "InternalServerException", errc::internal_server, "InternalServerException", true},
    {503, "ServiceUnavailableException", errc::service_unavailable, "ServiceUnavailableException", true},
    {418, "BrandNewException", errc::other_service, "BrandNewException", false},
    {429, "", errc::throttling, "ThrottlingException", true},
    {502, "", errc::internal_server, "InternalServerException", true},
    {503, "", errc::service_unavailable, "ServiceUnavailableException", true},
    {504, "", errc::internal_server, "InternalServerException", true},
    {501, "", errc::internal_server, "InternalServerException", false},
};

mock::reply failing(int status, std::string type = {}) {
    return mock::error_reply(status, std::move(type), "said the service");
}

template <class Call>
void check_table(Call call) {
    for (auto const& one : samples) {
        INFO(one.status << ' ' << one.type);
        client_fixture f;
        auto const expected = one.retryable ? 3u : 1u;
        for (unsigned i = 0; i < expected; ++i) f.server.enqueue(failing(one.status, one.type));
        auto const got = call(f);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == one.code);
        CHECK(got.error().name == one.name);
        CHECK(got.error().http_status == one.status);
        CHECK(contains(got.error().message, "said the service"));
        CHECK(got.error().retryable == one.retryable);
        CHECK(got.error().attempts == static_cast<int>(expected));
        CHECK_FALSE(got.error().content_emitted);
        CHECK(got.error().partial == nullptr);
        CHECK(f.server.request_count() == expected);
        CHECK(got.error().request_id == "00000000-0000-4000-8000-00000000000" + std::to_string(expected));
        CHECK(f.server.accepted_connections() == 1);
        for (auto const& request : f.server.requests()) CHECK(request.authorization.accepted);
    }
}

}  // namespace

TEST_CASE("http errors: status and type, of plain calls") {
    check_table([](client_fixture const& f) { return f.client().converse(ask_for("hello")); });
}

TEST_CASE("http errors: status and type, of streams") {
    check_table([](client_fixture const& f) { return f.client().open_stream(ask_for("hello")).finish(); });
}

TEST_CASE("http errors: a failure that passes is no failure") {
    client_fixture f;
    auto client = f.client();
    for (bool const streaming : {false, true}) {
        f.server.enqueue(failing(503));
        f.server.enqueue(failing(429));
        auto const got = streaming ? client.open_stream(ask_for("hello")).finish() : client.converse(ask_for("hello"));
        REQUIRE(got);
        CHECK(got->attempts == 3);
    }
    auto const requests = f.server.requests();
    REQUIRE(requests.size() == 6);
    auto const id = [&](std::size_t at) {
        return mock::header_value(requests[at].head.headers, "amz-sdk-invocation-id");
    };
    CHECK(id(0) == id(2));
    CHECK(id(3) == id(5));
    CHECK(id(0) != id(3));
    CHECK(mock::header_value(requests[2].head.headers, "amz-sdk-request") == "attempt=3; max=3");
    CHECK(f.server.accepted_connections() == 1);
}

TEST_CASE("http errors: how many attempts there are is the environment's, then the options'") {
    client_fixture f;
    f.server.set_handler([](auto const&) { return std::optional(failing(503)); });
    auto const attempts = [&] {
        auto const before = f.server.request_count();
        auto const got = f.client().converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(f.server.request_count() - before == static_cast<std::size_t>(got.error().attempts));
        return got.error().attempts;
    };
    CHECK(attempts() == 3);
    (*f.set)["AWS_MAX_ATTEMPTS"] = "5";
    CHECK(attempts() == 5);
    f.options.retry.max_attempts = 1;
    CHECK(attempts() == 1);
}

TEST_CASE("http errors: a client whose calls all fail stops repeating them") {
    client_fixture f;
    f.server.set_handler([](auto const&) { return std::optional(failing(503)); });
    auto client = f.client();
    for (int i = 0; i < 30; ++i) CHECK_FALSE(client.converse(ask_for("hello")));
    CHECK(f.server.request_count() == 30 + 500 / 14);
    auto copy = client;
    auto const got = copy.open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().attempts == 1);  // copies and streams draw on the same budget
    CHECK(got.error().retryable);
    f.server.set_handler({});
    for (int i = 0; i < 14; ++i) CHECK(client.converse(ask_for("hello")));
    f.server.enqueue(failing(503));
    CHECK(client.converse(ask_for("hello"))->attempts == 2);
}

TEST_CASE("http errors: the pause that the service asks for is kept") {
    client_fixture f;
    auto slow = failing(503);
    slow.headers.emplace_back("x-amz-retry-after", "120");
    f.server.enqueue(slow);
    auto const start = std::chrono::steady_clock::now();
    auto const got = f.client().converse(ask_for("hello"));
    REQUIRE(got);
    CHECK(got->attempts == 2);
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(119));
}

TEST_CASE("http errors: bodies in any state") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto const run = [&](std::string body, std::string type, bool streaming) {
        auto reply = mock::json_reply(400, std::move(body));
        if (!type.empty()) reply.headers.emplace_back("x-amzn-ErrorType", std::move(type));
        f.server.enqueue(reply);
        auto const got = streaming ? client.open_stream(ask_for("hello")).finish() : client.converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(valid_utf8(got.error().message));
        CHECK_FALSE(got.error().message.empty());
        CHECK(got.error().message.size() < 5000);
        CHECK(got.error().http_status == 400);
        return got.error();
    };
    for (bool const streaming : {false, true}) {
        CHECK(run("", "ValidationException", streaming).code == errc::validation);
        CHECK(run("\xff\xfe", "ValidationException", streaming).code == errc::validation);
        CHECK(run(R"({"__type":"com.x#ThrottlingException","Message":"m"})", "", streaming).message == "m");
        CHECK(run("<html>nginx</html>", "", streaming).code == errc::protocol);
        CHECK(run(std::string(300'000, 'x'), "ValidationException", streaming).code == errc::validation);
        CHECK(run(R"({"message":")" + std::string(300'000, 'x') + R"("})", "ValidationException", streaming).code ==
              errc::validation);
    }
    CHECK(f.server.accepted_connections() == 1);
}

TEST_CASE("http errors: an error body without end is read up to its limit") {
    client_fixture f;
    mock::gate never;
    auto endless = mock::stream_reply({std::string(1'100'000, ' '), "never sent"});
    endless.status = 400;
    endless.parts[1].hold = never;
    f.server.enqueue(endless);
    auto const got = f.client().open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().http_status == 400);
    CHECK(f.server.wait_for_peer_closes(1));
}

TEST_CASE("http errors: an error body that is cut is still that error") {
    client_fixture f;
    auto client = f.client();
    auto cut = mock::cut_after(failing(403, "AccessDeniedException"), 10);
    f.server.enqueue(cut);
    auto const got = client.open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::access_denied);
    CHECK(got.error().attempts == 1);
}

TEST_CASE("http errors: a connection that never carries an answer") {
    client_fixture f;
    mock::relay relay(f.server.port());
    f.options.endpoint = relay.url();
    using action = mock::relay_plan::action;
    for (bool const streaming : {false, true}) {
        auto client = f.client();
        auto const before = relay.accepted();
        mock::relay_plan plan;
        plan.what = action::close;
        relay.enqueue(plan);
        plan.what = action::reset;
        relay.enqueue(plan);
        auto const got = streaming ? client.open_stream(ask_for("hello")).finish() : client.converse(ask_for("hello"));
        REQUIRE(got);
        CHECK(got->attempts == 3);
        CHECK(relay.accepted() - before == 3);
    }
}

TEST_CASE("http errors: nobody listens") {
    client_fixture f;
    f.server.stop();
    for (bool const streaming : {false, true}) {
        auto client = f.client();
        auto const got = streaming ? client.open_stream(ask_for("hello")).finish() : client.converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::transport);
        CHECK(got.error().retryable);
        CHECK(got.error().attempts == 3);
        CHECK(contains(got.error().message, "cannot connect to " + f.server.url()));
    }
}

TEST_CASE("http errors: sequential calls keep one connection, through errors too") {
    client_fixture f;
    auto client = f.client();
    for (int i = 0; i < 3; ++i) {
        CHECK(client.converse(ask_for("hello")));
        f.server.enqueue(failing(400, "ValidationException"));
        CHECK_FALSE(client.converse(ask_for("hello")));
        CHECK(client.open_stream(ask_for("count to 30")).finish());
        f.server.enqueue(failing(404, "ResourceNotFoundException"));
        CHECK_FALSE(client.open_stream(ask_for("hello")).finish());
        f.server.enqueue(failing(503));
        CHECK(client.open_stream(ask_for("hello")).finish());
    }
    CHECK(f.server.accepted_connections() == 1);
    CHECK(f.server.open_connections() == 1);
}

TEST_CASE("http errors: a kept connection that the server closed is replaced unnoticed") {
    client_fixture f;
    auto client = f.client();
    for (int i = 0; i < 5; ++i) {
        auto last = mock::json_reply(200, R"({"output":{"message":{"role":"assistant","content":[{"text":"a"}]}},)"
                                          R"("stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,)"
                                          R"("totalTokens":2},"metrics":{"latencyMs":1}})");
        last.close_connection = true;
        f.server.enqueue(last);
        auto const got = client.converse(ask_for("hello"));
        REQUIRE(got);
        CHECK(got->attempts == 1);
        CHECK(f.server.wait_for_open_connections(0));
    }
    CHECK(f.server.accepted_connections() == 5);
}
