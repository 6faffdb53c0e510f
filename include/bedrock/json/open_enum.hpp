// SPDX-License-Identifier: MIT
// Owns enumerations that are texts on the wire and may grow: `open_enum<E>` keeps a text that E does not name.
// Never refuses a text, and never maps an unknown one to a known enumerator.
#ifndef BEDROCK_JSON_OPEN_ENUM_HPP
#define BEDROCK_JSON_OPEN_ENUM_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json {

/// The wire texts of a scoped enumeration, specialised beside it:
///
///     enum class cache_ttl : unsigned char { unknown, five_minutes, one_hour };
///     template <> struct json::enum_texts<cache_ttl> { static constexpr std::string_view table[] = {"5m", "1h"}; };
///
/// The first enumerator is `unknown`, the others stand in the order of `table`.
template <class E>
struct enum_texts;

namespace detail {

// The part that does not depend on E, so that reading and writing need no code per enumeration.
class enum_value {
  public:
    bool is_set() const noexcept { return index_ != 0 || !other_.empty(); }

    void set_text(std::string_view text, std::span<std::string_view const> texts);
    std::string_view text(std::span<std::string_view const> texts) const noexcept {
        return index_ != 0 && index_ <= texts.size() ? texts[index_ - 1u] : std::string_view(other_);
    }

  protected:
    unsigned char index_ = 0;
    std::string other_;
};

}  // namespace detail

/// An E, a text that E does not name, or nothing (the default; an optional member that is not set is not sent).
template <class E>
class open_enum : public detail::enum_value {
  public:
    open_enum() noexcept = default;
    open_enum(E value) noexcept { index_ = static_cast<unsigned char>(value); }
    /// From the wire's text.
    explicit open_enum(std::string_view text) { set_text(text, enum_texts<E>::table); }

    /// For a switch; `E::unknown` for a text that E does not name and when not set.
    E value() const noexcept { return static_cast<E>(index_); }
    /// The exact text of the wire; empty when not set. **Lifetime:** of this object.
    std::string_view text() const noexcept { return enum_value::text(enum_texts<E>::table); }

    friend bool operator==(open_enum const& a, E b) noexcept { return a.value() == b; }
    friend bool operator==(open_enum const& a, open_enum const& b) noexcept { return a.text() == b.text(); }
};

// ---------------------------------------------------------------------------------------------------------------------

inline void detail::enum_value::set_text(std::string_view text, std::span<std::string_view const> texts) {
    index_ = 0;
    other_.clear();
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (texts[i] == text) index_ = static_cast<unsigned char>(i + 1);
    if (index_ == 0) other_ = text;
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
