// Whatever goes wrong, no error and no explanation shows a key, a secret or a token.
#include "support/client_fixture.hpp"

#include "support/socket_server.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr std::string_view secrets[] = {"AKIASECRETSECRETKEYS", "wJalrSecretKeyOfTheTest", "FwoGZSessionTokenOfTheTest",
                                        "bedrock-api-key-OfTheTest", "hunter2"};

void check_no_secret(std::string_view text) {
    INFO(text);
    for (auto const secret : secrets) CHECK_FALSE(contains(text, secret));
    CHECK_FALSE(contains(text, "Signature="));
    CHECK_FALSE(contains(text, "Bearer "));
}

void check_no_secret(error const& why) {
    CHECK(why.code != errc::none);
    CHECK_FALSE(why.message.empty());
    for (auto const& text : {why.message, why.hint, why.name, why.request_id}) check_no_secret(text);
}

struct call_and_stream {
    client_fixture& f;
    int errors = 0;

    void fails() {
        auto client = f.one_attempt_client();
        auto const plain = client.converse(ask_for("hello"));
        REQUIRE_FALSE(plain);
        check_no_secret(plain.error());
        auto const streamed = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(streamed);
        check_no_secret(streamed.error());
        check_no_secret(client.explain().text());
        ++errors;
    }
};

}  // namespace

TEST_CASE("secrets: in no error of any kind, with access keys or a token") {
    client_fixture f;
    auto const bearer = GENERATE(false, true);
    f.options.credentials.emplace();
    if (bearer) {
        f.options.credentials->bearer_token = std::string(secrets[3]);
    } else {
        f.options.credentials->access_key_id = secrets[0];
        f.options.credentials->secret_access_key = secrets[1];
        f.options.credentials->session_token = secrets[2];
    }
    call_and_stream both{f};
    both.fails();  // the server does not know them

    auto const answer = [&](mock::reply reply) {
        reply.check_authorization = false;
        f.server.set_handler([reply](auto const&) { return std::optional(reply); });
        both.fails();
    };
    for (int const status : {301, 400, 403, 429, 500, 502}) answer(mock::error_reply(status, "", "no"));
    answer(mock::json_reply(200, "<html>"));
    answer(mock::cut_after(mock::stream_reply(mock::golden_frames()), 100));
    answer(mock::cut_after(mock::stream_reply(mock::golden_frames()), 0, mock::ending::reset));
    answer(mock::stream_reply({mock::golden_frames()[0], "damaged frame, damaged frame"}));
    answer(mock::stream_reply({mock::exception_frame("validationException", "")}));

    f.options.region = "no region";
    both.fails();
    f.options.region.clear();
    f.options.timeouts.first_byte_ms = f.options.timeouts.first_event_ms = 30;
    auto silent = mock::json_reply(200, "");
    silent.hold_head.emplace();
    answer(silent);
    f.options.timeouts.total_ms = 30;
    answer(silent);
    f.options.timeouts = {};
    f.server.stop();
    both.fails();
    f.options.endpoint = "http://no-such-host.invalid/" + std::string(secrets[4]);
    auto client = f.one_attempt_client();
    check_no_secret(client.converse(ask_for("hello")).error());
    for (auto const* endpoint : {"ftp://me:hunter2@host", "http://me:hunter2@host/", "http://host/?key=hunter2"}) {
        f.options.endpoint = endpoint;
        both.fails();
    }
    CHECK(both.errors == 19);
}

TEST_CASE("secrets: in no error about the credentials themselves") {
    client_fixture f;
    f.options.credentials.reset();
    auto& variables = *f.set;
    call_and_stream both{f};
    both.fails();
    variables["AWS_ACCESS_KEY_ID"] = secrets[0];
    both.fails();
    variables["AWS_SECRET_ACCESS_KEY"] = std::string(secrets[1]) + "\nx";
    both.fails();
    variables["AWS_SECRET_ACCESS_KEY"] = secrets[1];
    variables["AWS_SESSION_TOKEN"] = std::string(secrets[2]) + "\x01x";
    both.fails();
    variables["AWS_SESSION_TOKEN"] = secrets[2];
    variables["AWS_CREDENTIAL_EXPIRATION"] = "yesterday";
    both.fails();
    variables["AWS_CREDENTIAL_EXPIRATION"] = "2001-01-01T00:00:00Z";
    both.fails();
    variables["AWS_BEARER_TOKEN_BEDROCK"] = std::string(secrets[3]) + "\r\nx";
    both.fails();
    f.options.credentials.emplace();
    f.options.credentials->bearer_token = std::string(secrets[3]) + "\r\nx";
    both.fails();
    f.options.credentials->bearer_token = {};
    f.options.credentials->access_key_id = std::string(secrets[0]) + "\n";
    f.options.credentials->secret_access_key = secrets[1];
    both.fails();
    CHECK(f.server.request_count() == 0);
}

TEST_CASE("secrets: not in the errors about a caller's own headers") {
    client_fixture f;
    call_options call;
    for (auto const* name : {"Authorization", "X-Api-Key"}) {
        call.headers = {{name, "hunter2\r\nx"}};
        auto const got = f.client().converse(ask_for("hello"), call);
        REQUIRE_FALSE(got);
        check_no_secret(got.error());
        CHECK(contains(got.error().message, name));
    }
}
