// SPDX-License-Identifier: MIT
// Owns requests and answers as bytes of HTTP/1.1, and how a fault changes what is sent of an answer.
// Never touches a socket, and never judges what the bytes mean.
#ifndef BEDROCK_TESTING_WIRE_HPP
#define BEDROCK_TESTING_WIRE_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/http.hpp"
#include "bedrock/testing/fault.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::testing {

/// A request as it arrived.
struct wire_request {
    std::string method{};
    /// Path and query as on the wire.
    std::string target{};
    http::header_list headers{};
    std::string body{};
};

/// What a server believes of a request.
struct wire_limits {
    std::size_t head = std::size_t{64} << 10;
    /// InvokeModel's largest body is 25,000,000 bytes, in base64 and with room around it.
    std::size_t body = std::size_t{64} << 20;
};

/// How far the reading of a request got.
enum class request_progress : unsigned char {
    need_more,       ///< the head is not whole
    need_body,       ///< the head is whole, its body is not
    complete,        ///< `request` has it, and it was taken off the front
    malformed,       ///< no HTTP/1.1 request
    too_large,       ///< over a limit
    without_length,  ///< a body of unannounced length (Transfer-Encoding): not read here
};

/// Takes a whole request off the front of `bytes`, once it is there.
request_progress take_request(std::string& bytes, wire_request& request, wire_limits const& limits = {});

/// An answer before it is sent.
struct wire_reply {
    int status = 200;
    /// Beside Content-Length and Transfer-Encoding.
    http::header_list headers{};
    /// The body; of a stream, an event each, sent as a chunk each.
    std::vector<std::string> pieces{};
    bool chunked = false;
    /// Between the pieces.
    std::int64_t pace_ms = 0;
    /// Before the first byte.
    std::int64_t delay_ms = 0;
};

/// Bytes to send after a pause.
struct send_step {
    std::string bytes{};
    std::int64_t pause_ms = 0;
};

/// What follows the last step.
enum class ending : unsigned char {
    complete,  ///< the next request may come
    close,     ///< FIN
    reset,     ///< RST
    stall,     ///< nothing, until the client closes
};

struct send_plan {
    std::vector<send_step> steps{};
    ending end = ending::complete;
};

/// The bytes of an answer, as the fault leaves them.
send_plan plan_reply(wire_reply reply, fault const& misbehaviour = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline bool parse_request_line(std::string_view line, wire_request& into) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) return false;
    into.method = line.substr(0, first);
    into.target = line.substr(first + 1, last - first - 1);
    return !into.method.empty() && into.target.starts_with('/') && into.target.find(' ') == std::string::npos &&
           line.substr(last + 1) == "HTTP/1.1";
}

inline bool parse_request_head(std::string_view head, wire_request& into) {
    bool is_first = true;
    while (!head.empty()) {
        auto const end = (std::min)(head.find("\r\n"), head.size());
        auto const line = head.substr(0, end);
        head.remove_prefix((std::min)(end + 2, head.size()));
        if (std::exchange(is_first, false)) {
            if (!parse_request_line(line, into)) return false;
            continue;
        }
        auto const colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) return false;
        into.headers.push_back({std::string(line.substr(0, colon)), std::string(ascii::trim(line.substr(colon + 1)))});
    }
    return !is_first;
}

inline std::string_view reason_of(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "Other";
    }
}

inline std::string make_head(wire_reply const& reply, std::size_t length) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ' + std::string(reason_of(reply.status)) + "\r\n";
    for (auto const& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    head += reply.chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + std::to_string(length);
    return head += "\r\n\r\n";
}

inline std::string make_chunk(std::string_view bytes) {
    char size[16];
    auto const end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
    return std::string(size, end).append("\r\n").append(bytes).append("\r\n");
}

/// The offset of a fault's place in the body.
inline std::size_t find_place(std::vector<std::string> const& pieces, fault const& wanted) {
    if (wanted.place == fault_place::head) return 0;
    std::size_t end = 0;
    for (std::size_t i = 0; i != pieces.size(); ++i) {
        if (wanted.place == fault_place::event && i + 1 == wanted.number) return end;
        end += pieces[i].size();
    }
    return wanted.place == fault_place::byte ? (std::min)(wanted.number, end) : end;
}

/// Cuts the piece around an offset in two, and gives the place of the second.
inline std::size_t split_at(std::vector<std::string>& pieces, std::size_t offset) {
    for (std::size_t i = 0; i != pieces.size(); ++i) {
        if (offset == 0) return i;
        if (offset < pieces[i].size()) {
            auto rest = pieces[i].substr(offset);
            pieces[i].resize(offset);
            pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(rest));
            return i + 1;
        }
        offset -= pieces[i].size();
    }
    return pieces.size();
}

inline void corrupt(std::vector<std::string>& pieces, fault const& wanted) {
    if (wanted.place == fault_place::event) {
        if (wanted.number > pieces.size() || pieces[wanted.number - 1].empty()) return;
        auto& last = pieces[wanted.number - 1].back();
        last = static_cast<char>(last ^ 0xff);
        return;
    }
    auto offset = wanted.number;
    for (auto& piece : pieces) {
        if (offset < piece.size()) {
            piece[offset] = static_cast<char>(piece[offset] ^ 0xff);
            return;
        }
        offset -= piece.size();
    }
}

inline std::vector<send_step> recut(std::vector<send_step> const& steps, std::size_t size) {
    std::vector<send_step> pieces;
    for (auto const& step : steps)
        for (std::size_t at = 0; at < step.bytes.size(); at += size)
            pieces.push_back({step.bytes.substr(at, size), at == 0 && step.pause_ms > 1 ? step.pause_ms : 1});
    return pieces;
}

}  // namespace detail

inline request_progress take_request(std::string& bytes, wire_request& request, wire_limits const& limits) {
    constexpr std::string_view blank_line = "\r\n\r\n";
    auto const end = bytes.find(blank_line);
    if ((std::min)(end, bytes.size()) > limits.head) return request_progress::too_large;
    if (end == std::string::npos) return request_progress::need_more;
    wire_request found;
    if (!detail::parse_request_head(std::string_view(bytes).substr(0, end), found)) return request_progress::malformed;
    if (!http::find_header(found.headers, "Transfer-Encoding").empty()) return request_progress::without_length;
    std::size_t length = 0;
    if (auto const text = http::find_header(found.headers, "Content-Length"); !text.empty()) {
        auto const [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
        if (problem == std::errc::result_out_of_range) return request_progress::too_large;
        if (problem != std::errc() || stop != text.data() + text.size()) return request_progress::malformed;
    }
    if (length > limits.body) return request_progress::too_large;
    auto const begin = end + blank_line.size();
    if (bytes.size() - begin < length) return request_progress::need_body;
    found.body = bytes.substr(begin, length);
    bytes.erase(0, begin + length);
    request = std::move(found);
    return request_progress::complete;
}

inline send_plan plan_reply(wire_reply reply, fault const& misbehaviour) {
    constexpr std::size_t garbage_size = 64;
    send_plan plan;
    auto& pieces = reply.pieces;
    auto const length_of = [&] {
        std::size_t all = 0;
        for (auto const& piece : pieces) all += piece.size();
        return all;
    };
    auto const promised = length_of();
    auto length = promised;
    switch (misbehaviour.kind) {
        case fault_kind::none:
        case fault_kind::drip:
            break;
        case fault_kind::cut:
            plan.end = ending::close;
            break;
        case fault_kind::reset:
            plan.end = ending::reset;
            break;
        case fault_kind::stall:
            plan.end = ending::stall;
            break;
        case fault_kind::finish:
            break;
        case fault_kind::corrupt:
            detail::corrupt(pieces, misbehaviour);
            break;
        case fault_kind::garbage: {
            auto const at = detail::split_at(pieces, detail::find_place(pieces, misbehaviour));
            pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(at), std::string(garbage_size, '\xa5'));
            length = length_of();
            break;
        }
    }
    bool const is_short = plan.end != ending::complete;
    if (is_short || misbehaviour.kind == fault_kind::finish) {
        pieces.resize(detail::split_at(pieces, detail::find_place(pieces, misbehaviour)));
        if (!is_short) length = length_of();
    }
    if (is_short && misbehaviour.place == fault_place::head) return plan;

    plan.steps.push_back({detail::make_head(reply, length), reply.delay_ms});
    for (auto const& piece : pieces) {
        if (piece.empty()) continue;
        auto const pause = plan.steps.size() == 1 ? 0 : reply.pace_ms;
        plan.steps.push_back({reply.chunked ? detail::make_chunk(piece) : piece, pause});
    }
    if (reply.chunked && !is_short) plan.steps.push_back({"0\r\n\r\n", 0});
    if (misbehaviour.kind == fault_kind::drip) plan.steps = detail::recut(plan.steps, misbehaviour.number);
    return plan;
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
