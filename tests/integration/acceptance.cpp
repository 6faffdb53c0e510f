// Whatever a request holds, the service must be able to verify it: the server signs again from the bytes received.
#include "support/client_fixture.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::string authorization_of(mock::received_request const& request) {
    return mock::header_value(request.head.headers, "authorization");
}

/// One character of every plane, those at the edges of each, and everything that JSON escapes.
std::string text_of_every_plane() {
    std::string text;
    for (char32_t c = 1; c < 0x80; ++c) append_utf8(text, c);
    for (char32_t plane = 0; plane <= 0x10; ++plane)
        for (char32_t const low : {0x0080u, 0x07ffu, 0x0800u, 0x2028u, 0xd7ffu, 0xe000u, 0xfeffu, 0xfffdu, 0xffffu})
            append_utf8(text, plane << 16 | low);
    return text;
}

}  // namespace

TEST_CASE("acceptance: every model id is encoded once on the wire and verified") {
    struct sample {
        std::string id;
        std::string label;
    };
    std::vector<sample> const samples = {
        {"amazon.nova-lite-v1", "amazon.nova-lite-v1"},
        {"anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic.claude-3-5-sonnet-20241022-v2%3A0"},
        {"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
         "arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Famazon.nova-pro-v1%3A0"},
        {"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
         "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2c3"},
        {"a b+c?d#e%2Ff\"g\\h&=i;j@k", "a%20b%2Bc%3Fd%23e%252Ff%22g%5Ch%26%3Di%3Bj%40k"},
        {"\x01\x7f", "%01%7F"},
        {"mod\xc3\xa8le-\xe6\xa8\xa1\xf0\x9f\xa6\x99", "mod%C3%A8le-%E6%A8%A1%F0%9F%A6%99"},
        {"\xff\xfe", "%FF%FE"},
        {"-._~", "-._~"},
    };
    client_fixture f;
    auto client = f.client();
    std::size_t sent = 0;
    for (auto const& [id, label] : samples) {
        INFO(id);
        CHECK(client.converse(ask_for("hello", id)));
        CHECK(client.open_stream(ask_for("hello", id)).finish());
        auto const requests = f.server.requests();
        REQUIRE(requests.size() == sent + 2);
        CHECK(requests[sent].authorization.accepted);
        CHECK(requests[sent++].head.target == "/model/" + label + "/converse");
        CHECK(requests[sent].authorization.accepted);
        CHECK(requests[sent++].head.target == "/model/" + label + "/converse-stream");
    }
    CHECK(f.server.accepted_connections() == 1);
}

TEST_CASE("acceptance: ids that would be dot segments are refused, others reach the server as they are") {
    client_fixture f;
    f.server.set_handler([](mock::received_request const&) {
        return std::optional(mock::json_reply(404, R"({"message":"no such model"})"));
    });
    auto client = f.client();
    for (auto const* id : {".", ".."}) {
        auto const got = client.converse(ask_for("hello", id));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_input);
        CHECK(contains(got.error().message, "an id cannot be one of these"));
    }
    for (auto const* id : {"...", "a/../b"}) {
        auto const got = client.converse(ask_for("hello", id));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::resource_not_found);
    }
    auto const requests = f.server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].head.target == "/model/a%2F..%2Fb/converse");
    for (auto const& request : requests) CHECK(request.authorization.accepted);
}

TEST_CASE("acceptance: every body is received and verified byte by byte") {
    client_fixture f;
    auto client = f.client();
    SECTION("an empty system prompt is not sent") {
        auto request = ask_for("hello");
        request.system = {};
        REQUIRE(client.converse(request));
        CHECK_FALSE(contains(f.server.requests()[0].body, "system"));
    }
    SECTION("an image of three megabytes") {
        byte_buffer bytes(3'000'000);
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 2654435761u >> 13);
        image_block image;
        image.format = image_format::png;
        image.source = std::move(bytes);
        auto request = ask_for("what is this?");
        request.messages[0].content.emplace_back(std::move(image));
        auto const got = client.converse(request);
        REQUIRE(got);
        CHECK(contains(got->text(), "3000000"));
        CHECK(client.open_stream(request).finish());
        CHECK(f.server.requests()[0].body.size() > 4'000'000);
        CHECK(mock::header_value(f.server.requests()[0].head.headers, "expect").empty());
        CHECK(f.server.accepted_connections() == 1);
    }
    SECTION("every plane of Unicode") {
        auto const text = text_of_every_plane();
        auto const got = client.converse(ask_for(text));
        REQUIRE(got);
        CHECK(contains(got->text(), text.substr(text.find("\xc2\x80"))));
        auto const streamed = drain(client.open_stream(ask_for(text)));
        REQUIRE(streamed.end);
        CHECK(streamed.text == got->text());
    }
}

TEST_CASE("acceptance: the signature is for the region of the call, the client or the ARN") {
    client_fixture f;
    auto const scope = [&](client_options const& options, call_options const& call, std::string model) {
        bedrock::client client(options);
        CHECK(client.converse(ask_for("hello", std::move(model)), call));
        auto const text = authorization_of(f.server.requests().back());
        auto const begin = text.find("/", text.find("/") + 1) + 1;
        return text.substr(begin, text.find(',') - begin);
    };
    std::string const arn = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/a1";
    call_options call;
    CHECK(scope(f.options, call, "m") == "us-east-1/bedrock/aws4_request");
    (*f.set)["AWS_REGION"] = "ap-south-1";
    CHECK(scope(f.options, call, "m") == "ap-south-1/bedrock/aws4_request");
    CHECK(scope(f.options, call, arn) == "eu-west-3/bedrock/aws4_request");
    f.options.region = "ca-central-1";
    CHECK(scope(f.options, call, arn) == "ca-central-1/bedrock/aws4_request");
    call.region = "sa-east-1";
    CHECK(scope(f.options, call, arn) == "sa-east-1/bedrock/aws4_request");
}

TEST_CASE("acceptance: an endpoint with a path prefix is signed with it") {
    client_fixture f;
    f.server.set_handler([](mock::received_request const& request) -> std::optional<mock::reply> {
        auto inner = request;
        inner.head.target = request.head.target.substr(request.head.target.find("/model/"));
        return mock::bedrock_reply(inner);
    });
    for (auto const* prefix : {"/gateway", "/a%20b/c%2Fd/", "/v1//x"}) {
        f.options.endpoint = f.server.url() + prefix;
        auto client = f.client();
        CHECK(client.converse(ask_for("hello")));
        CHECK(client.open_stream(ask_for("hello")).finish());
        auto const request = f.server.requests().back();
        CHECK(request.authorization.accepted);
        auto expected = std::string(prefix);
        if (expected.back() == '/') expected.pop_back();
        CHECK(request.head.target == expected + "/model/anthropic.claude-v2%3A1/converse-stream");
    }
    f.options.endpoint.clear();
    (*f.set)["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = f.server.url() + "/by-variable";
    CHECK(f.client().converse(ask_for("hello")));
    CHECK(f.server.requests().back().head.target.starts_with("/by-variable/model/"));
}

TEST_CASE("acceptance: session tokens are sent and signed") {
    auto policy = mock::default_authorization();
    policy.keys[0].session_token = "FwoGZXIvYXdzEBYaD+a/b==";
    mock::server_options how;
    how.authorization = policy;
    client_fixture f(how);
    f.options.credentials->session_token = policy.keys[0].session_token;
    CHECK(f.client().converse(ask_for("hello")));
    CHECK(contains(authorization_of(f.server.requests().back()), "x-amz-security-token"));
    f.options.credentials->session_token = "another";
    auto const got = f.client().converse(ask_for("hello"));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::authentication);
}

TEST_CASE("acceptance: bearer tokens, from the environment and in code") {
    mock::server_options how;
    how.authorization.bearer_tokens = {"bedrock-api-key-one", "bedrock-api-key-two"};
    client_fixture f(how);
    f.options.credentials.reset();
    (*f.set)["AWS_BEARER_TOKEN_BEDROCK"] = "  bedrock-api-key-one\n";
    (*f.set)["AWS_ACCESS_KEY_ID"] = example_key_id;
    (*f.set)["AWS_SECRET_ACCESS_KEY"] = example_secret;
    CHECK(f.client().converse(ask_for("hello")));
    CHECK(authorization_of(f.server.requests().back()) == "Bearer bedrock-api-key-one");
    f.options.credentials.emplace();
    f.options.credentials->bearer_token = "bedrock-api-key-two";
    CHECK(f.client().open_stream(ask_for("hello")).finish());
    CHECK(authorization_of(f.server.requests().back()) == "Bearer bedrock-api-key-two");
    f.options.credentials->bearer_token = "bedrock-api-key-none";
    auto const got = f.client().converse(ask_for("hello"));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::access_denied);
    CHECK(got.error().attempts == 1);
}

TEST_CASE("acceptance: without authorization where a proxy adds it") {
    mock::server_options how;
    how.check_authorization = false;
    client_fixture f(how);
    f.options.credentials.reset();
    (*f.set)["AWS_BEDROCK_SKIP_AUTH"] = "1";
    (*f.set)["AWS_BEARER_TOKEN_BEDROCK"] = "not-to-be-sent";
    call_options call;
    CHECK(f.client().converse(ask_for("hello"), call));
    for (auto const* name : {"authorization", "x-amz-date", "x-amz-security-token"})
        CHECK_FALSE(mock::has_header(f.server.requests().back().head.headers, name));
    call.headers = {{"Authorization", "Basic cHJveHk="}};
    CHECK(f.client().converse(ask_for("hello"), call));
    CHECK(authorization_of(f.server.requests().back()) == "Basic cHJveHk=");
}

TEST_CASE("acceptance: a caller's own headers, blank and odd values too") {
    client_fixture f;
    auto client = f.client();
    call_options call;
    call.headers = {{"x-amz-empty", ""},        {"x-amz-blank", " \t "},        {"x-amz-padded", "  a \t  b  "},
                    {"x-amz-twice", "1"},       {"X-Amz-Twice", "2"},           {"X-Plain", ""},
                    {"X-Latin", "caf\xc3\xa9"}, {"x-amz-utf8", "\xe6\xa8\xa1"}};
    auto const got = client.converse(ask_for("hello"), call);
    REQUIRE(got);
    auto const headers = f.server.requests().back().head.headers;
    CHECK(mock::has_header(headers, "x-amz-empty"));
    CHECK(mock::has_header(headers, "x-amz-blank"));
    CHECK(mock::has_header(headers, "x-plain"));
    CHECK(mock::header_values(headers, "x-amz-twice") == std::vector<std::string>{"1", "2"});
    CHECK(mock::header_values(headers, "host").size() == 1);
    CHECK(mock::header_values(headers, "content-length").size() == 1);
}

TEST_CASE("acceptance: the wrong secret, key and clock are told apart") {
    client_fixture f;
    auto const refusal = [&] {
        auto const got = f.client().converse(ask_for("hello"));
        return got ? error() : got.error();
    };
    f.options.credentials->secret_access_key = "wrong";
    CHECK(refusal().name == "InvalidSignatureException");
    CHECK(refusal().code == errc::authentication);
    CHECK_FALSE(refusal().hint.empty());
    f.options.credentials = example_keys();
    f.options.credentials->access_key_id = "AKIAUNKNOWN";
    CHECK(refusal().name == "UnrecognizedClientException");
    f.options.credentials = example_keys();
    f.server.set_clock_offset(172'800);  // two days: not believed
    auto const late = refusal();
    CHECK(late.code == errc::authentication);
    CHECK(late.attempts == 1);
    CHECK(contains(late.message, "Signature expired"));
    CHECK(contains(late.hint, "clock"));
}
