// Whole calls on loopback: what 10,000 events cost in processor time, how late an event comes that is sent alone, how
// soon a program has its first request out, and how much memory it takes. libcurl alone is the floor.
//
//     end_to_end [--quick] [--json FILE] [--js FILE] [--python FILE] --one-stream PROGRAM --one-stream-curl PROGRAM
//
// The peers are peers/stream.js and stream.py, run by `node` and `python3`.
#include "harness.hpp"
#include "measuring.hpp"
#include "stream_server.hpp"

#include <bedrock/bedrock.hpp>
#include <bedrock/testing/loopback.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr char question[] = "Tell me a story.";
constexpr std::size_t stamp_digits = 20;

double late_ns(std::string_view stamp) {
    return static_cast<double>(bench::monotonic_ns() - std::strtoll(std::string(stamp).c_str(), nullptr, 10));
}

bool is_paced(std::string_view model) {
    return model.starts_with("paced-");
}

/// What a call for a stream came to; who throws it away knows the bytes alone.
struct called {
    std::size_t bytes = 0;
    std::size_t events = 0;
    std::uint32_t text_crc = 0;
    double processor_ns = 0;
    double wall_ns = 0;
    std::vector<double> late_ns{};
};

/// Somebody who asks for streams, again and again on a warm connection.
class caller {
  public:
    explicit caller(std::string name) : name_(std::move(name)) {}
    caller(caller const&) = delete;
    caller& operator=(caller const&) = delete;
    virtual ~caller() = default;
    std::string const& name() const { return name_; }
    /// Nothing where it failed.
    virtual std::optional<called> call(std::string const& model) = 0;

  private:
    std::string name_;
};

/// libcurl, which throws away what it receives, but for times.
class raw_curl final : public caller {
  public:
    explicit raw_curl(bench::stream_server const& server) : caller("libcurl, bytes thrown away"), server_(server) {
        set(CURLOPT_HTTPHEADER, headers_);
        set(CURLOPT_PROXY, "");
        set(CURLOPT_POSTFIELDS, R"({"messages":[{"role":"user","content":[{"text":"Tell me a story."}]}]})");
        set(CURLOPT_WRITEFUNCTION, &raw_curl::take);
        set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    }
    ~raw_curl() override {
        curl_easy_cleanup(easy_);
        curl_slist_free_all(headers_);
    }
    std::optional<called> call(std::string const& model) override {
        set(CURLOPT_URL, server_.url_of(model).c_str());
        now_ = {};
        is_paced_ = is_paced(model);
        if (is_paced_) now_.late_ns.reserve(100'000);
        auto const begin = bench::monotonic_ns();
        auto const before = bench::processor_ns();
        auto const code = curl_easy_perform(easy_);
        now_.processor_ns = static_cast<double>(bench::processor_ns() - before);
        now_.wall_ns = static_cast<double>(bench::monotonic_ns() - begin);
        if (code != CURLE_OK) return std::nullopt;
        return now_;
    }

  private:
    template <class Value>
    void set(CURLoption option, Value value) {
        curl_easy_setopt(easy_, option, value);
    }
    static std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
        auto& on = *static_cast<raw_curl*>(self);
        on.now_.bytes += size * count;
        if (!on.is_paced_) return size * count;
        constexpr std::string_view before = R"("text":")";
        std::string_view const arrived(data, size * count);
        for (auto at = arrived.find(before); at != std::string_view::npos; at = arrived.find(before, at + 1))
            on.now_.late_ns.push_back(late_ns(arrived.substr(at + before.size(), stamp_digits)));
        return size * count;
    }

    bench::stream_server const& server_;
    CURL* easy_ = curl_easy_init();
    curl_slist* headers_ = curl_slist_append(nullptr, "Content-Type: application/json");
    called now_{};
    bool is_paced_ = false;
};

class ours final : public caller {
  public:
    explicit ours(bench::stream_server const& server)
        : caller("bedrock, text appended"), client_(bedrock::testing::make_loopback_options(server.url(), {})) {
        request_.messages = {bedrock::user(question)};
    }
    std::optional<called> call(std::string const& model) override {
        called now;
        std::string text;
        bool const paced = is_paced(model);
        if (paced) now.late_ns.reserve(100'000);
        auto const begin = bench::monotonic_ns();
        auto const before = bench::processor_ns();
        request_.model_id = model;
        auto events = client_.open_stream(request_);
        while (auto const* const event = events.next()) {
            ++now.events;
            auto const part = event->text();
            if (paced && !part.empty()) now.late_ns.push_back(late_ns(part));
            text += part;
        }
        auto const whole = std::move(events).finish();
        now.processor_ns = static_cast<double>(bench::processor_ns() - before);
        now.wall_ns = static_cast<double>(bench::monotonic_ns() - begin);
        if (!whole || whole->text() != text) return std::nullopt;
        now.text_crc = bedrock::crc32(bedrock::as_bytes(text));
        return now;
    }

  private:
    bedrock::client client_;
    bedrock::converse_request request_;
};

/// A program that was started, and its output.
class child {
  public:
    explicit child(std::vector<std::string> const& command) {
        int to[2], from[2];
        if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) return;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, to[0], 0);
        posix_spawn_file_actions_adddup2(&actions, from[1], 1);
        std::vector<char*> arguments;
        for (auto const& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
        arguments.push_back(nullptr);
        if (::posix_spawnp(&process_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) process_ = -1;
        posix_spawn_file_actions_destroy(&actions);
        ::close(to[0]);
        ::close(from[1]);
        to_ = ::fdopen(to[1], "w");
        from_ = ::fdopen(from[0], "r");
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child() { end(); }

    void say(std::string const& line) {
        std::fprintf(to_, "%s\n", line.c_str());
        std::fflush(to_);
    }
    /// Empty where it has ended.
    std::string hear() {
        char* line = nullptr;
        std::size_t size = 0;
        auto const got = ::getline(&line, &size, from_);
        std::string heard(line, got > 0 ? static_cast<std::size_t>(got) : 0);
        std::free(line);
        return heard;
    }
    /// Whether it ended well.
    bool end() {
        if (to_ != nullptr) std::fclose(std::exchange(to_, nullptr));
        if (from_ != nullptr) std::fclose(std::exchange(from_, nullptr));
        int status = 1;
        if (process_ > 0) ::waitpid(std::exchange(process_, -1), &status, 0);
        return status == 0;
    }

  private:
    pid_t process_ = -1;
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
};

std::vector<double> numbers_in(std::string const& line) {
    std::vector<double> found;
    char const* at = line.c_str();
    for (char* end = nullptr;; at = end) {
        double const number = std::strtod(at, &end);
        if (end == at) return found;
        found.push_back(number);
    }
}

class peer final : public caller {
  public:
    peer(std::string name, std::vector<std::string> const& command) : caller(std::move(name)), program_(command) {}
    std::optional<called> call(std::string const& model) override {
        program_.say(model);
        auto const told = numbers_in(program_.hear());
        if (told.size() < 4) return std::nullopt;
        called now{0, static_cast<std::size_t>(told[0]), static_cast<std::uint32_t>(told[1]), told[2], told[3], {}};
        now.late_ns.assign(told.begin() + 4, told.end());
        return now;
    }

  private:
    child program_;
};

/// Whoever asks for streams, in turns.
class contest {
  public:
    contest(bench::report& report, std::vector<std::unique_ptr<caller>> callers)
        : report_(report), callers_(std::move(callers)) {}

    using figure = double (*)(called const&);
    struct table {
        bench::work what;
        std::string unit;
        figure read;
    };

    /// Shows one table for each figure; none where an answer was not what it should be. Before each call that counts
    /// there are `uncounted` ones of the same caller: others have had the processor's caches before.
    template <class IsRight>
    void run(std::string const& model, int rounds, int uncounted, std::vector<table> const& tables, IsRight is_right) {
        std::vector<std::vector<bench::sampled>> samples(tables.size());
        for (auto& rows : samples)
            for (auto const& one : callers_) rows.push_back({one->name()});
        for (int round = 0; round < rounds; ++round)
            for (std::size_t i = 0; i < callers_.size(); ++i)
                for (int left = uncounted; left >= 0; --left) {
                    auto const got = callers_[i]->call(model);
                    if (!got || !is_right(*got)) {
                        report_.fail(callers_[i]->name());
                        return;
                    }
                    for (std::size_t k = 0; left == 0 && k < tables.size(); ++k)
                        samples[k][i].samples.push_back(tables[k].read(*got));
                }
        for (std::size_t k = 0; k < tables.size(); ++k) report_.show(tables[k].what, tables[k].unit, samples[k]);
    }

  private:
    bench::report& report_;
    std::vector<std::unique_ptr<caller>> callers_;
};

/// Programs that are started, ask for one stream and end.
void compare_starts(bench::report& report, int rounds,
                    std::vector<std::pair<std::string, std::vector<std::string>>> const& programs) {
    std::array<std::vector<bench::sampled>, 3> samples;
    for (auto& rows : samples)
        for (auto const& one : programs) rows.push_back({one.first});
    for (int round = -1; round < rounds; ++round)
        for (std::size_t i = 0; i < programs.size(); ++i) {
            auto const begin = bench::monotonic_ns();
            child running(programs[i].second);
            auto const told = running.hear();
            bool const ended_well = running.end();
            auto const end = bench::monotonic_ns();
            auto const space = told.find(' ');
            auto const asked = std::strtoll(told.c_str(), nullptr, 10);
            if (!ended_well || space != stamp_digits || asked <= begin || asked >= end)
                return report.fail(programs[i].first);
            if (round < 0) continue;
            samples[0][i].samples.push_back(static_cast<double>(asked - begin) / 1e6);
            samples[1][i].samples.push_back(static_cast<double>(end - begin) / 1e6);
            samples[2][i].samples.push_back(std::strtod(told.c_str() + space, nullptr) / 1024);
        }
    report.show({"start of the program to its first request at the server", "start"}, "ms", samples[0]);
    report.show({"start of the program to its end, one short stream", "program"}, "ms", samples[1]);
    report.show({"most memory of a program with one short stream", "program"}, "MiB", samples[2]);
}

struct arguments {
    std::string js, python, one_stream, one_stream_curl;
    arguments(int count, char** given) {
        std::pair<std::string_view, std::string*> const known[] = {{"--js", &js},
                                                                   {"--python", &python},
                                                                   {"--one-stream", &one_stream},
                                                                   {"--one-stream-curl", &one_stream_curl}};
        for (int i = 1; i + 1 < count; ++i)
            for (auto const& [name, value] : known)
                if (given[i] == name) *value = given[i + 1];
    }
};

}  // namespace

int main(int count, char** given) {
    std::signal(SIGPIPE, SIG_IGN);
    arguments const asked(count, given);
    bench::report report(count, given);
    bool const quick = report.is_quick();
    auto const answer = bench::make_answer(quick ? 500 : 10'000);
    bench::stream_server const server(answer);
    curl_global_init(CURL_GLOBAL_DEFAULT);

    std::vector<std::unique_ptr<caller>> callers;
    callers.push_back(std::make_unique<raw_curl>(server));
    callers.push_back(std::make_unique<ours>(server));
    std::vector<std::pair<std::string, std::vector<std::string>>> programs;
    if (!asked.one_stream_curl.empty()) programs.push_back({"libcurl alone", {asked.one_stream_curl, server.url()}});
    if (!asked.one_stream.empty()) programs.push_back({"bedrock", {asked.one_stream, server.url()}});
    auto const add_peer = [&](std::string const& name, std::string const& runtime, std::string const& script) {
        if (script.empty()) return report.skip(name);
        callers.push_back(std::make_unique<peer>(name, std::vector{runtime, script, server.url()}));
        programs.push_back({name, {runtime, script, server.url(), "--once"}});
    };
    add_peer("AWS SDK for JavaScript", "node", asked.js);
    add_peer("botocore", "python3", asked.python);

    contest all(report, std::move(callers));
    auto const processor_ms = [](called const& one) { return one.processor_ns / 1e6; };
    auto const wall_ms = [](called const& one) { return one.wall_ns / 1e6; };
    auto const text_crc = bedrock::crc32(bedrock::as_bytes(answer.text));
    auto const is_answer = [&](called const& got) {
        if (got.bytes != 0) return got.bytes == answer.bytes.size();
        return got.events == answer.messages && got.text_crc == text_crc;
    };
    int const rounds = quick ? 1 : 15;
    for (auto const& [model, how] : {std::pair<std::string, std::string>{"bulk", "HTTP chunks of 16 KiB"},
                                     {"chunks", "an HTTP chunk per event"},
                                     {"writes", "a write() per event"}}) {
        auto const title = std::to_string(answer.messages) + " events, " + how;
        all.run(model, rounds, quick ? 0 : 1,
                {{{title + ": processor time", "stream"}, "ms", processor_ms},
                 {{title + ": time", "stream"}, "ms", wall_ms}},
                is_answer);
    }
    all.run("hello", quick ? 1 : 51, quick ? 0 : 1, {{{"5 events, warm connection: time", "stream"}, "ms", wall_ms}},
            [](called const& got) { return got.bytes != 0 || got.events == 5; });

    std::size_t const alone = quick ? 50 : 1000;
    auto const is_paced_answer = [&](called const& got) {
        return got.late_ns.size() == alone && (got.bytes != 0 || got.events == alone + 4);
    };
    all.run("paced-" + std::to_string(alone) + "-2000", quick ? 1 : 5, 0,
            {{{"an event alone, 2 ms apart, write() to text: median", "message"},
              "us",
              [](called const& one) { return bench::percentile(one.late_ns, 0.5) / 1e3; }},
             {{"an event alone, 2 ms apart, write() to text: 99 %", "message"},
              "us",
              [](called const& one) { return bench::percentile(one.late_ns, 0.99) / 1e3; }},
             {{"an event alone, 2 ms apart: processor time of the whole stream", "stream"}, "ms", processor_ms}},
            is_paced_answer);

    compare_starts(report, quick ? 1 : 15, programs);
    return report.finish();
}
