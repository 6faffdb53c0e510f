#include "bedrock/testing/wire.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;
using namespace bedrock::testing;

namespace {

std::string const whole_request =
    "POST /model/a%2Fb/converse?x=1 HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Length: 5\r\nX-Two:  a b \r\n\r\nhello";

std::string sent(send_plan const& plan) {
    std::string all;
    for (auto const& step : plan.steps) all += step.bytes;
    return all;
}

std::string body_of(send_plan const& plan) {
    auto const all = sent(plan);
    auto const end = all.find("\r\n\r\n");
    return end == std::string::npos ? "" : all.substr(end + 4);
}

wire_reply stream() {
    return {.pieces = {"one.", "two.", "three."}, .chunked = true, .pace_ms = 3, .delay_ms = 7};
}
wire_reply plain() {
    return {.status = 429, .headers = {{"A", "b"}}, .pieces = {"{\"a\":1}"}};
}

send_plan with(wire_reply reply, std::string_view text) {
    auto const parsed = parse_fault(text);
    REQUIRE(parsed);
    return plan_reply(std::move(reply), *parsed);
}

}  // namespace

TEST_CASE("a request is taken when it is whole, at every split", "[testing][wire]") {
    auto const two = whole_request + whole_request;
    for (std::size_t size = 0; size != whole_request.size(); ++size) {
        std::string bytes = whole_request.substr(0, size);
        wire_request request;
        auto const progress = take_request(bytes, request);
        CHECK((progress == request_progress::need_more || progress == request_progress::need_body));
        CHECK((progress == request_progress::need_body) == (size >= whole_request.size() - 5));
        CHECK(bytes == whole_request.substr(0, size));
    }
    std::string bytes = two;
    wire_request request;
    CHECK(take_request(bytes, request) == request_progress::complete);
    CHECK(bytes == whole_request);
    CHECK(request.method == "POST");
    CHECK(request.target == "/model/a%2Fb/converse?x=1");
    CHECK(request.body == "hello");
    REQUIRE(request.headers.size() == 3);
    CHECK(http::find_header(request.headers, "x-two") == "a b");
}

TEST_CASE("what is no request is refused, limits hold before the body is there", "[testing][wire]") {
    wire_request request;
    auto const progress = [&](std::string bytes) { return take_request(bytes, request, {.head = 200, .body = 100}); };
    for (std::string const head :
         {"", "GET", "GET /", "GET / HTTP/1.0", "GET  HTTP/1.1", " / HTTP/1.1", "GET x HTTP/1.1", "GET / a HTTP/1.1",
          "GET / HTTP/1.1\r\nno colon", "GET / HTTP/1.1\r\n: empty", "GET / HTTP/1.1\r\nContent-Length: x",
          "GET / HTTP/1.1\r\nContent-Length: -1", "GET / HTTP/1.1\r\nContent-Length: 1 1"}) {
        INFO(head);
        CHECK(progress(head + "\r\n\r\n") == request_progress::malformed);
    }
    CHECK(progress("GET / HTTP/1.1\r\nContent-Length: 101\r\n\r\n") == request_progress::too_large);
    CHECK(progress("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n") == request_progress::too_large);
    CHECK(progress(std::string(201, 'a')) == request_progress::too_large);
    CHECK(progress("GET / HTTP/1.1\r\na:" + std::string(200, 'a') + "\r\n\r\n") == request_progress::too_large);
    CHECK(progress("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n") == request_progress::without_length);
    CHECK(progress("GET / HTTP/1.1\r\n\r\n") == request_progress::complete);
}

TEST_CASE("an answer as it is", "[testing][wire]") {
    auto const one = plan_reply(plain());
    CHECK(sent(one) == "HTTP/1.1 429 Too Many Requests\r\nA: b\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    CHECK(one.end == ending::complete);
    auto const several = plan_reply(stream());
    CHECK(sent(several) ==
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none.\r\n4\r\ntwo.\r\n6\r\nthree.\r\n0\r\n\r\n");
    REQUIRE(several.steps.size() == 5);
    std::vector<std::int64_t> pauses;
    for (auto const& step : several.steps) pauses.push_back(step.pause_ms);
    CHECK(pauses == std::vector<std::int64_t>{7, 0, 3, 3, 0});
}

TEST_CASE("faults of a stream", "[testing][wire]") {
    struct row {
        std::string_view fault;
        std::string_view body;
        ending end;
    };
    for (auto const& [text, body, end] : {
             row{"cut:event2", "4\r\none.\r\n", ending::close},
             row{"cut:event1", "", ending::close},
             row{"cut:5", "4\r\none.\r\n1\r\nt\r\n", ending::close},
             row{"cut:0", "", ending::close},
             row{"cut:999", "4\r\none.\r\n4\r\ntwo.\r\n6\r\nthree.\r\n", ending::close},
             row{"cut:event9", "4\r\none.\r\n4\r\ntwo.\r\n6\r\nthree.\r\n", ending::close},
             row{"reset:event3", "4\r\none.\r\n4\r\ntwo.\r\n", ending::reset},
             row{"stall:2", "2\r\non\r\n", ending::stall},
             row{"finish:event2", "4\r\none.\r\n0\r\n\r\n", ending::complete},
             row{"finish:3", "3\r\none\r\n0\r\n\r\n", ending::complete},
             row{"corrupt:event2", "4\r\none.\r\n4\r\ntwo\xd1\r\n6\r\nthree.\r\n0\r\n\r\n", ending::complete},
             row{"corrupt:0", "4\r\n\x90ne.\r\n4\r\ntwo.\r\n6\r\nthree.\r\n0\r\n\r\n", ending::complete},
             row{"corrupt:event4", "4\r\none.\r\n4\r\ntwo.\r\n6\r\nthree.\r\n0\r\n\r\n", ending::complete},
             row{"corrupt:14", "4\r\none.\r\n4\r\ntwo.\r\n6\r\nthree.\r\n0\r\n\r\n", ending::complete},
         }) {
        INFO(text);
        auto const plan = with(stream(), text);
        CHECK(body_of(plan) == body);
        CHECK(plan.end == end);
    }
    auto const garbage = body_of(with(stream(), "garbage:event2"));
    CHECK(garbage.starts_with("4\r\none.\r\n40\r\n\xa5\xa5"));
    CHECK(garbage.ends_with("\xa5\xa5\r\n4\r\ntwo.\r\n6\r\nthree.\r\n0\r\n\r\n"));
}

TEST_CASE("faults of a body with a length: only a finished one promises what it sends", "[testing][wire]") {
    CHECK(sent(with(plain(), "cut:3")).ends_with("Content-Length: 7\r\n\r\n{\"a"));
    CHECK(sent(with(plain(), "finish:3")).ends_with("Content-Length: 3\r\n\r\n{\"a"));
    CHECK(sent(with(plain(), "garbage:3")).find("Content-Length: 71\r\n") != std::string::npos);
    CHECK(sent(with(plain(), "cut:event1")).ends_with("Content-Length: 7\r\n\r\n"));
    for (auto const* const text : {"cut:head", "reset:head", "stall:head"}) CHECK(with(plain(), text).steps.empty());
}

TEST_CASE("drip cuts all bytes anew and keeps the pauses", "[testing][wire]") {
    for (std::string const size : {"1", "3", "1000"}) {
        auto const plan = with(stream(), "drip:" + size);
        CHECK(sent(plan) == sent(plan_reply(stream())));
        for (auto const& step : plan.steps) {
            CHECK(step.bytes.size() <= static_cast<std::size_t>(std::stoi(size)));
            CHECK(step.pause_ms >= 1);
        }
        CHECK(plan.steps.front().pause_ms == 7);
    }
}
