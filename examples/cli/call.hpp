// Owns what stands around a call of the SDK: a stopwatch, and the line about its requests that --verbose prints.
// Never prints a secret: it prints what results and errors say, which hold none.
#pragma once

#include <bedrock/bedrock.hpp>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// How long a call took, seen from here.
struct stopwatch {
    std::int64_t started_ms = bedrock::steady_milliseconds_now();
    std::optional<std::int64_t> first_event_ms{};

    std::int64_t now() const { return bedrock::steady_milliseconds_now() - started_ms; }
    void note_event() {
        if (!first_event_ms) first_event_ms = now();
    }
};

/// What is known about the requests of a call, one line on standard error: results and errors tell of the last one.
template <class Response>
void print_requests(std::string_view operation, bedrock::result<Response> const& answer, stopwatch const& watch) {
    int const attempts = answer ? answer->attempts : answer.error().attempts;
    int const status = answer ? 200 : answer.error().http_status;
    auto const& id = answer ? answer->request_id : answer.error().request_id;
    std::string line = std::string(operation) + ": ";
    line += attempts == 0 ? "nothing was sent" : std::to_string(attempts) + (attempts == 1 ? " request" : " requests");
    if (status != 0) line += (attempts > 1 ? ", last status " : ", status ") + std::to_string(status);
    if (!id.empty()) line += ", request id " + id;
    if (watch.first_event_ms) line += ", first event after " + std::to_string(*watch.first_event_ms) + " ms";
    line += ", " + std::to_string(watch.now()) + " ms in all\n";
    std::fputs(line.c_str(), stderr);
}

}  // namespace cli
