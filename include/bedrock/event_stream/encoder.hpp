// SPDX-License-Identifier: MIT
// Owns the writing of event-stream frames: header values, lengths and both CRCs, appended to a buffer of the caller.
// Never allocates beside that buffer, and never leaves a refused frame in it.
#ifndef BEDROCK_EVENT_STREAM_ENCODER_HPP
#define BEDROCK_EVENT_STREAM_ENCODER_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crc32.hpp"
#include "bedrock/event_stream/frame.hpp"
#include "bedrock/event_stream/header.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::event_stream {

/// What an encoder refuses to write.
struct encoder_options {
    /// Of the whole frame and of its header block.
    limits sizes{};
    /// Bytes of a `string` or `byte_array` value. 32 767 is the protocol's published bound; the wire could hold, and
    /// the decoder takes, 65 535: set that to write back whatever was read.
    std::uint16_t header_value = 32767;
};

/// A buffer of one-byte elements that grows at its end, as `byte_buffer` and `std::string` do.
template <class Buffer>
concept growing_buffer = sizeof(typename Buffer::value_type) == 1 &&
                         requires(Buffer& buffer, typename Buffer::value_type const* from, std::size_t size) {
    buffer.insert(buffer.end(), from, from);
    buffer.resize(size);
    buffer.data();
    buffer.size();
};

/// Appends frames to `out`: any number of headers, then the payload with `finish`, and again for the next frame.
/// ```
/// event_stream::encoder frame(out);  // byte_buffer or std::string
/// frame.add_string(":message-type", "event");
/// if (!frame.finish(payload).ok()) ...
/// ```
/// **Errors:** the first fault of a frame sticks until its `finish`, which reports it and takes the frame's bytes off
/// `out` again: `invalid_header` for a name that is not 1 to 255 bytes long or a value that does not fit its type,
/// `too_large` for what is over the options.
/// **Lifetime:** `out` outlives the encoder and is the encoder's alone between a frame's first header and `finish`;
/// what is written must not lie in `out`.
/// **Allocates:** by growing `out` alone; std::bad_alloc passes through and leaves the unfinished frame in `out`.
template <growing_buffer Buffer>
class encoder {
  public:
    explicit encoder(Buffer& out, encoder_options options = {}) noexcept : out_(out), options_(options) {}
    encoder(encoder const&) = delete;
    encoder& operator=(encoder const&) = delete;

    /// Any header, its value big-endian as on the wire: one that was decoded, for example.
    void add(header const& one);
    void add_boolean(std::string_view name, bool value);
    void add_int8(std::string_view name, std::int8_t value) { add_number(name, header_type::int8, value); }
    void add_int16(std::string_view name, std::int16_t value) { add_number(name, header_type::int16, value); }
    void add_int32(std::string_view name, std::int32_t value) { add_number(name, header_type::int32, value); }
    void add_int64(std::string_view name, std::int64_t value) { add_number(name, header_type::int64, value); }
    void add_byte_array(std::string_view name, byte_view value) { add({name, header_type::byte_array, value}); }
    void add_string(std::string_view name, std::string_view value) {
        add({name, header_type::string, as_bytes(value)});
    }
    /// Milliseconds since 1970-01-01T00:00:00Z.
    void add_timestamp(std::string_view name, std::int64_t value) { add_number(name, header_type::timestamp, value); }
    void add_uuid(std::string_view name, std::span<std::byte const, 16> value) {
        add({name, header_type::uuid, value});
    }

    /// Completes the frame, whose headers may be none. `offset` is where in `out` it begins, or would have begun.
    status finish(byte_view payload = {});

    /// A whole frame out of a message. One that was decoded comes out byte for byte as it was.
    status write(message const& whole);

  private:
    template <class Integer>
    void add_number(std::string_view name, header_type type, Integer value);
    void open();
    void append(byte_view bytes);
    void fail(fault code) noexcept {
        if (code_ == fault::none) code_ = code;
    }

    Buffer& out_;
    encoder_options options_;
    std::size_t begin_ = 0;  // where in `out_` the open frame begins
    bool open_ = false;
    fault code_ = fault::none;
};

// ---------------------------------------------------------------------------------------------------------------------

template <growing_buffer Buffer>
void encoder<Buffer>::add(header const& one) {
    open();
    if (code_ != fault::none) return;
    bool const prefixed = detail::has_length_prefix(one.type);
    if (one.name.empty() || one.name.size() > 255) return fail(fault::invalid_header);
    if (!prefixed && detail::fixed_value_size(one.type) != one.value.size()) return fail(fault::invalid_header);
    if (prefixed && one.value.size() > options_.header_value) return fail(fault::too_large);

    std::size_t const headers_size = out_.size() - begin_ - prelude_size;
    std::size_t const size = 1 + one.name.size() + 1 + (prefixed ? 2 : 0) + one.value.size();
    if (headers_size + size > options_.sizes.headers) return fail(fault::too_large);

    auto const name_size = static_cast<std::byte>(one.name.size());
    auto const type = static_cast<std::byte>(one.type);
    append({&name_size, 1});
    append(as_bytes(one.name));
    append({&type, 1});
    if (prefixed) {
        std::byte length[2];
        store_big_endian(length, static_cast<std::uint16_t>(one.value.size()));
        append(length);
    }
    append(one.value);
}

template <growing_buffer Buffer>
void encoder<Buffer>::add_boolean(std::string_view name, bool value) {
    add({name, value ? header_type::bool_true : header_type::bool_false, {}});
}

template <growing_buffer Buffer>
template <class Integer>
void encoder<Buffer>::add_number(std::string_view name, header_type type, Integer value) {
    std::byte bytes[sizeof(Integer)];
    store_big_endian(bytes, value);
    add({name, type, bytes});
}

template <growing_buffer Buffer>
status encoder<Buffer>::finish(byte_view payload) {
    open();
    std::size_t const room = options_.sizes.frame;
    std::size_t const written = out_.size() - begin_ + (frame_overhead - prelude_size);
    if (written > room || payload.size() > room - written) fail(fault::too_large);
    open_ = false;
    if (code_ != fault::none) {
        out_.resize(begin_);
        return {code_, begin_};
    }
    auto const headers_length = static_cast<std::uint32_t>(written - frame_overhead);
    append(payload);

    std::byte trailer[4];
    auto* const frame = reinterpret_cast<std::byte*>(out_.data()) + begin_;
    store_big_endian(frame, static_cast<std::uint32_t>(written + payload.size()));
    store_big_endian(frame + 4, headers_length);
    std::uint32_t const prelude_crc = crc32({frame, 8});
    store_big_endian(frame + 8, prelude_crc);
    store_big_endian(trailer, crc32({frame + 8, out_.size() - begin_ - 8}, prelude_crc));
    append(trailer);
    return {fault::none, begin_};
}

template <growing_buffer Buffer>
status encoder<Buffer>::write(message const& whole) {
    open();
    for (header const& one : whole.headers) add(one);
    if (!whole.headers.valid()) fail(fault::invalid_header);
    return finish(whole.payload);
}

template <growing_buffer Buffer>
void encoder<Buffer>::open() {
    if (open_) return;
    begin_ = out_.size();
    code_ = fault::none;
    out_.resize(begin_ + prelude_size);
    open_ = true;
}

template <growing_buffer Buffer>
void encoder<Buffer>::append(byte_view bytes) {
    auto const* const from = reinterpret_cast<typename Buffer::value_type const*>(bytes.data());
    out_.insert(out_.end(), from, from + bytes.size());
}

}  // namespace bedrock::inline BEDROCK_ABI::event_stream

#endif
