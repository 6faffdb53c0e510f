// SPDX-License-Identifier: MIT
// Owns the writing half of the interpreter: described values to JSON text.
// Never writes a document unchecked, nor a member that is not set.
#ifndef BEDROCK_JSON_VALUE_WRITER_HPP
#define BEDROCK_JSON_VALUE_WRITER_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/complaint.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/document.hpp"
#include "bedrock/json/one_of.hpp"
#include "bedrock/json/open_enum.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/json/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bedrock::inline BEDROCK_ABI::json {

struct write_options {
    invalid_utf8 on_invalid_utf8 = invalid_utf8::replace;
    /// Fields with any of these flags are left out.
    unsigned char without = ignored_field;
};

/// Writes one value.
class value_writer {
  public:
    /// **Lifetime:** `out` outlives this.
    value_writer(std::string& out, write_options options)
        : out_(out, {options.on_invalid_utf8}), without_(static_cast<unsigned char>(options.without | ignored_field)) {}

    /// Appends the value at `at`, an object of the described type. **Errors:** false; what had been written stays.
    bool write(descriptor const& of, void const* at);
    /// After a failure: "inferenceConfig.temperature: not a finite number".
    std::string problem() const { return complaint_.text(); }

  private:
    bool written();
    bool write_document(std::string_view text);
    bool write_list(descriptor const& of, void const* at);
    bool write_map(descriptor const& of, void const* at);
    bool write_structure(descriptor const& of, void const* at);
    bool write_union(descriptor const& of, void const* at);
    bool write_box(descriptor const& of, void const* at);

    writer out_;
    unsigned char without_;
    complaint complaint_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline bool value_writer::written() {
    if (out_.ok()) return true;
    auto const code = out_.state().code;
    return complaint_.say(code == fault::number_out_of_range ? std::string("not a finite number")
                                                             : std::string(json::describe(code)));
}

inline bool value_writer::write_document(std::string_view text) {
    if (!valid(text)) return complaint_.say("not a valid JSON document");
    out_.raw(text);
    return true;
}

inline bool value_writer::write(descriptor const& of, void const* at) {
    switch (of.kind) {
        case shape::text:
            out_.string(*static_cast<std::string const*>(at));
            return written();
        case shape::blob:
            out_.base64(*static_cast<byte_buffer const*>(at));
            return true;
        case shape::boolean:
            out_.boolean(*static_cast<bool const*>(at));
            return true;
        case shape::int32:
            out_.number(static_cast<std::int64_t>(*static_cast<std::int32_t const*>(at)));
            return true;
        case shape::int64:
            out_.number(*static_cast<std::int64_t const*>(at));
            return true;
        case shape::float32:
            out_.number(*static_cast<float const*>(at));
            return written();
        case shape::float64:
            out_.number(*static_cast<double const*>(at));
            return written();
        case shape::document:
        case shape::lazy:
            return write_document(static_cast<document const*>(at)->text());
        case shape::open_enum:
            out_.string(static_cast<detail::enum_value const*>(at)->text({detail::names_begin(of), of.count}));
            return written();
        case shape::optional:
            return write(*of.inner, detail::elements_of(of, at).first);
        case shape::list:
            return write_list(of, at);
        case shape::map:
            return write_map(of, at);
        case shape::structure:
            return write_structure(of, at);
        case shape::union_of:
            return write_union(of, at);
        case shape::boxed:
            return write_box(of, at);
    }
    return false;
}

inline bool value_writer::write_list(descriptor const& of, void const* at) {
    auto const all = detail::elements_of(of, at);
    out_.begin_array();
    for (std::size_t i = 0; i < all.count; ++i)
        if (!write(*of.inner, detail::member_at(all.first, i * of.stride))) return complaint_.in_element(i);
    out_.end_array();
    return true;
}

inline bool value_writer::write_map(descriptor const& of, void const* at) {
    auto const all = detail::elements_of(of, at);
    out_.begin_object();
    for (std::size_t i = 0; i < all.count; ++i) {
        auto const* const entry = detail::member_at(all.first, i * of.stride);
        auto const& name = *reinterpret_cast<std::string const*>(entry);
        out_.key(name);
        if (!written() || !write(*of.inner, entry + of.offset)) return complaint_.in_member(name);
    }
    out_.end_object();
    return true;
}

inline bool value_writer::write_structure(descriptor const& of, void const* at) {
    auto const* const unknown =
        of.offset == no_unknown ? nullptr : reinterpret_cast<unknown_members const*>(detail::member_at(at, of.offset));
    std::uint64_t present = 0;
    out_.begin_object();
    for (std::size_t i = 0; i < of.count; ++i) {
        auto const& one = detail::fields_begin(of)[i];
        if ((one.flags & without_) != 0) continue;
        auto const* const member = detail::member_at(at, one.offset);
        auto const kind = one.of->kind == shape::boxed ? one.of->inner->kind : one.of->kind;
        if (detail::is_empty(*one.of, member)) {
            if ((one.flags & required_field) == 0) continue;
            if (unknown != nullptr && unknown->find(one.name) != nullptr) continue;
            if (kind == shape::open_enum || kind == shape::union_of || kind == shape::document) {
                complaint_.say("required, but not set");
                return complaint_.in_member(one.name);
            }
        }
        present |= std::uint64_t{1} << i;
        out_.key(one.name);
        if (!write(*one.of, member)) return complaint_.in_member(one.name);
    }
    if (unknown != nullptr) {
        for (auto const& other : *unknown) {
            auto const* const known = detail::find_field(of, other.name);
            if (known != nullptr &&
                ((known->flags & without_) != 0 || (present >> (known - detail::fields_begin(of)) & 1u) != 0))
                continue;
            out_.key(other.name);
            if (!written() || !write_document(other.value.text())) return complaint_.in_member(other.name);
        }
    }
    out_.end_object();
    return true;
}

inline bool value_writer::write_union(descriptor const& of, void const* at) {
    auto const arm = detail::elements_of(of, at);
    if (arm.count == 0) return complaint_.say("a union in which nothing is set");
    bool const known = arm.count <= of.count;
    auto const* const other = known ? nullptr : static_cast<unknown_arm const*>(arm.first);
    auto const name = known ? detail::names_begin(of)[arm.count - 1] : std::string_view(other->name);
    out_.begin_object();
    out_.key(name);
    if (!written()) return complaint_.in_member(name);
    if (!(known ? write(*of.arms[arm.count - 1], arm.first) : write_document(other->value.text())))
        return complaint_.in_member(name);
    out_.end_object();
    return true;
}

inline bool value_writer::write_box(descriptor const& of, void const* at) {
    out_.begin_object();
    out_.key(*detail::names_begin(of));
    if (!write(*of.inner, at)) return complaint_.in_member(*detail::names_begin(of));
    out_.end_object();
    return true;
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
