#include "support/reply.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "support/frames.hpp"

namespace mock {

/// Permits are bytes in a pipe: so a connection waits in one poll for its gate and for its client at once.
struct gate::state {
    state() {
        if (::pipe(ends.data()) != 0) std::abort();
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    state(state const&) = delete;
    state& operator=(state const&) = delete;
    ~state() {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    std::array<int, 2> ends{};
    std::mutex mutex{};
    std::condition_variable arrived{};
    std::size_t arrivals = 0;
};

gate::gate() : state_(std::make_shared<state>()) {}

void gate::open(std::size_t times) const {
    std::string const permits(times, 'x');
    for (std::size_t sent = 0; sent < permits.size();) {
        auto const written = ::write(state_->ends[1], permits.data() + sent, permits.size() - sent);
        if (written > 0) sent += static_cast<std::size_t>(written);
        if (written < 0 && errno != EINTR) std::abort();
    }
}

bool gate::wait_until_reached(std::size_t times, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(state_->mutex);
    return state_->arrived.wait_for(lock, timeout, [&] { return state_->arrivals >= times; });
}

void gate::arrive() const {
    std::lock_guard const lock(state_->mutex);
    ++state_->arrivals;
    state_->arrived.notify_all();
}

bool gate::take_permit() const {
    char permit = 0;
    return ::read(state_->ends[0], &permit, 1) == 1;
}

int gate::readable_when_open() const {
    return state_->ends[0];
}

reply json_reply(int status, std::string body) {
    reply made;
    made.status = status;
    made.headers = {{"Content-Type", "application/json"}};
    made.parts.push_back({std::move(body), std::nullopt});
    return made;
}

reply error_reply(int status, std::string type, std::string_view message) {
    auto const member = type.rfind("AccessDeniedException", 0) == 0 ? R"({"Message":)" : R"({"message":)";
    auto made = json_reply(status, member + json_string(message) + "}");
    if (!type.empty()) made.headers.emplace_back("x-amzn-ErrorType", std::move(type));
    return made;
}

reply stream_reply(std::vector<std::string> const& frames) {
    reply made;
    made.headers = {{"Content-Type", "application/vnd.amazon.eventstream"}};
    made.framed = framing::chunked;
    for (auto const& frame : frames) made.parts.push_back({frame, std::nullopt});
    return made;
}

reply cut_after(reply whole, std::size_t size, ending end) {
    std::size_t total = 0;
    for (auto& part : whole.parts) {
        auto const kept = size > total ? (std::min)(part.bytes.size(), size - total) : 0;
        total += part.bytes.size();
        part.bytes.resize(kept);
    }
    if (!whole.declared_length) whole.declared_length = total;
    whole.end = end;
    return whole;
}

}  // namespace mock
