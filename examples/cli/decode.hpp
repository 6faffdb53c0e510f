// Owns `bedrock decode`: event-stream bytes become JSON lines, as they arrive.
// Never holds more than a message, and never loses a bit of what it prints: `bedrock encode` restores the bytes.
#pragma once

#include <bedrock/bedrock.hpp>

#include "arguments.hpp"
#include "io.hpp"
#include "report.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

int run_decode(arguments const& given);

inline constexpr command decode_command{
    .name = "decode",
    .synopsis = "[FILE | -]",
    .summary = "Prints AWS event-stream bytes (application/vnd.amazon.eventstream) as JSON lines.",
    .details =
        "One line a message: {\"headers\":[{\"name\":\":event-type\",\"type\":\"string\",\"value\":\"...\"}],\n"
        "\"payload\":\"<base64>\"}. Types: bool_true bool_false byte short integer long byte_array string timestamp\n"
        "uuid; long and timestamp (milliseconds) are decimal strings, byte_array is base64. A name or string that is\n"
        "not UTF-8 has its bytes in name_b64 or value_b64 beside it. Bad input ends in exit status 1, after the\n"
        "messages before it.\n",
    .run = run_decode,
};

/// "PreludeCrc", the KIND of a failure.
std::string_view fault_name(bedrock::event_stream::fault code);

// ---------------------------------------------------------------------------------------------------------------------

inline std::string_view fault_name(bedrock::event_stream::fault code) {
    using bedrock::event_stream::fault;
    switch (code) {
        case fault::none:
            break;
        case fault::prelude_crc:
            return "PreludeCrc";
        case fault::message_crc:
            return "MessageCrc";
        case fault::invalid_length:
            return "InvalidLength";
        case fault::too_large:
            return "TooLarge";
        case fault::invalid_header:
            return "InvalidHeader";
        case fault::truncated:
            return "Truncated";
    }
    return {};
}

namespace detail {

/// A text member; where the bytes are no UTF-8, the exact ones in a second member.
inline void write_bytes_as_text(bedrock::json::writer& writer, std::string_view key, std::string_view text) {
    writer.key(key);
    writer.string(text);
    if (bedrock::valid_utf8(text)) return;
    writer.key(std::string(key) + "_b64");
    writer.base64(bedrock::as_bytes(text));
}

inline std::string format_uuid(bedrock::byte_view bytes) {
    auto text = bedrock::encode_hex(bytes);
    for (std::size_t const at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
    return text;
}

inline void write_header_value(bedrock::json::writer& writer, bedrock::event_stream::header const& one) {
    using bedrock::event_stream::header_type;
    if (one.type == header_type::string) return write_bytes_as_text(writer, "value", one.text());
    writer.key("value");
    switch (one.type) {
        case header_type::bool_true:
        case header_type::bool_false:
            return writer.boolean(one.boolean());
        case header_type::int8:
        case header_type::int16:
        case header_type::int32:
            return writer.number(one.number());
        case header_type::int64:
        case header_type::timestamp:
            return writer.string(std::to_string(one.number()));
        case header_type::uuid:
            return writer.string(format_uuid(one.value));
        case header_type::byte_array:
        case header_type::string:
            return writer.base64(one.value);
    }
}

inline void append_message_line(std::string& line, bedrock::event_stream::message const& message) {
    bedrock::json::writer writer(line);
    writer.begin_object();
    writer.key("headers");
    writer.begin_array();
    for (auto const& one : message.headers) {
        writer.begin_object();
        write_bytes_as_text(writer, "name", one.name);
        writer.key("type");
        writer.string(bedrock::event_stream::type_name(one.type));
        write_header_value(writer, one);
        writer.end_object();
    }
    writer.end_array();
    writer.key("payload");
    writer.base64(message.payload);
    writer.end_object();
    line += '\n';
}

}  // namespace detail

inline int run_decode(arguments const& given) {
    auto from = input::open(given.file());
    if (!from) return report(from.error());
    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    bedrock::result<std::size_t> got = std::size_t{0};
    std::vector<std::byte> piece(piece_size);
    std::string line;
    output out;
    while (out.ok() && decoder.state().ok()) {
        got = from->read(piece);
        if (!got || *got == 0) break;
        decoder.feed({piece.data(), *got});
        while (out.ok() && decoder.next(message)) {
            line.clear();
            detail::append_message_line(line, message);
            out.write(line);
        }
        out.flush();
    }
    if (int const status = finish(out); status != exit_success) return status;
    if (!got) return report(got.error());
    auto const end = decoder.finish();
    if (end.ok()) return exit_success;
    bedrock::error why;
    why.name = fault_name(end.code);
    why.message = "byte " + std::to_string(end.offset) + ": " + std::string(describe(end.code));
    return report(why);
}

}  // namespace cli
