// Thousands of streams at once on one thread: how late their events come behind the server's clock, what an event costs
// in processor time, and how much memory a stream takes, by `async_client` and by libcurl alone.
//
//     many_streams [--quick] [--json FILE] [--streams N] [--interval-us US]
//
// Streams begin one after the other, so that the start is not measured; latencies are those of the events that were
// sent while all of them ran.
#include "harness.hpp"
#include "measuring.hpp"
#include "stream_server.hpp"

#include "support/allocations.hpp"

#include <bedrock/async_client.hpp>
#include <bedrock/bedrock.hpp>
#include <bedrock/testing/loopback.hpp>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::size_t stamp_digits = 20;

struct setting {
    int streams = 2000;
    long interval_us = 100'000;
    int events = 0;  // of a stream
    long ramp_us = 0;
    std::string model{};
};

/// How late events were, in steps of 10 microseconds up to half a second. Never allocates.
class lateness {
  public:
    void begin(std::int64_t from_ns, std::int64_t to_ns) { from_ns_ = from_ns, to_ns_ = to_ns; }
    void add(std::string_view stamp) {
        char digits[stamp_digits + 1]{};
        stamp.copy(digits, stamp_digits);
        auto const sent = std::strtoll(digits, nullptr, 10);
        if (sent < from_ns_ || sent > to_ns_) return;
        auto const late = bench::monotonic_ns() - sent;
        auto const step = static_cast<std::size_t>((late < 0 ? 0 : late) / 10'000);
        ++counts_[(std::min)(step, counts_.size() - 1)];
        ++events_;
    }
    double events() const { return static_cast<double>(events_); }
    double milliseconds(double share) const {
        auto left = share * events();
        std::size_t step = 0;
        while (step + 1 < counts_.size() && left > static_cast<double>(counts_[step]))
            left -= static_cast<double>(counts_[step++]);
        return static_cast<double>(step + 1) / 100;
    }
    double share_within(std::size_t milliseconds) const {
        double found = 0;
        for (std::size_t i = 0; i < milliseconds * 100; ++i) found += static_cast<double>(counts_[i]);
        return events_ == 0 ? 0 : found / events();
    }

  private:
    std::array<std::uint32_t, 50'000> counts_{};
    std::uint64_t events_ = 0;
    std::int64_t from_ns_ = 0;
    std::int64_t to_ns_ = 0;
};

/// What a run came to; it goes through a pipe as it is.
struct outcome {
    int whole = 0;  // streams
    double events = 0;
    double middle_ms = 0, late99_ms = 0, late999_ms = 0;
    double too_late = 0;      // of a hundred events, by more than 20 ms
    double processor_us = 0;  // of an event, while all ran
    double held_kib = 0;      // of a stream, by operator new
    double resident_kib = 0;  // of a stream, by whatever means
};

/// Descriptors and a timer for a loop of a client's, which epoll waits for.
class epoll_loop {
  public:
    void watch(int which, int events) const {
        epoll_event wanted{};
        wanted.data.fd = which;
        if (events & 1) wanted.events |= EPOLLIN;
        if (events & 2) wanted.events |= EPOLLOUT;
        if (events == 0)
            ::epoll_ctl(poll_, EPOLL_CTL_DEL, which, nullptr);
        else if (::epoll_ctl(poll_, EPOLL_CTL_MOD, which, &wanted) != 0)
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, which, &wanted);
    }
    void set_timer(std::int64_t milliseconds) const {
        itimerspec when{};  // all zero: never
        when.it_value.tv_sec = milliseconds > 0 ? milliseconds / 1000 : 0;
        when.it_value.tv_nsec = milliseconds > 0 ? milliseconds % 1000 * 1'000'000 : milliseconds == 0 ? 1 : 0;
        ::timerfd_settime(timer_, 0, &when, nullptr);
    }
    template <class OnReady, class OnTimer>
    void run_once(int timeout_ms, OnReady on_ready, OnTimer on_timer) {
        int const count = ::epoll_wait(poll_, ready_.data(), static_cast<int>(ready_.size()), timeout_ms);
        for (int i = 0; i < count; ++i) {
            auto const& one = ready_[static_cast<std::size_t>(i)];
            if (one.data.fd == timer_) {
                std::uint64_t expirations = 0;
                if (::read(timer_, &expirations, sizeof expirations) > 0) on_timer();
                continue;
            }
            bool const broken = (one.events & (EPOLLERR | EPOLLHUP)) != 0;
            on_ready(one.data.fd, (broken || (one.events & EPOLLIN) ? 1 : 0) | (one.events & EPOLLOUT ? 2 : 0));
        }
    }
    epoll_loop() { watch(timer_, 1); }
    epoll_loop(epoll_loop const&) = delete;
    epoll_loop& operator=(epoll_loop const&) = delete;
    ~epoll_loop() {
        ::close(timer_);
        ::close(poll_);
    }

  private:
    int poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    int timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    std::array<epoll_event, 64> ready_{};
};

/// Somebody who asks for streams.
class candidate {
  public:
    candidate() = default;
    candidate(candidate const&) = delete;
    candidate& operator=(candidate const&) = delete;
    virtual ~candidate() = default;
    virtual void start_one() = 0;
    /// Waits, at most so long, and goes on with what there is.
    virtual void run_once(int timeout_ms) = 0;

    lateness late{};
    int whole = 0;
    int ended = 0;
};

class by_libcurl final : public candidate {
  public:
    by_libcurl(bench::stream_server const& server, setting const& how) : url_(server.url_of(how.model)) {
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &by_libcurl::on_watch);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &by_libcurl::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
    }
    ~by_libcurl() override {
        curl_multi_cleanup(multi_);
        curl_slist_free_all(headers_);
    }
    void start_one() override {
        CURL* const easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                         R"({"messages":[{"role":"user","content":[{"text":"Tell me a story."}]}]})");
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &by_libcurl::take);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
        curl_multi_add_handle(multi_, easy);
    }
    void run_once(int timeout_ms) override {
        loop_.run_once(
            timeout_ms, [this](int which, int events) { act(which, events); }, [this] { act(CURL_SOCKET_TIMEOUT, 0); });
    }

  private:
    void act(curl_socket_t which, int events) {
        int running = 0, queued = 0;
        curl_multi_socket_action(multi_, which, events, &running);
        while (CURLMsg* const note = curl_multi_info_read(multi_, &queued)) {
            whole += note->data.result == CURLE_OK ? 1 : 0;
            ++ended;
            CURL* const easy = note->easy_handle;
            curl_multi_remove_handle(multi_, easy);
            curl_easy_cleanup(easy);
        }
    }
    static std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
        constexpr std::string_view before = R"("text":")";
        std::string_view const arrived(data, size * count);
        for (auto at = arrived.find(before); at != std::string_view::npos; at = arrived.find(before, at + 1))
            static_cast<by_libcurl*>(self)->late.add(arrived.substr(at + before.size()));
        return size * count;
    }
    static int on_watch(CURL*, curl_socket_t which, int events, void* self, void*) {
        static_cast<by_libcurl*>(self)->loop_.watch(which, events == CURL_POLL_REMOVE ? 0 : events);
        return 0;
    }
    static int on_timer(CURLM*, long milliseconds, void* self) {
        static_cast<by_libcurl*>(self)->loop_.set_timer(milliseconds);
        return 0;
    }

    epoll_loop loop_;
    CURLM* multi_ = curl_multi_init();
    curl_slist* headers_ = curl_slist_append(nullptr, "Content-Type: application/json");
    std::string url_;
};

/// On epoll, or in the client's own sleep.
class by_bedrock final : public candidate {
  public:
    by_bedrock(bench::stream_server const& server, setting const& how, bool with_hooks)
        : events_(how.events),
          with_hooks_(with_hooks),
          client_(bedrock::testing::make_loopback_options(server.url(), {}),
                  with_hooks ? hooks() : bedrock::loop_hooks{}) {
        request_.model_id = how.model;
        request_.messages = {bedrock::user("Tell me a story.")};
    }
    void start_one() override {
        auto on_event = [this](bedrock::stream_event const& event) {
            auto const text = event.text();
            if (!text.empty()) late.add(text);
        };
        auto on_done = [this](bedrock::result<bedrock::converse_response> reply) {
            bool const is_right = reply && reply->text().size() == stamp_digits * static_cast<std::size_t>(events_);
            if (!reply) std::fprintf(stderr, "%s\n", reply.error().message.c_str());
            whole += is_right ? 1 : 0;
            ++ended;
        };
        client_.converse_stream(request_, {}, on_event, on_done);
    }
    void run_once(int timeout_ms) override {
        if (!with_hooks_) {
            client_.pump(timeout_ms);
            return;
        }
        loop_.run_once(
            timeout_ms, [this](int which, int events) { client_.on_ready(which, events); },
            [this] { client_.on_timer(); });
    }

  private:
    bedrock::loop_hooks hooks() {
        return {.watch = [this](bedrock::descriptor which, int events) { loop_.watch(which, events); },
                .set_timer = [this](std::int64_t milliseconds) { loop_.set_timer(milliseconds); }};
    }

    int events_;
    bool with_hooks_;
    epoll_loop loop_;
    bedrock::async_client client_;
    bedrock::converse_request request_;
};

outcome run(setting const& how, candidate& who) {
    auto const resident = bench::memory_kib("VmRSS:");
    allocations::peak const held;
    auto const begin = bench::monotonic_ns();
    int started = 0;
    while (started < how.streams) {
        auto const wanted = (bench::monotonic_ns() - begin) * how.streams / (how.ramp_us * 1000) + 1;
        for (int burst = 0; started < wanted && started < how.streams && burst < 16; ++burst, ++started)
            who.start_one();
        who.run_once(1);
    }
    // From when all have begun until the first one ends; both with some room.
    auto const from = bench::monotonic_ns() + 300'000'000;
    auto const to = begin + how.interval_us * 1000 * (how.events - 1);
    who.late.begin(from, to);
    while (bench::monotonic_ns() < from) who.run_once(1);
    auto const used = bench::processor_ns();
    while (bench::monotonic_ns() < to) who.run_once(1);
    outcome found;
    found.processor_us = static_cast<double>(bench::processor_ns() - used) / 1e3 / who.late.events();
    found.held_kib = static_cast<double>(held.bytes()) / 1024 / how.streams;
    found.resident_kib = static_cast<double>(bench::memory_kib("VmRSS:") - resident) / how.streams;
    while (who.ended < how.streams && bench::monotonic_ns() < to + 60'000'000'000) who.run_once(100);
    found.whole = who.whole;
    found.events = who.late.events();
    found.middle_ms = who.late.milliseconds(0.5);
    found.late99_ms = who.late.milliseconds(0.99);
    found.late999_ms = who.late.milliseconds(0.999);
    found.too_late = 100 * (1 - who.late.share_within(20));
    return found;
}

/// In a process of its own, so that nobody's memory is another one's.
template <class Make>
outcome run_apart(setting const& how, Make make) {
    int ends[2];
    outcome found;
    if (::pipe(ends) != 0) return found;
    auto const process = ::fork();
    if (process == 0) {
        auto const who = make();
        found = run(how, *who);
        ::_exit(::write(ends[1], &found, sizeof found) == sizeof found ? 0 : 1);
    }
    ::close(ends[1]);
    if (::read(ends[0], &found, sizeof found) != sizeof found) found = {};
    ::close(ends[0]);
    ::waitpid(process, nullptr, 0);
    return found;
}

}  // namespace

int main(int count, char** given) {
    std::signal(SIGPIPE, SIG_IGN);
    bench::report report(count, given);
    setting how;
    if (report.is_quick()) how.streams = 50, how.interval_us = 5'000;
    for (int i = 1; i + 1 < count; ++i) {
        std::string_view const name = given[i];
        if (name == "--streams") how.streams = std::atoi(given[i + 1]);
        if (name == "--interval-us") how.interval_us = std::atol(given[i + 1]);
    }
    if (how.streams < 1 || how.interval_us < 1) return 2;
    how.ramp_us = 1000L * how.streams;
    long const steady_us = report.is_quick() ? 200'000 : 5'000'000;
    how.events = static_cast<int>((how.ramp_us + 1'000'000 + steady_us) / how.interval_us);
    how.model = "paced-" + std::to_string(how.events) + "-" + std::to_string(how.interval_us);

    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < static_cast<rlim_t>(how.streams) + 64) {
        std::puts("skipped: this process may not have so many files open");
        return report.finish();
    }

    bench::stream_server const server(bench::make_answer(10));
    std::pair<std::string, std::unique_ptr<candidate> (*)(bench::stream_server const&, setting const&)> const all[] = {
        {"libcurl alone, epoll",
         [](auto& on, auto& what) -> std::unique_ptr<candidate> { return std::make_unique<by_libcurl>(on, what); }},
        {"bedrock, epoll",
         [](auto& on,
            auto& what) -> std::unique_ptr<candidate> { return std::make_unique<by_bedrock>(on, what, true); }},
        {"bedrock, pump()",
         [](auto& on,
            auto& what) -> std::unique_ptr<candidate> { return std::make_unique<by_bedrock>(on, what, false); }},
    };
    std::string const title = std::to_string(how.streams) + " streams, an event each " +
                              std::to_string(how.interval_us / 1000) + " ms of each: ";
    std::pair<bench::work, std::pair<std::string, double outcome::*>> const tables[] = {
        {{title + "lateness, median", "message"}, {"ms", &outcome::middle_ms}},
        {{title + "lateness, 99 %", "message"}, {"ms", &outcome::late99_ms}},
        {{title + "lateness, 99.9 %", "message"}, {"ms", &outcome::late999_ms}},
        {{title + "more than 20 ms late", "hundred"}, {"events", &outcome::too_late}},
        {{title + "processor time", "message"}, {"us", &outcome::processor_us}},
        {{title + "memory by operator new", "stream"}, {"KiB", &outcome::held_kib}},
        {{title + "memory in all", "stream"}, {"KiB", &outcome::resident_kib}},
    };
    std::vector<std::vector<bench::sampled>> samples(std::size(tables));
    for (auto& rows : samples)
        for (auto const& one : all) rows.push_back({one.first});
    for (int round = 0; round < (report.is_quick() ? 1 : 3); ++round)
        for (std::size_t i = 0; i < std::size(all); ++i) {
            auto const got = run_apart(how, [&, make = all[i].second] { return make(server, how); });
            if (got.whole != how.streams || got.events == 0) report.fail(all[i].first);
            for (std::size_t k = 0; k < std::size(tables); ++k) {
                samples[k][i].samples.push_back(got.*tables[k].second.second);
            }
        }
    for (std::size_t k = 0; k < std::size(tables); ++k)
        report.show(tables[k].first, tables[k].second.first, samples[k]);
    return report.finish();
}
