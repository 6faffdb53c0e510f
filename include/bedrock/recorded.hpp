// SPDX-License-Identifier: MIT
// Owns the runner that answers a protocol from recorded traffic: no network, no waiting, every ask written down.
// Never lets a request pass that differs from the recording.
#ifndef BEDROCK_RECORDED_HPP
#define BEDROCK_RECORDED_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// One request that is expected, and how it is answered.
struct recorded_exchange {
    std::string method{"GET"};
    std::string url{};
    /// How the connection fails; where set, nothing is answered.
    http::failure failure{};
    http::response_head head{};
    /// The body, a piece a receive; a plain answer gets them joined.
    std::vector<std::string> pieces{};
    /// How the body ends: none is its own end.
    http::failure end{};
};

/// A child process of a recording.
struct recorded_process {
    process_failure failure = process_failure::none;
    int exit_status = 0;
    std::string output{};
    std::string error_output{};
};

/// Answers asks from a list, in order.
/// **Thread safety:** one thread at a time.
class recorded_runner {
  public:
    explicit recorded_runner(std::vector<recorded_exchange> recording) : recording_(std::move(recording)) {}

    /// Steps the protocol to its end. A request that the recording does not have next gets errc::protocol.
    template <class T>
    T run(exchange<T> protocol);
    /// As `blocking_runner::receive`.
    http::failure receive(http::transfer& from, bool first_event);

    /// The files that there are, by path; what a protocol replaces is found here afterwards.
    std::map<std::string, std::string> files{};
    /// The commands that can be run.
    std::map<std::string, recorded_process> processes{};

    /// What was asked, in order.
    std::vector<http::request> const& requests() const noexcept { return requests_; }
    std::vector<std::int64_t> const& pauses() const noexcept { return pauses_; }
    /// What was asked last.
    http::network const& network() const noexcept { return network_; }
    /// Every recorded exchange was used.
    bool exhausted() const noexcept { return next_ == recording_.size(); }

  private:
    struct replayed final : http::transfer {
        std::vector<std::string> pieces{};
        std::size_t next = 0;
        http::failure last{};
    };
    void answer(ask& wanted);
    void answer_file(file_ask& wanted) const;
    void answer_process(process_ask& wanted) const;
    recorded_exchange const* match(http::request const& request, http::failure& failure);

    std::vector<recorded_exchange> recording_;
    http::network network_{};
    std::size_t next_ = 0;
    std::vector<http::request> requests_;
    std::vector<std::int64_t> pauses_;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
T recorded_runner::run(exchange<T> protocol) {
    while (ask* const wanted = protocol.step()) answer(*wanted);
    return protocol.take();
}

inline http::failure recorded_runner::receive(http::transfer& from, bool) {
    auto& body = static_cast<replayed&>(from);
    if (body.next < body.pieces.size()) {
        body.buffer.append(as_bytes(body.pieces[body.next++]));
    } else {
        body.ended = true;
        body.end = body.last;
    }
    return {};
}

inline recorded_exchange const* recorded_runner::match(http::request const& request, http::failure& failure) {
    requests_.push_back(request);
    if (next_ == recording_.size()) {
        failure = {errc::protocol, false,
                   "not in the recording, which is used up: " + request.method + ' ' + request.url};
        return nullptr;
    }
    auto const& expected = recording_[next_];
    if (expected.method != request.method || expected.url != request.url) {
        failure = {errc::protocol, false,
                   "the recording has " + expected.method + ' ' + expected.url + " next, not " + request.method + ' ' +
                       request.url};
        return nullptr;
    }
    ++next_;
    failure = expected.failure;
    return failure ? nullptr : &expected;
}

inline void recorded_runner::answer_file(file_ask& wanted) const {
    auto const found = files.find(wanted.path);
    if (found == files.end()) {
        wanted.outcome = file_outcome::missing;
        wanted.reason = "not in the recording";
        return;
    }
    auto const& text = found->second;
    wanted.stamp.size = static_cast<std::int64_t>(text.size());
    wanted.stamp.inode = std::hash<std::string_view>{}(text);
    if (wanted.known == wanted.stamp) {
        wanted.outcome = file_outcome::unchanged;
    } else if (text.size() > wanted.max_bytes) {
        wanted.outcome = file_outcome::unreadable;
        wanted.reason = "larger than " + std::to_string(wanted.max_bytes) + " bytes";
    } else {
        wanted.outcome = file_outcome::found;
        wanted.text = text;
    }
}

inline void recorded_runner::answer_process(process_ask& wanted) const {
    auto const found = processes.find(wanted.command);
    if (found == processes.end()) {
        wanted.failure = process_failure::not_started;
        wanted.error_output = "not in the recording";
        return;
    }
    wanted.failure = found->second.failure;
    wanted.exit_status = found->second.exit_status;
    wanted.output = found->second.output;
    wanted.error_output = found->second.error_output;
}

inline void recorded_runner::answer(ask& wanted) {
    switch (wanted.kind) {
        case ask_kind::http: {
            auto& plain = static_cast<http_ask&>(wanted);
            auto const* const found = match(plain.request, plain.failure);
            if (!found) return;
            plain.failure = found->end;
            plain.response.head = found->head;
            for (auto const& piece : found->pieces) plain.response.body += piece;
            return;
        }
        case ask_kind::open: {
            auto& open = static_cast<open_ask&>(wanted);
            auto const* const found = match(open.request, open.failure);
            if (!found) return;
            auto body = std::make_unique<replayed>();
            body->head = found->head;
            body->pieces = found->pieces;
            body->last = found->end;
            open.transfer = std::move(body);
            return;
        }
        case ask_kind::receive: {
            auto& more = static_cast<receive_ask&>(wanted);
            receive(more.from, more.first_event);
            return;
        }
        case ask_kind::pause:
            pauses_.push_back(static_cast<pause_ask&>(wanted).milliseconds);
            return;
        case ask_kind::file:
            return answer_file(static_cast<file_ask&>(wanted));
        case ask_kind::replace: {
            auto& change = static_cast<replace_ask&>(wanted);
            files[change.path] = change.text;
            change.done = true;
            return;
        }
        case ask_kind::process:
            return answer_process(static_cast<process_ask&>(wanted));
        case ask_kind::wait:
            return;  // one protocol at a time: there is nobody to wait for
        case ask_kind::network:
            network_ = std::move(static_cast<network_ask&>(wanted).how);
            return;
    }
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
