// SPDX-License-Identifier: MIT
// Owns the frame of an event stream: its checks in their order, its limits, and the message viewed in place.
// Never copies, buffers or allocates; splitting a stream into frames over time is the decoder's.
#ifndef BEDROCK_EVENT_STREAM_FRAME_HPP
#define BEDROCK_EVENT_STREAM_FRAME_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crc32.hpp"
#include "bedrock/event_stream/header.hpp"
#include "bedrock/event_stream/header_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::event_stream {

/// Bytes before the headers: total length, headers length and their CRC-32, each four bytes big-endian.
inline constexpr std::size_t prelude_size = 12;
/// Bytes of a frame beside its headers and payload: the prelude, and the message's CRC-32 at the end.
inline constexpr std::size_t frame_overhead = prelude_size + 4;

/// The largest sizes that are believed, in bytes; checked before anything is allocated for a frame.
struct limits {
    /// The whole frame: 16 MiB, as the AWS SDK for Kotlin's event-stream codec has it.
    std::uint32_t frame = std::uint32_t{16} << 20;
    /// The header block: 128 KiB, as the same codec and botocore's eventstream.py have it.
    std::uint32_t headers = std::uint32_t{128} << 10;
};

/// What is wrong with a frame.
enum class fault : unsigned char {
    none,
    prelude_crc,     ///< the first eight bytes do not match their CRC: not an event stream, or damaged
    message_crc,     ///< the frame does not match its CRC
    invalid_length,  ///< a total below 16, or headers longer than the total leaves room for
    too_large,       ///< a frame, header block or header value over its limit
    invalid_header,  ///< a header cut short, with an empty name, or of unknown type
    truncated,       ///< the input ended inside a frame
};

/// A fault in words, without a full stop: "the frame does not match its CRC"; "" for `none`.
constexpr std::string_view describe(fault code) noexcept;

/// How far a codec got.
struct status {
    fault code = fault::none;
    /// Where the frame at hand begins, in bytes from the start of the stream: the offending frame after a fault, else
    /// the next one.
    std::uint64_t offset = 0;

    constexpr bool ok() const noexcept { return code == fault::none; }
};

/// One message, checked whole. **Lifetime:** views the bytes that it was decoded from.
struct message {
    header_range headers{};
    byte_view payload{};
    std::uint32_t total_length = 0;    ///< bytes of the whole frame
    std::uint32_t headers_length = 0;  ///< bytes of the header block
    std::uint32_t prelude_crc = 0;     ///< as on the wire, found correct
    std::uint32_t message_crc = 0;     ///< as on the wire, found correct

    /// The first header of that name.
    std::optional<header> find(std::string_view name) const noexcept { return headers.find(name); }
    /// The value of the first header of that name; "" where there is none, or it is not a string.
    std::string_view text(std::string_view name) const noexcept;
};

/// The three ways that decoding a frame may end.
enum class progress : unsigned char { message, need_more, fault };

/// The answer of `decode_frame`.
struct decoded_frame {
    progress outcome = progress::need_more;
    /// Set with `progress::fault` alone.
    fault code = fault::none;
    /// `message`: the bytes that the frame took. `need_more`: the bytes, counted from the frame's first, that must be
    /// there before another try can get further. `fault`: 0.
    std::size_t size = 0;
    /// Set with `progress::message` alone, and a memory of headers: the block has the bytes of the message before.
    bool same_headers = false;
    /// Set with `progress::message` alone.
    message content{};
};

/// Decodes the frame at the front of `bytes`, in place; bytes behind the frame are not looked at.
/// The checks, in this order: 12 bytes present, prelude CRC, lengths, limits, whole frame present, message CRC,
/// headers. An unfinished frame costs the same few nanoseconds at each try, however much of it is there.
/// **Lifetime:** the message views `bytes`.
/// **Wire:** lengths and CRCs are big-endian; the prelude's CRC covers the first 8 bytes, the message's everything
/// before it. A string's UTF-8 and duplicate names are not checked.
[[nodiscard]] decoded_frame decode_frame(byte_view bytes, limits const& allowed = {}) noexcept;

/// The same for the frames of one stream, in their order: headers that repeat are compared with `before` instead of
/// parsed again, and `checksums` is looked up once. One that `has_crc32_path` denies ends the program.
[[nodiscard]] decoded_frame decode_frame(byte_view bytes, limits const& allowed, header_memory& before,
                                         crc32_path checksums) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(fault code) noexcept {
    switch (code) {
        case fault::none:
            break;
        case fault::prelude_crc:
            return "the frame's prelude does not match its CRC";
        case fault::message_crc:
            return "the frame does not match its CRC";
        case fault::invalid_length:
            return "the frame's lengths contradict each other";
        case fault::too_large:
            return "the frame is over the size limit";
        case fault::invalid_header:
            return "a header of the frame is malformed";
        case fault::truncated:
            return "the input ends inside a frame";
    }
    return {};
}

inline std::string_view message::text(std::string_view name) const noexcept {
    auto const found = find(name);
    return found ? found->text() : std::string_view{};
}

inline decoded_frame decode_frame(byte_view bytes, limits const& allowed) noexcept {
    header_memory nothing;
    return decode_frame(bytes, allowed, nothing, best_crc32_path());
}

inline decoded_frame decode_frame(byte_view bytes, limits const& allowed, header_memory& before,
                                  crc32_path checksums) noexcept {
    constexpr auto need = [](std::size_t size) { return decoded_frame{.size = size}; };
    constexpr auto fail = [](fault code) { return decoded_frame{.outcome = progress::fault, .code = code}; };

    if (bytes.size() < prelude_size) return need(prelude_size);
    auto const total_length = load_big_endian<std::uint32_t>(bytes.data());
    auto const headers_length = load_big_endian<std::uint32_t>(bytes.data() + 4);
    auto const prelude_crc = load_big_endian<std::uint32_t>(bytes.data() + 8);
    auto const update_crc = crc32_detail::find_update(checksums);
    if (~update_crc(~std::uint32_t{0}, bytes.data(), 8) != prelude_crc) return fail(fault::prelude_crc);
    if (total_length < frame_overhead || headers_length > total_length - frame_overhead) {
        return fail(fault::invalid_length);
    }
    if (total_length > allowed.frame || headers_length > allowed.headers) return fail(fault::too_large);
    if (bytes.size() < total_length) return need(total_length);

    std::size_t const body_end = total_length - std::size_t{4};
    auto const message_crc = load_big_endian<std::uint32_t>(bytes.data() + body_end);
    // Continued from the stored prelude CRC, which the check above proved to be that of the first eight bytes.
    if (~update_crc(~prelude_crc, bytes.data() + 8, body_end - 8) != message_crc) return fail(fault::message_crc);

    header_range const headers(bytes.subspan(prelude_size, headers_length));
    bool const same_headers = before.knows(headers.bytes());
    if (!same_headers) {
        if (!headers.valid()) return fail(fault::invalid_header);
        before.keep(headers.bytes());
    }
    std::size_t const payload_begin = prelude_size + headers_length;
    return {.outcome = progress::message,
            .size = total_length,
            .same_headers = same_headers,
            .content = {.headers = headers,
                        .payload = bytes.subspan(payload_begin, body_end - payload_begin),
                        .total_length = total_length,
                        .headers_length = headers_length,
                        .prelude_crc = prelude_crc,
                        .message_crc = message_crc}};
}

}  // namespace bedrock::inline BEDROCK_ABI::event_stream

#endif
