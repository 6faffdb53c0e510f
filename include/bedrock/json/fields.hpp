// SPDX-License-Identifier: MIT
// Owns the one interpreter of field tables: JSON text to described C++ values and back.
// Never instantiated per type (per reader only), and never recurses deeper than the reader's limit.
//
// Why tables: 150 structs of four members, read and written; processor seconds above an empty unit / KB of text and
// data (benchmarks/field_tables.py, one run on a busy machine: the ratios count):
//
//                        g++ 12 -O0      g++ 12 -O2     clang 14 -O0     clang 14 -O2
//   the types alone      10.1 /  771     12.7 /  125      6.6 /  752     13.3 /  171
//   templates a struct   21.7 / 1684     49.4 /  570     10.3 / 1696     27.8 /  434
//   tables, offsets      14.7 / 1302     21.2 /  307      8.8 / 1280     19.1 /  343    <- this one
//   tables, accessors    17.3 / 1334     24.9 /  331      8.9 / 1308     20.5 /  357
#ifndef BEDROCK_JSON_FIELDS_HPP
#define BEDROCK_JSON_FIELDS_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/forecast.hpp"
#include "bedrock/json/lazy.hpp"
#include "bedrock/json/notes.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/value_reader.hpp"
#include "bedrock/json/value_writer.hpp"
#include "bedrock/result.hpp"
#include "bedrock/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

struct read_options {
    reader_options reader{};
    /// The code of an error: protocol for an answer of the service, invalid_input for a text of the user's.
    errc code = errc::protocol;
    /// For a response of the service: `read_rules::response`.
    read_rules rules = read_rules::strict;
    /// Where what was skipped is noted; null: nowhere. **Lifetime:** of the reading.
    note_list* notes = nullptr;
};

/// Reads a whole JSON text as a described T.
/// Structures: members that are not known go to `unknown`, and so does the explicit form of an optional member that
/// its C++ type cannot tell from absence (`[]`, `""`, `{}`, `0`); null is absence, but for documents; a known name may
/// not come twice. Required members may be missing. Lists and maps drop null. Unions take exactly one member besides
/// `__type`. A response is read by rules of its own: see `read_rules`.
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

/// The erased forms of `read` and `write`: `at` is an object of the described type, for reading in its initial state.
result<void> read_erased(descriptor const& of, void* at, std::string_view text, read_options options);
result<void> write_erased(descriptor const& of, void const* at, std::string& out, write_options options);

// ---------------------------------------------------------------------------------------------------------------------

inline result<void> read_erased(descriptor const& of, void* at, std::string_view text, read_options options) {
    if (options.rules != read_rules::strict) text = skip_byte_order_mark(text);
    reader in(text, options.reader);
    value_reader<reader> values(in, text, options.rules, options.notes);
    if (values.read(of, at) && in.finish()) return {};
    return fail(options.code, values.problem());
}

inline result<void> write_erased(descriptor const& of, void const* at, std::string& out, write_options options) {
    auto const before = out.size();
    out.reserve(before + forecast_size(of, at));
    value_writer values(out, options);
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
    return read<T>(text_.text(), {.rules = read_rules::advisory});
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
