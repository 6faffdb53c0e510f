// Owns `bedrock encode`: JSON lines as `bedrock decode` prints them become event-stream bytes.
// Never guesses: a line that does not say a whole message is refused with its place, and the frames before it stay.
#pragma once

#include <bedrock/bedrock.hpp>

#include "arguments.hpp"
#include "decode.hpp"
#include "io.hpp"
#include "report.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace cli {

int run_encode(arguments const& given);

inline constexpr command encode_command{
    .name = "encode",
    .synopsis = "[FILE | -]",
    .summary = "Makes AWS event-stream bytes of JSON lines as `bedrock decode` prints them.",
    .details =
        "The members of a line and of a header may come in any order; name_b64 and value_b64 win over name and\n"
        "value. Blank lines are passed over.\n",
    .run = run_encode,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Most bytes of a line: a frame of 16 MiB in base64, and its headers with every character escaped.
inline constexpr std::size_t max_line_bytes = std::size_t{32} << 20;

/// Cuts input into lines of bounded size.
class line_reader {
  public:
    explicit line_reader(input& from) : from_(from) {}

    /// The next line without its end, or nothing. **Lifetime:** until the next call. **Errors:** as `input::read`; a
    /// line over the limit.
    bedrock::result<std::optional<std::string_view>> next();
    /// Of the last line, from 1.
    std::uint64_t number() const noexcept { return number_; }

  private:
    input& from_;
    std::string buffer_{};
    std::size_t begin_ = 0;  // of what was not given out
    // A byte order mark is the file's, not its first line's.
    std::string_view without_mark(std::string_view line) const {
        return number_ == 1 ? bedrock::skip_byte_order_mark(line) : line;
    }
    std::uint64_t number_ = 0;
};

inline bedrock::result<std::optional<std::string_view>> line_reader::next() {
    ++number_;
    for (std::size_t searched = 0;;) {
        auto const rest = std::string_view(buffer_).substr(begin_);
        if (auto const end = rest.find('\n', searched); end != std::string_view::npos) {
            begin_ += end + 1;
            return std::optional(without_mark(rest.substr(0, end)));
        }
        searched = rest.size();
        if (searched > max_line_bytes)
            return bedrock::fail(bedrock::errc::invalid_input, "line " + std::to_string(number_) + " is longer than " +
                                                                   std::to_string(max_line_bytes >> 20) + " MiB");
        buffer_.erase(0, std::exchange(begin_, 0));
        buffer_.resize(searched + piece_size);
        auto const got = from_.read(std::as_writable_bytes(std::span(buffer_).subspan(searched)));
        buffer_.resize(searched + (got ? *got : 0));
        if (!got) return bedrock::unexpected{got.error()};
        if (*got != 0) continue;
        if (searched == 0) return std::optional<std::string_view>();
        begin_ = buffer_.size();
        return std::optional(without_mark(buffer_));
    }
}

/// One header as the line has it, before its type is looked at.
struct header_text {
    std::optional<std::string> name{};
    std::string type{};
    std::string value{};  // JSON text; empty where there is none
    std::optional<bedrock::byte_buffer> name_bytes{};
    std::optional<bedrock::byte_buffer> value_bytes{};
};

inline std::optional<bedrock::event_stream::header_type> find_header_type(std::string_view name) {
    using bedrock::event_stream::header_type;
    for (int number = 0; number <= static_cast<int>(header_type::uuid); ++number) {
        auto const type = static_cast<header_type>(number);
        if (bedrock::event_stream::type_name(type) == name) return type;
    }
    return std::nullopt;
}

/// The integer in JSON text, also inside of a string.
inline std::optional<std::int64_t> parse_integer_value(std::string const& text) {
    bedrock::json::reader in(text);
    std::int64_t value = 0;
    if (in.peek() != bedrock::json::value_kind::string)
        return in.read_int64(value) ? std::optional(value) : std::nullopt;
    std::string digits;
    if (!in.read_string(digits)) return std::nullopt;
    auto const* const end = digits.data() + digits.size();
    auto const [stop, fault] = std::from_chars(digits.data(), end, value);
    return fault == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

template <class Integer>
std::optional<bedrock::byte_buffer> make_integer_bytes(std::string const& text) {
    auto const value = parse_integer_value(text);
    using limits = std::numeric_limits<Integer>;
    if (!value || *value < (limits::min)() || *value > (limits::max)()) return std::nullopt;
    bedrock::byte_buffer bytes(sizeof(Integer));
    bedrock::store_big_endian(bytes.data(), static_cast<Integer>(*value));
    return bytes;
}

inline std::optional<bedrock::byte_buffer> make_uuid_bytes(std::string text) {
    if (text.size() != 36) return std::nullopt;
    for (std::size_t const at : {23u, 18u, 13u, 8u}) {
        if (text[at] != '-') return std::nullopt;
        text.erase(at, 1);
    }
    bedrock::byte_buffer bytes;
    if (!bedrock::decode_hex(text, bytes)) return std::nullopt;
    return bytes;
}

/// The value as on the wire; nothing where the text is not one of the type.
inline std::optional<bedrock::byte_buffer> make_value_bytes(bedrock::event_stream::header_type type,
                                                            std::string const& text) {
    using bedrock::event_stream::header_type;
    bedrock::json::reader in(text);
    bedrock::byte_buffer bytes;
    std::string string;
    bool flag = false;
    switch (type) {
        case header_type::bool_true:
        case header_type::bool_false:
            if (!text.empty() && (!in.read_bool(flag) || flag != (type == header_type::bool_true))) break;
            return bytes;
        case header_type::int8:
            return make_integer_bytes<std::int8_t>(text);
        case header_type::int16:
            return make_integer_bytes<std::int16_t>(text);
        case header_type::int32:
            return make_integer_bytes<std::int32_t>(text);
        case header_type::int64:
        case header_type::timestamp:
            return make_integer_bytes<std::int64_t>(text);
        case header_type::byte_array:
            if (!in.read_string(string) || !bedrock::decode_base64(string, bytes)) break;
            return bytes;
        case header_type::string: {
            if (!in.read_string(string)) break;
            auto const view = bedrock::as_bytes(string);
            return bedrock::byte_buffer(view.begin(), view.end());
        }
        case header_type::uuid:
            return in.read_string(string) ? make_uuid_bytes(std::move(string)) : std::nullopt;
    }
    return std::nullopt;
}

/// Reads one line into a frame.
class message_reader {
  public:
    using encoder = bedrock::event_stream::encoder<std::string>;
    explicit message_reader(std::string_view line) : in_(line) {}

    /// Adds the headers to `frame`, whose payload is `payload()` then. False: `problem()` says why.
    bool read(encoder& frame);
    bedrock::byte_view payload() const noexcept { return payload_; }
    std::string problem() const;

  private:
    bool read_headers(encoder& frame);
    bool read_header(encoder& frame, std::string const& place);
    bool read_member(header_text& into, std::string_view key, std::string const& place);
    bool read_base64(bedrock::byte_buffer& bytes, std::string const& place);
    bool add(header_text const& one, encoder& frame, std::string const& place);
    bool refuse(std::string what) {
        if (problem_.empty()) problem_ = std::move(what);
        return false;
    }

    bedrock::json::reader in_;
    bedrock::byte_buffer payload_{};
    std::string problem_{};
};

inline std::string message_reader::problem() const {
    if (!problem_.empty()) return problem_;
    auto const state = in_.state();
    return std::string(describe(state.code)) + " at byte " + std::to_string(state.offset);
}

inline bool message_reader::read(encoder& frame) {
    if (!in_.begin_object()) return false;
    for (std::string_view key; in_.next_member(key);) {
        if (key == "headers") {
            if (!read_headers(frame)) return false;
        } else if (key == "payload") {
            if (!read_base64(payload_, "payload")) return false;
        } else {
            return refuse("unknown member " + quoted(key));
        }
    }
    return in_.finish();
}

inline bool message_reader::read_headers(encoder& frame) {
    if (!in_.begin_array()) return false;
    for (std::size_t index = 0; in_.next_element(); ++index)
        if (!read_header(frame, "headers[" + std::to_string(index) + "]")) return false;
    return in_.ok();
}

inline bool message_reader::read_header(encoder& frame, std::string const& place) {
    header_text one;
    if (!in_.begin_object()) return false;
    for (std::string_view key; in_.next_member(key);)
        if (!read_member(one, std::string(key), place)) return false;
    return in_.ok() && add(one, frame, place);
}

inline bool message_reader::read_member(header_text& into, std::string_view key, std::string const& place) {
    if (key == "name") return in_.read_string(into.name.emplace());
    if (key == "type") return in_.read_string(into.type);
    if (key == "name_b64") return read_base64(into.name_bytes.emplace(), place + ".name_b64");
    if (key == "value_b64") return read_base64(into.value_bytes.emplace(), place + ".value_b64");
    if (key != "value") return refuse(place + ": unknown member " + quoted(key));
    std::string_view text;
    if (!in_.read_raw(text)) return false;
    into.value = text;
    return true;
}

inline bool message_reader::read_base64(bedrock::byte_buffer& bytes, std::string const& place) {
    std::string_view text;
    if (!in_.read_string(text)) return false;
    return bedrock::decode_base64(text, bytes) || refuse(place + ": not base64 with padding");
}

inline bool message_reader::add(header_text const& one, encoder& frame, std::string const& place) {
    if (!one.name && !one.name_bytes) return refuse(place + ": no name");
    auto const type = find_header_type(one.type);
    if (!type) return refuse(place + ".type: none of the ten types (bool_true ... uuid)");
    bool const exact = one.value_bytes && *type == bedrock::event_stream::header_type::string;
    auto const value = exact ? one.value_bytes : make_value_bytes(*type, one.value);
    if (!value) return refuse(place + ".value: not a value of type " + one.type);
    frame.add({one.name_bytes ? bedrock::as_text(*one.name_bytes) : std::string_view(*one.name), *type, *value});
    return true;
}

inline bedrock::error bad_line(std::uint64_t number, std::string_view kind, std::string const& what) {
    bedrock::error why;
    why.name = kind;
    why.message = "line " + std::to_string(number) + ": " + what;
    return why;
}

/// Every line as a frame on `out`. An error of code none: all is well.
inline bedrock::error encode_lines(input& from, output& out) {
    // All that a frame can hold, so that whatever `decode` prints is restored.
    bedrock::event_stream::encoder_options options;
    options.header_value = (std::numeric_limits<std::uint16_t>::max)();
    std::string frame;
    message_reader::encoder encoder(frame, options);
    line_reader lines(from);
    while (out.ok()) {
        auto const line = lines.next();
        if (!line) return line.error();
        if (!*line) break;
        if ((*line)->find_first_not_of(" \t\r") == std::string_view::npos) continue;
        frame.clear();
        message_reader message(**line);
        if (!message.read(encoder)) return bad_line(lines.number(), "InvalidInput", message.problem());
        auto const written = encoder.finish(message.payload());
        if (!written.ok())
            return bad_line(lines.number(), fault_name(written.code), std::string(describe(written.code)));
        out.write(frame);
    }
    return {};
}

}  // namespace detail

inline int run_encode(arguments const& given) {
    auto from = input::open(given.file());
    if (!from) return report(from.error());
    output out;
    auto const problem = detail::encode_lines(*from, out);
    if (int const status = finish(out); status != exit_success) return status;
    return problem.name.empty() ? exit_success : report(problem);
}

}  // namespace cli
