#include "bedrock/call.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char url[] = "https://mock.test/base/model/m%3A0/converse";

recorded_exchange answer(int status, std::string type = {}, http::header_list extra = {}) {
    recorded_exchange made;
    made.method = "POST";
    made.url = url;
    made.head.status = status;
    made.head.headers = std::move(extra);
    made.head.headers.push_back({"x-amzn-RequestId", "id-" + std::to_string(status)});
    if (!type.empty()) made.head.headers.push_back({"x-amzn-ErrorType", std::move(type)});
    made.pieces = {status == 200 ? "{\"whole\":" : "{\"message\":", "\"words\"}"};
    return made;
}

recorded_exchange broken(http::failure how) {
    auto made = answer(200);
    made.failure = std::move(how);
    return made;
}

struct called {
    fake_environment machine;
    client_options options{};
    call_options call{};
    operation what{};
    int attempts = 0;
    std::string request_id{};
    std::vector<http::request> requests{};
    std::vector<std::int64_t> pauses{};
    int budget = 0;
    bool exhausted = false;

    called() {
        options.endpoint = "https://mock.test/base/";
        options.credentials = credentials{.access_key_id = "AKID", .secret_access_key = "the-secret"};
        what = {.name = "Converse", .path = "/model/m%3A0/converse", .body = "{}", .model_id = "m:0"};
    }

    template <class Make>
    auto run(std::vector<recorded_exchange> recording, Make make) {
        if (!options.surroundings) options.surroundings = machine.get();
        client_state state(options);
        sigv4::signer signer;
        call_frame frame{state, call, signer, what};
        recorded_runner runner(std::move(recording));
        auto got = runner.run(make(frame));
        attempts = frame.attempts;
        request_id = frame.request_id;
        requests = runner.requests();
        pauses = runner.pauses();
        budget = state.bucket.available();
        exhausted = runner.exhausted();
        return got;
    }
    result<http::response> plain(std::vector<recorded_exchange> recording) {
        return run(std::move(recording), [](call_frame& frame) { return send_plain(frame); });
    }
    result<std::unique_ptr<http::transfer>> stream(std::vector<recorded_exchange> recording,
                                                   std::vector<std::optional<error>> verdicts = {}) {
        auto next = std::make_shared<std::size_t>(0);
        return run(std::move(recording), [verdicts, next](call_frame& frame) {
            return open_streaming(frame, [verdicts, next](http::transfer&) {
                return [](std::optional<error> verdict) -> exchange<std::optional<error>> {
                    co_return verdict;
                }(*next < verdicts.size() ? verdicts[(*next)++] : std::nullopt);
            });
        });
    }
};

std::string header(http::request const& request, std::string_view name) {
    return std::string(http::find_header(request.headers, name));
}

std::size_t count_headers(http::request const& request, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(request.headers.begin(), request.headers.end(),
                                                  [&](auto const& one) { return http::equal_names(one.name, name); }));
}

}  // namespace

TEST_CASE("call: an operation may bound the wait for its first byte, a call with clocks of its own does not care",
          "[call]") {
    called c;
    c.what.longest_first_byte_ms = 30'000;
    REQUIRE(c.plain({answer(200)}));
    CHECK(c.requests.at(0).timeouts.first_byte_ms == 30'000);
    c.options.timeouts.first_byte_ms = 2'000;
    REQUIRE(c.plain({answer(200)}));
    CHECK(c.requests.at(0).timeouts.first_byte_ms == 2'000);
    c.options.timeouts.first_byte_ms = 0;
    REQUIRE(c.plain({answer(200)}));
    CHECK(c.requests.at(0).timeouts.first_byte_ms == 30'000);
    c.call.timeouts = http::timeouts{.first_byte_ms = 50'000};
    REQUIRE(c.plain({answer(200)}));
    CHECK(c.requests.at(0).timeouts.first_byte_ms == 50'000);
}

TEST_CASE("call: a whole answer and a failure both know what their frame knows", "[call]") {
    called c;
    auto const conclude_call = [](call_frame& frame) -> exchange<result<call_answer>> {
        auto response = co_await send_plain(frame);
        co_return conclude(frame, std::move(response));
    };
    auto const whole = c.run({answer(200)}, conclude_call);
    REQUIRE(whole);
    CHECK(whole->attempts == 1);
    CHECK(whole->request_id == "id-200");
    auto const refused = c.run({answer(400, "ValidationException")}, conclude_call);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().attempts == 1);
    CHECK(refused.error().request_id == "id-400");
}

TEST_CASE("call: the request of an operation", "[call]") {
    called c;
    c.options.user_agent_suffix = "product/1";
    c.call.user_agent_suffix = "call/2";
    c.call.headers = {{"X-Amz-Note", "n"}, {"X-Plain", "p"}};
    c.call.timeouts = http::timeouts{.total_ms = 7};
    c.options.max_answer_bytes = 99;
    auto const got = c.plain({answer(200)});
    REQUIRE(got);
    CHECK(got->body == R"({"whole":"words"})");
    CHECK(c.attempts == 1);
    CHECK(c.request_id == "id-200");
    REQUIRE(c.requests.size() == 1);
    auto const& request = c.requests[0];
    CHECK(request.method == "POST");
    CHECK(request.body.view() == "{}");
    CHECK(request.timeouts.total_ms == 7);
    CHECK(request.max_body == 99);
    CHECK_FALSE(request.fresh_connection);
    CHECK(header(request, "Host") == "mock.test");
    CHECK(header(request, "Content-Type") == "application/json");
    CHECK(header(request, "Accept") == "application/json");
    CHECK(header(request, "X-Amz-Date") == "20260102T030405Z");
    CHECK(header(request, "User-Agent").starts_with("bedrock-cpp/"));
    CHECK(header(request, "User-Agent").ends_with(" product/1 call/2"));
    CHECK(header(request, "amz-sdk-request") == "attempt=1; max=3");
    CHECK(header(request, "amz-sdk-invocation-id").size() == 36);
    auto const authorization = header(request, "Authorization");
    CHECK(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/bedrock/aws4_request, "));
    CHECK(authorization.find(";x-amz-note") != std::string::npos);
    CHECK(authorization.find("x-plain") == std::string::npos);
    CHECK(authorization.find("user-agent") == std::string::npos);
    CHECK(header(request, "X-Plain") == "p");
}

TEST_CASE("call: certificate, socket and HTTP/2 are the service's request's alone, proxy and authorities everybody's",
          "[call]") {
    called c;
    (*c.machine.values)["http_proxy"] = "http://proxy.test:1";
    c.options.network.tls = {"own.pem", "certificate.pem", "key.pem", ""};
    c.options.network.unix_socket = "/run/gateway.sock";
    c.options.network.http2 = true;
    client_state state([&] {
        c.options.surroundings = c.machine.get();
        return c.options;
    }());
    sigv4::signer signer;
    call_frame frame{state, c.call, signer, c.what};
    recorded_runner runner({answer(200)});
    REQUIRE(runner.run(send_plain(frame)));
    auto const& request = runner.requests().at(0);
    CHECK(request.tls.certificate == "certificate.pem");
    CHECK(request.tls.key == "key.pem");
    CHECK(request.unix_socket == "/run/gateway.sock");
    CHECK(request.http2);
    CHECK(runner.network().http_proxy.url == "http://proxy.test:1");
    CHECK(runner.network().tls.authorities == "own.pem");
    CHECK(runner.network().tls.certificate.empty());
}

TEST_CASE("call: bearer tokens and nobody's requests carry no signature", "[call]") {
    called c;
    c.options.credentials = credentials{.bearer_token = "the-token"};
    REQUIRE(c.plain({answer(200)}));
    CHECK(header(c.requests[0], "Authorization") == "Bearer the-token");
    CHECK(count_headers(c.requests[0], "X-Amz-Date") == 0);
    c.options.auth = auth_scheme::none;
    c.call.headers = {{"Authorization", "Basic proxy"}};
    REQUIRE(c.plain({answer(200)}));
    CHECK(count_headers(c.requests[0], "Authorization") == 1);
    CHECK(header(c.requests[0], "Authorization") == "Basic proxy");
}

TEST_CASE("call: a Bedrock API key goes over plain http to this machine alone, unless the code allows it", "[call]") {
    called c;
    c.options.credentials = credentials{.bearer_token = "token"};
    for (auto const* endpoint : {"http://mock.test", "http://10.1.2.3:8080"}) {
        INFO(endpoint);
        c.options.endpoint = endpoint;
        auto const got = c.plain({answer(200)});
        REQUIRE_FALSE(got);
        CHECK(c.requests.empty());
        CHECK(got.error().code == errc::invalid_input);
        CHECK(got.error().message == "the endpoint \"" + std::string(endpoint) +
                                         "\" (set by client option) would get secrets over plain http: use https, or "
                                         "set allow_plain_http in code if the network is trusted");
    }
    auto const sends = [&] {
        auto served = answer(200);
        served.url = c.options.endpoint + c.what.path;
        bool const got = c.plain({std::move(served)}).has_value();
        return got && c.requests.size() == 1;
    };
    c.options.allow_plain_http = true;
    CHECK(sends());
    c.options.allow_plain_http = false;
    c.options.endpoint = "http://127.0.0.1:8080";
    CHECK(sends());
    c.options.endpoint = "http://mock.test";
    c.options.credentials = credentials{.access_key_id = "AKID", .secret_access_key = "the-secret"};
    CHECK(sends());  // a signature shows no secret
}

TEST_CASE("call: headers that would break the request are refused before it is sent", "[call]") {
    called c;
    auto const refused = [&] {
        auto const got = c.plain({answer(200)});
        CHECK(c.requests.empty());
        CHECK(c.attempts == 0);
        return got ? error() : got.error();
    };
    SECTION("names and values that end their line") {
        for (auto const& bad : http::header_list{{"", "v"},
                                                 {"a b", "v"},
                                                 {"a:b", "v"},
                                                 {"a\r\nb", "v"},
                                                 {"a", "v\r\nevil: 1"},
                                                 {"a", "v\n"},
                                                 {"a", std::string("v\0w", 3)},
                                                 {"x-amz-a", "v\r\nevil: 1"},
                                                 {"a(b)", "v"},
                                                 {"\xC3\xA9", "v"},
                                                 {"a\x7F", "v"},
                                                 {"a/b", "v"}}) {
            c.call.headers = {bad};
            auto const why = refused();
            CHECK(why.code == errc::invalid_input);
            CHECK(why.message.find('\n') == std::string::npos);
            CHECK(why.message.find("evil") == std::string::npos);
        }
    }
    SECTION("the user agent") {
        c.options.user_agent_suffix = "a\r\nevil: 1";
        CHECK(refused().code == errc::invalid_input);
        c.options.user_agent_suffix.clear();
        c.call.user_agent_suffix = "a\nevil: 1";
        CHECK(refused().code == errc::invalid_input);
    }
    SECTION("headers that the request has already") {
        for (auto const* name :
             {"host", "Content-Type", "ACCEPT", "Content-Length", "Transfer-Encoding", "Expect", "User-Agent",
              "Authorization", "X-Amz-Date", "x-amz-security-token", "x-amz-content-sha256", "amz-sdk-request"}) {
            INFO(name);
            c.call.headers = {{name, "v"}};
            auto const why = refused();
            CHECK(why.code == errc::invalid_input);
            CHECK(why.message.find(name) != std::string::npos);
        }
    }
    SECTION("headers of the connection") {
        for (auto const* name : {"Connection", "keep-alive", "TE", "Trailer", "UPGRADE", "Proxy-Authorization",
                                 "proxy-connection", "Proxy-"}) {
            INFO(name);
            c.call.headers = {{name, "v"}};
            auto const why = refused();
            CHECK(why.code == errc::invalid_input);
            CHECK(why.message == "the header \"" + std::string(name) +
                                     "\" is for a connection, not for a request: leave it to the library");
        }
    }
    SECTION("paths with dot segments") {
        for (auto const* path : {"/model/./converse", "/model/../converse", "/..", "/model/%2E%2e/converse", "/model/.?a=b"}) {
            INFO(path);
            c.what.path = path;
            auto const why = refused();
            CHECK(why.code == errc::invalid_input);
            CHECK(why.message.find("an id cannot be one of these") != std::string::npos);
        }
    }
    SECTION("credentials") {
        c.options.credentials = credentials{.bearer_token = "tok\r\nevil: 1"};
        CHECK(refused().code == errc::credentials);
        CHECK(refused().message.find("evil") == std::string::npos);
        c.options.credentials =
            credentials{.access_key_id = "AKID", .secret_access_key = "s", .session_token = "a\nevil: 1"};
        CHECK(refused().code == errc::credentials);
        c.options.credentials = credentials{};
        CHECK(refused().code == errc::credentials);
    }
}

TEST_CASE("call: what is repeated, how often, and after which pause", "[call]") {
    struct sample {
        char const* what;
        recorded_exchange failing;
        errc code;
        std::vector<std::int64_t> pauses;  // with random_unit = 0.5; empty: not repeated
        int cost;
    };
    std::vector<sample> const samples = {
        {"throttled", answer(429, "ThrottlingException"), errc::throttling, {500, 1000}, 10},
        {"throttled, by status alone", answer(429), errc::throttling, {500, 1000}, 10},
        {"throttled, by name alone", answer(400, "ThrottlingException:http://x/"), errc::throttling, {500, 1000}, 10},
        {"not ready", answer(429, "ModelNotReadyException"), errc::model_not_ready, {500, 1000}, 10},
        {"unavailable", answer(503, "ServiceUnavailableException"), errc::service_unavailable, {25, 50}, 28},
        {"internal", answer(500, "InternalServerException"), errc::internal_server, {25, 50}, 28},
        {"a gateway", answer(502), errc::internal_server, {25, 50}, 28},
        {"validation", answer(400, "ValidationException"), errc::validation, {}, 0},
        {"denied", answer(403, "AccessDeniedException"), errc::access_denied, {}, 0},
        {"expired", answer(403, "ExpiredTokenException"), errc::expired_credentials, {}, 0},
        {"not found", answer(404, "ResourceNotFoundException"), errc::resource_not_found, {}, 0},
        {"model timeout", answer(408, "ModelTimeoutException"), errc::model_timeout, {}, 0},
        {"model error", answer(424, "ModelErrorException"), errc::model_error, {}, 0},
        {"quota", answer(400, "ServiceQuotaExceededException"), errc::service_quota_exceeded, {}, 0},
        {"another success", answer(204), errc::other_service, {}, 0},
        {"a redirect", answer(307), errc::other_service, {}, 0},
        {"no connection", broken({errc::transport, false, "refused"}), errc::transport, {25, 50}, 28},
        {"reset", broken({errc::transport, true, "reset"}), errc::transport, {25, 50}, 28},
        {"cut", broken({errc::truncated, true, "cut"}), errc::truncated, {25, 50}, 28},
        {"slow to connect", broken({errc::timeout, false, "connect"}), errc::timeout, {25, 50}, 28},
        {"slow to answer", broken({errc::timeout, true, "first byte"}), errc::timeout, {}, 0},
        {"no HTTP", broken({errc::protocol, true, "SSH"}), errc::protocol, {}, 0},
        {"no URL", broken({errc::invalid_input, false, "URL"}), errc::invalid_input, {}, 0},
    };
    for (auto const& one : samples) {
        INFO(one.what);
        auto const tries = one.pauses.size() + 1;
        for (bool const streaming : {false, true}) {
            called c;
            std::vector<recorded_exchange> const recording(tries, one.failing);
            error why;
            if (streaming) {
                auto const got = c.stream(recording);
                REQUIRE_FALSE(got);
                why = got.error();
            } else {
                auto const got = c.plain(recording);
                REQUIRE_FALSE(got);
                why = got.error();
            }
            CHECK(why.code == one.code);
            CHECK(why.attempts == static_cast<int>(tries));
            CHECK(c.attempts == static_cast<int>(tries));
            CHECK(why.retryable == !one.pauses.empty());
            CHECK(c.pauses == one.pauses);
            CHECK(c.budget == 500 - one.cost);
            CHECK(c.exhausted);
        }
    }
}

TEST_CASE("call: a repeat is a new request of the same invocation", "[call]") {
    called c;
    REQUIRE(c.plain({answer(503), answer(503), answer(200)}));
    CHECK(c.attempts == 3);
    CHECK(c.request_id == "id-200");
    CHECK(c.budget == 500 - 14);  // a success gives the last cost back
    std::set<std::string> ids;
    for (auto const& request : c.requests) ids.insert(header(request, "amz-sdk-invocation-id"));
    CHECK(ids.size() == 1);
    CHECK(header(c.requests[2], "amz-sdk-request") == "attempt=3; max=3");
}

TEST_CASE("call: the observer is told of each request", "[call]") {
    called c;
    std::vector<std::string> lines;
    c.options.on_attempt = [&](attempt_report const& report) { lines.push_back(describe(report)); };
    auto const lost = broken({errc::transport, true, "reset"});
    REQUIRE(c.plain({answer(503, "ServiceUnavailableException"), lost, answer(200)}));
    CHECK(lines ==
          std::vector<std::string>{
              "Converse: attempt 1, status 503 ServiceUnavailableException, request id id-503, 0 ms, again after " +
                  std::to_string(c.pauses.at(0)) + " ms",
              "Converse: attempt 2, no answer: Transport, 0 ms, again after " + std::to_string(c.pauses.at(1)) + " ms",
              "Converse: attempt 3, status 200, request id id-200, 0 ms"});
    lines.clear();
    REQUIRE_FALSE(c.stream({answer(400, "ValidationException")}));
    CHECK(lines ==
          std::vector<std::string>{"Converse: attempt 1, status 400 ValidationException, request id id-400, 0 ms"});
    lines.clear();
    REQUIRE(c.stream({answer(200)}));
    CHECK(lines == std::vector<std::string>{"Converse: attempt 1, status 200, request id id-200, 0 ms"});
}

TEST_CASE("call: how many attempts there may be", "[call]") {
    called c;
    auto const attempts = [&] {
        (void)c.plain(std::vector<recorded_exchange>(20, answer(503)));
        return c.attempts;
    };
    for (auto const& [text, expected] : std::vector<std::pair<std::string, int>>{
             {"5", 5}, {" 1 ", 1}, {"0", 3}, {"-2", 3}, {"many", 3}, {"2x", 3}, {"99999999999999", 3}, {"", 3}}) {
        INFO(text);
        (*c.machine.values)["AWS_MAX_ATTEMPTS"] = text;
        CHECK(attempts() == expected);
    }
    c.options.retry.max_attempts = 2;
    CHECK(attempts() == 2);
    for (int const few : {1, 0, -1}) {
        c.options.retry.max_attempts = few;
        CHECK(attempts() == 1);
    }
}

TEST_CASE("call: a call's own rules for repeats replace the client's", "[call]") {
    called c;
    c.options.retry.max_attempts = 5;
    c.call.retry = retry_options{.max_attempts = 1};
    REQUIRE_FALSE(c.plain({answer(503)}));
    CHECK(c.attempts == 1);
    c.call.retry = retry_options{.repeat_after_timeout = true};
    REQUIRE(c.plain({broken({errc::timeout, true, "first byte"}), answer(200)}));
    CHECK(c.attempts == 2);
    REQUIRE_FALSE(c.plain({answer(503), answer(503), answer(503)}));
    CHECK(c.attempts == 3);
}

TEST_CASE("call: patience with throttling lasts to its deadline, and not for a quota of the day", "[call]") {
    called c;
    auto surroundings = c.machine.get();
    // A clock on which every look costs a second: one as the call begins, then each attempt's sending and its failure.
    surroundings.steady_milliseconds = [at = std::make_shared<std::int64_t>(0)] { return *at += 1000; };
    c.options.surroundings = surroundings;
    c.options.retry.throttle_patience_ms = 30'000;
    auto const throttled = answer(429, "ThrottlingException");
    for (bool const streaming : {false, true}) {
        std::vector<recorded_exchange> recording(10, throttled);
        recording.push_back(answer(200));
        CHECK((streaming ? c.stream(recording).has_value() : c.plain(recording).has_value()));
        CHECK(c.attempts == 11);
        CHECK(c.pauses.at(1) == 1000);  // paid, half of the longest
        CHECK(c.pauses.at(2) == 2000);  // the first by patience
        CHECK(c.pauses.at(9) == 10'000);
        CHECK(header(c.requests.at(10), "amz-sdk-request") == "attempt=11; max=11");
    }
    REQUIRE_FALSE(c.plain(std::vector<recorded_exchange>(20, throttled)));
    CHECK(c.attempts == 11);  // 20 s gone at the tenth failure, 22 s at the next: 10 s more are too many
    REQUIRE_FALSE(c.plain(std::vector<recorded_exchange>(3, answer(503))));
    CHECK(c.attempts == 3);
    auto daily = throttled;
    daily.pieces = {R"({"message":"Too many tokens per day"})"};
    REQUIRE_FALSE(c.plain(std::vector<recorded_exchange>(3, daily)));
    CHECK(c.attempts == 3);
}

TEST_CASE("call: a wrong clock is corrected once in a call, without a pause", "[call]") {
    auto const skewed = [](std::string date, std::string name = "InvalidSignatureException") {
        http::header_list headers;
        if (!date.empty()) headers.push_back({"Date", std::move(date)});
        return answer(403, std::move(name), std::move(headers));
    };
    std::string const two_hours_on = "Fri, 02 Jan 2026 05:04:05 GMT";
    called c;
    c.options.retry.max_attempts = 1;
    for (bool const streaming : {false, true}) {
        std::vector<recorded_exchange> const recording{skewed(two_hours_on), answer(200)};
        CHECK((streaming ? c.stream(recording).has_value() : c.plain(recording).has_value()));
        CHECK(c.attempts == 2);
        CHECK(c.pauses.empty());
        CHECK(c.budget == 500);
        CHECK(header(c.requests.at(0), "X-Amz-Date") == "20260102T030405Z");
        CHECK(header(c.requests.at(1), "X-Amz-Date") == "20260102T050405Z");
    }
    auto const refused = [&](recorded_exchange first) {
        auto const got = c.plain({first, skewed("Fri, 02 Jan 2026 09:04:05 GMT")});
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::authentication);
        return c.attempts;
    };
    CHECK(refused(skewed(two_hours_on)) == 2);
    CHECK(refused(skewed("")) == 1);
    CHECK(refused(skewed("Thu, 01 Jan 1970 00:00:00 GMT")) == 1);
    CHECK(refused(skewed("Fri, 02 Jan 2026 03:06:05 GMT")) == 1);
    CHECK(refused(skewed(two_hours_on, "UnrecognizedClientException")) == 1);
    c.options.auth = auth_scheme::none;
    CHECK(refused(skewed(two_hours_on)) == 1);
    c.options.auth = auth_scheme::automatic;
    c.options.credentials = credentials{.bearer_token = "the-token"};
    CHECK(refused(skewed(two_hours_on)) == 1);
}

TEST_CASE("call: a retry mode that is none is refused, any other is the standard one", "[call]") {
    called c;
    for (auto const* mode : {"standard", "Adaptive", "legacy"}) {
        (*c.machine.values)["AWS_RETRY_MODE"] = mode;
        REQUIRE_FALSE(c.plain({answer(503), answer(503), answer(503)}));
        CHECK(c.attempts == 3);
    }
    (*c.machine.values)["AWS_RETRY_MODE"] = "fast";
    auto const got = c.plain({});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_input);
    CHECK(got.error().message == "AWS_RETRY_MODE is \"fast\": it must be standard, adaptive or legacy");
}

TEST_CASE("call: the service may ask for a pause", "[call]") {
    auto const pause = [](http::header_list headers) {
        called c;
        REQUIRE(c.plain({answer(503, {}, std::move(headers)), answer(200)}));
        REQUIRE(c.pauses.size() == 1);
        return c.pauses[0];
    };
    CHECK(pause({{"x-amz-retry-after", "1500"}}) == 1500);
    CHECK(pause({{"X-Amz-Retry-After", "9999999"}}) == 5025);
    CHECK(pause({{"x-amz-retry-after", "-5"}}) == 25);
    CHECK(pause({{"x-amz-retry-after", "soon"}}) == 25);
    CHECK(pause({{"Retry-After", "2"}}) == 2000);
    CHECK(pause({{"Retry-After", "Fri, 02 Jan 2026 03:04:08 GMT"}}) == 3000);
}

TEST_CASE("call: a budget that is used up ends the repeats of a client", "[call]") {
    called c;
    c.options.retry.max_attempts = 1000;
    REQUIRE_FALSE(c.plain(std::vector<recorded_exchange>(1000, answer(503))));
    CHECK(c.attempts == 1 + 500 / 14);
    CHECK(c.budget == 500 % 14);
}

TEST_CASE("call: a time-out behind the request is repeated only if wanted", "[call]") {
    called c;
    c.options.retry.repeat_after_timeout = true;
    auto const late = broken({errc::timeout, true, "the first byte clock"});
    REQUIRE(c.plain({late, answer(200)}));
    CHECK(c.attempts == 2);
    auto first_event = make_error(errc::timeout, "the first event clock");
    REQUIRE(c.stream({answer(200), answer(200)}, {first_event, std::nullopt}));
    CHECK(c.attempts == 2);
    c.options.retry.repeat_after_timeout = false;
    auto const got = c.stream({answer(200), answer(200)}, {first_event, std::nullopt});
    REQUIRE_FALSE(got);
    CHECK(c.attempts == 1);
    CHECK(got.error().code == errc::timeout);
}

TEST_CASE("call: of the body of a stream's error, 1 MiB is received", "[call]") {
    called c;
    c.options.surroundings = c.machine.get();
    client_state state(c.options);
    sigv4::signer signer;
    call_frame frame{state, c.call, signer, c.what};
    auto protocol = open_streaming(
        frame, [](http::transfer&) -> exchange<std::optional<error>> { co_return std::nullopt; });
    constexpr std::size_t piece = std::size_t{1} << 16;
    std::size_t received = 0;
    while (ask* const wanted = protocol.step()) {
        if (wanted->kind == ask_kind::open) {
            auto endless = std::make_unique<http::transfer>();
            endless->head.status = 403;
            static_cast<open_ask*>(wanted)->transfer = std::move(endless);
        } else if (wanted->kind == ask_kind::receive) {
            REQUIRE(received <= std::size_t{16} << 20);
            static_cast<receive_ask*>(wanted)->from.buffer.append(as_bytes(std::string(piece, ' ')));
            received += piece;
        }
    }
    auto const got = protocol.take();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::access_denied);
    CHECK(received == std::size_t{1} << 20);
}

TEST_CASE("call: the first event decides whether a stream is worth having", "[call]") {
    called c;
    c.what.path = "/model/m%3A0/converse";
    auto throttled = make_error(errc::throttling, "slow down");
    throttled.name = "ThrottlingException";
    auto const got = c.stream({answer(200), answer(503), answer(200)}, {throttled, std::nullopt});
    REQUIRE(got);
    CHECK((*got)->head.status == 200);
    CHECK(c.attempts == 3);
    auto emitted = throttled;
    emitted.content_emitted = true;
    CHECK_FALSE(c.stream({answer(200)}, {emitted}));
    CHECK(c.attempts == 1);
}

TEST_CASE("call: an error answer that is a stream is read to its end, to its limit, or as far as it goes", "[call]") {
    called c;
    auto whole = answer(400, "ValidationException");
    whole.pieces = {R"({"mess)", R"(age":"in )", R"(pieces"})"};
    CHECK(c.stream({whole}).error().message == "in pieces");
    auto cut = whole;
    cut.pieces.pop_back();
    cut.end = {errc::transport, true, "reset"};
    auto why = c.stream({cut}).error();
    CHECK(why.code == errc::validation);
    CHECK(why.request_id == "id-400");
    auto endless = whole;
    endless.pieces.assign(1'100, std::string(1'000, 'x'));
    CHECK(c.stream({endless}).error().code == errc::validation);
}

TEST_CASE("call: an answer that repeats the request's secrets does not carry them into the error", "[call]") {
    called c;
    c.options.credentials->session_token = "IQoJb3JpZ2luX2VjSESSION//token==";
    auto echo = answer(403, "SignatureDoesNotMatch");
    echo.pieces = {R"({"message":"The canonical string was\nx-amz-security-token:IQoJb3JpZ2luX2VjSESSION\/\/token==\n)",
                   R"(key the-secret"})"};
    for (bool const streaming : {false, true}) {
        auto const why = streaming ? c.stream({echo}).error() : c.plain({echo}).error();
        CHECK(why.message == "The canonical string was x-amz-security-token:*** key ***");
    }
    c.options.credentials = credentials{.bearer_token = "ABSKQmVkcm9ja0FQSUtleQ=="};
    auto page = answer(502);
    page.head.headers = {{"Content-Type", "text/html"}};
    page.pieces = {"<html><body>Bad gateway<pre>Authorization: Bearer ABSKQmVkcm9ja0FQSUtleQ==</pre></body></html>"};
    c.options.retry.max_attempts = 1;
    auto const why = c.plain({page}).error();
    CHECK(why.message.find("Bearer ***") != std::string::npos);
    CHECK(why.message.find("ABSK") == std::string::npos);
}

TEST_CASE("call: nor into the request id, for errors, answers and who observes them", "[call]") {
    for (int const status : {200, 400}) {
        for (bool const streaming : {false, true}) {
            called c;
            c.options.credentials = credentials{.bearer_token = "ABSKQmVkcm9ja0FQSUtleQ=="};
            std::string observed;
            c.options.on_attempt = [&](attempt_report const& report) { observed += describe(report); };
            auto echo = answer(status);
            echo.head.headers = {{"x-amzn-RequestId", "of ABSKQmVkcm9ja0FQSUtleQ=="}};
            auto const id_of = [&](auto const& got) { return got ? c.request_id : got.error().request_id; };
            auto const id = streaming ? id_of(c.stream({echo})) : id_of(c.plain({echo}));
            CHECK(id == "of ***");
            CHECK(observed.find("of ***") != std::string::npos);
            CHECK(observed.find("ABSK") == std::string::npos);
        }
    }
}

TEST_CASE("call: what goes wrong before a request was made is final", "[call]") {
    called c;
    c.options.region = "no region";
    auto got = c.plain({});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::invalid_input);
    CHECK(c.attempts == 0);
    called nobody;
    nobody.options.credentials.reset();
    got = nobody.plain({});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::credentials);
    CHECK(got.error().attempts == 0);
}
