#include "support/mock_server.hpp"

#include <poll.h>
#include "support/catch.hpp"

#include "support/curl_request.hpp"
#include "support/frame_reader.hpp"
#include "support/frames.hpp"

#include <array>
#include <atomic>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr auto hello = R"({"messages":[{"role":"user","content":[{"text":"hello there"}]}]})";

mock::authorization_policy bearer_policy() {
    auto policy = mock::default_authorization();
    policy.bearer_tokens = {"bedrock-api-key-good"};
    return policy;
}

mock::server_options with_bearer() {
    mock::server_options options;
    options.authorization = bearer_policy();
    return options;
}

mock::curl_request bearer_request(mock::server const& server, std::string const& path, std::string body = hello) {
    mock::curl_request request;
    request.url = server.url() + path;
    request.headers = {"Authorization: Bearer bedrock-api-key-good", "Content-Type: application/json"};
    request.body = std::move(body);
    return request;
}

/// Sends bytes as they are and reads until the server closes.
std::string raw_exchange(mock::server const& server, std::string_view bytes) {
    CURL* const handle = curl_easy_init();
    curl_easy_setopt(handle, CURLOPT_URL, server.url().c_str());
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
    curl_socket_t socket = CURL_SOCKET_BAD;
    std::string received;
    if (curl_easy_perform(handle) == CURLE_OK &&
        curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK) {
        for (;;) {
            std::size_t count = 0;
            if (!bytes.empty() && curl_easy_send(handle, bytes.data(), bytes.size(), &count) == CURLE_OK) {
                bytes.remove_prefix(count);
                continue;
            }
            std::array<char, 4096> buffer;
            auto const code = curl_easy_recv(handle, buffer.data(), buffer.size(), &count);
            if (code == CURLE_OK && count > 0) {
                received.append(buffer.data(), count);
            } else if (code == CURLE_AGAIN) {
                pollfd waited{socket, static_cast<short>(bytes.empty() ? POLLIN : POLLIN | POLLOUT), 0};
                if (::poll(&waited, 1, 20000) <= 0) break;
            } else {
                break;
            }
        }
    }
    curl_easy_cleanup(handle);
    return received;
}

std::vector<std::string> event_types(std::string_view stream) {
    std::vector<std::string> types;
    for (auto const& frame : mock::read_frames(stream)) types.push_back(frame.header(":event-type"));
    return types;
}

}  // namespace

TEST_CASE("mock server: checks the AWS SDK's signatures over the raw path") {
    // Signed by the AWS SDK for JavaScript at this time; the paths hold %3A and %2F, which sign as %253A and %252F.
    constexpr std::int64_t signed_at = 1767323045;
    constexpr auto date = "X-Amz-Date: 20260102T030405Z";
    mock::server_options options;
    options.authorization.keys = {{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}};
    mock::server server(options);
    REQUIRE(server.running());
    server.set_clock_offset(signed_at - static_cast<std::int64_t>(std::time(nullptr)));
    std::string const authorization =
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=";
    mock::curl_request request;
    std::string const target = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse";
    request.url = server.url() + target;
    request.body = R"({"messages":[]})";
    request.headers = {"Host: bedrock-runtime.us-east-1.amazonaws.com", "Content-Type: application/json", date,
                       "x-amz-content-sha256: 5e4ce7b36ba37b78a5d5f9fd08e6b7b54ba6879d651aa46ec9e1d6fa24ebe30a",
                       authorization + "1e5a547d3e41fb639fdfb3514f2a24f3592b8d1b8c739404f9e3b8ccbba3235e"};
    auto answer = mock::perform(request);
    CHECK(answer.status == 400);  // signed well; and no messages is not a conversation
    CHECK(mock::header_value(answer.headers, "x-amzn-errortype") ==
          "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/");
    REQUIRE(server.request_count() == 1);
    CHECK(server.requests()[0].head.target == target);
    CHECK(server.requests()[0].authorization.accepted);

    request.url = server.url() + "/model/us.anthropic.claude-sonnet-4-20250514-v1:0/converse";
    answer = mock::perform(request);
    CHECK(answer.status == 403);
    CHECK(mock::header_value(answer.headers, "x-amzn-errortype") ==
          "InvalidSignatureException:http://internal.amazon.com/coral/com.amazon.coral.service/");
    CHECK_THAT(answer.body, Catch::StartsWith(R"({"message":"The request signature we calculated does not match)"));

    request.url =
        server.url() +
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2/converse-stream";
    request.body = "{}";
    request.headers[3] = "x-amz-content-sha256: 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    request.headers[4] = authorization + "fdf7b1daed91e5f4c9b6759f438f7819de884015f3c565ffd12c634ba7a2af99";
    answer = mock::perform(request);
    CHECK(answer.status == 400);
    CHECK(server.requests().back().authorization.accepted);

    server.set_clock_offset(signed_at + 3600 - static_cast<std::int64_t>(std::time(nullptr)));
    answer = mock::perform(request);
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body,
               Catch::StartsWith(R"({"message":"Signature expired: 20260102T030405Z is now earlier than 20260102T0)"));
    CHECK_THAT(mock::header_value(answer.headers, "date"), Catch::StartsWith("Fri, 02 Jan 2026 04:0"));
}

TEST_CASE("mock server: checks curl's own signatures") {
    mock::server server;
    mock::curl_request request;
    request.url = server.url() + "/model/anthropic.claude-x/converse";
    request.headers = {"Content-Type: application/json"};
    request.body = hello;
    request.sigv4 = "aws:amz:us-east-1:bedrock";
    request.user = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    auto answer = mock::perform(request);
    CHECK(answer.status == 200);
    CHECK_THAT(answer.body, Catch::Contains("You said: hello there"));
    request.user = "AKIAIOSFODNN7EXAMPLE:wrong";
    CHECK_THAT(mock::perform(request).body, Catch::Contains("signature we calculated does not match"));
    request.user = "AKIAOTHER:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    answer = mock::perform(request);
    CHECK(answer.status == 403);
    CHECK(answer.body == R"({"message":"The security token included in the request is invalid."})");
}

TEST_CASE("mock server: bearer tokens and their absence") {
    mock::server server(with_bearer());
    auto request = bearer_request(server, "/model/m/converse");
    auto answer = mock::perform(request);
    CHECK(answer.status == 200);
    CHECK(mock::header_value(answer.headers, "content-type") == "application/json");
    CHECK(mock::header_value(answer.headers, "x-amzn-requestid") == "00000000-0000-4000-8000-000000000001");
    CHECK(mock::header_value(answer.headers, "content-length") == std::to_string(answer.body.size()));
    request.headers[0] = "Authorization: Bearer bedrock-api-key-bad";
    answer = mock::perform(request);
    CHECK(answer.status == 403);
    CHECK(answer.body == R"({"Message":"Authentication failed: Please make sure your API Key is valid."})");
    CHECK_THAT(mock::header_value(answer.headers, "x-amzn-errortype"), Catch::StartsWith("AccessDeniedException"));
    request.headers[0] = "Authorization:";
    answer = mock::perform(request);
    CHECK(answer.status == 403);
    CHECK_THAT(mock::header_value(answer.headers, "x-amzn-errortype"),
               Catch::StartsWith("MissingAuthenticationTokenException"));
}

TEST_CASE("mock server: streams the same words as it answers") {
    mock::server server(with_bearer());
    auto const streamed = mock::perform(bearer_request(server, "/model/amazon.nova-lite-v1%3A0/converse-stream"));
    CHECK(streamed.code == CURLE_OK);
    CHECK(streamed.status == 200);
    CHECK(mock::header_value(streamed.headers, "content-type") == "application/vnd.amazon.eventstream");
    CHECK(mock::header_value(streamed.headers, "transfer-encoding") == "chunked");
    CHECK_FALSE(mock::has_header(streamed.headers, "keep-alive"));
    CHECK(event_types(streamed.body) ==
          std::vector<std::string>{"messageStart", "contentBlockDelta", "contentBlockDelta", "contentBlockDelta",
                                   "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"});
}

TEST_CASE("mock server: logs requests as they stood on the wire") {
    mock::server server;
    auto answered = mock::json_reply(200, "{}");
    answered.check_authorization = false;
    server.enqueue(answered);
    server.enqueue(answered);
    mock::curl_request request;
    request.url = server.url() + "/odd%2Fpath%25/../%C3%A4?q=%20&q=+";
    request.method = "PUT";
    request.headers = {"X-Twice: one",      "X-Twice: two",     "X-Percent: 100%41",    "X-Empty;",
                       "X-Blank:   a  b  ", "Range: bytes=0-1", "Accept-Encoding: gzip"};
    mock::curl_client client;
    auto answer = client.perform(request);
    CHECK(answer.status == 200);
    CHECK(answer.body == "{}");
    request.method = "BREW";
    request.body = std::string("a\0b", 3);
    CHECK(client.perform(request).status == 200);

    auto const logged = server.requests();
    REQUIRE(logged.size() == 2);
    auto const& first = logged[0];
    CHECK(first.head.method == "PUT");
    CHECK(first.head.target == "/odd%2Fpath%25/../%C3%A4?q=%20&q=+");
    CHECK(mock::header_values(first.head.headers, "x-twice") == std::vector<std::string>{"one", "two"});
    CHECK(mock::header_value(first.head.headers, "x-percent") == "100%41");
    CHECK(mock::has_header(first.head.headers, "x-empty"));
    CHECK(mock::header_value(first.head.headers, "x-blank") == "a  b");
    CHECK(first.body.empty());
    CHECK(first.connection == 1);
    CHECK(first.number == 1);
    CHECK(first.remote_port > 0);
    CHECK(logged[1].head.method == "BREW");
    CHECK(logged[1].body == std::string("a\0b", 3));
    CHECK(logged[1].connection == 1);
    CHECK(logged[1].remote_port == first.remote_port);
    CHECK(server.accepted_connections() == 1);
}

TEST_CASE("mock server: large headers and bodies arrive whole") {
    mock::server server(with_bearer());
    auto request = bearer_request(server, "/model/m/converse");
    request.headers.push_back("X-Large: " + std::string(60000, 'x'));
    request.body = R"({"messages":[{"role":"user","content":[{"text":")" + std::string(3000000, 'y') + R"("}]}]})";
    CHECK(mock::perform(request).status == 200);
    auto const logged = server.requests();
    REQUIRE(logged.size() == 1);
    CHECK(mock::header_value(logged[0].head.headers, "x-large").size() == 60000);
    CHECK(logged[0].body == request.body);
}

TEST_CASE("mock server: unknown paths and methods") {
    mock::server server(with_bearer());
    for (auto const* const path :
         {"/", "/model/m/unknown", "/model//converse", "/model/a/b/converse", "/models", "/model/converse"}) {
        INFO(path);
        auto const answer = mock::perform(bearer_request(server, path));
        CHECK(answer.status == 404);
        CHECK_THAT(mock::header_value(answer.headers, "x-amzn-errortype"),
                   Catch::StartsWith("UnknownOperationException"));
    }
    auto get = bearer_request(server, "/model/m/converse");
    get.method = "GET";
    CHECK(mock::perform(get).status == 404);
}

TEST_CASE("mock server: the model id is the decoded label") {
    mock::server server(with_bearer());
    // Only a stored prompt may come without messages.
    auto const prompt = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprompt%2FABCDEFGHIJ/converse";
    CHECK(mock::perform(bearer_request(server, prompt, "{}")).status == 200);
    CHECK(mock::perform(bearer_request(server, "/model/anthropic.claude-x/converse", "{}")).status == 400);
}

TEST_CASE("mock server: scripted replies are played in order, refused requests do not use them up") {
    mock::server server(with_bearer());
    auto throttled = mock::error_reply(429, "ThrottlingException", "Too many \"requests\"");
    throttled.headers.emplace_back("x-amz-retry-after", "7");
    throttled.headers.emplace_back("X-Twice", "1");
    throttled.headers.emplace_back("X-Twice", "2");
    server.enqueue(throttled);
    server.enqueue(mock::stream_reply(mock::golden_frames()));
    CHECK(server.queued_replies() == 2);
    auto bad = bearer_request(server, "/model/m/converse");
    bad.headers[0] = "Authorization: Bearer no";
    CHECK(mock::perform(bad).status == 403);
    CHECK(server.queued_replies() == 2);
    auto const first = mock::perform(bearer_request(server, "/model/m/converse"));
    CHECK(first.status == 429);
    CHECK(mock::header_value(first.headers, "x-amzn-errortype") == "ThrottlingException");
    CHECK(mock::header_value(first.headers, "x-amz-retry-after") == "7");
    CHECK(mock::header_values(first.headers, "x-twice").size() == 2);
    CHECK(first.body == R"({"message":"Too many \"requests\""})");
    CHECK(mock::perform(bearer_request(server, "/model/m/converse-stream")).body == mock::golden_stream());
    CHECK(server.queued_replies() == 0);
    CHECK(mock::perform(bearer_request(server, "/model/m/converse")).status == 200);
}

TEST_CASE("mock server: a handler answers what is not Bedrock") {
    mock::server server;
    server.set_handler([](mock::received_request const& request) -> std::optional<mock::reply> {
        if (request.head.target != "/latest/api/token") return std::nullopt;
        auto token = mock::json_reply(200, "token-" + mock::header_value(request.head.headers, "x-ttl"));
        token.headers = {{"Content-Type", "text/plain"}};
        token.check_authorization = false;
        return token;
    });
    mock::curl_request request;
    request.method = "PUT";
    request.url = server.url() + "/latest/api/token";
    request.headers = {"X-TTL: 60"};
    auto const answer = mock::perform(request);
    CHECK(answer.body == "token-60");
    CHECK(mock::header_value(answer.headers, "content-type") == "text/plain");
    request.url = server.url() + "/other";
    CHECK(mock::perform(request).status == 403);
}

TEST_CASE("mock server: gates release a stream frame by frame", "[threads]") {
    mock::server server(with_bearer());
    auto const frames = mock::golden_frames();
    mock::gate const head;
    mock::gate const next;
    for (auto const framed : {mock::framing::chunked, mock::framing::content_length, mock::framing::until_close}) {
        auto scripted = mock::stream_reply(frames);
        scripted.framed = framed;
        scripted.hold_head = head;
        for (auto& part : scripted.parts) part.hold = next;
        server.enqueue(scripted);
    }
    for (std::size_t round = 1; round <= 3; ++round) {
        std::string received;
        auto request = bearer_request(server, "/model/m/converse-stream");
        request.on_data = [&](std::string_view piece) {
            received += piece;
            // A whole number of frames has arrived, and the server cannot go on until this gate opens.
            if (mock::read_frames(received).size() < frames.size()) next.open();
            return true;
        };
        mock::curl_answer answer;
        std::thread client([&] { answer = mock::perform(request); });
        CHECK(head.wait_until_reached(round));
        CHECK(received.empty());
        head.open();
        CHECK(next.wait_until_reached((round - 1) * frames.size() + 1));
        next.open();
        client.join();
        CHECK(answer.code == CURLE_OK);
        CHECK(received == mock::golden_stream());
        CHECK(mock::has_header(answer.headers, "content-length") == (round == 2));
    }
}

TEST_CASE("mock server: sees the client go while it waits at a gate") {
    mock::server server(with_bearer());
    mock::gate const never;
    auto scripted = mock::stream_reply(mock::golden_frames());
    scripted.parts[1].hold = never;
    server.enqueue(scripted);
    auto request = bearer_request(server, "/model/m/converse-stream");
    request.on_data = [](std::string_view) { return false; };
    CHECK(mock::perform(request).code == CURLE_WRITE_ERROR);
    CHECK(server.wait_for_peer_closes(1));
    CHECK(server.wait_for_open_connections(0));
    CHECK(server.connections_closed_by_peer() == 1);
}

TEST_CASE("mock server: sees the client go while it writes and while it is idle") {
    mock::server server(with_bearer());
    server.enqueue(mock::json_reply(200, std::string(50000000, 'x')));
    auto request = bearer_request(server, "/model/m/converse");
    request.on_data = [](std::string_view) { return false; };
    CHECK(mock::perform(request).code == CURLE_WRITE_ERROR);
    CHECK(server.wait_for_peer_closes(1));
    {
        mock::curl_client client;
        CHECK(client.perform(bearer_request(server, "/model/m/converse")).status == 200);
        CHECK(server.wait_for_open_connections(1));
        CHECK(server.connections_closed_by_peer() == 1);
    }
    CHECK(server.wait_for_peer_closes(2));
    CHECK(server.wait_for_open_connections(0));
}

TEST_CASE("mock server: bodies end as scripted") {
    mock::server server(with_bearer());
    auto const play = [&](mock::reply const& scripted) {
        server.enqueue(scripted);
        return mock::perform(bearer_request(server, "/model/m/converse"));
    };
    auto const golden = mock::golden_stream();
    auto const chunked = mock::stream_reply(mock::golden_frames());
    auto sized = chunked;
    sized.framed = mock::framing::content_length;

    auto answer = play(mock::cut_after(sized, 100));
    CHECK(answer.code == CURLE_PARTIAL_FILE);
    CHECK(answer.body == golden.substr(0, 100));
    CHECK(mock::header_value(answer.headers, "content-length") == std::to_string(golden.size()));
    answer = play(mock::cut_after(chunked, golden.size() - 1));
    CHECK(answer.code != CURLE_OK);
    CHECK(answer.body == golden.substr(0, golden.size() - 1));
    answer = play(mock::cut_after(chunked, golden.size()));  // whole frames, but no last chunk
    CHECK(answer.code != CURLE_OK);
    CHECK(answer.body == golden);
    answer = play(mock::cut_after(sized, 50, mock::ending::reset));
    CHECK(answer.code == CURLE_RECV_ERROR);
    CHECK(answer.body == golden.substr(0, 50));

    auto nothing = sized;
    nothing.send_head = false;
    CHECK(play(nothing).code == CURLE_GOT_NOTHING);
    nothing.end = mock::ending::reset;
    CHECK(play(nothing).code == CURLE_RECV_ERROR);

    auto until_close = chunked;
    until_close.framed = mock::framing::until_close;
    answer = play(until_close);
    CHECK(answer.code == CURLE_OK);
    CHECK(answer.body == golden);

    auto empty = mock::json_reply(204, "");
    answer = play(empty);
    CHECK(answer.code == CURLE_OK);
    CHECK(answer.status == 204);
}

TEST_CASE("mock server: silence lasts until the client gives up") {
    mock::server server(with_bearer());
    auto scripted = mock::stream_reply({mock::golden_frames()[0]});
    scripted.end = mock::ending::silence;
    server.enqueue(scripted);
    auto request = bearer_request(server, "/model/m/converse-stream");
    request.timeout_ms = 200;
    auto const answer = mock::perform(request);
    CHECK(answer.code == CURLE_OPERATION_TIMEDOUT);
    CHECK(answer.body == mock::golden_frames()[0]);
    CHECK(server.wait_for_peer_closes(1));
}

TEST_CASE("mock server: a reply may hang up without announcing it") {
    mock::server server(with_bearer());
    auto scripted = mock::json_reply(200, "{}");
    scripted.close_connection = true;
    server.enqueue(scripted);
    mock::curl_client client;
    auto const answer = client.perform(bearer_request(server, "/model/m/converse"));
    CHECK(answer.status == 200);
    CHECK_FALSE(mock::has_header(answer.headers, "connection"));
    CHECK(server.wait_for_open_connections(0));
    CHECK(server.connections_closed_by_peer() == 0);
    CHECK(client.perform(bearer_request(server, "/model/m/converse")).status == 200);
    CHECK(client.perform(bearer_request(server, "/model/m/converse")).status == 200);
    CHECK(server.accepted_connections() == 2);
}

TEST_CASE("mock server: serves forty clients at once", "[threads]") {
    constexpr std::size_t clients = 40;
    mock::server server(with_bearer());
    mock::gate const together;
    for (std::size_t i = 0; i < clients; ++i) {
        auto scripted = mock::stream_reply(mock::golden_frames());
        scripted.parts[3].hold = together;
        server.enqueue(scripted);
    }
    std::atomic<std::size_t> complete = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < clients; ++i) {
        threads.emplace_back([&] {
            if (mock::perform(bearer_request(server, "/model/m/converse-stream")).body == mock::golden_stream())
                ++complete;
        });
    }
    CHECK(together.wait_until_reached(clients));
    CHECK(server.open_connections() == clients);
    together.open(clients);
    for (auto& thread : threads) thread.join();
    CHECK(complete == clients);
    CHECK(server.accepted_connections() == clients);
}

TEST_CASE("mock server: waits between the events of its own streams") {
    auto options = with_bearer();
    options.pace = 5ms;
    mock::server server(options);
    auto const start = std::chrono::steady_clock::now();
    auto const answer = mock::perform(bearer_request(server, "/model/m/converse-stream"));
    CHECK(event_types(answer.body).size() == 8);
    CHECK(std::chrono::steady_clock::now() - start >= 7 * 5ms);
}

TEST_CASE("mock server: tells its observer the status of each reply") {
    std::vector<std::pair<std::string, int>> seen;
    auto options = with_bearer();
    options.keep_requests = false;
    options.observer = [&](mock::received_request const& request, int status) {
        seen.emplace_back(request.head.target, status);
    };
    mock::server server(options);
    mock::perform(bearer_request(server, "/model/m/converse"));
    mock::perform(bearer_request(server, "/nothing"));
    CHECK(seen == std::vector<std::pair<std::string, int>>{{"/model/m/converse", 200}, {"/nothing", 404}});
    CHECK(server.requests().empty());
    CHECK(server.request_count() == 2);
}

TEST_CASE("mock server: stops although clients and gates wait", "[threads]") {
    mock::gate const never;
    mock::curl_answer answer;
    std::thread client;
    {
        mock::server server(with_bearer());
        auto scripted = mock::stream_reply(mock::golden_frames());
        scripted.parts[1].hold = never;
        server.enqueue(scripted);
        client = std::thread([&answer, request = bearer_request(server, "/model/m/converse-stream")] {
            answer = mock::perform(request);
        });
        CHECK(never.wait_until_reached());
    }
    client.join();
    CHECK(answer.code != CURLE_OK);
    CHECK(answer.code != CURLE_OPERATION_TIMEDOUT);
}

TEST_CASE("mock server: a port in use is reported, not shared") {
    mock::server first;
    REQUIRE(first.running());
    mock::server_options same;
    same.port = first.port();
    mock::server second(same);
    CHECK_FALSE(second.running());
}

TEST_CASE("mock server: what is not HTTP is refused") {
    mock::server server(with_bearer());
    CHECK_THAT(raw_exchange(server, "EHLO example.com\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(raw_exchange(server, "GET / HTTP/2\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(raw_exchange(server, "GET / HTTP/1.1\r\nno colon\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(raw_exchange(server, "POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n"),
               Catch::StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(raw_exchange(server, "GET / HTTP/1.1\r\nX: " + std::string(1100000, 'x')),
               Catch::StartsWith("HTTP/1.1 431 "));
    CHECK(server.request_count() == 0);
}

TEST_CASE("mock server: reads chunked, expected and pipelined bodies") {
    mock::server server;
    auto scripted = mock::json_reply(200, "{}");
    scripted.check_authorization = false;
    for (int i = 0; i < 4; ++i) server.enqueue(scripted);
    auto const answer =
        raw_exchange(server,
                     "POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                     "GET /2 HTTP/1.1\r\n\r\n"
                     "GET /3 HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nxy"
                     "HEAD /4 HTTP/1.1\r\nConnection: close\r\n\r\n");
    auto const logged = server.requests();
    REQUIRE(logged.size() == 4);
    CHECK(logged[0].body == "abcde");
    CHECK(logged[1].head.target == "/2");
    CHECK(logged[1].body.empty());
    CHECK(logged[2].body == "xy");
    CHECK(logged[3].head.method == "HEAD");
    CHECK_THAT(answer, Catch::Contains("HTTP/1.1 100 Continue"));
    CHECK_THAT(answer, Catch::EndsWith("\r\n\r\n"));  // and no body after the last head
}
