// SPDX-License-Identifier: MIT
// Owns the reading of the events that a stream is full of (text, tool input, reasoning) in the shape that Bedrock gives
// them. Never fails: what has another shape, or may be wrong, it leaves to the reader of all JSON.
#ifndef BEDROCK_MODEL_DELTA_SCAN_HPP
#define BEDROCK_MODEL_DELTA_SCAN_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/scan.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI {

/// What a contentBlockDelta adds.
enum class delta_kind : unsigned char {
    none,            ///< no contentBlockDelta, or an empty one
    text,            ///< `text()`
    tool_input,      ///< `tool_input()`
    reasoning_text,  ///< `reasoning_text()`
    other,           ///< anything else: `get_if<content_block_delta_event>()`
};

/// A delta as scanned.
struct scanned_delta {
    delta_kind kind = delta_kind::none;
    std::int32_t index = -1;
    /// **Lifetime:** of the payload, or of `unescaped` where it has escapes.
    std::string_view text{};
    /// Set for a text with escapes, never cleared.
    bool escaped = false;
};

/// Reads `{"contentBlockIndex":N,"delta":D,"p":"padding"}`, the padding or not, without white space, where D is
/// `{"text":"..."}`, `{"toolUse":{"input":"..."}}` or `{"reasoningContent":{"text":"..."}}`. False where the payload
/// has another shape; what `out` holds then means nothing.
/// **Allocates:** in `unescaped`, which is written for texts with escapes only.
bool scan_delta(std::string_view payload, std::string& unescaped, scanned_delta& out);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

class delta_scanner {
  public:
    explicit delta_scanner(std::string_view payload) noexcept
        : begin_(payload.data()), at_(begin_), end_(begin_ + payload.size()) {}

    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    template <std::size_t Size>
    bool take(char const (&literal)[Size]) noexcept {
        return left() >= Size - 1 && take_unbounded(literal);
    }

    /// Where so many bytes are known to be left. In steps of eight, because longer ones become calls of memcmp.
    template <std::size_t Size>
    bool take_unbounded(char const (&literal)[Size]) noexcept {
        constexpr std::size_t length = Size - 1;
        constexpr std::size_t step = length < 8 ? length : 8;
        for (std::size_t at = 0; at + step < length; at += step)
            if (std::memcmp(at_ + at, literal + at, step) != 0) return false;
        if (std::memcmp(at_ + (length - step), literal + (length - step), step) != 0) return false;
        at_ += length;
        return true;
    }

    /// One to nine digits and a comma, where ten bytes are known to be left.
    bool take_index_unbounded(std::int32_t& index) noexcept {
        auto digit = static_cast<unsigned>(*at_) - '0';
        if (digit > 9) return false;
        auto value = digit;
        for (auto const* const last = at_ + 9;; value = 10 * value + digit) {
            if (*++at_ == ',') break;
            digit = static_cast<unsigned>(*at_) - '0';
            if (digit > 9 || value == 0 || at_ == last) return false;
        }
        index = static_cast<std::int32_t>(value);
        return true;
    }

    /// The string whose opening quote was taken, with its closing one.
    bool take_string(scanned_delta& out, std::string& unescaped) {
        auto const* const stop = find_string_special(at_, end_, begin_);
        if (stop == end_ || *stop != '"') return take_unusual_string(out, unescaped);
        out.text = {at_, static_cast<std::size_t>(stop - at_)};
        at_ = stop + 1;
        return true;
    }

    /// The two last brackets, with plain padding between them or nothing.
    bool take_end() noexcept {
        if (!take("},\"p\":\"")) return take("}}") && at_ == end_;
        if (left() < 2 || end_[-2] != '"' || end_[-1] != '}') return false;
        return !has_string_special(at_, end_ - 2, begin_);
    }

  private:
    BEDROCK_COLD bool take_unusual_string(scanned_delta& out, std::string& unescaped) {
        json::reader in({at_ - 1, left() + 1});
        auto const* const stop = find_string_special_ascii(at_, end_);
        bool const escaped = stop != end_ && *stop == '\\';
        if (!(escaped ? in.read_string(unescaped) : in.read_string(out.text))) return false;
        if (escaped) {
            out.text = unescaped;
            out.escaped = true;
        }
        at_ += in.offset() - 1;
        return true;
    }

    char const* begin_;
    char const* at_;
    char const* end_;
};

}  // namespace detail

inline bool scan_delta(std::string_view payload, std::string& unescaped, scanned_delta& out) {
    detail::delta_scanner in(payload);
    constexpr std::string_view shortest = "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\"}}";
    constexpr std::size_t after_index = shortest.size() - shortest.find(',');
    if (in.left() < shortest.size() || !in.take_unbounded("{\"contentBlockIndex\":") ||
        !in.take_index_unbounded(out.index) || in.left() < after_index || !in.take_unbounded(",\"delta\":{\""))
        return false;
    bool const plain = in.take_unbounded("text\":\"");
    if (plain)
        out.kind = delta_kind::text;
    else if (in.take("toolUse\":{\"input\":\""))
        out.kind = delta_kind::tool_input;
    else if (in.take("reasoningContent\":{\"text\":\""))
        out.kind = delta_kind::reasoning_text;
    else
        return false;
    return in.take_string(out, unescaped) && (plain || in.take("}")) && in.take_end();
}

namespace detail {

// The string of a delta's text, tool input or reasoning as it is written, between its quotes.
inline std::string_view find_written_delta(std::string_view payload) {
    json::reader in(payload);
    std::string_view name, raw;
    auto const enter = [&](std::string_view wanted) {
        if (in.peek() != json::value_kind::object || !in.begin_object()) return false;
        while (in.next_member(name)) {
            if (name == wanted) return true;
            if (!in.skip()) return false;
        }
        return false;
    };
    if (!enter("delta") || in.peek() != json::value_kind::object || !in.begin_object()) return {};
    while (in.next_member(name)) {
        bool const is_text = name == "text";
        bool const is_inner = name == "toolUse" || name == "reasoningContent";
        if (is_inner ? enter(name == "toolUse" ? "input" : "text") : is_text) {
            if (in.peek() == json::value_kind::string && in.read_raw(raw)) return raw.substr(1, raw.size() - 2);
            return {};
        }
        if (!is_inner && !in.skip()) return {};
    }
    return {};
}

// The code unit of the escape `\uXXXX` that the text begins with, 0 where it begins with none.
constexpr char16_t read_unit_escape(std::string_view text) noexcept {
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return 0;
    unsigned unit = 0;
    for (std::size_t i = 2; i != 6; ++i) {
        auto const c = static_cast<unsigned char>(text[i]);
        unit = unit * 16 + (c <= '9' ? c - '0' : (c | 0x20u) - 'a' + 10u);
    }
    return static_cast<char16_t>(unit);
}

// The first half of a character that a checked string ends with, 0 where it ends with none.
constexpr char16_t find_trailing_half(std::string_view written) noexcept {
    if (written.size() < 6) return 0;
    auto const at = written.size() - 6;
    auto const unit = read_unit_escape(written.substr(at));
    if (unit < 0xD800 || unit > 0xDBFF) return 0;
    std::size_t backslashes = 0;
    while (backslashes < at && written[at - backslashes - 1] == '\\') ++backslashes;
    return backslashes % 2 == 0 ? unit : char16_t{0};
}

}  // namespace detail

}  // namespace bedrock::inline BEDROCK_ABI

#endif
