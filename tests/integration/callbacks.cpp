// What functions of the caller's may do inside a call: throw, destroy the client, destroy the reader or the coroutine
// that the call belongs to. On both clients: one error, no further request, nothing used after it is gone.
#include "bedrock/async_client.hpp"
#include "bedrock/catalogue.hpp"
#include "bedrock/client.hpp"
#include "bedrock/invoke.hpp"
#include "bedrock/toolbox.hpp"

#include "support/async_reading.hpp"
#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;
using namespace async_reading;

namespace {

/// A client of each kind whose observers and provider do what a test says.
struct callback_fixture : client_fixture {
    callback_fixture() {
        options.on_attempt = [this](attempt_report const& report) {
            ++attempts;
            if (on_attempt) on_attempt();
            kept += report.operation;  // the report must outlive what was destroyed
        };
        options.on_call = [this](call_report const& report) {
            ++calls;
            last_error = report.error_name;
            if (on_call) on_call();
            kept += report.operation;
            kept += report.request_id;
        };
        options.credentials.reset();
        options.providers = {credentials_from("mine", [this]() -> result<credentials> {
            ++loads;
            if (on_load) on_load();
            return example_keys();
        })};
    }
    void make_clients() {
        blocking = std::make_unique<bedrock::client>(options);
        async = std::make_unique<async_client>(options);
    }
    void destroy_clients() {
        blocking.reset();
        async.reset();
    }
    result<converse_response> call_async(converse_request const& request) {
        result<converse_response> got = fail(errc::other_service, "not called");
        async->converse(request, {}, [&got, this](result<converse_response> end) {
            ++done;
            got = std::move(end);
        });
        while (async && async->pump(10'000) != 0) {
        }
        return got;
    }
    result<converse_response> push_async(converse_request const& request) {
        result<converse_response> got = fail(errc::other_service, "not called");
        async->converse_stream(
            request, {},
            [this](stream_event const&) {
                ++events;
                if (on_event) on_event();
            },
            [&got, this](result<converse_response> end) {
                ++done;
                got = std::move(end);
            });
        while (async && async->pump(10'000) != 0) {
        }
        return got;
    }

    std::function<void()> on_attempt, on_call, on_load, on_event;
    int attempts = 0, calls = 0, loads = 0, events = 0, done = 0;
    std::string last_error, kept;
    std::unique_ptr<bedrock::client> blocking;
    std::unique_ptr<async_client> async;
    std::optional<event_reader> reader;
};

#if BEDROCK_EXCEPTIONS

void boom() {
    throw std::runtime_error("boom");
}

template <class Response>
void check_thrown(result<Response> const& end, errc code = errc::callback_failed) {
    REQUIRE_FALSE(end);
    INFO(end.error().message);
    CHECK(end.error().code == code);
    CHECK(contains(end.error().message, "\"boom\""));
    CHECK_FALSE(end.error().retryable);
}

#endif

}  // namespace

#if BEDROCK_EXCEPTIONS

TEST_CASE_METHOD(callback_fixture, "callbacks: an observer of requests that throws ends the call, without a repeat") {
    on_attempt = boom;
    make_clients();
    server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    check_thrown(blocking->converse(ask_for("hello")));
    CHECK(attempts == 1);
    CHECK(calls == 1);
    CHECK(last_error == "CallbackFailed");
    CHECK(server.request_count() == 1);
    check_thrown(drain(blocking->open_stream(ask_for("hello"))).end);
    CHECK(server.request_count() == 2);
    check_thrown(blocking->invoke_model({.model_id = "m", .body = "{}"}));
    CHECK(server.request_count() == 3);
    check_thrown(call_async(ask_for("hello")));
    CHECK(server.request_count() == 4);
    check_thrown(push_async(ask_for("hello")));
    CHECK(server.request_count() == 5);
    CHECK(done == 2);
    CHECK(calls == 5);
    drained_stream seen = nothing_yet();
    auto const request = ask_for("hello");
    auto reading = read(*async, request, seen);
    pump_all(*async);
    CHECK(reading.done());
    check_thrown(seen.end);
    CHECK(server.request_count() == 6);

    on_attempt = nullptr;
    CHECK(blocking->converse(ask_for("hello")));
    CHECK(call_async(ask_for("hello")));
}

TEST_CASE_METHOD(callback_fixture, "callbacks: an observer of calls that throws turns a success into an error, once") {
    on_call = boom;
    make_clients();
    check_thrown(blocking->converse(ask_for("hello")));
    check_thrown(blocking->invoke_model({.model_id = "m", .body = "{}"}));
    auto const end = drain(blocking->open_stream(ask_for("hello"))).end;
    check_thrown(end);
    REQUIRE(end.error().partial);  // all of it
    CHECK_FALSE(end.error().partial->text().empty());
    CHECK(end.error().content_emitted);
    check_thrown(call_async(ask_for("hello")));
    check_thrown(push_async(ask_for("hello")));
    CHECK(calls == 5);
    CHECK(done == 2);
    CHECK(server.request_count() == 5);

    // A failure stays what it was.
    server.enqueue(mock::error_reply(400, "ValidationException", "no"));
    auto const refused = blocking->converse(ask_for("hello"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::validation);
    server.enqueue(mock::error_reply(400, "ValidationException", "no"));
    CHECK(push_async(ask_for("hello")).error().code == errc::validation);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: observers that throw where a stream is dropped do not end the process") {
    on_call = boom;
    make_clients();
    {
        auto stream = blocking->open_stream(ask_for("hello"));
        REQUIRE(stream.next());
    }
    CHECK(calls == 1);
    CHECK(last_error == "Cancelled");
    async->converse_stream(
        ask_for("hello"), {}, [](stream_event const&) {}, [](result<converse_response> const&) {});
    async->converse(ask_for("hello"), {}, [](result<converse_response> const&) {});
    async->pump(0);
    async.reset();
    CHECK(calls == 3);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: a provider that throws ends the call, and nothing is sent") {
    on_load = boom;
    make_clients();
    check_thrown(blocking->converse(ask_for("hello")), errc::credentials);
    CHECK(loads == 1);
    check_thrown(drain(blocking->open_stream(ask_for("hello"))).end, errc::credentials);
    check_thrown(call_async(ask_for("hello")), errc::credentials);
    check_thrown(push_async(ask_for("hello")), errc::credentials);
    CHECK(loads == 4);
    auto const found = blocking->explain();
    REQUIRE(found.problem);
    CHECK(contains(found.problem->message, "boom"));
    CHECK(server.request_count() == 0);
    on_load = nullptr;
    CHECK(blocking->converse(ask_for("hello")));
    CHECK(call_async(ask_for("hello")));
}

namespace {

/// A provider of the user's own that throws where it is asked.
class throwing_provider final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "throwing"; }
    exchange<provider_answer> load(environment const&) override {
        provider_answer answer;
        if (++asked == 1) boom();
        answer.outcome = provider_outcome::found;
        answer.credentials = example_keys();
        co_return answer;
    }
    int asked = 0;
};

}  // namespace

TEST_CASE_METHOD(callback_fixture, "callbacks: a provider class that throws ends one call, also behind a cache") {
    for (bool const cached : {false, true}) {
        std::shared_ptr<credentials_provider> source = std::make_shared<throwing_provider>();
        if (cached) source = std::make_shared<cached_provider>(source);
        options.providers = {source};
        make_clients();
        check_thrown(blocking->converse(ask_for("hello")));
        CHECK(blocking->converse(ask_for("hello")));

        source = std::make_shared<throwing_provider>();
        if (cached) source = std::make_shared<cached_provider>(source);
        options.providers = {source};
        make_clients();
        check_thrown(call_async(ask_for("hello")));
        CHECK(call_async(ask_for("hello")));
    }
}

TEST_CASE_METHOD(callback_fixture, "callbacks: what an event's function throws comes out, and the others go on") {
    make_clients();
    CHECK_THROWS_AS(blocking->converse_stream(ask_for("hello"), [](stream_event const&) { boom(); }),
                    std::runtime_error);
    CHECK(blocking->converse(ask_for("hello")));
    int others = 0;
    for (int i = 0; i < 3; ++i)
        async->converse(ask_for("hello"), {}, [&](result<converse_response> const& end) { others += end ? 1 : 0; });
    async->converse_stream(
        ask_for("hello"), {}, [](stream_event const&) { boom(); }, [&](result<converse_response> const&) { ++done; });
    int thrown = 0;
    while (async->active() != 0) {
        try {
            async->pump(10'000);
        } catch (std::runtime_error const&) {
            ++thrown;
        }
    }
    CHECK(thrown == 1);
    CHECK(done == 0);
    CHECK(others == 3);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: an observer of tool rounds that throws ends them with an error") {
    make_clients();
    int ran = 0;
    toolbox tools;
    tools.add("clock", "says what time it is", R"({"type":"object"})", [&](std::string_view) {
        ++ran;
        return std::string("noon");
    });
    server.enqueue(mock::json_reply(
        200, R"({"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"clock",)"
             R"("input":{}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},)"
             R"("metrics":{"latencyMs":1}})"));
    tool_options how;
    int told = 0;
    how.on_message = [&](tool_progress const&) {
        ++told;
        boom();
    };
    auto const end = blocking->converse(ask_for("hello"), tools, how);
    check_thrown(end);
    CHECK(told == 1);
    CHECK(ran == 0);
    CHECK(server.request_count() == 1);
    REQUIRE(end.error().tool_rounds);
    auto const& messages = end.error().tool_rounds->messages;
    REQUIRE(messages.size() == 3);  // every use has its result
    CHECK(messages.back().content.at(0).holds<tool_result_block>());
}

#endif

TEST_CASE_METHOD(callback_fixture, "callbacks: the client is destroyed inside an observer of requests") {
    on_attempt = [this] { destroy_clients(); };
    make_clients();
    CHECK(blocking->converse(ask_for("hello")));
    CHECK_FALSE(blocking);
    make_clients();
    server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    CHECK(blocking->converse(ask_for("hello")));  // repeated
    make_clients();
    CHECK(blocking->invoke_model({.model_id = "m", .body = "{}"}));
    make_clients();
    CHECK(drain(blocking->open_stream(ask_for("hello"))).end);
    make_clients();
    static_cast<void>(call_async(ask_for("hello")));
    make_clients();
    static_cast<void>(push_async(ask_for("hello")));
    make_clients();
    server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    static_cast<void>(call_async(ask_for("hello")));
    CHECK(done == 0);
    CHECK(events == 0);
    CHECK_FALSE(async);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: the client is destroyed inside an observer of calls") {
    on_call = [this] { destroy_clients(); };
    make_clients();
    CHECK(blocking->converse(ask_for("hello")));
    make_clients();
    CHECK(drain(blocking->open_stream(ask_for("hello"))).end);
    make_clients();
    static_cast<void>(call_async(ask_for("hello")));
    make_clients();
    static_cast<void>(push_async(ask_for("hello")));
    CHECK(done == 0);
    make_clients();
    server.enqueue(mock::error_reply(400, "ValidationException", "no"));
    static_cast<void>(push_async(ask_for("hello")));
    CHECK(done == 0);
    // Told of a stream that is dropped.
    make_clients();
    {
        mock::gate const rest;
        server.enqueue(held_at(rest, 2));
        drained_stream seen = nothing_yet();
        auto const request = ask_for("hello");
        auto reading = read(*async, request, seen);
        while (seen.types.empty()) async->pump(10'000);
        reading.destroy();  // gives up its reader, whose end is told
    }
    CHECK_FALSE(async);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: the client is destroyed inside a provider") {
    on_load = [this] { destroy_clients(); };
    make_clients();
    CHECK(blocking->converse(ask_for("hello")));
    make_clients();
    CHECK(drain(blocking->open_stream(ask_for("hello"))).end);
    make_clients();
    CHECK_FALSE(blocking->explain().problem);
    make_clients();
    static_cast<void>(call_async(ask_for("hello")));
    make_clients();
    static_cast<void>(push_async(ask_for("hello")));
    CHECK(done == 0);
    CHECK(events == 0);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: the client is destroyed inside an event's function and a tool") {
    on_event = [this] { destroy_clients(); };
    make_clients();
    CHECK(blocking->converse_stream(ask_for("hello"), [this](stream_event const&) { blocking.reset(); }));
    make_clients();
    static_cast<void>(push_async(ask_for("hello")));
    CHECK(events == 1);
    CHECK(done == 0);

    make_clients();
    toolbox tools;
    tools.add("clock", "says what time it is", R"({"type":"object"})", [this](std::string_view) {
        destroy_clients();
        return std::string("noon");
    });
    constexpr char use[] =
        R"({"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"clock",)"
        R"("input":{}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},)"
        R"("metrics":{"latencyMs":1}})";
    server.enqueue(mock::json_reply(200, use));
    auto const end = blocking->converse(ask_for("hello"), tools);
    REQUIRE(end);
    CHECK(end->rounds == 2);
    CHECK_FALSE(blocking);

    make_clients();
    tool_options how;
    how.on_message = [this](tool_progress const&) { destroy_clients(); };
    server.enqueue(mock::json_reply(200, use));
    CHECK(blocking->converse(ask_for("hello"), tools, how));
    CHECK_FALSE(blocking);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: a reader is destroyed inside what its own next calls") {
    make_clients();
    auto const give_up = [this] { reader.reset(); };
    SECTION("an observer of requests") { on_attempt = give_up; }
    SECTION("an observer of calls") { on_call = give_up; }
    SECTION("a provider") { on_load = give_up; }
    SECTION("an observer of a request that fails") {
        on_attempt = give_up;
        server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    }
    reader.emplace(blocking->open_stream(ask_for("hello")));
    auto& events_of_it = *reader;
    while (events_of_it.next() && reader) {
    }
    CHECK_FALSE(reader);
    CHECK(calls == 1);
    CHECK(server.request_count() <= 1);
}

TEST_CASE_METHOD(callback_fixture, "callbacks: a reader that is called by what it calls says so") {
    make_clients();
    bool was_null = false;
    std::optional<error> refused;
    on_attempt = [&] {
        was_null = reader->next() == nullptr;
        auto end = std::move(*reader).finish();
        if (!end) refused = end.error();
    };
    reader.emplace(blocking->open_stream(ask_for("hello")));
    REQUIRE(reader->next());
    CHECK(was_null);
    REQUIRE(refused);
    CHECK(refused->code == errc::invalid_input);
    CHECK(std::move(*reader).finish());
}

TEST_CASE_METHOD(callback_fixture, "callbacks: a coroutine is destroyed inside an observer of its call") {
    make_clients();
    auto const request = ask_for("hello");
    drained_stream seen = nothing_yet();
    std::optional<task> reading;
    auto const give_up = [&] { reading.reset(); };
    SECTION("of requests") { on_attempt = give_up; }
    SECTION("of a call that fails") {
        on_call = give_up;
        server.enqueue(mock::error_reply(400, "ValidationException", "no"));
    }
    SECTION("a provider") { on_load = give_up; }
    reading.emplace(read(*async, request, seen));
    pump_all(*async);
    CHECK_FALSE(reading);
    CHECK(seen.types.empty());
}
