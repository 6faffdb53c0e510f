// A stream that was cut, wherever and however, is never a finished answer.
#include "support/client_fixture.hpp"

#include "support/relay.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

/// The byte behind messageStop: the first prefix that is an answer, where nothing says that more was promised.
std::size_t end_of_message_stop() {
    return mock::golden_stream().size() - mock::golden_frames().back().size();
}

std::size_t whole_frames(std::size_t size) {
    std::size_t count = 0;
    for (auto const& frame : mock::golden_frames()) {
        if (size < frame.size()) break;
        size -= frame.size();
        ++count;
    }
    return count;
}

std::string text_of(std::size_t events) {
    return events >= 3 ? "Hello, world!" : events == 2 ? "Hello, " : "";
}

void check_cut(result<converse_response> const& end, std::size_t events, errc code) {
    REQUIRE_FALSE(end);
    auto const& why = end.error();
    CHECK(why.code == code);
    CHECK(why.retryable);
    CHECK(why.attempts == 1);
    CHECK_FALSE(why.request_id.empty());
    CHECK(why.content_emitted == (events != 0));
    REQUIRE((why.partial != nullptr) == (events != 0));
    if (!why.partial) return;
    CHECK(why.partial->text() == text_of(events));
    CHECK(why.partial->incomplete_blocks.size() == (events == 2 || events == 3 ? 1u : 0u));
    CHECK(why.partial->stop_reason.is_set() == (events >= 5));
    CHECK(why.partial->usage.total_tokens == (events >= 6 ? 13 : 0));
}

mock::reply golden(mock::framing framed) {
    auto made = mock::stream_reply({mock::golden_stream()});
    made.framed = framed;
    return made;
}

}  // namespace

TEST_CASE("truncation: every prefix of a stream, in every framing") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto const framed = GENERATE(mock::framing::chunked, mock::framing::content_length, mock::framing::until_close);
    auto const size = mock::golden_stream().size();
    for (std::size_t cut = 0; cut < size; ++cut) {
        INFO("cut at byte " << cut);
        f.server.enqueue(mock::cut_after(golden(framed), cut));
        auto const got = drain(client.open_stream(ask_for("hello")));
        auto const events = whole_frames(cut);
        CHECK(got.types.size() == events);
        if (framed == mock::framing::until_close && cut == end_of_message_stop())
            CHECK(got.end);
        else
            check_cut(got.end, events, errc::truncated);
    }
    CHECK(f.server.request_count() == size);
}

TEST_CASE("truncation: a Content-Length that ends inside the stream") {
    client_fixture f;
    auto client = f.one_attempt_client();
    for (std::size_t cut = 0; cut < mock::golden_stream().size(); cut += 3) {
        INFO("cut at byte " << cut);
        auto short_reply = golden(mock::framing::content_length);
        short_reply.parts[0].bytes.resize(cut);
        f.server.enqueue(short_reply);
        check_cut(client.open_stream(ask_for("hello")).finish(), whole_frames(cut), errc::truncated);
    }
    // Whoever knows that the answer is cut short may still use the connection.
    CHECK(f.server.accepted_connections() == 1);
}

TEST_CASE("truncation: the last chunk is missing behind a whole stream") {
    client_fixture f;
    f.server.enqueue(mock::cut_after(golden(mock::framing::chunked), mock::golden_stream().size()));
    auto const got = drain(f.one_attempt_client().open_stream(ask_for("hello")));
    CHECK(got.types.size() == 6);
    check_cut(got.end, 6, errc::truncated);
}

TEST_CASE("truncation: a reset connection is a transport failure, at whichever byte") {
    client_fixture f;
    mock::relay relay(f.server.port());
    f.options.endpoint = relay.url();
    f.server.set_handler([](auto const&) { return std::optional(golden(mock::framing::chunked)); });
    auto client = f.one_attempt_client();
    for (std::size_t at = 0; at < mock::golden_stream().size(); at += 7) {
        INFO("reset at byte " << at << " behind the head");
        mock::relay_plan plan;
        plan.what = mock::relay_plan::action::reset;
        plan.at = at;
        plan.after_head = true;
        relay.enqueue(plan);
        auto const got = client.open_stream(ask_for("hello")).finish();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::transport);
        CHECK(got.error().retryable);
        CHECK(got.error().content_emitted == (got.error().partial != nullptr));
    }
}

TEST_CASE("truncation: a damaged byte is never an answer, at whichever place") {
    client_fixture f;
    mock::relay relay(f.server.port());
    f.options.endpoint = relay.url();
    f.server.set_handler([](auto const&) { return std::optional(golden(mock::framing::content_length)); });
    auto client = f.one_attempt_client();
    for (std::size_t at = 0; at < mock::golden_stream().size(); at += 5) {
        INFO("damage at byte " << at << " of the body");
        mock::relay_plan plan;
        plan.what = mock::relay_plan::action::corrupt;
        plan.at = at;
        plan.after_head = true;
        plan.mask = 0x20;
        relay.enqueue(plan);
        call_options fresh;
        fresh.fresh_connection = true;
        auto const got = client.open_stream(ask_for("hello"), fresh).finish();
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::protocol);
        CHECK_FALSE(got.error().retryable);
        CHECK(contains(got.error().message, "damaged event stream at byte "));
    }
}

TEST_CASE("truncation: one byte at a time is a whole answer") {
    client_fixture f;
    mock::relay relay(f.server.port());
    f.options.endpoint = relay.url();
    mock::relay_plan plan;
    plan.what = mock::relay_plan::action::drip;
    relay.enqueue(plan);
    f.server.enqueue(mock::stream_reply(mock::golden_frames()));
    auto const got = drain(f.client().open_stream(ask_for("hello")));
    CHECK(got.types.size() == 6);
    REQUIRE(got.end);
    CHECK(got.end->text() == "Hello, world!");
}

TEST_CASE("truncation: what comes last is no evidence, only messageStop is") {
    client_fixture f;
    auto client = f.one_attempt_client();
    auto const frames = mock::golden_frames();
    auto const run = [&](std::vector<std::string> const& some) {
        f.server.enqueue(mock::stream_reply(some));
        return client.open_stream(ask_for("hello")).finish();
    };
    auto got = run({frames[0], frames[1], frames[5], frames[4]});
    REQUIRE(got);  // metadata before messageStop
    CHECK(got->usage.total_tokens == 13);
    CHECK(got->incomplete_blocks == std::vector<std::size_t>{0});
    got = run({frames[5]});
    REQUIRE_FALSE(got);  // metadata alone
    CHECK(got.error().code == errc::truncated);
    CHECK(got.error().partial->usage.total_tokens == 13);
    got = run({frames[0], frames[1], frames[2], frames[3], frames[5]});
    REQUIRE_FALSE(got);  // no messageStop
    CHECK(got.error().code == errc::truncated);
    CHECK(got.error().partial->text() == "Hello, world!");
    got = run({frames[4]});
    REQUIRE(got);  // messageStop alone
    CHECK(got->message.content.empty());
    CHECK(got->stop_reason == stop_reason::end_turn);
    got = run({frames[0], frames[4], frames[5]});
    REQUIRE(got);  // an empty answer
    CHECK(got->message.role == conversation_role::assistant);
    CHECK(got->text().empty());
    CHECK(got->usage.output_tokens == 4);
}

TEST_CASE("truncation: tool input that was cut is kept apart from whole input") {
    client_fixture f;
    auto const golden_frames = mock::golden_frames();
    f.server.enqueue(mock::stream_reply(
        {golden_frames[0],
         mock::frame("contentBlockStart",
                     R"({"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t1","name":"weather"}}})"),
         mock::frame("contentBlockDelta",
                     R"({"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"city\":\"Par"}}})")}));
    auto const got = f.one_attempt_client().open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::truncated);
    REQUIRE(got.error().partial);
    auto const uses = got.error().partial->tool_uses();
    REQUIRE(uses.size() == 1);
    CHECK(uses[0]->name == "weather");
    CHECK(uses[0]->incomplete_input == R"({"city":"Par)");
    CHECK(got.error().partial->incomplete_blocks == std::vector<std::size_t>{0});
}

TEST_CASE("truncation: a cut is repeated only while nothing was delivered") {
    client_fixture f;
    auto client = f.client();
    auto const first = mock::golden_frames()[0].size();
    f.server.enqueue(mock::cut_after(golden(mock::framing::chunked), 0));
    f.server.enqueue(mock::cut_after(golden(mock::framing::content_length), first - 1));
    auto got = client.open_stream(ask_for("hello")).finish();
    REQUIRE(got);
    CHECK(got->attempts == 3);
    CHECK(f.server.request_count() == 3);
    f.server.enqueue(mock::cut_after(golden(mock::framing::chunked), first));
    got = client.open_stream(ask_for("hello")).finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::truncated);
    CHECK(got.error().attempts == 1);
    CHECK(f.server.request_count() == 4);
}

TEST_CASE("truncation: a plain answer that was cut is repeated, then reported") {
    client_fixture f;
    auto client = f.client();
    auto const body = client.converse(ask_for("hello"));
    REQUIRE(body);
    auto whole = mock::json_reply(200, std::string(1000, ' '));
    for (auto const how : {mock::ending::close, mock::ending::reset}) {
        for (int i = 0; i < 3; ++i) f.server.enqueue(mock::cut_after(whole, 500, how));
        auto const got = client.converse(ask_for("hello"));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == (how == mock::ending::close ? errc::truncated : errc::transport));
        CHECK(got.error().attempts == 3);
        CHECK(f.server.queued_replies() == 0);
    }
}
