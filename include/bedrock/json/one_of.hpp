// SPDX-License-Identifier: MIT
// Owns `one_of<Arms...>`: the union of the wire, exactly one of several members, or one that is not known yet.
// Never throws for a wrong arm, and never loses an arm that it does not know.
#ifndef BEDROCK_JSON_ONE_OF_HPP
#define BEDROCK_JSON_ONE_OF_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/document.hpp"

#include <cstddef>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

/// The arm of a union whose name is not known to this version: kept and written back as it came.
struct unknown_arm {
    std::string name{};
    document value{};
};

namespace detail {

template <class Arm, class... Arms>
inline constexpr bool is_arm = (std::is_same_v<Arm, Arms> || ...);

// 1-based place of an arm: 0 is the empty union.
template <class Arm, class... Arms>
constexpr unsigned char place_of_arm() noexcept {
    unsigned char place = 0;
    bool found = false;
    ((found = found || std::is_same_v<Arm, Arms>, place = static_cast<unsigned char>(place + (found ? 0 : 1))), ...);
    return static_cast<unsigned char>(place + 1);
}

}  // namespace detail

/// Holds one of `Arms`, an `unknown_arm`, or nothing (the default, which cannot be sent). A leaner std::variant: its
/// arms are told apart by comparisons, so that what is only destroyed has no code to be copied. To describe a union,
/// derive and name the arms as the wire does:
///
///     struct image_source : json::one_of<byte_buffer, s3_location> {
///         using one_of::one_of;
///         static constexpr std::string_view arm_names[] = {"bytes", "s3Location"};
///     };
///
/// A moved-from union keeps its arm, moved from.
template <class... Arms>
class one_of {
    template <class Arm>
    static constexpr bool has = detail::is_arm<std::remove_cvref_t<Arm>, Arms..., unknown_arm>;

  public:
    using one_of_type = one_of;

    one_of() noexcept = default;
    template <class Arm>
    requires has<Arm> one_of(Arm&& arm) {  // NOLINT: implicit on purpose, `.source = bytes`
        using type = std::remove_cvref_t<Arm>;
        ::new (held()) type(std::forward<Arm>(arm));
        place_ = place<type>;
    }
    one_of(one_of const& other) {
        unsigned char at = 0;
        void(((++at == other.place_ && ::new (held()) Arms(*static_cast<Arms const*>(other.held()))) || ...));
        if (other.place_ == unknown_place) ::new (held()) unknown_arm(*static_cast<unknown_arm const*>(other.held()));
        place_ = other.place_;
    }
    one_of(one_of&& other) noexcept { move(other); }
    one_of& operator=(one_of const& other) {
        if (this != &other) *this = one_of(other);
        return *this;
    }
    one_of& operator=(one_of&& other) noexcept {
        if (this == &other) return *this;
        reset();
        move(other);
        return *this;
    }
    ~one_of() { reset(); }

    /// 0 when nothing is held, else the 1-based place of the arm in the list; one more than the list: an unknown arm.
    std::size_t index() const noexcept { return place_; }
    bool is_set() const noexcept { return place_ != 0; }

    template <class Arm>
    requires has<Arm>
    bool holds() const noexcept { return place_ == place<Arm>; }
    /// The arm when it is the one held, else null. `get_if<json::unknown_arm>()` gives the one that is not known.
    template <class Arm>
    requires has<Arm> Arm* get_if() noexcept {
        return place_ == place<Arm> ? std::launder(reinterpret_cast<Arm*>(storage_)) : nullptr;
    }
    template <class Arm>
    requires has<Arm> Arm const* get_if() const noexcept {
        return place_ == place<Arm> ? std::launder(reinterpret_cast<Arm const*>(storage_)) : nullptr;
    }

    /// Replaces what is held by a new, default Arm.
    template <class Arm>
    requires has<Arm> Arm& emplace() { return *static_cast<Arm*>(emplace_at(place<Arm>)); }
    void reset() noexcept {
        if (place_ == 0) return;  // stream events are reset for each delta, and seldom hold anything
        auto const past = std::exchange(place_, static_cast<unsigned char>(0));
        unsigned char at = 0;
        void(((++at == past && (static_cast<Arms*>(held())->~Arms(), true)) || ...));
        if (past == unknown_place) static_cast<unknown_arm*>(held())->~unknown_arm();
    }

    /// For interpreters: as `emplace`, by index(), and the arm's address.
    void* emplace_at(std::size_t index) {
        reset();
        std::size_t at = 0;
        void(((++at == index && ::new (held()) Arms()) || ...));
        if (index == unknown_place) ::new (held()) unknown_arm();
        place_ = static_cast<unsigned char>(index);
        return storage_;
    }
    void const* held() const noexcept { return storage_; }
    void* held() noexcept { return storage_; }

  private:
    template <class Arm>
    static constexpr unsigned char place = detail::place_of_arm<Arm, Arms..., unknown_arm>();
    static constexpr unsigned char unknown_place = sizeof...(Arms) + 1;
    static constexpr std::size_t largest() noexcept {
        std::size_t size = sizeof(unknown_arm);
        ((size = sizeof(Arms) > size ? sizeof(Arms) : size), ...);
        return size;
    }

    void move(one_of& other) noexcept {
        static_assert((std::is_nothrow_move_constructible_v<Arms> && ...));
        unsigned char at = 0;
        void(((++at == other.place_ && ::new (held()) Arms(std::move(*static_cast<Arms*>(other.held())))) || ...));
        if (other.place_ == unknown_place)
            ::new (held()) unknown_arm(std::move(*static_cast<unknown_arm*>(other.held())));
        place_ = other.place_;
    }

    alignas(unknown_arm) alignas(Arms...) std::byte storage_[largest()];
    unsigned char place_ = 0;
};

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
