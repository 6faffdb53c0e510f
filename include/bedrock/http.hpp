// SPDX-License-Identifier: MIT
// Owns HTTP as the protocols speak of it: requests, answers, a body that is still arriving, and how a transfer can
// fail. Never touches a socket: engines do, and fill these in.
#ifndef BEDROCK_HTTP_HPP
#define BEDROCK_HTTP_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/shared.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::http {

struct header {
    std::string name{};
    std::string value{};
};

/// Headers in wire order, repeated names kept.
using header_list = std::vector<header>;

/// ASCII case-insensitive equality, as header names need it.
bool equal_names(std::string_view left, std::string_view right) noexcept;

/// True for a token of RFC 9110 (5.6.2), as methods and header names must be: printable ASCII without delimiters.
constexpr bool is_token(std::string_view text) noexcept;

/// The value of the first header of that name, or "" where there is none. **Lifetime:** of the list.
std::string_view find_header(header_list const& headers, std::string_view name) noexcept;

/// The clocks of a call, in milliseconds of steady time; 0 turns one off. Defaults: chosen after what
/// thinking models need (silent for minutes) and what AWS advises (up to 60 minutes for one answer).
struct timeouts {
    /// DNS, TCP and TLS together.
    std::int64_t connect_ms = 10'000;
    /// From the established connection to the first event of a stream.
    std::int64_t first_event_ms = 900'000;
    /// From the established connection to the first byte of an answer that is no stream.
    std::int64_t first_byte_ms = 3'600'000;
    /// Between two arrivals; only time spent waiting counts, a slow reader is not a dead server.
    std::int64_t idle_ms = 300'000;
    /// The whole call, repeats and pauses included.
    std::int64_t total_ms = 0;
};

/// The bytes that a request carries. **Lifetime:** copies share them, so that a repeat sends the same ones.
class body {
  public:
    body() = default;
    // Implicit, as a string is one.
    body(std::string text) : text_(bedrock::detail::share_new<std::string const>(std::move(text))) {}  // NOLINT
    body(char const* text) : body(std::string(text)) {}                                                // NOLINT

    std::string_view view() const noexcept { return text_ ? std::string_view(*text_) : ""; }
    bool empty() const noexcept { return view().empty(); }
    std::size_t size() const noexcept { return view().size(); }

  private:
    std::shared_ptr<std::string const> text_;
};

/// PEM files for TLS, named by their paths. Empty: libcurl's own trust store, and no certificate of this side.
struct tls_files {
    /// Of the authorities that may have signed the server's certificate, in place of libcurl's own.
    std::string authorities{};
    /// What this side shows to a server that asks for it, and its private key, which must not be encrypted.
    std::string certificate{};
    std::string key{};
    /// As `authorities`, beside it or alone: a folder of files named by hash (`openssl rehash`).
    std::string authority_folder{};
};

/// A proxy on the way to a host.
struct proxy_server {
    /// "http://user:password@host:port", percent-encoded; also https:// and socks5h://, as far as libcurl has them.
    /// Empty: none.
    std::string url{};
    /// Hosts that are reached without it, as curl reads NO_PROXY: names with all below them, addresses, or "*".
    std::string exceptions{};
    /// PEM file of the authorities of a proxy that speaks TLS itself. Empty: as for the hosts behind it.
    std::string authorities{};
};

/// How hosts are reached.
struct network {
    proxy_server https_proxy{};
    /// Of hosts that are spoken to without TLS.
    proxy_server http_proxy{};
    /// Of every host; certificate and key are not this one's.
    tls_files tls{};
};

/// A request as it goes on the wire.
struct request {
    std::string method{"GET"};
    /// Scheme, host, port, path and query, all percent-encoding done: nothing is normalised after this.
    std::string url{};
    header_list headers{};
    http::body body{};
    http::timeouts timeouts{};
    http::tls_files tls{};
    proxy_server proxy{};
    /// Path of a unix-domain socket to which the connection goes, in place of the URL's host and port. Empty: none.
    std::string unix_socket{};
    /// HTTP/2 where TLS, libcurl and server have it.
    bool http2 = false;
    /// Most bytes of a plain answer's body that are accepted.
    std::size_t max_body = std::size_t{64} << 20;
    /// Opens a new connection and closes it afterwards, so that libcurl has none to repeat the request on.
    bool fresh_connection = false;
    /// Straight to the host, whatever proxy there is: for addresses that only this machine has.
    bool no_proxy = false;
};

/// Why there is no (complete) answer. `code` is none, transport, timeout, truncated, cancelled, protocol or
/// invalid_input.
struct failure {
    errc code = errc::none;
    /// The whole request had been handed to the network: a repeat may do the work, and bill it, twice.
    bool request_sent = false;
    std::string message{};
    /// A repeat would end the same way: a certificate that does not hold, a proxy that refuses.
    bool permanent = false;

    explicit operator bool() const noexcept { return code != errc::none; }
};

/// Status line and headers.
/// When a request reached its stations, in milliseconds from its start; -1: not known. On a kept connection those
/// before `first_byte_ms` are 0.
struct phases {
    std::int64_t resolved_ms = -1;   ///< the host's address was known
    std::int64_t connected_ms = -1;  ///< TCP, to the proxy where there is one
    std::int64_t secured_ms = -1;    ///< TLS; 0 for plain http
    std::int64_t first_byte_ms = -1;
};

struct response_head {
    int status = 0;
    header_list headers{};
    http::phases phases{};
    /// By HTTP/2, where libcurl takes a reset without an error (RST_STREAM, NO_ERROR) for the end of the body.
    bool is_http2 = false;
};

struct response {
    response_head head{};
    std::string body{};
};

/// Bytes that arrived and were not consumed yet, contiguous, so that frames are decoded where they lie.
class receive_buffer {
  public:
    /// **Lifetime:** until the next `append`.
    byte_view unread() const noexcept { return {bytes_.data() + begin_, bytes_.size() - begin_}; }
    std::size_t size() const noexcept { return bytes_.size() - begin_; }
    /// Moves what is unread to the front only when that much was consumed, so the cost stays linear.
    void append(byte_view arrived);
    /// At most `size()`.
    void consume(std::size_t count) noexcept { begin_ += count; }

  private:
    byte_buffer bytes_;
    std::size_t begin_ = 0;
};

/// An answer whose body is still arriving. Destroying it aborts the transfer and closes its connection unless it ended.
struct transfer {
    transfer() = default;
    transfer(transfer const&) = delete;
    transfer& operator=(transfer const&) = delete;
    virtual ~transfer() = default;

    response_head head{};
    receive_buffer buffer{};
    /// No more bytes will come; `end` says whether that was the body's own end.
    bool ended = false;
    failure end{};
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr auto token_characters = [] {
    std::array<bool, 256> is_token{};
    for (unsigned c = '!'; c <= '~'; ++c)
        is_token[c] = std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
    return is_token;
}();

}  // namespace detail

constexpr bool is_token(std::string_view text) noexcept {
    for (char const c : text)
        if (!detail::token_characters[static_cast<unsigned char>(c)]) return false;
    return !text.empty();
}

inline bool equal_names(std::string_view left, std::string_view right) noexcept {
    return ascii::equal_ignoring_case(left, right);
}

inline std::string_view find_header(header_list const& headers, std::string_view name) noexcept {
    for (auto const& candidate : headers)
        if (equal_names(candidate.name, name)) return candidate.value;
    return {};
}

inline void receive_buffer::append(byte_view arrived) {
    if (begin_ >= bytes_.size() - begin_) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
        begin_ = 0;
    }
    bytes_.insert(bytes_.end(), arrived.data(), arrived.data() + arrived.size());
}

}  // namespace bedrock::inline BEDROCK_ABI::http

#endif
