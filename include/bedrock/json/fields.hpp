// Owns the one interpreter of field tables: JSON text to described C++ values and back.
// Never instantiated per type (per reader only), and never recurses deeper than the reader's limit.
//
// Why tables: 150 structs of four members, read and written; seconds above an empty unit / KB of text and data
// (benchmarks/field_tables.py, 2 cores of a shared machine):
//
//                        g++ 12 -O0      g++ 12 -O2    clang 14 -O0    clang 14 -O2
//   the types alone       7.7 /  771      9.4 /  125      4.2 /  752     9.0 /  171
//   templates a struct   18.6 / 1684     33.2 /  570      6.3 / 1696    19.7 /  434
//   tables, offsets      10.3 / 1302     15.8 /  307      6.3 / 1280    15.0 /  343    <- this one
//   tables, accessors    12.3 / 1334     16.9 /  331      5.6 / 1308    13.4 /  357
#ifndef BEDROCK_JSON_FIELDS_HPP
#define BEDROCK_JSON_FIELDS_HPP

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/document.hpp"
#include "bedrock/json/lazy.hpp"
#include "bedrock/json/one_of.hpp"
#include "bedrock/json/open_enum.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"
#include "bedrock/json/writer.hpp"
#include "bedrock/result.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

struct read_options {
    reader_options reader{};
    /// The code of an error: protocol for an answer of the service, invalid_input for a text of the user's.
    errc code = errc::protocol;
};

struct write_options {
    invalid_utf8 on_invalid_utf8 = invalid_utf8::replace;
    /// Fields with any of these flags are left out.
    unsigned char without = ignored_field;
};

/// Reads a whole JSON text as a described T.
/// Structures: members that are not known go to `unknown`, and so does the explicit form of an optional member that
/// its C++ type cannot tell from absence (`[]`, `""`, `{}`, `0`); null is absence; a name that comes again replaces the
/// first. Required members may be missing. Lists and maps drop null. Unions take exactly one member besides
/// `__type`.
/// **Errors:** `read_options::code`, naming the member:
/// "output.message.content[0].text: expected a string, found a number".
template <class T>
result<T> read(std::string_view text, read_options options = {});

/// Appends `value` as compact JSON to `out`. Optional members in their empty form are omitted.
/// **Errors:** errc::invalid_input naming the member (a number that is not finite, a document that is not JSON, a
/// required enum, union or document that is not set, a union without an arm); `out` is then as before.
template <class T>
result<void> write(T const& value, std::string& out, write_options options = {});

/// The same as a new string.
template <class T>
result<std::string> write(T const& value, write_options options = {});

/// The erased forms of `read` and `write`: `at` is an object of the described type. `read_erased` changes what the
/// text names and leaves the rest.
result<void> read_erased(descriptor const& of, void* at, std::string_view text, read_options options);
result<void> write_erased(descriptor const& of, void const* at, std::string& out, write_options options);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

constexpr std::string_view kind_name(value_kind kind) noexcept {
    switch (kind) {
        case value_kind::null:
            return "null";
        case value_kind::boolean:
            return "a boolean";
        case value_kind::number:
            return "a number";
        case value_kind::string:
            return "a string";
        case value_kind::array:
            return "an array";
        case value_kind::object:
            return "an object";
        case value_kind::none:
            break;
    }
    return "nothing";
}

// Where something went wrong and what it was, put together from the inside out while the recursion unwinds.
class complaint {
  public:
    bool say(std::string what) {
        what_ = std::move(what);
        return false;
    }
    bool in_member(std::string_view name) {
        std::string before(name);
        if (!path_.empty() && path_.front() != '[') before += '.';
        path_.insert(0, before);
        return false;
    }
    bool in_element(std::size_t index) {
        std::string before = "[" + std::to_string(index) + "]";
        if (!path_.empty() && path_.front() != '[') before += '.';
        path_.insert(0, before);
        return false;
    }
    bool empty() const noexcept { return what_.empty(); }
    std::string text() const { return path_.empty() ? what_ : path_ + ": " + what_; }

  private:
    std::string path_;
    std::string what_;
};

inline char* member_at(void* base, std::size_t offset) noexcept {
    return static_cast<char*>(base) + offset;
}
inline char const* member_at(void const* base, std::size_t offset) noexcept {
    return static_cast<char const*>(base) + offset;
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
            return of.view(at).count == 0;
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

// Back to the empty form, for a name that comes again.
inline void make_empty(descriptor const& of, void* at) {
    switch (of.kind) {
        case shape::text:
            static_cast<std::string*>(at)->clear();
            break;
        case shape::blob:
            static_cast<byte_buffer*>(at)->clear();
            break;
        case shape::document:
        case shape::lazy:
            static_cast<document*>(at)->clear();
            break;
        case shape::optional:
        case shape::list:
        case shape::map:
        case shape::union_of:
            of.add(at, clear_all);
            break;
        case shape::boxed:
            make_empty(*of.inner, at);
            break;
        case shape::structure: {
            auto const* const all = fields_begin(of);
            for (std::size_t i = 0; i < of.count; ++i)
                if (all[i].of != nullptr) make_empty(*all[i].of, member_at(at, all[i].offset));
            if (of.offset != no_unknown) reinterpret_cast<unknown_members*>(member_at(at, of.offset))->clear();
            break;
        }
        default:
            break;  // scalars are overwritten
    }
}

inline field const* find_field(descriptor const& of, std::string_view name, std::size_t likely = 0) noexcept {
    auto const* const all = fields_begin(of);
    for (std::size_t i = 0; i < of.count; ++i) {
        auto const& candidate = all[(likely + i) % of.count];
        if (candidate.name == name) return &candidate;
    }
    return nullptr;
}

template <class Reader>
class value_reader {
  public:
    value_reader(Reader& in, std::string_view text) : in_(in), text_(text) {}

    bool read(descriptor const& of, void* at);
    std::string problem();

  private:
    bool expect(value_kind wanted);
    bool refuse(std::string what);
    bool read_integer(std::int64_t low, std::int64_t high, std::int64_t& value);
    bool read_double(double limit, double& value);
    bool read_blob(byte_buffer& bytes);
    bool read_raw(document& value);
    bool read_list(descriptor const& of, void* at);
    bool read_map(descriptor const& of, void* at);
    bool read_structure(descriptor const& of, void* at);
    bool read_field(field const& one, void* at, unknown_members* unknown);
    bool read_union(descriptor const& of, void* at);
    bool read_arm(descriptor const& of, void* at, std::string_view name);
    bool read_box(descriptor const& of, void* at);

    Reader& in_;
    std::string_view text_;
    complaint complaint_;
};

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
bool value_reader<Reader>::read_raw(document& value) {
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
            return read_raw(*static_cast<document*>(at));
        case shape::open_enum: {
            std::string_view text;
            if (!expect(value_kind::string) || !in_.read_string(text)) return false;
            static_cast<enum_value*>(at)->set_text(text, {names_begin(of), of.count});
            return true;
        }
        case shape::optional:
            return read(*of.inner, of.add(at, 0));
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
        } else if (!read(*of.inner, of.add(at, 0))) {
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
        void* const entry = of.add(at, 0);
        *static_cast<std::string*>(entry) = owned;
        if (!read(*of.inner, member_at(entry, of.offset))) return complaint_.in_member(owned);
    }
    return in_.ok();
}

template <class Reader>
bool value_reader<Reader>::read_structure(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    auto* const unknown =
        of.offset == no_unknown ? nullptr : reinterpret_cast<unknown_members*>(member_at(at, of.offset));
    std::string_view name;
    std::uint64_t seen = 0;
    std::size_t likely = 0;
    while (in_.next_member(name)) {
        auto const* const one = find_field(of, name, likely);
        if (one != nullptr && one->of != nullptr) {
            auto const index = static_cast<std::size_t>(one - fields_begin(of));
            likely = index + 1;
            if (seen >> index & 1u) make_empty(*one->of, member_at(at, one->offset));
            seen |= std::uint64_t{1} << index;
            if (!read_field(*one, at, unknown)) return complaint_.in_member(one->name);
            continue;
        }
        std::string const owned(one == nullptr ? name : std::string_view());
        std::string_view raw;
        bool const null = in_.peek() == value_kind::null;
        if (!in_.read_raw(raw)) return complaint_.in_member(one == nullptr ? std::string_view(owned) : one->name);
        if (one == nullptr && !null && unknown != nullptr) unknown->set(owned, raw);
    }
    return in_.ok();
}

template <class Reader>
bool value_reader<Reader>::read_field(field const& one, void* at, unknown_members* unknown) {
    if (one.of->kind != shape::document && in_.peek() == value_kind::null) return in_.read_null();
    in_.peek();  // to the value's first byte
    auto const begin = in_.offset();
    void* const member = member_at(at, one.offset);
    if (!read(*one.of, member)) return false;
    bool const keeps_own_form =
        (one.flags & required_field) != 0 && one.of->kind != shape::boxed && one.of->kind != shape::open_enum;
    if (unknown == nullptr) return true;
    if (!keeps_own_form && is_empty(*one.of, member))
        unknown->set(one.name, text_.substr(begin, in_.offset() - begin));
    else
        unknown->erase(one.name);
    return true;
}

template <class Reader>
bool value_reader<Reader>::read_union(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    std::string held;
    bool any = false;
    std::string_view name;
    while (in_.next_member(name)) {
        std::string const owned(name);
        bool const null = in_.peek() == value_kind::null;
        auto const* const names = names_begin(of);
        std::size_t arm = 0;
        while (arm < of.count && names[arm] != owned) ++arm;
        bool const takes_null = arm < of.count && of.arms[arm]->kind == shape::document;
        if (owned == "__type" || (null && !takes_null)) {
            if (!in_.skip()) return complaint_.in_member(owned);
            continue;
        }
        if (any) return refuse("expected exactly one member, found \"" + held + "\" and \"" + owned + "\"");
        any = true;
        held = owned;
        if (arm == of.count) {
            auto& other = *static_cast<unknown_arm*>(of.add(at, arm + 1));
            other.name = owned;
            if (!read_raw(other.value)) return complaint_.in_member(owned);
        } else if (!read(*of.arms[arm], of.add(at, arm + 1))) {
            return complaint_.in_member(owned);
        }
    }
    if (!in_.ok()) return false;
    return any || refuse("expected exactly one member, found none");
}

// A member besides the one that is known leaves the value empty: the structure around it then keeps the whole union.
template <class Reader>
bool value_reader<Reader>::read_box(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    std::string held;
    bool any = false;
    std::string_view name;
    while (in_.next_member(name)) {
        std::string const owned(name);
        bool const known = owned == *names_begin(of);
        bool const null = in_.peek() == value_kind::null;
        if (owned == "__type" || (null && !(known && of.inner->kind == shape::document))) {
            if (!in_.skip()) return complaint_.in_member(owned);
            continue;
        }
        if (any) return refuse("expected exactly one member, found \"" + held + "\" and \"" + owned + "\"");
        any = true;
        held = owned;
        if (!(known ? read(*of.inner, at) : in_.skip())) return complaint_.in_member(owned);
    }
    if (!in_.ok()) return false;
    return any || refuse("expected exactly one member, found none");
}

class value_writer {
  public:
    value_writer(std::string& out, write_options options)
        : out_(out, {options.on_invalid_utf8}), without_(static_cast<unsigned char>(options.without | ignored_field)) {}

    bool write(descriptor const& of, void const* at);
    std::string problem() const { return complaint_.text(); }

  private:
    bool written();
    bool write_raw(std::string_view text);
    bool write_list(descriptor const& of, void const* at);
    bool write_map(descriptor const& of, void const* at);
    bool write_structure(descriptor const& of, void const* at);
    bool write_union(descriptor const& of, void const* at);
    bool write_box(descriptor const& of, void const* at);

    writer out_;
    unsigned char without_;
    complaint complaint_;
};

inline bool value_writer::written() {
    if (out_.ok()) return true;
    auto const code = out_.state().code;
    return complaint_.say(code == fault::number_out_of_range ? std::string("not a finite number")
                                                             : std::string(json::describe(code)));
}

inline bool value_writer::write_raw(std::string_view text) {
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
            return write_raw(static_cast<document const*>(at)->text());
        case shape::open_enum:
            out_.string(static_cast<enum_value const*>(at)->text({names_begin(of), of.count}));
            return written();
        case shape::optional:
            return write(*of.inner, of.view(at).first);
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
    auto const all = of.view(at);
    out_.begin_array();
    for (std::size_t i = 0; i < all.count; ++i)
        if (!write(*of.inner, member_at(all.first, i * of.stride))) return complaint_.in_element(i);
    out_.end_array();
    return true;
}

inline bool value_writer::write_map(descriptor const& of, void const* at) {
    auto const all = of.view(at);
    out_.begin_object();
    for (std::size_t i = 0; i < all.count; ++i) {
        auto const* const entry = member_at(all.first, i * of.stride);
        auto const& name = *reinterpret_cast<std::string const*>(entry);
        out_.key(name);
        if (!written() || !write(*of.inner, entry + of.offset)) return complaint_.in_member(name);
    }
    out_.end_object();
    return true;
}

inline bool value_writer::write_structure(descriptor const& of, void const* at) {
    auto const* const unknown =
        of.offset == no_unknown ? nullptr : reinterpret_cast<unknown_members const*>(member_at(at, of.offset));
    std::uint64_t present = 0;
    out_.begin_object();
    for (std::size_t i = 0; i < of.count; ++i) {
        auto const& one = fields_begin(of)[i];
        if ((one.flags & without_) != 0) continue;
        auto const* const member = member_at(at, one.offset);
        auto const kind = one.of->kind == shape::boxed ? one.of->inner->kind : one.of->kind;
        if (is_empty(*one.of, member)) {
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
            auto const* const known = find_field(of, other.name);
            if (known != nullptr &&
                ((known->flags & without_) != 0 || (present >> (known - fields_begin(of)) & 1u) != 0))
                continue;
            out_.key(other.name);
            if (!written() || !write_raw(other.value.text())) return complaint_.in_member(other.name);
        }
    }
    out_.end_object();
    return true;
}

inline bool value_writer::write_union(descriptor const& of, void const* at) {
    auto const arm = of.view(at);
    if (arm.count == 0) return complaint_.say("a union in which nothing is set");
    bool const known = arm.count <= of.count;
    auto const* const other = known ? nullptr : static_cast<unknown_arm const*>(arm.first);
    auto const name = known ? names_begin(of)[arm.count - 1] : std::string_view(other->name);
    out_.begin_object();
    out_.key(name);
    if (!written()) return complaint_.in_member(name);
    if (!(known ? write(*of.arms[arm.count - 1], arm.first) : write_raw(other->value.text())))
        return complaint_.in_member(name);
    out_.end_object();
    return true;
}

inline bool value_writer::write_box(descriptor const& of, void const* at) {
    out_.begin_object();
    out_.key(*names_begin(of));
    if (!write(*of.inner, at)) return complaint_.in_member(*names_begin(of));
    out_.end_object();
    return true;
}

}  // namespace detail

inline result<void> read_erased(descriptor const& of, void* at, std::string_view text, read_options options) {
    reader in(text, options.reader);
    detail::value_reader<reader> values(in, text);
    if (values.read(of, at) && in.finish()) return {};
    return fail(options.code, values.problem());
}

inline result<void> write_erased(descriptor const& of, void const* at, std::string& out, write_options options) {
    auto const before = out.size();
    detail::value_writer values(out, options);
    if (values.write(of, at)) return {};
    out.resize(before);
    return fail(errc::invalid_input, values.problem());
}

template <class T>
result<T> read(std::string_view text, read_options options) {
    T value{};
    auto done = read_erased(type_of<T>, &value, text, options);
    if (!done) return unexpected{std::move(done).error()};
    return value;
}

template <class T>
result<void> write(T const& value, std::string& out, write_options options) {
    return write_erased(type_of<T>, &value, out, options);
}

template <class T>
result<std::string> write(T const& value, write_options options) {
    std::string out;
    auto done = write_erased(type_of<T>, &value, out, options);
    if (!done) return unexpected{std::move(done).error()};
    return out;
}

template <class T>
result<T> lazy<T>::parse() const {
    if (text_.empty()) return fail(errc::protocol, "nothing to parse: the member is absent");
    return read<T>(text_.text());
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
