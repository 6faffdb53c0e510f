// Many streams on one thread: the same errors as the blocking client's, memory that a slow consumer bounds, turns that
// a fast stream leaves to others, every source of credentials, and a loop of the user's own.
#include "bedrock/async_client.hpp"

#include "support/allocations.hpp"
#include "support/client_fixture.hpp"
#include "support/relay.hpp"
#include "support/socket_server.hpp"
#include "support/temporary_file.hpp"
#include "support/tls_server.hpp"

#include "bedrock/credentials/cached.hpp"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

using answer = result<converse_response>;

drained_stream stream(async_client& client, converse_request const& request, call_options const& options = {}) {
    drained_stream seen{{}, {}, fail(errc::other_service, "not yet")};
    client.converse_stream(
        request, options,
        [&](stream_event const& event) {
            seen.types.emplace_back(event.type());
            seen.text += event.text();
        },
        [&](answer end) { seen.end = std::move(end); });
    while (client.pump(20'000) != 0) {
    }
    return seen;
}

answer plain(async_client& client, converse_request const& request, call_options const& options = {}) {
    answer end = fail(errc::other_service, "not yet");
    client.converse(request, options, [&](answer reply) { end = std::move(reply); });
    while (client.pump(20'000) != 0) {
    }
    return end;
}

/// libcurl puts into its words how long it took, in milliseconds.
std::string without_times(std::string message) {
    constexpr std::string_view digits = "0123456789";
    for (auto at = message.find(" after "); at != std::string::npos; at = message.find(" after ", at + 1)) {
        auto const begin = at + 7;
        auto const end = message.find_first_not_of(digits, begin);
        if (end != std::string::npos && message.compare(end, 3, " ms") == 0) message.replace(begin, end - begin, "N");
    }
    return message;
}

void check_same(answer const& got, answer const& expected) {
    REQUIRE(got.has_value() == expected.has_value());
    if (got) {
        CHECK(got->text() == expected->text());
        CHECK(got->attempts == expected->attempts);
        return;
    }
    auto const& left = got.error();
    auto const& right = expected.error();
    CHECK(left.code == right.code);
    CHECK(left.name == right.name);
    CHECK(without_times(left.message) == without_times(right.message));
    CHECK(left.hint == right.hint);
    CHECK(left.http_status == right.http_status);
    CHECK(left.retryable == right.retryable);
    CHECK(left.attempts == right.attempts);
    CHECK(left.content_emitted == right.content_emitted);
    REQUIRE((left.partial == nullptr) == (right.partial == nullptr));
    if (left.partial) CHECK(left.partial->text() == right.partial->text());
}

/// Writes one stream that is longer than any buffer, and counts what the reader's end has taken.
class long_stream {
  public:
    explicit long_stream(std::size_t deltas) : deltas_(deltas) {}
    std::string url() const { return server_.url(""); }
    std::size_t sent() const { return sent_; }

  private:
    void serve(connection& peer) {
        if (peer.read_request().empty()) return;
        auto const golden = mock::golden_frames();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nConnection: close\r\n\r\n" +
                  golden[0]);
        std::string block;
        auto const delta =
            mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":")" +
                                                 std::string(deltas_ > 10'000 ? 900 : 20, 'x') + R"("}})");
        for (std::size_t i = 0; i < deltas_; ++i) {
            block += delta;
            if (block.size() < 32'768 && i + 1 != deltas_) continue;
            if (!peer.send(block)) return;
            sent_ += block.size();
            block.clear();
        }
        peer.send(golden[3] + golden[4] + golden[5]);
    }
    std::size_t deltas_;
    std::atomic<std::size_t> sent_{0};
    socket_server server_{[this](connection& peer) { serve(peer); }};
};

class counting_provider final : public credentials_provider {
  public:
    std::string_view name() const noexcept override { return "counting"; }
    exchange<provider_answer> load(environment const&) override {
        ++loads;
        pause_ask nap(50);
        co_await nap;
        provider_answer found;
        found.outcome = provider_outcome::found;
        found.credentials = example_keys();
        co_return found;
    }
    std::atomic<int> loads{0};
};

}  // namespace

TEST_CASE("async streams: the same faults give the same errors as to the blocking client") {
    client_fixture f;
    auto const golden = mock::golden_frames();
    std::vector<std::string> const cut(golden.begin(), golden.begin() + 3);
    auto with = [&](std::string extra) {
        auto frames = cut;
        frames.push_back(std::move(extra));
        return frames;
    };
    auto bad_crc = golden[2];
    bad_crc.back() = static_cast<char>(bad_crc.back() ^ 1);
    auto const refused = [](int status, char const* name) { return mock::error_reply(status, name, "said it"); };
    auto silent_after = [&](std::size_t parts) {
        auto made = mock::stream_reply(golden);
        made.parts.resize(parts);
        made.end = mock::ending::silence;
        return made;
    };
    auto no_head = mock::json_reply(200, "{}");
    no_head.send_head = false;
    no_head.end = mock::ending::silence;
    auto reset = mock::stream_reply(cut);
    reset.end = mock::ending::reset;
    struct row {
        char const* name;
        mock::reply sent;
        int times = 1;
    };
    std::vector<row> const rows{
        {"whole", mock::stream_reply(golden)},
        {"validation", refused(400, "ValidationException")},
        {"access denied", refused(403, "AccessDeniedException")},
        {"throttled for ever", refused(429, "ThrottlingException"), 3},
        {"busy once", refused(503, "ServiceUnavailableException")},
        {"an error page", mock::json_reply(502, "<html>"), 3},
        {"an exception at first", mock::stream_reply({mock::exception_frame("throttlingException", "{}")})},
        {"an exception in the middle",
         mock::stream_reply(with(mock::exception_frame("modelStreamErrorException", R"({"message":"oops"})")))},
        {"an error in the middle", mock::stream_reply(with(mock::error_frame("InternalFailure", "oops")))},
        {"damage", mock::stream_reply(with(bad_crc))},
        {"cut between events", mock::stream_reply(cut)},
        {"cut inside an event", mock::cut_after(mock::stream_reply(golden), golden[0].size() + 40)},
        {"reset", reset},
        {"no stream", mock::json_reply(200, R"({"message":"hello"})")},
        {"silent before the head", no_head},
        {"silent before the first event", silent_after(0)},
        {"silent after two events", silent_after(2)},
    };
    f.options.timeouts.first_event_ms = 200;
    f.options.timeouts.first_byte_ms = 200;
    f.options.timeouts.idle_ms = 200;
    for (auto const& one : rows) {
        INFO(one.name);
        auto const enqueue = [&] {
            for (int i = 0; i < one.times; ++i) f.server.enqueue(one.sent);
        };
        enqueue();
        auto const expected = drain(f.client().open_stream(ask_for("hello")));
        while (f.server.queued_replies() != 0) (void)f.client().converse(ask_for("hello"));
        async_client client(f.options);
        enqueue();
        auto const got = stream(client, ask_for("hello"));
        while (f.server.queued_replies() != 0) (void)f.client().converse(ask_for("hello"));
        CHECK(got.types == expected.types);
        check_same(got.end, expected.end);
        enqueue();
        auto const expected_plain = f.client().converse(ask_for("hello"));
        while (f.server.queued_replies() != 0) (void)f.client().converse(ask_for("hello"));
        enqueue();
        check_same(plain(client, ask_for("hello")), expected_plain);
        while (f.server.queued_replies() != 0) (void)f.client().converse(ask_for("hello"));
    }
}

TEST_CASE("async streams: no connection, no credentials and the total clock are as with the blocking client") {
    client_fixture f;
    call_options options;
    SECTION("refused") {
        options.endpoint = "http://127.0.0.1:1";
    }
    SECTION("no such host") {
        options.endpoint = "http://nowhere.invalid";
    }
    SECTION("no connection") {
        static black_hole const hole;
        options.endpoint = hole.url("");
        options.timeouts.emplace();
        options.timeouts->connect_ms = 60;
    }
    SECTION("no credentials") {
        f.options.credentials.reset();
        // The message says how long the search took.
        f.options.surroundings->steady_milliseconds = [] { return std::int64_t{5}; };
    }
    SECTION("total") {
        auto slow = mock::error_reply(503, "ServiceUnavailableException", "busy");
        slow.headers.emplace_back("Retry-After", "15");
        f.server.set_handler([slow](auto const&) { return slow; });
        options.timeouts.emplace();
        options.timeouts->total_ms = 80;
    }
    SECTION("a header that cannot be sent") {
        options.headers.push_back({"Host", "other"});
    }
    f.options.retry.max_attempts = 2;
    async_client client(f.options);
    auto const expected = f.client().converse(ask_for("hello"), options);
    CHECK_FALSE(expected);
    check_same(plain(client, ask_for("hello"), options), expected);
    check_same(stream(client, ask_for("hello"), options).end,
               f.client().open_stream(ask_for("hello"), options).finish());
}

TEST_CASE("async streams: a slow consumer slows the sender down and costs no memory") {
    long_stream source(64 * 1024);
    client_fixture f;
    f.options.endpoint = source.url();
    async_client client(f.options);
    std::size_t events = 0, bytes = 0;
    std::optional<answer> end;
    async_call call;
    call = client.converse_stream(
        ask_for("hello"), {},
        [&](stream_event const& event) {
            bytes += event.text().size();
            if (++events == 3) call.pause();
        },
        [&](answer whole) { end.emplace(std::move(whole)); });
    while (events != 3) client.pump(100);
    allocations::peak const memory;
    for (std::size_t before = 1, now = 0; before != now; client.pump(100)) before = std::exchange(now, source.sent());
    CHECK(source.sent() < 48u << 20);  // the rest waits: socket buffers and one high-water mark took what they take
    CHECK(memory.bytes() < 2 * engine::high_water_bytes + (std::size_t{128} << 10));
    CHECK(events == 3);
    SECTION("resumed, all of it arrives") {
        call.resume();
        while (client.pump(20'000) != 0) {
        }
        REQUIRE(*end);
        CHECK(bytes == 64u * 1024 * 900);
    }
    SECTION("cancelled, it ends at once") {
        call.cancel();
        CHECK(client.pump(0) == 0);
        REQUIRE_FALSE(*end);
        CHECK(end->error().code == errc::cancelled);
        CHECK(events == 3);
    }
}

TEST_CASE("async streams: a paused stream's total clock runs, its idle clock does not") {
    client_fixture f;
    mock::gate held;
    auto halting = mock::stream_reply(mock::golden_frames());
    halting.parts[2].hold = held;
    f.server.enqueue(halting);
    call_options options;
    options.timeouts.emplace();
    options.timeouts->idle_ms = 10'000;
    options.timeouts->total_ms = 150;
    async_client client(f.options);
    std::optional<answer> end;
    async_call call;
    call = client.converse_stream(
        ask_for("hello"), options, [&](stream_event const&) { call.pause(); },
        [&](answer whole) { end.emplace(std::move(whole)); });
    while (client.pump(20'000) != 0) {
    }
    REQUIRE_FALSE(*end);
    CHECK(end->error().code == errc::timeout);
    CHECK(contains(end->error().message, "(the total clock)"));
    CHECK(end->error().content_emitted);
}

TEST_CASE("async streams: a fast stream takes turns with the others") {
    long_stream flood(9'000);
    client_fixture f;
    async_client client(f.options);
    call_options to_flood;
    to_flood.endpoint = flood.url();
    int flooded = 0, in_this_round = 0, most_in_a_round = 0;
    bool flood_ended = false, ended_before = false;
    std::size_t others = 0;
    client.converse_stream(
        ask_for("hello"), to_flood,
        [&](stream_event const&) {
            ++flooded;
            most_in_a_round = (std::max)(most_in_a_round, ++in_this_round);
        },
        [&](answer) { flood_ended = true; });
    while (flooded == 0) client.pump(100);
    for (int i = 0; i < 20; ++i)
        client.converse_stream(
            ask_for("count to 5"), {}, [](stream_event const&) {},
            [&](answer whole) {
                others += whole ? 1 : 0;
                if (others == 20) ended_before = !flood_ended;
            });
    for (in_this_round = 0; client.pump(20'000) != 0;) in_this_round = 0;
    CHECK(flooded == 9'000 + 4);
    CHECK(most_in_a_round == async_client::events_a_turn);
    CHECK(others == 20);
    CHECK(ended_before);
}

TEST_CASE("async streams: events cost no allocation of ours") {
    long_stream source(9'000);
    client_fixture f;
    f.options.endpoint = source.url();
    async_client client(f.options);
    int events = 0;
    std::size_t first = 0, last = 0;
    client.converse_stream(
        ask_for("hello"), {},
        [&](stream_event const&) {
            if (++events == 2'000) first = allocations::count();
            if (events == 8'000) last = allocations::count();
        },
        [](answer whole) { CHECK(whole); });
    while (client.pump(20'000) != 0) {
    }
    CHECK(events == 9'004);
    CHECK(last - first <= 8);  // the text of the whole answer, and a buffer, that double
}

TEST_CASE("async streams: credentials of a command and of an instance") {
    client_fixture f;
    f.options.credentials.reset();
    (*f.set)["HOME"] = "/nonexistent";
    std::unique_ptr<temporary_file> config;
    std::unique_ptr<socket_server> metadata;
    SECTION("a command") {
        std::string const keys = std::string(R"({\"Version\":1,\"AccessKeyId\":\")") + example_key_id +
                                 R"(\",\"SecretAccessKey\":\")" + example_secret + R"(\"})";
        config = std::make_unique<temporary_file>(
            "config", "[default]\ncredential_process = sh -c 'sleep 0.05; echo \"" + keys + "\"'\n");
        (*f.set)["AWS_CONFIG_FILE"] = config->path();
    }
    SECTION("an instance") {
        metadata = std::make_unique<socket_server>([](connection& peer) {
            std::string const roles = "GET /latest/meta-data/iam/security-credentials/";
            for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
                if (request.starts_with("PUT /latest/api/token "))
                    peer.send(
                        "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\nContent-Length: "
                        "5\r\n\r\nTOKEN");
                else if (request.starts_with(roles + " "))
                    peer.send(plain_answer("bedrock-role"));
                else if (request.starts_with(roles + "bedrock-role "))
                    peer.send(plain_answer(R"({"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":)"
                                           R"("instance-secret","Token":"instance-token","Expiration":)"
                                           R"("2099-01-01T00:00:00Z"})"));
                else
                    peer.send(plain_answer("", "404 Not Found"));
            }
        });
        auto accepted = mock::default_authorization();
        accepted.keys = {{"ASIAINSTANCE", "instance-secret", "instance-token"}};
        f.server.set_authorization(accepted);
        f.set->erase("AWS_EC2_METADATA_DISABLED");
        (*f.set)["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata->url("");
    }
    async_client client(f.options);
    int right = 0;
    for (int i = 0; i < 10; ++i)
        client.converse(ask_for("hello"), {}, [&](answer reply) {
            if (!reply) UNSCOPED_INFO(reply.error().message);
            right += reply ? 1 : 0;
        });
    while (client.pump(20'000) != 0) {
    }
    CHECK(right == 10);
}

TEST_CASE("async streams: loops on several threads and a blocking client fetch credentials once", "[threads]") {
    client_fixture f;
    auto const source = std::make_shared<counting_provider>();
    f.options.credentials.reset();
    f.options.providers = {std::make_shared<cached_provider>(source)};
    std::atomic<int> right{0};
    auto const loop = [&] {
        async_client client(f.options);
        for (int i = 0; i < 10; ++i)
            client.converse(ask_for("hello"), {}, [&](answer reply) { right += reply ? 1 : 0; });
        while (client.pump(20'000) != 0) {
        }
    };
    std::thread first(loop), second(loop), third([&] { right += f.client().converse(ask_for("hello")) ? 1 : 0; });
    first.join();
    second.join();
    third.join();
    CHECK(right == 21);
    CHECK(source->loads == 1);
}

TEST_CASE("async streams: the one who fetches credentials is cancelled, another of the loop takes over") {
    client_fixture f;
    auto const source = std::make_shared<counting_provider>();
    f.options.credentials.reset();
    f.options.providers = {std::make_shared<cached_provider>(source)};
    async_client client(f.options);
    int right = 0, cancelled = 0;
    std::vector<async_call> calls;
    for (int i = 0; i < 3; ++i)
        calls.push_back(client.converse(ask_for("hello"), {}, [&](answer reply) { ++(reply ? right : cancelled); }));
    while (source->loads == 0) client.pump(1);
    calls[0].cancel();
    while (client.pump(20'000) != 0) {
    }
    CHECK(right == 2);
    CHECK(cancelled == 1);
    CHECK(source->loads == 2);
}

TEST_CASE("async streams: on an epoll loop of the user's own") {
    client_fixture f;
    int const outer = ::epoll_create1(EPOLL_CLOEXEC);
    REQUIRE(outer >= 0);
    std::int64_t due = -1;
    bool all_known = true;
    loop_hooks hooks;
    hooks.watch = [&](int which, int events) {
        epoll_event wanted{};
        wanted.data.fd = which;
        wanted.events =
            ((events & poll_set::readable) != 0 ? EPOLLIN : 0u) | ((events & poll_set::writable) != 0 ? EPOLLOUT : 0u);
        if (events == 0)
            all_known = ::epoll_ctl(outer, EPOLL_CTL_DEL, which, nullptr) == 0 && all_known;
        else if (::epoll_ctl(outer, EPOLL_CTL_MOD, which, &wanted) != 0)
            all_known = ::epoll_ctl(outer, EPOLL_CTL_ADD, which, &wanted) == 0 && all_known;
    };
    hooks.set_timer = [&](std::int64_t milliseconds) { due = milliseconds; };
    {
        async_client client(f.options, hooks);
        std::size_t right = 0, events = 0;
        for (int i = 0; i < 50; ++i) {
            client.converse_stream(
                ask_for("count to 50"), {}, [&](stream_event const&) { ++events; },
                [&](answer whole) { right += whole ? 1 : 0; });
            client.converse(ask_for("hello"), {}, [&](answer reply) { right += reply ? 1 : 0; });
        }
        while (client.active() != 0) {
            epoll_event ready[16];
            int const count = ::epoll_wait(outer, ready, 16, static_cast<int>(due));
            if (count == 0) {
                due = -1;
                client.on_timer();
            }
            for (int i = 0; i < count; ++i) {
                bool const broken = (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0;
                client.on_ready(ready[i].data.fd, ((ready[i].events & EPOLLIN) || broken ? poll_set::readable : 0) |
                                                      ((ready[i].events & EPOLLOUT) ? poll_set::writable : 0));
            }
        }
        CHECK(right == 100);
        CHECK(events > 50 * 50);
    }
    CHECK(all_known);
    ::close(outer);
}

TEST_CASE("async streams: a loop that waits sleeps") {
    client_fixture f;
    mock::gate held;
    auto halting = mock::stream_reply(mock::golden_frames());
    halting.parts[2].hold = held;
    f.server.enqueue(halting);
    async_client client(f.options);
    int events = 0;
    client.converse_stream(
        ask_for("hello"), {}, [&](stream_event const&) { ++events; }, [](answer) {});
    while (events != 2) client.pump(100);
    auto const begun = steady_milliseconds_now();
    int rounds = 0;
    for (; steady_milliseconds_now() - begun < 300; ++rounds) client.pump(300);
    CHECK(rounds < 10);
}

TEST_CASE("async streams: over TLS, stopped and resumed all the way") {
    mock::tls_server_options how;
    how.asks_for_certificate = false;
    std::string body = mock::golden_frames()[0];
    auto const delta = mock::frame("contentBlockDelta",
                                   R"({"contentBlockIndex":0,"delta":{"text":")" + std::string(900, 'x') + R"("}})");
    for (int i = 0; i < 4'000; ++i) body += delta;
    for (std::size_t i = 3; i < 6; ++i) body += mock::golden_frames()[i];
    mock::tls_server const server(
        [&](mock::tls_request const&) {
            return "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body;
        },
        how);
    client_fixture f;
    f.options.endpoint = "https://" + server.authority();
    f.options.network.tls.authorities = server.authority_file();
    f.options.timeouts.idle_ms = 10'000;
    async_client client(f.options);
    std::vector<async_call> calls(3);
    std::vector<int> events(3);
    int right = 0;
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i] = client.converse_stream(
            ask_for("hello"), {},
            [&, i](stream_event const&) {
                if (++events[i] % 500 == static_cast<int>(i)) calls[i].pause();
            },
            [&](answer whole) { right += whole && whole->text().size() == 4'000 * 900 ? 1 : 0; });
    while (client.pump(1) != 0)
        for (auto const& call : calls) call.resume();
    CHECK(right == 3);
    CHECK(events == std::vector<int>(3, 4'004));
}

TEST_CASE("async streams: every call is reported once, dropped ones too") {
    client_fixture f;
    std::vector<std::string> seen;
    f.options.on_call = [&](call_report const& report) {
        seen.push_back(std::string(report.operation) + " " + std::string(report.error_name) + " " +
                       std::to_string(report.events));
    };
    mock::gate held;
    auto halting = mock::stream_reply(mock::golden_frames());
    halting.parts[2].hold = held;
    {
        async_client client(f.options);
        CHECK(plain(client, ask_for("hello")));
        f.server.enqueue(mock::stream_reply(mock::golden_frames()));
        CHECK(stream(client, ask_for("hello")).end);
        CHECK_FALSE(plain(client, ask_for("hello", "")));  // refused here: no call
        f.server.enqueue(halting);
        int events = 0;
        client.converse_stream(
            ask_for("hello"), {}, [&](stream_event const&) { ++events; }, [](answer) {});
        while (events != 2) client.pump(100);
    }
    CHECK(seen == std::vector<std::string>{"Converse  0", "ConverseStream  6", "ConverseStream Cancelled 2"});
}

TEST_CASE("async streams: in a forked child calls end, and the parent's go on", "[fork]") {
    client_fixture f;
    f.options.retry.max_attempts = 1;
    mock::gate held;
    auto halting = mock::stream_reply(mock::golden_frames());
    halting.parts[2].hold = held;
    f.server.enqueue(halting);
    auto client = std::make_unique<async_client>(f.options);
    int events = 0;
    std::optional<answer> end;
    client->converse_stream(
        ask_for("hello"), {}, [&](stream_event const&) { ++events; },
        [&](answer whole) { end.emplace(std::move(whole)); });
    while (events != 2) client->pump(100);
    auto const child = ::fork();
    if (child == 0) {
        while (client->pump(20'000) != 0) {
        }
        bool const told = end && !*end && contains(end->error().message, "forked");
        auto const fresh = plain(*client, ask_for("hello"));
        client.reset();
        ::_exit(told && !fresh ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK_FALSE(end);
    held.open();
    while (client->pump(20'000) != 0) {
    }
    REQUIRE(end);
    CHECK(*end);
}

TEST_CASE("async streams: a thousand streams and their memory", "[.soak]") {
    client_fixture f;
    mock::gate held;
    f.server.set_handler([&](auto const&) {
        auto made = mock::stream_reply(mock::golden_frames());
        made.parts[2].hold = held;
        return made;
    });
    async_client client(f.options);
    allocations::peak const memory;
    std::size_t events = 0, right = 0;
    for (int i = 0; i < 1'000; ++i)
        client.converse_stream(
            ask_for("hello"), {}, [&](stream_event const&) { ++events; },
            [&](answer whole) { right += whole ? 1 : 0; });
    while (events != 2'000) client.pump(1'000);
    WARN("bytes of a stream: " << memory.bytes() / 1'000);
    CHECK(memory.bytes() / 1'000 < 64 * 1024);
    held.open(1'000);
    while (client.pump(20'000) != 0) {
    }
    CHECK(right == 1'000);
}
