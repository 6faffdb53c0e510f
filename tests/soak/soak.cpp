// Many streams at once, of which one in five meets a fault, for as long as is asked for: each ends in the one state
// that its fault leads to, no memory is gathered, and clients that are destroyed in the middle take nothing with them.
//
//     soak [SECONDS [STREAMS]]      3 seconds and 200 streams unless told; ends with 0 where all went well
//
// The server is a process of its own, forked before there are threads. Question N is "N ": both sides know by N what is
// to happen with it.
#include <bedrock/bedrock.hpp>

#include "support/frames.hpp"
#include "support/mock_server.hpp"
#include "support/tls_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- the failing allocation

namespace {

thread_local std::int64_t allocations_left = -1;  // of this thread, until one fails; negative: none does

void* take(std::size_t size) noexcept {
    if (allocations_left >= 0 && allocations_left-- == 0) return nullptr;
    return std::malloc(size);
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* const memory = take(size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    return take(size);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
    return take(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::nothrow_t const&) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::nothrow_t const&) noexcept {
    std::free(memory);
}

namespace {

using namespace bedrock;
using steady = std::chrono::steady_clock;

// ---- what happens with question N

enum class fate : unsigned char {
    fine,
    cut_early,  // repeated, in vain
    cut,        // behind the first delta
    reset,      //
    damaged,    // a byte
    exception,  // behind the first delta
    throttled,  // 429 at first, then fine
    refused,    // 400
    silent,     // nothing more behind the first delta: the idle clock
    cancelled,  // the same, and cancelled from another thread
    dropped,    // the reader is destroyed behind its first event
    tls_cut,    // over TLS, which ends in the middle without close_notify
    no_memory,  // one of its allocations fails
    count
};
constexpr std::size_t fates = static_cast<std::size_t>(fate::count);
constexpr char const* names[fates] = {"fine",      "cut early", "cut",     "reset",    "damaged",
                                      "exception", "throttled", "refused", "silent",   "cancelled",
                                      "dropped",   "TLS cut",   "no memory"};

std::uint64_t mix(std::uint64_t number) {
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;  // splitmix64
    number = (number ^ number >> 27) * 0x94d049bb133111ebu;
    return number ^ number >> 31;
}

fate fate_of(std::uint64_t number) {
    auto const mixed = mix(number + 0x9e3779b97f4a7c15u);
    if (mixed % 5 != 0) return fate::fine;
    return static_cast<fate>(1 + mixed / 5 % (fates - 1));
}

// ---- the server

std::vector<std::string> frames_of(std::uint64_t number) {
    auto const delta = [&](std::string_view text) {
        return mock::frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":")" + std::string(text) +
                                                    R"("},)" + mock::padding_member(number) + "}");
    };
    std::vector<std::string> made = {mock::frame("messageStart", R"({"role":"assistant"})"),
                                     delta(std::to_string(number))};
    for (std::uint64_t i = 0; i < 10 + mix(number) % 30; ++i) made.push_back(delta(" and so on"));
    made.push_back(mock::frame("contentBlockStop", R"({"contentBlockIndex":0})"));
    made.push_back(mock::frame("messageStop", R"({"stopReason":"end_turn"})"));
    made.push_back(
        mock::frame("metadata", R"({"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{}})"));
    return made;
}

std::uint64_t number_in(std::string_view body) {
    constexpr std::string_view before = R"("text":")";
    auto const at = body.find(before);
    return at == std::string_view::npos
               ? 0
               : std::strtoull(std::string(body.substr(at + before.size(), 20)).c_str(), nullptr, 10);
}

std::optional<mock::reply> answer(mock::received_request const& request) {
    auto const number = number_in(request.body);
    auto frames = frames_of(number);
    auto const kept = frames[0].size() + frames[1].size();
    switch (fate_of(number)) {
        case fate::cut_early:
            return mock::cut_after(mock::stream_reply(frames), frames[0].size() / 2);
        case fate::cut:
            return mock::cut_after(mock::stream_reply(frames), kept + 11);
        case fate::reset:
            return mock::cut_after(mock::stream_reply(frames), kept + 11, mock::ending::reset);
        case fate::damaged:
            frames[2][frames[2].size() / 2] ^= 1;
            break;
        case fate::exception:
            frames.resize(2);
            frames.push_back(mock::exception_frame("modelStreamErrorException", R"({"message":"no"})"));
            break;
        case fate::throttled:
            if (mock::header_value(request.head.headers, "amz-sdk-request").starts_with("attempt=1;"))
                return mock::error_reply(429, "ThrottlingException", "slow down");
            break;
        case fate::refused:
            return mock::error_reply(400, "ValidationException", "no");
        case fate::silent:
        case fate::cancelled:
            return mock::cut_after(mock::stream_reply(frames), kept, mock::ending::silence);
        default:
            break;
    }
    return mock::stream_reply(frames);
}

// Of no length: its end is the connection's.
std::string answer_over_tls(mock::tls_request const& request) {
    auto const frames = frames_of(number_in(request.text));
    return "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nConnection: close\r\n\r\n" +
           frames[0] + frames[1] + frames[2].substr(0, 11);
}

/// What a client must know of the servers.
struct address {
    unsigned short port = 0;
    unsigned short tls_port = 0;
    char authority_file[512]{};
};

[[noreturn]] void serve(int to_client) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    mock::server_options how;
    how.keep_requests = false;
    mock::server server(how);
    server.set_handler(answer);
    mock::tls_server_options cut;
    cut.asks_for_certificate = false;
    cut.says_goodbye = false;
    mock::tls_server const secure(answer_over_tls, cut);
    address where;
    if (server.running()) where.port = server.port();
    where.tls_port = secure.port();
    std::snprintf(where.authority_file, sizeof where.authority_file, "%s", secure.authority_file().c_str());
    if (::write(to_client, &where, sizeof where) != sizeof where) std::abort();
    for (;;) ::pause();
}

// ---- the callers

/// What every caller shares. The client is replaced while its streams live.
class stage {
  public:
    stage(client_options options, client_options over_tls)
        : tls_client(std::move(over_tls)), options_(std::move(options)), client_(std::make_shared<client>(options_)) {}

    event_reader open(std::uint64_t number, call_options how) {
        converse_request request;
        request.model_id = "m";
        request.messages = {user(std::to_string(number) + ' ')};
        if (fate_of(number) == fate::tls_cut) return tls_client.open_stream(request, std::move(how));
        std::shared_ptr<client> mine;
        {
            std::lock_guard const lock(guard_);
            mine = client_;
        }
        return mine->open_stream(request, std::move(how));
    }
    void replace_client() {
        auto other = std::make_shared<client>(options_);
        std::lock_guard const lock(guard_);
        client_.swap(other);
    }
    void cancel_later(cancellation handle) {
        std::lock_guard const lock(guard_);
        waiting_.push_back(std::move(handle));
    }
    void cancel_all() {
        std::vector<cancellation> now;
        {
            std::lock_guard const lock(guard_);
            now.swap(waiting_);
        }
        for (auto& one : now) one.cancel();
    }

    client tls_client;
    std::atomic<std::uint64_t> next{1};
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::array<std::atomic<std::uint64_t>, fates> ended{};

  private:
    client_options const options_;
    std::mutex guard_;
    std::shared_ptr<client> client_;
    std::vector<cancellation> waiting_;
};

/// Whether that is how a stream of this fate must end.
bool is_right(fate what, std::uint64_t number, result<converse_response> const& end) {
    auto const text = std::to_string(number);
    auto const failed = [&](errc code, bool delivered) {
        if (end || end.error().code != code || (end.error().partial != nullptr) != delivered) return false;
        return !delivered || end.error().partial->text() == text || code == errc::transport;
    };
    switch (what) {
        case fate::cut_early:
            return failed(errc::truncated, false);
        case fate::cut:
            return failed(errc::truncated, true);
        case fate::tls_cut:  // the TLS library says that it was cut, or nobody can: the body has no length
            return failed(errc::truncated, true) || failed(errc::transport, true) || failed(errc::protocol, true);
        case fate::no_memory:
            if (!end) return end.error().code == errc::out_of_memory || end.error().code == errc::transport;
            return end->text().starts_with(text + " and so on") && end->usage.total_tokens == 3;
        case fate::reset:  // may overtake what was sent before it
            return failed(errc::transport, end ? false : end.error().partial != nullptr);
        case fate::damaged:
            return failed(errc::protocol, true);
        case fate::exception:
            return failed(errc::model_stream_error, true);
        case fate::refused:
            return failed(errc::validation, false);
        case fate::silent:
            return failed(errc::timeout, true);
        case fate::cancelled:
            return failed(errc::cancelled, true);
        case fate::throttled:
            // Where so many fail there may be no budget for a repeat.
            if (failed(errc::throttling, false)) return true;
            return end && end->attempts >= 2 && end->text().starts_with(text + " and so on");
        default:
            return end && end->text().starts_with(text + " and so on") && end->usage.total_tokens == 3;
    }
}

void call_on(stage& on) {
    while (!on.stop) {
        auto const number = on.next++;
        auto const what = fate_of(number);
        cancellation handle;
        call_options options;
        options.cancel = handle;
        if (what == fate::silent) {
            options.timeouts.emplace();
            options.timeouts->idle_ms = 1000;
        }
        std::optional<event_reader> opened;
        try {
            if (what == fate::no_memory) allocations_left = static_cast<std::int64_t>(mix(number + 1) % 400);
            opened.emplace(on.open(number, options));
            if (what == fate::no_memory)
                while (opened->next()) {
                }
        } catch (std::bad_alloc const&) {
        }
        allocations_left = -1;
        if (!opened) {  // nothing was begun
            ++on.ended[static_cast<std::size_t>(what)];
            continue;
        }
        auto events = std::move(*opened);
        bool gone = false;
        if (what == fate::dropped) gone = events.next() != nullptr;
        if (what == fate::cancelled) {
            events.next();
            events.next();
            on.cancel_later(handle);
        }
        if (!gone) {
            auto const end = std::move(events).finish();
            gone = is_right(what == fate::dropped ? fate::fine : what, number, end);
            if (!gone && ++on.wrong <= 10)
                std::fprintf(stderr, "question %llu (%s) ended wrongly: %s\n", static_cast<unsigned long long>(number),
                             names[static_cast<std::size_t>(what)],
                             end ? "as an answer" : (end.error().name + ": " + end.error().message).c_str());
        }
        ++on.ended[static_cast<std::size_t>(what)];
    }
}

// ---- memory

/// Forgets the peak of this process's memory so far. False where the system cannot.
bool forget_peak() {
    std::FILE* const file = std::fopen("/proc/self/clear_refs", "w");
    if (!file) return false;
    bool const done = std::fputs("5", file) >= 0;
    return std::fclose(file) == 0 && done;
}

/// KiB.
long peak_since() {
    std::FILE* const file = std::fopen("/proc/self/status", "r");
    if (!file) return 0;
    char line[256];
    long peak = 0;
    while (std::fgets(line, sizeof line, file)) (void)std::sscanf(line, "VmHWM: %ld kB", &peak);
    std::fclose(file);
    return peak;
}

std::uint64_t total(stage const& of) {
    std::uint64_t sum = 0;
    for (auto const& one : of.ended) sum += one;
    return sum;
}

}  // namespace

int main(int count, char** arguments) {
    int const seconds = count > 1 ? std::atoi(arguments[1]) : 3;
    int const streams = count > 2 ? std::atoi(arguments[2]) : 200;
    if (seconds < 1 || streams < 1) return std::fprintf(stderr, "usage: soak [SECONDS [STREAMS]]\n"), 2;

    int ends[2];
    if (::pipe(ends) != 0) return 1;
    auto const child = ::fork();
    if (child == 0) serve(ends[1]);
    address where;
    if (child < 0 || ::read(ends[0], &where, sizeof where) != sizeof where || where.port == 0) return 1;

    client_options options;
    options.endpoint = "http://127.0.0.1:" + std::to_string(where.port);
    bedrock::credentials keys;
    keys.access_key_id = "AKIAIOSFODNN7EXAMPLE";
    keys.secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    options.credentials = keys;
    options.surroundings = environment::of_process();
    options.surroundings->random_unit = [] { return 0.0; };
    auto over_tls = options;
    over_tls.endpoint = "https://localhost:" + std::to_string(where.tls_port);
    over_tls.network.tls.authorities = where.authority_file;
    stage on(options, over_tls);
    std::vector<std::thread> callers;
    for (int i = 0; i < streams; ++i) callers.emplace_back([&on] { call_on(on); });

    // A sixth to get warm, then three thirds of the rest; a client is destroyed in the middle of each.
    auto const begin = steady::now();
    auto const whole = std::chrono::milliseconds(seconds * 1000);
    auto const pass = [&](double until) {
        while (steady::now() - begin < whole * until) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            on.cancel_all();
        }
    };
    pass(1.0 / 6);
    std::array<long, 3> peaks{};
    bool measured = true;
    for (std::size_t third = 0; third < peaks.size(); ++third) {
        measured = forget_peak() && measured;
        auto const from = 1.0 / 6 + static_cast<double>(third) * 5 / 18;
        pass(from + 5.0 / 36);
        on.replace_client();
        pass(from + 5.0 / 18);
        peaks[third] = peak_since();
    }
    auto const ended_in_time = total(on);

    on.stop = true;
    std::atomic<bool> all_back{false};
    std::thread late([&] {  // cancels what still waits for it, and ends a hang
        auto const last = steady::now() + std::chrono::seconds(120);
        while (!all_back) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            on.cancel_all();
            if (steady::now() > last) std::fprintf(stderr, "hangs\n"), std::_Exit(3);
        }
    });
    for (auto& one : callers) one.join();
    all_back = true;
    late.join();
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);

    std::printf("%llu streams of %d at once in %d s", static_cast<unsigned long long>(ended_in_time), streams, seconds);
    for (std::size_t i = 0; i < fates; ++i)
        std::printf("%s %s %llu", i == 0 ? ":" : ",", names[i], static_cast<unsigned long long>(on.ended[i].load()));
    std::printf("\npeak of each third: %ld, %ld, %ld KiB; ended wrongly: %d\n", peaks[0], peaks[1], peaks[2],
                on.wrong.load());
    bool good = on.wrong == 0 && ended_in_time > 0;
    // Sanitizers keep freed memory back; a few seconds are no measure.
#if defined(SOAK_MEASURES_MEMORY)
    if (measured && seconds >= 30 && static_cast<double>(peaks[2]) > 1.05 * static_cast<double>(peaks[0])) {
        std::printf("the last third takes more memory than the first\n");
        good = false;
    }
#endif
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
