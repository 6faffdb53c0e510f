// SPDX-License-Identifier: MIT
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
#include "bedrock/json/notes.hpp"
#include "bedrock/json/one_of.hpp"
#include "bedrock/json/open_enum.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/status.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

/// How strictly a value is read.
enum class read_rules : unsigned char {
    /// What is not as described is an error. Required members may be missing.
    strict,
    /// Of a response of the service. A required member that is missing, or is not as described, is an error, unless it
    /// is an `advisory_field`; so is a `decisive_field` that is not as described. Everything else that is not as
    /// described is skipped and noted: optional members, entries of their lists, unions without a member, a `type` or
    /// an unknown member beside the arm of a union. A fraction where an integer is described is cut to the integer. A
    /// byte order mark in front is skipped.
    response,
    /// Of a part of a response that nobody needs: only another kind of value, or ill-formed JSON, is an error.
    advisory,
};

namespace detail {

// One member or element on the way to the value that is read, for the path of a note.
struct read_step {
    read_step const* outer;
    std::string_view name;
    std::size_t index;
};

}  // namespace detail

/// Reads one value. `Reader` has the members of json::reader that are used here, with the same meaning.
template <class Reader>
class value_reader {
  public:
    /// `text` is what `in` reads: explicit forms are cut out of it by `in.offset()`. What is skipped goes to `notes`,
    /// unless that is null. **Lifetime:** all outlive this.
    value_reader(Reader& in, std::string_view text, read_rules rules = read_rules::strict, note_list* notes = nullptr)
        : in_(in), text_(text), rules_(rules), notes_(notes) {}

    /// Reads the value that is due into `at`, an object of the described type in its initial state. **Errors:** false;
    /// what had been read until then stays.
    bool read(descriptor const& of, void* at);
    /// After a failure: "content[0].text: expected a string, found a number".
    std::string problem();

  private:
    template <class>
    friend class value_reader;

    class inside {
      public:
        inside(value_reader& of, std::string_view name, std::size_t index = 0) : of_(of), here_{of.path_, name, index} {
            of_.path_ = &here_;
        }
        inside(inside const&) = delete;
        inside& operator=(inside const&) = delete;
        ~inside() { of_.path_ = here_.outer; }

      private:
        value_reader& of_;
        detail::read_step here_;
    };

    bool expect(value_kind wanted);
    bool refuse(std::string what);
    bool is_lenient() const noexcept { return rules_ != read_rules::strict; }
    void add_note(std::string problem, std::string_view raw);
    bool skip_with_note(std::string problem);
    bool read_part(descriptor const& of, void* at);
    static bool reads_in_place(descriptor const& of, value_kind kind) noexcept;
    bool is_needed(field const& one) const noexcept;
    static bool is_required(field const& one) noexcept;
    static bool says_nothing(field const& one, void const* member);
    bool check_required(descriptor const& of, std::uint64_t present);
    static bool has_required(descriptor const& of) noexcept;
    bool lies_empty() const noexcept;
    bool read_any_integer(std::int64_t low, std::int64_t high, std::int64_t& value);
    bool read_element(descriptor const& of, void* at);
    bool take_arm(descriptor const& of, void* at, std::size_t arm, std::string const& name, std::string& held);
    bool read_integer(std::int64_t low, std::int64_t high, std::int64_t& value);
    bool read_double(double limit, double& value);
    bool read_blob(byte_buffer& bytes);
    bool read_document(document& value);
    bool read_list(descriptor const& of, void* at);
    bool read_map(descriptor const& of, void* at);
    bool read_structure(descriptor const& of, void* at);
    bool read_field(field const& one, void* at, unknown_members* unknown, bool& present);
    bool read_union(descriptor const& of, void* at);
    bool read_arm(descriptor const& of, void* at, std::size_t arm, std::string const& name);
    bool is_no_arm(std::string_view name, bool takes_null);
    bool refuse_second(std::string_view first, std::string_view second);
    bool read_box(descriptor const& of, void* at);

    Reader& in_;
    std::string_view text_;
    read_rules rules_;
    note_list* notes_;
    bool is_soft_ = false;  // an integer that does not fit is skipped and noted
    detail::read_step const* path_ = nullptr;
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
void value_reader<Reader>::add_note(std::string problem, std::string_view raw) {
    if (notes_ == nullptr) return;
    complaint where;
    for (auto const* at = path_; at != nullptr; at = at->outer)
        at->name.empty() ? where.in_element(at->index) : where.in_member(at->name);
    notes_->add(where.path(), std::move(problem), raw);
}

// Passes over the value that is due. False where it is not JSON.
template <class Reader>
bool value_reader<Reader>::skip_with_note(std::string problem) {
    std::string_view raw;
    if (!in_.read_raw(raw)) return false;
    add_note(std::move(problem), raw);
    return true;
}

// Reads the value that is due by a reader of its own, so that this one goes on behind a value that is not as described.
// That one is noted: false, and `in_.ok()`.
template <class Reader>
bool value_reader<Reader>::read_part(descriptor const& of, void* at) {
    if (reads_in_place(of, in_.peek())) {
        is_soft_ = true;
        bool const good = read(of, at);
        is_soft_ = false;
        return good;
    }
    std::string_view raw;
    if (!in_.read_raw(raw)) return false;
    reader part_of_text(raw, {depth_capacity});
    value_reader<reader> part(part_of_text, raw, read_rules::advisory, notes_);
    part.path_ = path_;
    if (part.read(of, at)) return true;
    add_note(part.problem(), raw);
    return false;
}

// Whether a value of this kind is as described, or ill-formed JSON, or an integer that `is_soft_` skips.
template <class Reader>
bool value_reader<Reader>::reads_in_place(descriptor const& of, value_kind kind) noexcept {
    switch (of.kind) {
        case shape::text:
        case shape::open_enum:
            return kind == value_kind::string;
        case shape::int32:
        case shape::int64:
            return kind == value_kind::number;
        case shape::boolean:
            return kind == value_kind::boolean;
        case shape::document:
        case shape::lazy:
            return true;
        default:
            return false;
    }
}

template <class Reader>
bool value_reader<Reader>::is_needed(field const& one) const noexcept {
    return rules_ == read_rules::response && (one.flags & advisory_field) == 0 &&
           (one.flags & (required_field | response_field | decisive_field)) != 0;
}

template <class Reader>
bool value_reader<Reader>::is_required(field const& one) noexcept {
    return (one.flags & response_field) != 0 || (one.flags & (required_field | advisory_field)) == required_field;
}

// True of a required member that is there and is as good as missing.
template <class Reader>
bool value_reader<Reader>::says_nothing(field const& one, void const* member) {
    bool const may_be_empty =
        one.of->kind != shape::open_enum && (one.of->kind != shape::text || (one.flags & response_field) == 0);
    return !may_be_empty && detail::is_empty(*one.of, member);
}

template <class Reader>
bool value_reader<Reader>::check_required(descriptor const& of, std::uint64_t present) {
    auto const* const all = detail::fields_begin(of);
    for (std::size_t i = 0; i < of.count; ++i) {
        if ((present >> i & 1u) != 0 || !is_required(all[i])) continue;
        if (rules_ == read_rules::response) {
            refuse("missing, but required");
            return complaint_.in_member(all[i].name);
        }
        inside const here(*this, all[i].name);
        add_note("missing", {});
    }
    return true;
}

// Whether the value that is due is `{}`, `[]` or `""`.
template <class Reader>
bool value_reader<Reader>::lies_empty() const noexcept {
    auto const rest = text_.substr((std::min)(in_.offset(), text_.size()));
    auto const closing = rest.find_first_not_of(" \t\r\n", 1);
    return rest.starts_with("\"\"") ||
           (closing != std::string_view::npos &&
            ((rest[0] == '{' && rest[closing] == '}') || (rest[0] == '[' && rest[closing] == ']')));
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
    if (is_lenient()) return read_any_integer(low, high, value);
    std::int64_t read = 0;
    bool const fits = in_.read_int64(read);
    if (!fits && in_.state().code != fault::wrong_type && in_.state().code != fault::number_out_of_range) return false;
    if (!fits || read < low || read > high)
        return refuse(high == (std::numeric_limits<std::int32_t>::max)() ? "expected an integer of 32 bits"
                                                                         : "expected an integer of 64 bits");
    value = read;
    return true;
}

// The integer of a number that may have a fraction.
template <class Reader>
bool value_reader<Reader>::read_any_integer(std::int64_t low, std::int64_t high, std::int64_t& value) {
    std::string_view text;
    if (!in_.read_number(text)) return false;
    char const* const expected = high == (std::numeric_limits<std::int32_t>::max)() ? "expected an integer of 32 bits"
                                                                                    : "expected an integer of 64 bits";
    reader whole(text), fraction(text);
    std::int64_t read = 0;
    double number = 0;
    if (!whole.read_int64(read)) {
        constexpr double largest = 9007199254740992.0;  // below it every integer has a double
        bool const fits = fraction.read_double(number) && number <= largest && number >= -largest;
        if (!fits && !is_soft_) return refuse(expected);
        add_note(expected, text);
        if (!fits) return true;
        read = static_cast<std::int64_t>(number);
    }
    bool const fits = read >= low && read <= high;
    if (!fits && !is_soft_) return refuse(expected);
    if (fits)
        value = read;
    else
        add_note(expected, text);
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
        inside const here(*this, {}, index);
        if (of.inner->kind != shape::document && in_.peek() == value_kind::null) {
            if (!in_.read_null()) return complaint_.in_element(index);
        } else if (!read_element(of, at)) {
            return complaint_.in_element(index);
        }
    }
    return in_.ok() || complaint_.in_element(index);
}

// Adds what is due to a list, unless it is skipped.
template <class Reader>
bool value_reader<Reader>::read_element(descriptor const& of, void* at) {
    void* const element = detail::add_element(of, at);
    bool const good = rules_ == read_rules::advisory ? read_part(*of.inner, element) : read(*of.inner, element);
    if (!is_lenient()) return good;
    if (!good && (rules_ != read_rules::advisory || !in_.ok())) return false;
    bool const says_something = of.inner->kind != shape::union_of || detail::elements_of(*of.inner, element).count != 0;
    if (!good || !says_something) of.reach(at, remove_last);
    return true;
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
        void* const value = detail::member_at(entry, of.offset);
        if (rules_ == read_rules::advisory) {
            inside const here(*this, owned);
            if (read_part(*of.inner, value)) continue;
            if (!in_.ok()) return complaint_.in_member(owned);
            of.reach(at, remove_last);
        } else if (!read(*of.inner, value)) {
            return complaint_.in_member(owned);
        }
    }
    return in_.ok();
}

template <class Reader>
bool value_reader<Reader>::read_structure(descriptor const& of, void* at) {
    if (!expect(value_kind::object) || !in_.begin_object()) return false;
    auto* const unknown =
        of.offset == no_unknown ? nullptr : reinterpret_cast<unknown_members*>(detail::member_at(at, of.offset));
    std::string_view name;
    std::uint64_t seen = 0, present = 0;
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
            bool says_something = true;
            if (!read_field(*one, at, unknown, says_something)) return complaint_.in_member(one->name);
            if (says_something) present |= std::uint64_t{1} << index;
            continue;
        }
        std::string const owned(one == nullptr ? name : std::string_view());
        std::string_view raw;
        bool const null = in_.peek() == value_kind::null;
        if (!in_.read_raw(raw)) return complaint_.in_member(one == nullptr ? std::string_view(owned) : one->name);
        if (one == nullptr && !null && unknown != nullptr) unknown->add(owned, raw);
    }
    return in_.ok() && (!is_lenient() || check_required(of, present));
}

template <class Reader>
bool value_reader<Reader>::read_field(field const& one, void* at, unknown_members* unknown, bool& present) {
    if (one.of->kind != shape::document && in_.peek() == value_kind::null) {
        present = false;
        return in_.read_null();
    }
    in_.peek();  // to the value's first byte
    auto const begin = in_.offset();
    void* const member = detail::member_at(at, one.offset);
    inside const here(*this, one.name);
    if (!is_lenient() || is_needed(one)) {
        if (!read(*one.of, member)) return false;
    } else if (!read_part(*one.of, member)) {
        bool const has_something = one.of->kind == shape::optional || one.of->kind == shape::union_of;
        if (has_something) one.of->reach(member, remove_last);
        return in_.ok();
    }
    if (is_lenient() && is_required(one)) present = !says_nothing(one, member);
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
    auto const noted = notes_ == nullptr ? 0 : notes_->total();
    while (in_.next_member(name)) {
        std::string const owned(name);
        auto const* const names = detail::names_begin(of);
        std::size_t arm = 0;
        while (arm < of.count && names[arm] != owned) ++arm;
        bool const takes_null = arm < of.count && of.arms[arm]->kind == shape::document;
        if (is_no_arm(owned, takes_null)) {
            if (!in_.skip()) return complaint_.in_member(owned);
        } else if (is_lenient()) {
            if (!take_arm(of, at, arm, owned, held)) return complaint_.in_member(owned);
        } else if (!held.empty()) {
            return refuse_second(held, owned);
        } else {
            held = owned;
            if (!read_arm(of, at, arm, owned)) return complaint_.in_member(owned);
        }
    }
    if (!in_.ok()) return false;
    if (held.empty() && is_lenient() && (notes_ == nullptr || notes_->total() == noted))
        add_note("no member of a union", {});
    return !held.empty() || is_lenient() || refuse("expected exactly one member, found none");
}

// A member of a union in a response. One arm is taken: the first that is known and says something, else the first that
// is not known.
template <class Reader>
bool value_reader<Reader>::take_arm(descriptor const& of, void* at, std::size_t arm, std::string const& name,
                                    std::string& held) {
    inside const here(*this, name);
    bool const known = arm < of.count;
    bool const is_label = !known && name == "type" && in_.peek() == value_kind::string;
    in_.peek();  // to the value's first byte
    if (is_label || (!known && !held.empty())) return skip_with_note("unknown member of a union, skipped");
    if (known && lies_empty() && of.arms[arm]->kind == shape::structure && has_required(*of.arms[arm]))
        return skip_with_note("empty member of a union, skipped");
    if (!held.empty()) {
        if (lies_empty()) return skip_with_note("empty second member of a union, skipped");
        auto const before = detail::elements_of(of, at);
        bool const replaces = before.count > of.count || detail::is_empty(*of.arms[before.count - 1], before.first);
        if (!replaces) return refuse_second(held, name);
        add_note("replaces another member of the union: \"" + std::string(complaint::shortened(held)) + '"', {});
    }
    if (rules_ != read_rules::advisory) {
        held = name;
        return read_arm(of, at, arm, name);
    }
    void* const place = detail::add_element(of, at, arm + 1);
    if (!known) {
        auto& other = *static_cast<unknown_arm*>(place);
        other.name = name;
        held = name;
        return read_document(other.value);
    }
    if (read_part(*of.arms[arm], place)) {
        held = name;
        return true;
    }
    of.reach(at, remove_last);
    held.clear();
    return in_.ok();
}

template <class Reader>
bool value_reader<Reader>::has_required(descriptor const& of) noexcept {
    auto const* const all = detail::fields_begin(of);
    for (std::size_t i = 0; i < of.count; ++i)
        if (is_required(all[i])) return true;
    return false;
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
        inside const here(*this, owned);
        if (is_lenient() && !known) {
            if (!skip_with_note("unknown member of a union, skipped")) return complaint_.in_member(owned);
            continue;
        }
        if (!held.empty()) return refuse_second(held, owned);
        held = owned;
        if (!(known ? read(*of.inner, at) : in_.skip())) return complaint_.in_member(owned);
    }
    if (in_.ok() && held.empty() && is_lenient())
        return refuse("has no member \"" + std::string(*detail::names_begin(of)) + '"');
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
