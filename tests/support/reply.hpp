// Owns the scripted replies of the mock server: their parts, gates between them, framing and end.
// Never sends one, and never includes the SDK.
#pragma once

#include "support/http_head.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mock {

/// How long the waiters below wait unless told. Only a failing test ever waits that long.
inline constexpr std::chrono::milliseconds default_wait{20000};

/// Holds a reply back until the test opens it: a counting semaphore with two ends. Copies share one gate.
class gate {
  public:
    gate();
    /// Lets `times` arrivals pass, those that wait and those to come.
    void open(std::size_t times = 1) const;
    /// Waits until the server has stood before this gate `times` times in all: everything before it was sent by then.
    bool wait_until_reached(std::size_t times = 1, std::chrono::milliseconds timeout = default_wait) const;

    /// For the server: notes an arrival, then takes permits until one is there, and polls this descriptor in between.
    void arrive() const;
    bool take_permit() const;
    int readable_when_open() const;

  private:
    struct state;
    std::shared_ptr<state> state_;
};

/// Bytes of a body that are sent in one piece (one chunk where the body is chunked), after `hold` was opened.
struct body_part {
    std::string bytes{};
    std::optional<gate> hold{};
};

enum class framing {
    content_length,
    chunked,
    until_close,  ///< neither length nor chunks: the end of the connection is the end of the body
};

/// What follows the last part of a scripted body.
enum class ending {
    complete,  ///< the body ends as its framing says
    close,     ///< a FIN in its place
    reset,     ///< an RST in its place
    silence,   ///< nothing more, until the client closes
};

/// One scripted answer.
struct reply {
    int status = 200;
    header_list headers{};
    std::vector<body_part> parts{};
    framing framed = framing::content_length;
    ending end = ending::complete;
    std::optional<std::size_t> declared_length{};  ///< a Content-Length that is not the size of the parts
    std::optional<gate> hold_head{};               ///< opened before the status line is sent
    bool send_head = true;                         ///< false: not one byte is sent, then `end`
    bool close_connection = false;                 ///< hang up after a complete reply without announcing it
    /// A request that fails the check gets its error, and this reply waits for the next request.
    bool check_authorization = true;
};

/// A body with Content-Length and `application/json`.
reply json_reply(int status, std::string body);
/// An error as AWS's front ends send it: x-amzn-errortype, and `message` in the body (`Message` for
/// AccessDeniedException).
reply error_reply(int status, std::string type, std::string_view message);
/// A chunked event stream, one part for each frame.
reply stream_reply(std::vector<std::string> const& frames);
/// The same reply cut to its first `size` body bytes; Content-Length, where sent, still promises the whole.
reply cut_after(reply whole, std::size_t size, ending end = ending::close);

}  // namespace mock
