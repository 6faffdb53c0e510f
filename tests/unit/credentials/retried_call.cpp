#include "bedrock/credentials/retried_call.hpp"

#include "bedrock/recorded.hpp"

#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char url[] = "https://service.test/";

recorded_exchange answered(int status, std::string body = {}, http::header_list headers = {}) {
    recorded_exchange made;
    made.url = url;
    made.head.status = status;
    made.head.headers = std::move(headers);
    made.pieces = {std::move(body)};
    return made;
}

recorded_exchange broken(errc code, bool request_sent = true) {
    recorded_exchange made;
    made.url = url;
    made.failure = {code, request_sent, "the line is dead"};
    return made;
}

struct session {
    explicit session(std::vector<recorded_exchange> recording) : runner(std::move(recording)) {}
    result<secret> send() {
        auto const here = machine.get();
        request_maker const make = [this]() -> result<http::request> {
            if (++made > most) return fail(errc::invalid_input, "cannot be signed");
            http::request request;
            request.url = url;
            request.headers.push_back({"Host", "service.test"});
            return request;
        };
        refusal_reader const read = [](http::response const& response) {
            error why;
            why.name = response.body;
            why.message = "said " + response.body;
            return why;
        };
        return runner.run(send_retried(make, read, {"a-secret-of-ours"}, here));
    }
    fake_environment machine;
    recorded_runner runner;
    int made = 0;
    int most = 100;
};

}  // namespace

TEST_CASE("retried call: the body of a 200, with clocks and a limit", "[credentials]") {
    session s({answered(200, "the body")});
    auto const got = s.send();
    REQUIRE(got);
    CHECK(got->view() == "the body");
    CHECK(s.made == 1);
    auto const& sent = s.runner.requests()[0];
    CHECK(sent.max_body == std::size_t{1} << 20);
    CHECK(sent.timeouts.connect_ms == 5000);
    CHECK(sent.timeouts.first_byte_ms == 30'000);
    CHECK(sent.timeouts.idle_ms == 30'000);
}

TEST_CASE("retried call: what may pass is repeated, each time made anew", "[credentials]") {
    session s({answered(500, "x"), broken(errc::timeout), answered(200, "ok")});
    REQUIRE(s.send());
    CHECK(s.made == 3);
    CHECK(s.runner.pauses() == std::vector<std::int64_t>{25, 50});

    session throttled({answered(400, "Throttling"), answered(200)});
    REQUIRE(throttled.send());
    CHECK(throttled.runner.pauses() == std::vector<std::int64_t>{500});

    session told({answered(503, "x", {{"x-amz-retry-after", "1700"}}), answered(200)});
    REQUIRE(told.send());
    CHECK(told.runner.pauses() == std::vector<std::int64_t>{1700});
}

TEST_CASE("retried call: a rejection by clock skew is signed again once, with the time of the service", "[credentials]") {
    http::header_list const two_hours_on{{"Date", "Fri, 02 Jan 2026 05:04:05 GMT"}};
    session s({answered(403, "RequestExpired", two_hours_on), answered(200, "body")});
    s.machine.offsets = std::make_shared<clock_offsets>();
    auto const got = s.send();
    REQUIRE(got);
    CHECK(s.made == 2);
    CHECK(s.runner.pauses().empty());
    CHECK(s.machine.offsets->find_ms("service.test") == 7'200'000);

    session again(std::vector<recorded_exchange>(2, answered(403, "RequestExpired", two_hours_on)));
    again.machine.offsets = std::make_shared<clock_offsets>();
    CHECK_FALSE(again.send());
    CHECK(again.made == 2);
    session fixed({answered(403, "RequestExpired", two_hours_on)});
    CHECK_FALSE(fixed.send());
    CHECK(fixed.made == 1);
    session right({answered(403, "SignatureDoesNotMatch", {{"Date", "Fri, 02 Jan 2026 03:04:05 GMT"}})});
    right.machine.offsets = std::make_shared<clock_offsets>();
    CHECK_FALSE(right.send());
    CHECK(right.made == 1);
}

TEST_CASE("retried call: the last failure is told, with its name and status", "[credentials]") {
    session s({answered(500, "first"), answered(502, "second"), answered(503, "third"), answered(200)});
    auto got = s.send();
    REQUIRE_FALSE(got);
    CHECK(got.error().name == "third");
    CHECK(got.error().message == "said third");
    CHECK(got.error().http_status == 503);
    CHECK(s.made == 3);

    session refused({answered(403, "AccessDenied"), answered(200)});
    got = refused.send();
    REQUIRE_FALSE(got);
    CHECK(got.error().http_status == 403);
    CHECK(refused.made == 1);

    session dead({broken(errc::transport), broken(errc::transport), broken(errc::transport), answered(200)});
    got = dead.send();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::transport);
    CHECK(got.error().message == "the line is dead");
    CHECK(got.error().http_status == 0);

    session cancelled({broken(errc::cancelled), answered(200)});
    got = cancelled.send();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::cancelled);
    CHECK(cancelled.made == 1);
}

TEST_CASE("retried call: a refusal that repeats the request is read without its secrets", "[credentials]") {
    session s({answered(403, "the canonical request: a-secret-of-ours and more")});
    auto const got = s.send();
    REQUIRE_FALSE(got);
    CHECK(got.error().message == "said the canonical request: *** and more");
}

TEST_CASE("retried call: what cannot be made is not sent", "[credentials]") {
    session s({answered(500), answered(200)});
    s.most = 1;
    auto const got = s.send();
    REQUIRE_FALSE(got);
    CHECK(got.error().message == "cannot be signed");
    CHECK(s.runner.requests().size() == 1);
}
