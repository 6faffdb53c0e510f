#include "bedrock/recorded.hpp"

#include "support/http_request.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using http_request::get;

namespace {

exchange<http_ask*> send(http_ask& ask) {
    co_await ask;
    co_return &ask;
}

exchange<std::vector<std::string>> receive_all(open_ask& ask) {
    std::vector<std::string> pieces;
    co_await ask;
    if (!ask.transfer) co_return pieces;
    while (!ask.transfer->ended) {
        receive_ask more(*ask.transfer, pieces.empty());
        co_await more;
        pieces.emplace_back(as_text(ask.transfer->buffer.unread()));
        ask.transfer->buffer.consume(ask.transfer->buffer.size());
    }
    co_return pieces;
}

exchange<bool> rest(std::int64_t milliseconds) {
    pause_ask nap(milliseconds);
    co_await nap;
    co_return true;
}

recorded_exchange answer(std::string url, std::vector<std::string> pieces) {
    recorded_exchange made;
    made.url = std::move(url);
    made.head = {200, {{"x-one", "1"}}};
    made.pieces = std::move(pieces);
    return made;
}

}  // namespace

TEST_CASE("recorded: answers in order, bodies joined or piece by piece", "[recorded]") {
    recorded_runner runner({answer("http://a/", {"on", "e"}), answer("http://b/", {"t", "wo"})});
    http_ask first(get("http://a/"));
    runner.run(send(first));
    CHECK_FALSE(first.failure);
    CHECK(first.response.head.status == 200);
    CHECK(http::find_header(first.response.head.headers, "X-One") == "1");
    CHECK(first.response.body == "one");
    CHECK_FALSE(runner.exhausted());

    open_ask second(get("http://b/"));
    CHECK(runner.run(receive_all(second)) == std::vector<std::string>{"t", "wo", ""});
    CHECK(second.transfer->head.status == 200);
    CHECK_FALSE(second.transfer->end);
    CHECK(runner.exhausted());
    REQUIRE(runner.requests().size() == 2);
    CHECK(runner.requests()[1].url == "http://b/");
}

TEST_CASE("recorded: a request that is not next, or one too many, is a failure and uses nothing up", "[recorded]") {
    recorded_runner runner({answer("http://a/", {})});
    http_ask other(get("http://b/"));
    runner.run(send(other));
    CHECK(other.failure.code == errc::protocol);
    CHECK(other.failure.message == "the recording has GET http://a/ next, not GET http://b/");
    auto posted = get("http://a/");
    posted.method = "POST";
    open_ask wrong_method(posted);
    CHECK(runner.run(receive_all(wrong_method)).empty());
    CHECK(wrong_method.failure.code == errc::protocol);

    http_ask expected(get("http://a/"));
    runner.run(send(expected));
    CHECK_FALSE(expected.failure);
    runner.run(send(expected));
    CHECK(expected.failure.message == "not in the recording, which is used up: GET http://a/");
    CHECK(runner.requests().size() == 4);
}

TEST_CASE("recorded: connections and bodies fail as they are told", "[recorded]") {
    auto refused = answer("http://a/", {"never seen"});
    refused.failure = {errc::transport, false, "no route"};
    auto cut = answer("http://b/", {"half"});
    cut.end = {errc::truncated, true, "cut"};
    recorded_runner runner({refused, refused, cut, cut});

    http_ask plain(get("http://a/"));
    runner.run(send(plain));
    CHECK(plain.failure.message == "no route");
    CHECK(plain.response.body.empty());
    open_ask opened(get("http://a/"));
    CHECK(runner.run(receive_all(opened)).empty());
    CHECK(opened.failure.code == errc::transport);

    http_ask half(get("http://b/"));
    runner.run(send(half));
    CHECK(half.failure.code == errc::truncated);
    open_ask half_stream(get("http://b/"));
    CHECK(runner.run(receive_all(half_stream)) == std::vector<std::string>{"half", ""});
    CHECK(half_stream.transfer->end.message == "cut");
}

TEST_CASE("recorded: pauses are written down, not made", "[recorded]") {
    recorded_runner runner({});
    CHECK(runner.run(rest(86'400'000)));
    CHECK(runner.run(rest(0)));
    CHECK(runner.pauses() == std::vector<std::int64_t>{86'400'000, 0});
}
