// SPDX-License-Identifier: MIT
// Owns the description of C++ types as JSON: a constant per type, a table of fields per struct.
// Never reads or writes: that is the interpreter's work (bedrock/json/fields.hpp).
#ifndef BEDROCK_JSON_DESCRIPTOR_HPP
#define BEDROCK_JSON_DESCRIPTOR_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/document.hpp"
#include "bedrock/json/lazy.hpp"
#include "bedrock/json/one_of.hpp"
#include "bedrock/json/open_enum.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json {

/// What a C++ type is on the wire.
enum class shape : unsigned char {
    text,       ///< std::string
    blob,       ///< byte_buffer: a string of base64
    boolean,    ///< bool
    int32,      ///< std::int32_t
    int64,      ///< std::int64_t
    float32,    ///< float
    float64,    ///< double
    document,   ///< document: any value, null too, kept as text
    lazy,       ///< lazy<T>: any value but null, kept as text
    open_enum,  ///< open_enum<E>: a string
    optional,   ///< std::optional<T>
    list,       ///< std::vector<T>
    map,        ///< std::vector<std::pair<std::string, T>>: an object, in order
    structure,  ///< a struct with a table of fields
    union_of,   ///< one_of<Arms...>: an object of one member
    boxed,      ///< a T as the only member of a union: {"message": T}
};

/// Properties of a field, to be or-ed.
enum field_flags : unsigned char {
    optional_field = 0,   ///< omitted while it has its empty form
    required_field = 1,   ///< always written; an enum, union or document that is not set is an error
    only_in_stream = 2,   ///< of the streaming twin of an operation (`write_options::without`)
    ignored_field = 4,    ///< dropped when read, never written: padding
    response_field = 8,   ///< required in a response (as `required_field` is), whatever is written
    advisory_field = 16,  ///< no response fails for what is in it, nor, without `response_field`, for its absence
    decisive_field = 32,  ///< optional, but a response fails where it is there and is not as described
};

struct descriptor;

/// A member of a struct.
struct field {
    std::string_view name;  ///< on the wire
    std::uint32_t offset = 0;
    unsigned char flags = optional_field;
    descriptor const* of = nullptr;
};

/// What `descriptor::reach` is asked for in order to remove the last element, the value, or the arm.
inline constexpr std::size_t remove_last = static_cast<std::size_t>(-1);

/// Contiguous elements of a list or map, the value of an optional, or the arm of a union with its index().
struct elements {
    void* first = nullptr;
    std::size_t count = 0;
};

/// A type, erased. Addresses are of objects of that type.
struct descriptor {
    shape kind;
    std::uint16_t count = 0;                  // fields, arms or enum texts in `table`
    std::uint32_t stride = 0;                 // list, map: size of an element
    std::uint32_t offset = 0;                 // structure: of `unknown`; map: of the value in its pair
    descriptor const* inner = nullptr;        // optional, list, map, boxed
    void const* table = nullptr;              // structure: field; union_of, open_enum, boxed: std::string_view
    descriptor const* const* arms = nullptr;  // union_of
    // list, map, optional, union_of: what is in it, once what `add` asks for has been added where that is not 0: an
    // element, the value, or the arm of that index(); `remove_last` removes. One function, for each costs a program
    // more than it does.
    elements (*reach)(void* at, std::size_t add) = nullptr;
};

/// `descriptor::offset` of a structure without a member `unknown`: unknown members are dropped.
inline constexpr std::uint32_t no_unknown = 0xffffffffu;

/// The table of a struct, specialised below its definition:
///
///     template <> struct json::fields_of<citation> {
///         template <class = void>
///         static constexpr json::field table[] = {
///             BEDROCK_JSON_FIELD(citation, title, "title", json::optional_field), ...
///         };
///     };
///
/// It is a template of nothing, so that a unit that reads and writes no citation compiles none of what its table names.
/// A table that is no template is as good where the struct is used anyway.
/// A struct that stands for its single member (a bare string as a union's arm) says `using same_as = std::string;`.
/// A struct that contains itself (in a list) declares `static json::field const table[2];` instead and defines it
/// behind the specialisation with `inline constinit`. A struct keeps unknown members when it has a member
/// `json::unknown_members unknown`.
template <class T>
struct fields_of;

/// How a T stands in JSON. Specialise for a type of another shape.
template <class T>
struct shape_of;

/// The descriptor of T.
template <class T>
inline constinit descriptor const type_of = shape_of<T>::make();

/// The descriptor of a union with the one arm Box::name of type T, seen as a T.
template <class T, class Box>
inline constinit descriptor const boxed_type_of = {.kind = shape::boxed, .inner = &type_of<T>, .table = &Box::name};

/// A row of `fields_of<...>::table`: the struct, its member, the member's name on the wire, field_flags.
#define BEDROCK_JSON_FIELD(structure, member, wire_name, flags)                                                  \
    ::bedrock::json::field {                                                                                     \
        wire_name, static_cast<::std::uint32_t>(offsetof(structure, member)), static_cast<unsigned char>(flags), \
            &::bedrock::json::type_of<decltype(structure::member)>                                               \
    }

/// The same for a member that stands alone in a union on the wire: `Box::name` is the name of its arm.
#define BEDROCK_JSON_BOXED_FIELD(structure, member, wire_name, flags, box)                                       \
    ::bedrock::json::field {                                                                                     \
        wire_name, static_cast<::std::uint32_t>(offsetof(structure, member)), static_cast<unsigned char>(flags), \
            &::bedrock::json::boxed_type_of<decltype(structure::member), box>                                    \
    }

/// A row for padding: the name is dropped when read.
#define BEDROCK_JSON_IGNORED(wire_name)                       \
    ::bedrock::json::field {                                  \
        wire_name, 0, ::bedrock::json::ignored_field, nullptr \
    }

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

namespace detail {

template <shape Kind>
struct plain_shape {
    static constexpr descriptor make() noexcept { return {.kind = Kind}; }
};

template <class List>
elements reach_list(void* at, std::size_t add) {
    auto& list = *static_cast<List*>(at);
    if (add == remove_last)
        list.pop_back();
    else if (add != 0)
        list.emplace_back();
    return {list.data(), list.size()};
}

template <class T>
elements reach_optional(void* at, std::size_t add) {
    auto& value = *static_cast<std::optional<T>*>(at);
    if (add == remove_last)
        value.reset();
    else if (add != 0)
        value.emplace();
    return value ? elements{&*value, 1} : elements{};
}

template <class Union>
elements reach_union(void* at, std::size_t add) {
    auto& value = *static_cast<typename Union::one_of_type*>(static_cast<Union*>(at));
    if (add == remove_last)
        value.reset();
    else if (add != 0)
        value.emplace_at(add);
    return {value.held(), value.index()};
}

template <class Union>
struct union_arms;
template <class... Arms>
struct union_arms<one_of<Arms...>> {
    static constexpr std::size_t count = sizeof...(Arms);
    static constexpr descriptor const* table[] = {&type_of<Arms>...};
};

}  // namespace detail

template <>
struct shape_of<std::string> : detail::plain_shape<shape::text> {};
template <>
struct shape_of<byte_buffer> : detail::plain_shape<shape::blob> {};
template <>
struct shape_of<bool> : detail::plain_shape<shape::boolean> {};
template <>
struct shape_of<std::int32_t> : detail::plain_shape<shape::int32> {};
template <>
struct shape_of<std::int64_t> : detail::plain_shape<shape::int64> {};
template <>
struct shape_of<float> : detail::plain_shape<shape::float32> {};
template <>
struct shape_of<double> : detail::plain_shape<shape::float64> {};
template <>
struct shape_of<document> : detail::plain_shape<shape::document> {};

template <class T>
struct shape_of<lazy<T>> : detail::plain_shape<shape::lazy> {
    static_assert(sizeof(lazy<T>) == sizeof(document));  // seen as the document in it
};

template <class E>
struct shape_of<open_enum<E>> {
    static constexpr descriptor make() noexcept {
        return {.kind = shape::open_enum,
                .count = static_cast<std::uint16_t>(std::size(enum_texts<E>::table)),
                .table = enum_texts<E>::table};
    }
};

template <class T>
struct shape_of<std::optional<T>> {
    static constexpr descriptor make() noexcept {
        return {.kind = shape::optional, .inner = &type_of<T>, .reach = &detail::reach_optional<T>};
    }
};

template <class T>
struct shape_of<std::vector<T>> {
    static constexpr descriptor make() noexcept {
        return {.kind = shape::list,
                .stride = sizeof(T),
                .inner = &type_of<T>,
                .reach = &detail::reach_list<std::vector<T>>};
    }
};

template <class T>
struct shape_of<std::vector<std::pair<std::string, T>>> {
    using pair = std::pair<std::string, T>;
    static constexpr descriptor make() noexcept {
        static_assert(offsetof(pair, first) == 0);
        return {.kind = shape::map,
                .stride = sizeof(pair),
                .offset = static_cast<std::uint32_t>(offsetof(pair, second)),
                .inner = &type_of<T>,
                .reach = &detail::reach_list<std::vector<pair>>};
    }
};

template <class T>
struct shape_of {
    static constexpr descriptor make() noexcept {
        if constexpr (requires { typename T::one_of_type; }) {
            using arms = detail::union_arms<typename T::one_of_type>;
            static_assert(std::size(T::arm_names) == arms::count, "one name for each arm");
            return {.kind = shape::union_of,
                    .count = static_cast<std::uint16_t>(arms::count),
                    .table = T::arm_names,
                    .arms = arms::table,
                    .reach = &detail::reach_union<T>};
        } else if constexpr (requires { typename fields_of<T>::same_as; }) {
            static_assert(sizeof(T) == sizeof(typename fields_of<T>::same_as), "not the struct's only member");
            return shape_of<typename fields_of<T>::same_as>::make();
        } else if constexpr (requires { fields_of<T>::table[0]; }) {
            static_assert(std::size(fields_of<T>::table) <= 64);
            return structure(std::size(fields_of<T>::table), fields_of<T>::table);
        } else if constexpr (requires { fields_of<T>::template table<>; }) {
            static_assert(std::size(fields_of<T>::template table<>) <= 64);
            return structure(std::size(fields_of<T>::template table<>), fields_of<T>::template table<>);
        } else {
            static_assert(sizeof(fields_of<T>) != 0, "fields_of<T> has neither a table nor same_as");
            return structure(0, nullptr);  // a struct without members of its own
        }
    }

  private:
    static constexpr descriptor structure(std::size_t count, field const* table) noexcept {
        descriptor made{.kind = shape::structure, .count = static_cast<std::uint16_t>(count), .offset = no_unknown};
        made.table = table;
        if constexpr (requires(T value) { value.unknown.find({}); })
            made.offset = static_cast<std::uint32_t>(offsetof(T, unknown));
        return made;
    }
};

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace detail {

inline char* member_at(void* base, std::size_t offset) noexcept {
    return static_cast<char*>(base) + offset;
}
inline char const* member_at(void const* base, std::size_t offset) noexcept {
    return static_cast<char const*>(base) + offset;
}

// What is in a list, map, optional or union.
inline elements elements_of(descriptor const& of, void const* at) {
    return of.reach(const_cast<void*>(at), 0);  // which adds nothing
}
// Adds to it, and gives the address of what is new.
inline void* add_element(descriptor const& of, void* at, std::size_t add = 1) {
    auto const all = of.reach(at, add);
    return of.stride == 0 ? all.first : member_at(all.first, (all.count - 1) * of.stride);
}

inline field const* fields_begin(descriptor const& of) noexcept {
    return static_cast<field const*>(of.table);
}
inline std::string_view const* names_begin(descriptor const& of) noexcept {
    return static_cast<std::string_view const*>(of.table);
}

// True when the value has the form that says nothing: what an optional member is omitted for.
inline bool is_empty(descriptor const& of, void const* at) noexcept {
    switch (of.kind) {
        case shape::text:
            return static_cast<std::string const*>(at)->empty();
        case shape::blob:
            return static_cast<byte_buffer const*>(at)->empty();
        case shape::boolean:
            return !*static_cast<bool const*>(at);
        case shape::int32:
            return *static_cast<std::int32_t const*>(at) == 0;
        case shape::int64:
            return *static_cast<std::int64_t const*>(at) == 0;
        case shape::float32:
            return *static_cast<float const*>(at) == 0;
        case shape::float64:
            return *static_cast<double const*>(at) == 0;
        case shape::document:
        case shape::lazy:
            return static_cast<document const*>(at)->empty();
        case shape::open_enum:
            return !static_cast<enum_value const*>(at)->is_set();
        case shape::optional:
        case shape::list:
        case shape::map:
        case shape::union_of:
            return elements_of(of, at).count == 0;
        case shape::boxed:
            return is_empty(*of.inner, at);
        case shape::structure: {
            auto const* const all = fields_begin(of);
            for (std::size_t i = 0; i < of.count; ++i)
                if (all[i].of != nullptr && !is_empty(*all[i].of, member_at(at, all[i].offset))) return false;
            return of.offset == no_unknown ||
                   reinterpret_cast<unknown_members const*>(member_at(at, of.offset))->empty();
        }
    }
    return true;
}

inline field const* find_field(descriptor const& of, std::string_view name, std::size_t likely = 0) noexcept {
    auto const* const all = fields_begin(of);
    for (std::size_t i = 0; i < of.count; ++i) {
        auto const& candidate = all[(likely + i) % of.count];
        if (candidate.name == name) return &candidate;
    }
    return nullptr;
}

}  // namespace detail

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
