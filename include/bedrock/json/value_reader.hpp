// Owns the reading half of the interpreter: described values from whatever reader it is given.
// Never instantiated per type (per reader only), and never recurses deeper than the reader's limit.
#ifndef BEDROCK_JSON_VALUE_READER_HPP
#define BEDROCK_JSON_VALUE_READER_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/complaint.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/document.hpp"
#include "bedrock/json/one_of.hpp"
#include "bedrock/json/open_enum.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

/// Reads one value. `Reader` has the members of json::reader that are used here, with the same meaning.
template <class Reader>
class value_reader {
  public:
    /// `text` is what `in` reads: explicit forms are cut out of it by `in.offset()`. **Lifetime:** both outlive this.
    value_reader(Reader& in, std::string_view text) : in_(in), text_(text) {}

    /// Reads the value that is due into `at`, an object of the described type in its initial state. **Errors:** false;
    /// what had been read until then stays.
    bool read(descriptor const& of, void* at);
    /// After a failure: "content[0].text: expected a string, found a number".
    std::string problem();

  private:
    bool expect(value_kind wanted);
    bool refuse(std::string what);
    bool read_integer(std::int64_t low, std::int64_t high, std::int64_t& value);
    bool read_double(double limit, double& value);
    bool read_blob(byte_buffer& bytes);
    bool read_document(document& value);
    bool read_list(descriptor const& of, void* at);
    bool read_map(descriptor const& of, void* at);
    bool read_structure(descriptor const& of, void* at);
    bool read_field(field const& one, void* at, unknown_members* unknown);
    bool read_union(descriptor const& of, void* at);
    bool read_arm(descriptor const& of, void* at, std::size_t arm, std::string const& name);
    bool is_no_arm(std::string_view name, bool takes_null);
    bool refuse_second(std::string_view first, std::string_view second);
    bool read_box(descriptor const& of, void* at);

    Reader& in_;
    std::string_view text_;
    complaint complaint_;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class Reader>
bool value_reader<Reader>::expect(value_kind wanted) {
    auto const found = in_.peek();
    if (found == wanted) return true;
    if (found == value_kind::none) return false;
    return refuse("expected " + std::string(kind_name(wanted)) + ", found " + std::string(kind_name(found)));
}

template <class Reader>
bool value_reader<Reader>::refuse(std::string what) {
    in_.fail(fault::wrong_type, in_.offset());
    return complaint_.say(std::move(what));
}

template <class Reader>
std::string value_reader<Reader>::problem() {
    if (complaint_.empty()) {
        auto const state = in_.state();
        complaint_.say("invalid JSON: " + std::string(json::describe(state.code)) + ", at byte " +
                       std::to_string(state.offset));
    }
    return complaint_.text();
}

template <class Reader>
bool value_reader<Reader>::read_integer(std::int64_t low, std::int64_t high, std::int64_t& value) {
    if (!expect(value_kind::number)) return false;
    std::int64_t read = 0;
    bool const fits = in_.read_int64(read);
    if (!fits && in_.state().code != fault::wrong_type && in_.state().code != fault::number_out_of_range) return false;
    if (!fits || read < low || read > high)
        return refuse(high == (std::numeric_limits<std::int32_t>::max)() ? "expected an integer of 32 bits"
                                                                         : "expected an integer of 64 bits");
    value = read;
    return true;
}

template <class Reader>
bool value_reader<Reader>::read_double(double limit, double& value) {
    if (!expect(value_kind::number)) return false;
    double read = 0;
    bool const fits = in_.read_double(read);
    if (!fits && in_.state().code != fault::number_out_of_range) return false;
    if (!fits || read > limit || read < -limit) return refuse("expected a smaller number");
    value = read;
    return true;
}

template <class Reader>
bool value_reader<Reader>::read_blob(byte_buffer& bytes) {
    std::string_view text;
    if (!expect(value_kind::string) || !in_.read_string(text)) return false;
    return decode_base64(text, bytes) || refuse("expected standard base64 with padding");
}

template <class Reader>
bool value_reader<Reader>::read_document(document& value) {
    std::string_view text;
    if (!in_.read_raw(text)) return false;
    value = document(text);
    return true;
}

template <class Reader>
bool value_reader<Reader>::read(descriptor const& of, void* at) {
    std::int64_t integer = 0;
    double number = 0;
    switch (of.kind) {
        case shape::text:
            return expect(value_kind::string) && in_.read_string(*static_cast<std::string*>(at));
        case shape::blob:
            return read_blob(*static_cast<byte_buffer*>(at));
        case shape::boolean:
            return expect(value_kind::boolean) && in_.read_bool(*static_cast<bool*>(at));
        case shape::int32:
            if (!read_integer((std::numeric_limits<std::int32_t>::min)(), (std::numeric_limits<std::int32_t>::max)(),
                              integer))
                return false;
            *static_cast<std::int32_t*>(at) = static_cast<std::int32_t>(integer);
            return true;
        case shape::int64:
            return read_integer((std::numeric_limits<std::int64_t>::min)(), (std::numeric_limits<std::int64_t>::max)(),
                                *static_cast<std::int64_t*>(at));
        case shape::float32:
            if (!read_double(static_cast<double>((std::numeric_limits<float>::max)()), number)) return false;
            *static_cast<float*>(at) = static_cast<float>(number);
            return true;
        case shape::float64:
            return read_double((std::numeric_limits<double>::max)(), *static_cast<double*>(at));
        case shape::document:
        case shape::lazy:
            return read_document(*static_cast<document*>(at));
        case shape::open_enum: {
            std::string_view text;
            if (!expect(value_kind::string) || !in_.read_string(text)) return false;
            static_cast<detail::enum_value*>(at)->set_text(text, {detail::names_begin(of), of.count});
            return true;
        }
        case shape::optional:
            return read(*of.inner, detail::add_element(of, at));
        case shape::list:
            return read_list(of, at);
        case shape::map:
            return read_map(of, at);
        case shape::structure:
            return read_structure(of, at);
        case shape::union_of:
            return read_union(of, at);
        case shape::boxed:
            return read_box(of, at);
    }
    return false;
}

template <class Reader>
bool value_reader<Reader>::read_list(descriptor const& of, void* at) {
    if (!expect(value_kind::array) || !in_.begin_array()) return false;
    std::size_t index = 0;
    for (; in_.next_element(); ++index) {
        if (of.inner->kind != shape::document && in_.peek() == value_kind::null) {
            if (!in_.read_null()) return complaint_.in_element(index);
        } else if (!read(*of.inner, detail::add_element(of, at))) {
            return complaint_.in_element(index);
        }
    }
    return in_.ok() || complaint_.in_element(index);
}

template <class Reader>
bool value_reader<Reader>::read_map(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    std::string_view name;
    while (in_.next_member(name)) {
        std::string const owned(name);
        if (of.inner->kind != shape::document && in_.peek() == value_kind::null) {
            if (!in_.read_null()) return complaint_.in_member(owned);
            continue;
        }
        void* const entry = detail::add_element(of, at);
        *static_cast<std::string*>(entry) = owned;
        if (!read(*of.inner, detail::member_at(entry, of.offset))) return complaint_.in_member(owned);
    }
    return in_.ok();
}

template <class Reader>
bool value_reader<Reader>::read_structure(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    auto* const unknown =
        of.offset == no_unknown ? nullptr : reinterpret_cast<unknown_members*>(detail::member_at(at, of.offset));
    std::string_view name;
    std::uint64_t seen = 0;
    std::size_t likely = 0;
    while (in_.next_member(name)) {
        auto const* const one = detail::find_field(of, name, likely);
        if (one != nullptr && one->of != nullptr) {
            auto const index = static_cast<std::size_t>(one - detail::fields_begin(of));
            likely = index + 1;
            if ((seen >> index & 1u) != 0) {
                refuse("given twice");
                return complaint_.in_member(one->name);
            }
            seen |= std::uint64_t{1} << index;
            if (!read_field(*one, at, unknown)) return complaint_.in_member(one->name);
            continue;
        }
        std::string const owned(one == nullptr ? name : std::string_view());
        std::string_view raw;
        bool const null = in_.peek() == value_kind::null;
        if (!in_.read_raw(raw)) return complaint_.in_member(one == nullptr ? std::string_view(owned) : one->name);
        if (one == nullptr && !null && unknown != nullptr) unknown->add(owned, raw);
    }
    return in_.ok();
}

template <class Reader>
bool value_reader<Reader>::read_field(field const& one, void* at, unknown_members* unknown) {
    if (one.of->kind != shape::document && in_.peek() == value_kind::null) return in_.read_null();
    in_.peek();  // to the value's first byte
    auto const begin = in_.offset();
    void* const member = detail::member_at(at, one.offset);
    if (!read(*one.of, member)) return false;
    bool const keeps_its_form =
        (one.flags & required_field) != 0 && one.of->kind != shape::boxed && one.of->kind != shape::open_enum;
    if (!keeps_its_form && unknown != nullptr && detail::is_empty(*one.of, member))
        unknown->add(one.name, text_.substr(begin, in_.offset() - begin));
    return true;
}

template <class Reader>
bool value_reader<Reader>::read_union(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    std::string held;
    std::string_view name;
    while (in_.next_member(name)) {
        std::string const owned(name);
        auto const* const names = detail::names_begin(of);
        std::size_t arm = 0;
        while (arm < of.count && names[arm] != owned) ++arm;
        bool const takes_null = arm < of.count && of.arms[arm]->kind == shape::document;
        if (is_no_arm(owned, takes_null)) {
            if (!in_.skip()) return complaint_.in_member(owned);
            continue;
        }
        if (!held.empty()) return refuse_second(held, owned);
        held = owned;
        if (!read_arm(of, at, arm, owned)) return complaint_.in_member(owned);
    }
    return in_.ok() && (!held.empty() || refuse("expected exactly one member, found none"));
}

template <class Reader>
bool value_reader<Reader>::read_arm(descriptor const& of, void* at, std::size_t arm, std::string const& name) {
    void* const place = detail::add_element(of, at, arm + 1);
    if (arm < of.count) return read(*of.arms[arm], place);
    auto& other = *static_cast<unknown_arm*>(place);
    other.name = name;
    return read_document(other.value);
}

// A member besides the one that is known leaves the value empty: the structure around it then keeps the whole union.
template <class Reader>
bool value_reader<Reader>::read_box(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    std::string held;
    std::string_view name;
    while (in_.next_member(name)) {
        std::string const owned(name);
        bool const known = owned == *detail::names_begin(of);
        if (is_no_arm(owned, known && of.inner->kind == shape::document)) {
            if (!in_.skip()) return complaint_.in_member(owned);
            continue;
        }
        if (!held.empty()) return refuse_second(held, owned);
        held = owned;
        if (!(known ? read(*of.inner, at) : in_.skip())) return complaint_.in_member(owned);
    }
    return in_.ok() && (!held.empty() || refuse("expected exactly one member, found none"));
}

template <class Reader>
bool value_reader<Reader>::is_no_arm(std::string_view name, bool takes_null) {
    return name.empty() || name == "__type" || (!takes_null && in_.peek() == value_kind::null);
}

template <class Reader>
bool value_reader<Reader>::refuse_second(std::string_view first, std::string_view second) {
    return refuse("expected exactly one member, found \"" + std::string(complaint::shortened(first)) + "\" and \"" +
                  std::string(complaint::shortened(second)) + "\"");
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
