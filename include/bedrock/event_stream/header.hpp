// SPDX-License-Identifier: MIT
// Owns the header block of an event-stream frame: its ten value types, and iteration over it in place.
// Never copies, allocates or checks UTF-8, and never reads past the block that it is given.
#ifndef BEDROCK_EVENT_STREAM_HEADER_HPP
#define BEDROCK_EVENT_STREAM_HEADER_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::event_stream {

/// What a header's value is. **Wire:** the number is the type byte.
enum class header_type : unsigned char {
    bool_true = 0,   ///< true; no value bytes
    bool_false = 1,  ///< false; no value bytes
    int8 = 2,        ///< AWS: "byte"
    int16 = 3,       ///< AWS: "short"
    int32 = 4,       ///< AWS: "integer"
    int64 = 5,       ///< AWS: "long"
    byte_array = 6,  ///< at most 65 535 bytes
    string = 7,      ///< at most 65 535 bytes, UTF-8 by convention
    timestamp = 8,   ///< signed milliseconds since 1970-01-01T00:00:00Z
    uuid = 9,        ///< 16 bytes in the order of their hexadecimal text
};

/// AWS's word for a type: "bool_true", "bool_false", "byte", "short", "integer", "long", "byte_array", "string",
/// "timestamp", "uuid"; "" for a number that is no type.
constexpr std::string_view type_name(header_type type) noexcept;

/// One header. **Lifetime:** `name` and `value` view the bytes that it was read from.
struct header {
    /// 1 to 255 bytes; may be invalid UTF-8 on bad input.
    std::string_view name{};
    header_type type = header_type::bool_true;
    /// The value as on the wire, big-endian, without the length that stands before a `byte_array` or `string`.
    byte_view value{};

    /// The value of a `string`; "" for every other type.
    std::string_view text() const noexcept { return type == header_type::string ? as_text(value) : std::string_view{}; }
    /// The value of an `int8`, `int16`, `int32`, `int64` or `timestamp`; 0 for every other type.
    std::int64_t number() const noexcept;
    /// True for `bool_true` alone.
    bool boolean() const noexcept { return type == header_type::bool_true; }
};

/// Takes the first header off the front of `block`.
/// **Errors:** false, with `block` as it was and `out` empty, where the block is empty or the header is malformed: cut
/// short, an empty name, or an unknown type.
bool read_header(byte_view& block, header& out) noexcept;

/// A header block, iterated in wire order: `for (header const& one : message.headers)`. Duplicate names are kept.
/// The headers of a decoded message were checked whole; in other bytes iteration ends before the first malformed
/// header.
/// **Lifetime:** of the block's bytes.
class header_range {
  public:
    struct sentinel {};

    class iterator {
      public:
        using value_type = header;
        using difference_type = std::ptrdiff_t;

        iterator() noexcept = default;
        explicit iterator(byte_view block) noexcept : rest_(block) { ++*this; }
        /// Valid until the iterator moves on.
        header const& operator*() const noexcept { return current_; }
        header const* operator->() const noexcept { return &current_; }
        iterator& operator++() noexcept {
            at_end_ = !read_header(rest_, current_);
            return *this;
        }
        void operator++(int) noexcept { ++*this; }
        friend bool operator==(iterator const& at, sentinel) noexcept { return at.at_end_; }

      private:
        byte_view rest_{};
        header current_{};
        bool at_end_ = true;
    };

    header_range() noexcept = default;
    explicit header_range(byte_view block) noexcept : block_(block) {}

    iterator begin() const noexcept { return iterator(block_); }
    sentinel end() const noexcept { return {}; }
    bool empty() const noexcept { return block_.empty(); }
    /// The block as on the wire.
    byte_view bytes() const noexcept { return block_; }

    /// The first header of that name, compared byte for byte.
    std::optional<header> find(std::string_view name) const noexcept;
    /// True when the block is nothing but well-formed headers.
    bool valid() const noexcept;

  private:
    byte_view block_{};
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The bytes that every value of a type has; nothing for the two types that carry a length, and for no type at all.
constexpr std::optional<std::size_t> fixed_value_size(header_type type) noexcept {
    switch (type) {
        case header_type::bool_true:
        case header_type::bool_false:
            return 0;
        case header_type::int8:
            return 1;
        case header_type::int16:
            return 2;
        case header_type::int32:
            return 4;
        case header_type::int64:
        case header_type::timestamp:
            return 8;
        case header_type::uuid:
            return 16;
        case header_type::byte_array:
        case header_type::string:
            break;
    }
    return std::nullopt;
}

constexpr bool has_length_prefix(header_type type) noexcept {
    return type == header_type::byte_array || type == header_type::string;
}

}  // namespace detail

constexpr std::string_view type_name(header_type type) noexcept {
    switch (type) {
        case header_type::bool_true:
            return "bool_true";
        case header_type::bool_false:
            return "bool_false";
        case header_type::int8:
            return "byte";
        case header_type::int16:
            return "short";
        case header_type::int32:
            return "integer";
        case header_type::int64:
            return "long";
        case header_type::byte_array:
            return "byte_array";
        case header_type::string:
            return "string";
        case header_type::timestamp:
            return "timestamp";
        case header_type::uuid:
            return "uuid";
    }
    return {};
}

inline std::int64_t header::number() const noexcept {
    // A header that somebody filled in by hand may have a value of the wrong width.
    if (detail::fixed_value_size(type) != value.size()) return 0;
    switch (type) {
        case header_type::int8:
            return load_big_endian<std::int8_t>(value.data());
        case header_type::int16:
            return load_big_endian<std::int16_t>(value.data());
        case header_type::int32:
            return load_big_endian<std::int32_t>(value.data());
        case header_type::int64:
        case header_type::timestamp:
            return load_big_endian<std::int64_t>(value.data());
        default:
            return 0;
    }
}

inline bool read_header(byte_view& block, header& out) noexcept {
    out = {};
    if (block.empty()) return false;
    auto const name_size = std::to_integer<std::size_t>(block[0]);
    if (name_size == 0 || block.size() < name_size + 2) return false;
    auto const type = static_cast<header_type>(block[name_size + 1]);
    byte_view rest = block.subspan(name_size + 2);

    std::size_t value_size = 0;
    if (detail::has_length_prefix(type)) {
        if (rest.size() < 2) return false;
        value_size = load_big_endian<std::uint16_t>(rest.data());
        rest = rest.subspan(2);
    } else {
        auto const fixed = detail::fixed_value_size(type);
        if (!fixed) return false;
        value_size = *fixed;
    }
    if (rest.size() < value_size) return false;

    out.name = as_text(block.subspan(1, name_size));
    out.type = type;
    out.value = rest.first(value_size);
    block = rest.subspan(value_size);
    return true;
}

inline std::optional<header> header_range::find(std::string_view name) const noexcept {
    byte_view rest = block_;
    header one;
    while (read_header(rest, one)) {
        if (one.name == name) return one;
    }
    return std::nullopt;
}

inline bool header_range::valid() const noexcept {
    byte_view rest = block_;
    header one;
    while (!rest.empty()) {
        if (!read_header(rest, one)) return false;
    }
    return true;
}

}  // namespace bedrock::inline BEDROCK_ABI::event_stream

#endif
