// Every operation with one allocation that fails, the n-th, for every n until the operation needs fewer: it ends in a
// success, an error or std::bad_alloc, sends nothing twice, and the next call on the same client succeeds.
//
//     failing-allocations [every] [warm] [OPERATION]    samples of n, unless told; ends with 0 where all went well
//
// BEDROCK_EVERY_ALLOCATION=1 is `every` too. Once `operator new` fails and once malloc: on glibc for the whole program,
// elsewhere and under sanitizers that of libcurl and OpenSSL. The server is a process of its own, forked before there
// are threads; it counts what it is sent.
#include <bedrock/async_client.hpp>
#include <bedrock/bedrock.hpp>
#include <bedrock/catalogue.hpp>
#include <bedrock/invoke.hpp>
#include <bedrock/toolbox.hpp>

#include "support/frames.hpp"
#include "support/mock_server.hpp"
#include "support/sanitizers.hpp"
#include "support/tls_server.hpp"

#include <curl/curl.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__GLIBC__) && !defined(BEDROCK_TEST_IS_SANITIZED)
#define INTERPOSES_MALLOC
#endif

// ---- the failing allocation

namespace {

enum class source : unsigned char { none, operator_new, c_library };
std::atomic<source> failing{source::none};
std::atomic<long> left{0};

/// Whether this allocation is the one.
bool strikes(source where) noexcept {
    return failing.load(std::memory_order_relaxed) == where && left.fetch_sub(1, std::memory_order_relaxed) == 1;
}

void arm(source where, long nth) {
    left = nth;
    failing = where;
}
/// True where there were so many.
bool disarm() {
    failing = source::none;
    return left <= 0;
}

}  // namespace

#if defined(INTERPOSES_MALLOC)

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) {
    return strikes(source::c_library) ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    return strikes(source::c_library) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    return size != 0 && strikes(source::c_library) ? nullptr : __libc_realloc(memory, size);
}
void free(void* memory) {
    __libc_free(memory);
}

}  // extern "C"

namespace {

void* take(std::size_t size) noexcept {
    return __libc_malloc(size);
}
void give_back(void* memory) noexcept {
    __libc_free(memory);
}
void install() {}

}  // namespace

#else

namespace {

void* take(std::size_t size) noexcept {
    return std::malloc(size);
}
void give_back(void* memory) noexcept {
    std::free(memory);
}

void* curl_take(std::size_t size) {
    return strikes(source::c_library) ? nullptr : std::malloc(size);
}
void* curl_take_zeroed(std::size_t count, std::size_t size) {
    return strikes(source::c_library) ? nullptr : std::calloc(count, size);
}
void* curl_resize(void* memory, std::size_t size) {
    return strikes(source::c_library) ? nullptr : std::realloc(memory, size);
}
char* curl_copy(char const* text) {
    return strikes(source::c_library) ? nullptr : ::strdup(text);
}
void* ssl_take(std::size_t size, char const*, int) {
    return size == 0 || strikes(source::c_library) ? nullptr : std::malloc(size);
}
void* ssl_resize(void* memory, std::size_t size, char const*, int) {
    if (size == 0) {
        std::free(memory);
        return nullptr;
    }
    return strikes(source::c_library) ? nullptr : std::realloc(memory, size);
}
void ssl_give_back(void* memory, char const*, int) {
    std::free(memory);
}

void install() {
    CRYPTO_set_mem_functions(ssl_take, ssl_resize, ssl_give_back);
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_take, std::free, curl_resize, curl_copy, curl_take_zeroed);
}

}  // namespace

#endif

void* operator new(std::size_t size) {
    if (!strikes(source::operator_new))
        if (void* const memory = take(size)) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
    return operator new(size);
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    return strikes(source::operator_new) ? nullptr : take(size);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
    return strikes(source::operator_new) ? nullptr : take(size);
}
void operator delete(void* memory) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::nothrow_t const&) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::nothrow_t const&) noexcept {
    give_back(memory);
}
void operator delete[](void* memory) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    give_back(memory);
}

namespace {

using namespace bedrock;

// ---- the server

struct shared_page {
    std::atomic<int> requests{0};
    std::atomic<unsigned short> port{0};
    std::atomic<unsigned short> tls_port{0};
    char authority_file[512]{};
    std::atomic<bool> ready{false};
};
shared_page* page = nullptr;

constexpr char words[] = "Hello, world!";

std::optional<mock::reply> answer(mock::received_request const& request) {
    ++page->requests;
    auto const has = [&](std::string_view part) { return request.body.find(part) != std::string::npos; };
    if (request.head.target.find("converse-stream") != std::string::npos)
        return mock::stream_reply(mock::golden_frames());
    if (has("toolSpec") && !has("toolResult"))
        return mock::json_reply(
            200, R"({"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"clock",)"
                 R"("input":{"zone":"UTC"}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,)"
                 R"("totalTokens":3},"metrics":{"latencyMs":1}})");
    return std::nullopt;
}

std::string answer_over_tls(mock::tls_request const&) {
    ++page->requests;
    std::string const body = R"({"output":{"message":{"role":"assistant","content":[{"text":")" + std::string(words) +
                             R"("}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2,)"
                             R"("totalTokens":3},"metrics":{"latencyMs":1}})";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

[[noreturn]] void serve() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    mock::server_options how;
    how.keep_requests = false;
    mock::server server(how);
    server.set_handler(answer);
    mock::tls_server_options tls;
    tls.asks_for_certificate = false;
    tls.keeps_connections = true;
    mock::tls_server const secure(answer_over_tls, tls);
    page->port = server.port();
    page->tls_port = secure.port();
    std::snprintf(page->authority_file, sizeof page->authority_file, "%s", secure.authority_file().c_str());
    page->ready = true;
    for (;;) ::pause();
}

// ---- the operations

/// How an operation ended.
struct outcome {
    bool good = false;
    std::string text{};     // what came, of a success
    char const* how = "?";  // or the error's name, or std::bad_alloc
    std::string message{};
};

outcome failed(error const& why) {
    return {false, {}, "an error", why.name + ": " + why.message};
}
outcome no_memory() {
    return {false, {}, "std::bad_alloc", {}};
}
template <class Response>
outcome of(result<Response> const& end) {
    if (!end) return failed(end.error());
    if constexpr (requires { end->text(); })
        return {true, end->text()};
    else
        return {true, {}};
}

char current[128];  // what is being tried

void report_hang(int) {
    static_cast<void>(!::write(STDERR_FILENO, current, std::strlen(current)));
    ::_exit(3);
}

int wrong = 0;
void complain(std::string const& what) {
    if (++wrong <= 40) std::fprintf(stderr, "%s\n", what.c_str());
}

template <class Reader>
outcome drain(Reader events) {
    bool thrown = false;
    try {
        while (events.next()) {
        }
    } catch (std::bad_alloc const&) {
        thrown = true;
    }
    if (events.next()) complain("a stream gives an event behind its end");
    auto const end = std::move(events).finish();
    if (thrown && end) complain("a stream succeeds behind an exception");
    if constexpr (requires { end->chunks; }) {
        if (!end) return failed(end.error());
        std::string all;
        for (auto const& chunk : end->chunks) all += chunk;
        return {true, all};
    } else {
        return of(end);
    }
}

/// A coroutine that runs at once, and keeps what it throws.
struct task {
    struct promise_type {
        task get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() noexcept { has_thrown = true; }
        bool has_thrown = false;
    };
    std::coroutine_handle<promise_type> coroutine;
    task(std::coroutine_handle<promise_type> one) noexcept : coroutine(one) {}
    task(task&& other) noexcept : coroutine(std::exchange(other.coroutine, nullptr)) {}
    ~task() {
        if (coroutine) coroutine.destroy();
    }
};

/// A loop of the user's: poll(), and hooks that need no memory.
struct hooked_loop {
    static constexpr std::size_t most = 1024;
    std::array<short, most> watched{};
    std::int64_t due_ms = -1;

    loop_hooks hooks() {
        loop_hooks made;
        made.watch = [this](descriptor which, int events) {
            watched[static_cast<std::size_t>(which)] =
                static_cast<short>(((events & poll_set::readable) != 0 ? POLLIN : 0) |
                                   ((events & poll_set::writable) != 0 ? POLLOUT : 0));
        };
        made.set_timer = [this](std::int64_t in) { due_ms = in < 0 ? -1 : steady_milliseconds_now() + in; };
        return made;
    }
    void turn(async_client& client) {
        std::array<pollfd, 64> set{};
        nfds_t count = 0;
        for (std::size_t i = 0; i < most && count < set.size(); ++i)
            if (watched[i] != 0) set[count++] = {static_cast<int>(i), watched[i], 0};
        auto const now = steady_milliseconds_now();
        auto const wait = due_ms < 0 ? std::int64_t{10'000} : (std::max)(std::int64_t{0}, due_ms - now);
        ::poll(set.data(), count, static_cast<int>(wait));
        for (nfds_t i = 0; i < count; ++i)
            if (set[i].revents != 0)
                client.on_ready(set[i].fd, ((set[i].revents & POLLIN) != 0 ? poll_set::readable : 0) |
                                               ((set[i].revents & POLLOUT) != 0 ? poll_set::writable : 0) |
                                               ((set[i].revents & (POLLERR | POLLHUP)) != 0 ? 3 : 0));
        if (due_ms >= 0 && steady_milliseconds_now() >= due_ms) {
            due_ms = -1;
            client.on_timer();
        }
    }
};

client_options base_options() {
    static std::string const credentials_file = [] {
        std::string path = "/tmp/bedrock-failing-allocations-" + std::to_string(::getpid());
        std::FILE* const file = std::fopen(path.c_str(), "w");
        if (file) {
            std::fputs("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
                       "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
                       file);
            std::fclose(file);
        }
        return path;
    }();
    client_options made;
    made.endpoint = "http://127.0.0.1:" + std::to_string(page->port.load());
    made.retry.max_attempts = 1;
    environment here = environment::of_process();
    here.variable = [](std::string const& name) -> std::optional<std::string> {
        if (name == "AWS_SHARED_CREDENTIALS_FILE") return credentials_file;
        if (name == "AWS_EC2_METADATA_DISABLED") return "true";
        if (name == "AWS_REGION") return "us-east-1";
        return std::nullopt;
    };
    made.surroundings = std::move(here);
    made.on_call = [](call_report const&) {};
    made.on_attempt = [](attempt_report const&) {};
    return made;
}

converse_request question() {
    converse_request request;
    request.model_id = "anthropic.claude-v2:1";
    request.messages.push_back(user("hello, how are you today, and what is the time there?"));
    return request;
}

/// A client and what it needs, of which every operation is asked twice.
class subject {
  public:
    virtual ~subject() = default;
    virtual outcome run() = 0;
};

template <class Run>
class blocking_subject final : public subject {
  public:
    blocking_subject(client_options options, Run run) : client_(std::move(options)), run_(std::move(run)) {}
    outcome run() override { return run_(client_); }

  private:
    client client_;
    Run run_;
};

template <class Run>
std::unique_ptr<subject> blocking(Run run, client_options options = base_options()) {
    return std::make_unique<blocking_subject<Run>>(std::move(options), std::move(run));
}

/// Starts a call, then turns the loop until it has ended: also behind an exception of the loop's, or the call is lost.
class async_subject final : public subject {
  public:
    using start = void (*)(async_subject&);
    async_subject(start begin, bool with_hooks)
        : begin_(begin),
          with_hooks_(with_hooks),
          client(base_options(), with_hooks ? loop.hooks() : loop_hooks{}),
          request(question()) {}

    outcome run() override {
        end.reset();
        reading.reset();
        try {
            begin_(*this);
        } catch (std::bad_alloc const&) {
            if (client.active() != 0) complain("a call runs that could not be begun");
            return no_memory();
        }
        for (int i = 0; client.active() != 0 && i < 10'000; ++i) {
            try {
                if (with_hooks_)
                    loop.turn(client);
                else
                    client.pump(10'000);
            } catch (std::bad_alloc const&) {
            }
        }
        if (reading && reading->coroutine.promise().has_thrown) return no_memory();
        if (!end) {
            complain("a call was lost");
            return {false, {}, "lost", {}};
        }
        return of(*end);
    }

  private:
    start begin_;
    bool with_hooks_;

  public:
    hooked_loop loop;
    async_client client;
    converse_request request;
    call_options options;
    std::optional<result<converse_response>> end;
    std::optional<task> reading;
};

void begin_call(async_subject& on) {
    on.client.converse(on.request, on.options,
                       [&on](result<converse_response> got) { on.end.emplace(std::move(got)); });
}
void begin_push(async_subject& on) {
    on.client.converse_stream(
        on.request, on.options, [](stream_event const&) {},
        [&on](result<converse_response> got) { on.end.emplace(std::move(got)); });
}
task read_call(async_subject& on) {
    auto got = co_await on.client.converse(on.request, on.options);
    on.end.emplace(std::move(got));
}
task read_stream(async_subject& on) {
    auto events = on.client.open_stream(on.request, on.options);
    while (auto const* const event = co_await events.next()) static_cast<void>(event);
    auto got = co_await events.finish();
    on.end.emplace(std::move(got));
}
void begin_read_call(async_subject& on) {
    on.reading.emplace(read_call(on));
}
void begin_read_stream(async_subject& on) {
    on.reading.emplace(read_stream(on));
}

toolbox const& tools() {
    static toolbox const made = [] {
        toolbox box;
        box.add("clock", "says what time it is", R"({"type":"object","properties":{"zone":{"type":"string"}}})",
                [](std::string_view) { return std::string("it is noon, as far as anybody knows"); });
        return box;
    }();
    return made;
}

class catalogue_subject final : public subject {
  public:
    catalogue_subject() : catalogue_(client(base_options()), options()) {}
    outcome run() override {
        auto const listed = catalogue_.list();
        if (!listed) return failed(listed.error());
        if (!listed->complete()) return {false, {}, "an incomplete list", {}};
        std::string all;
        for (auto const& one : listed->models) all += one.id + ' ';
        return {true, all};
    }

  private:
    static catalogue_options options() {
        catalogue_options made;
        made.refresh_seconds = 3600;
        return made;
    }
    catalogue catalogue_;
};

struct operation_case {
    char const* name;
    int requests;  // at most
    std::function<std::unique_ptr<subject>()> make;
};

std::vector<operation_case> all_operations() {
    auto const async = [](async_subject::start begin, bool with_hooks) {
        return [begin, with_hooks]() -> std::unique_ptr<subject> {
            return std::make_unique<async_subject>(begin, with_hooks);
        };
    };
    std::vector<operation_case> all;
    all.push_back({"call", 1, [] { return blocking([](client& on) { return of(on.converse(question())); }); }});
    all.push_back({"push", 1, [] {
                       return blocking([](client& on) {
                           return of(on.converse_stream(question(), [](stream_event const&) {}));
                       });
                   }});
    all.push_back({"pull", 1, [] { return blocking([](client& on) { return drain(on.open_stream(question())); }); }});
    all.push_back({"toolbox", 2, [] {
                       return blocking([](client& on) { return of(on.converse(question(), tools())); });
                   }});
    all.push_back({"invoke-stream", 1, [] {
                       return blocking([](client& on) {
                           return drain(on.open_invoke_stream({.model_id = "m", .body = R"({"prompt":"hello"})"}));
                       });
                   }});
    all.push_back({"whoami", 0, [] {
                       return blocking([](client& on) {
                           auto const found = on.explain();
                           if (found.problem) return failed(*found.problem);
                           return outcome{true, found.source + found.endpoint.value};
                       });
                   }});
    all.push_back({"catalogue", 3, [] { return std::make_unique<catalogue_subject>(); }});
    // libcurl itself repeats a request on a kept connection that broke before the first byte of a response.
    all.push_back({"tls", 2, [] {
                       auto options = base_options();
                       options.endpoint = "https://localhost:" + std::to_string(page->tls_port.load());
                       options.network.tls.authorities = page->authority_file;
                       return blocking([](client& on) { return of(on.converse(question())); }, std::move(options));
                   }});
    all.push_back({"async-call", 1, async(begin_call, false)});
    all.push_back({"async-push", 1, async(begin_push, false)});
    all.push_back({"async-push-hooks", 1, async(begin_push, true)});
    all.push_back({"await-call", 1, async(begin_read_call, false)});
    all.push_back({"await-stream", 1, async(begin_read_stream, false)});
    return all;
}

// ---- every n

/// One n. False where the operation needs fewer allocations.
bool try_once(operation_case const& what, source where, bool warm, long nth, std::string const& expected) {
    auto const say = [&](std::string const& words_of_it) {
        complain(std::string(what.name) + (where == source::operator_new ? ", operator new " : ", malloc ") +
                 std::to_string(nth) + (warm ? ", warm: " : ": ") + words_of_it);
    };
    std::snprintf(current, sizeof current, "hangs: %s, %s %ld, %s\n", what.name,
                  where == source::operator_new ? "operator new" : "malloc", nth, warm ? "warm" : "cold");
    ::alarm(30);
    auto const on = what.make();
    if (warm && !on->run().good) say("the call before failed");
    if (warm && std::string_view(what.name) == "catalogue") return false;  // it keeps its list
    page->requests = 0;
    outcome end;
    arm(where, nth);
    try {
        end = on->run();
    } catch (std::bad_alloc const&) {
        end.good = false;
        end.how = "std::bad_alloc";
    }
    bool const struck = disarm();
    if (page->requests > what.requests) say("sent " + std::to_string(page->requests) + " requests");
    // A tool that throws has its model told so.
    bool const is_told = end.text.find("the tool failed: std::bad_alloc") != std::string::npos;
    if (end.good && end.text != expected && !is_told) say("a response with a hole: " + end.text);
    if (!end.good && !struck) say("failed by itself: " + end.message);
    auto const next = on->run();
    if (!next.good)
        say(std::string("ended in ") + end.how + " (" + end.message + "), and the next call in " + next.message);
    if (next.good && next.text != expected) say("the next response has a hole: " + next.text);
    // What a call that failed has sent may be counted late.
    if (page->requests > 2 * what.requests) say("two calls sent " + std::to_string(page->requests) + " requests");
    return struck;
}

}  // namespace

int main(int count, char** arguments) {
    bool every = std::getenv("BEDROCK_EVERY_ALLOCATION") != nullptr;
    bool only_warm = false;
    std::string_view only;
    for (int i = 1; i < count; ++i) {
        std::string_view const word = arguments[i];
        if (word == "every")
            every = true;
        else if (word == "warm")
            only_warm = true;
        else
            only = word;
    }
    void* const mapped =
        ::mmap(nullptr, sizeof(shared_page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return 1;
    page = new (mapped) shared_page;
    auto const child = ::fork();
    if (child == 0) serve();
    install();
    ::signal(SIGALRM, report_hang);
    for (int i = 0; !page->ready && i < 2'000; ++i) ::usleep(10'000);
    if (!page->ready) return 1;

    long tried = 0;
    std::uint64_t random = 88172645463325252u;  // xorshift
    for (auto const& what : all_operations()) {
        if (!only.empty() && only != what.name) continue;
        auto const sound = what.make()->run();  // what libraries set up once a process is not the client's
        if (!sound.good) {
            complain(std::string(what.name) + ": fails by itself: " + sound.message);
            continue;
        }
        for (auto const where : {source::operator_new, source::c_library})
            for (bool const warm : {false, true}) {
                if (only_warm && !warm) continue;
                // A handshake needs 6,000 allocations of OpenSSL 3.0, which does not survive the failure of each.
                if (where == source::c_library && std::string_view(what.name) == "tls") continue;
                long nth = 1;
                for (;; ++tried) {
                    if (!try_once(what, where, warm, nth, sound.text)) break;
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    nth += every ? 1 : 1 + static_cast<long>(random % 40);
                }
                if (every || !only.empty())
                    std::printf("%s: %s, %s: %ld allocations\n", what.name,
                                where == source::operator_new ? "operator new" : "malloc", warm ? "warm" : "cold",
                                nth - 1);
                std::fflush(stdout);
            }
    }
    ::alarm(0);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::unlink(("/tmp/bedrock-failing-allocations-" + std::to_string(::getpid())).c_str());
    std::printf("%ld failed allocations, %d faults\n", tried, wrong);
    return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
