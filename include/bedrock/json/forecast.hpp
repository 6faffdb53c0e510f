// SPDX-License-Identifier: MIT
// Owns a forecast of the room that a described value takes as JSON text, so that the text is allocated once.
// Never writes anything: a wrong forecast costs room or another allocation, nothing else.
#ifndef BEDROCK_JSON_FORECAST_HPP
#define BEDROCK_JSON_FORECAST_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/document.hpp"

#include <cstddef>
#include <string>

namespace bedrock::inline BEDROCK_ABI::json {

/// Bytes for the value at `at`, an object of the described type: exact for blobs and documents, a sixteenth more than
/// its length for a text, whose escapes are not counted. **Allocates:** nothing.
std::size_t forecast_size(descriptor const& of, void const* at) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::size_t forecast_scalar = 24;  // the longest double, quotes or brackets, a comma

inline std::size_t forecast_text(std::size_t size) noexcept {
    return size + size / 16 + forecast_scalar;
}

inline std::size_t forecast_structure(descriptor const& of, void const* at) noexcept {
    std::size_t total = forecast_scalar;
    for (std::size_t i = 0; i < of.count; ++i) {
        auto const& one = fields_begin(of)[i];
        if ((one.flags & ignored_field) != 0) continue;
        auto const* const member = member_at(at, one.offset);
        if ((one.flags & required_field) != 0 || !is_empty(*one.of, member))
            total += one.name.size() + forecast_size(*one.of, member);
    }
    if (of.offset == no_unknown) return total;
    for (auto const& other : *reinterpret_cast<unknown_members const*>(member_at(at, of.offset)))
        total += other.name.size() + other.value.text().size() + forecast_scalar;
    return total;
}

inline std::size_t forecast_union(descriptor const& of, void const* at) noexcept {
    auto const arm = detail::elements_of(of, at);
    if (arm.count == 0) return forecast_scalar;
    if (arm.count <= of.count)
        return names_begin(of)[arm.count - 1].size() + forecast_scalar +
               forecast_size(*of.arms[arm.count - 1], arm.first);
    auto const& other = *static_cast<unknown_arm const*>(arm.first);
    return other.name.size() + other.value.text().size() + forecast_scalar;
}

}  // namespace detail

inline std::size_t forecast_size(descriptor const& of, void const* at) noexcept {
    std::size_t total = detail::forecast_scalar;
    switch (of.kind) {
        case shape::text:
            return detail::forecast_text(static_cast<std::string const*>(at)->size());
        case shape::blob:
            return total + base64_size(static_cast<byte_buffer const*>(at)->size());
        case shape::document:
        case shape::lazy:
            return total + static_cast<document const*>(at)->text().size();
        case shape::list: {
            auto const all = detail::elements_of(of, at);
            for (std::size_t i = 0; i < all.count; ++i)
                total += forecast_size(*of.inner, detail::member_at(all.first, i * of.stride));
            return total;
        }
        case shape::map: {
            auto const all = detail::elements_of(of, at);
            for (std::size_t i = 0; i < all.count; ++i) {
                auto const* const entry = detail::member_at(all.first, i * of.stride);
                total += detail::forecast_text(reinterpret_cast<std::string const*>(entry)->size()) +
                         forecast_size(*of.inner, entry + of.offset);
            }
            return total;
        }
        case shape::structure:
            return detail::forecast_structure(of, at);
        case shape::union_of:
            return detail::forecast_union(of, at);
        case shape::optional: {
            auto const value = detail::elements_of(of, at);
            return value.count == 0 ? total : forecast_size(*of.inner, value.first);
        }
        case shape::boxed:
            return total + detail::names_begin(of)->size() + forecast_size(*of.inner, at);
        case shape::boolean:
        case shape::int32:
        case shape::int64:
        case shape::float32:
        case shape::float64:
        case shape::open_enum:
            break;
    }
    return total;
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
