// Owns the reading of the event-stream conformance vectors, and the shape in which decoded messages are compared to
// them: copied, with numbers and bytes as text. Never decodes a frame itself.
#pragma once

#include "bedrock/base64.hpp"
#include "bedrock/event_stream.hpp"
#include "bedrock/hex.hpp"
#include "support/vectors.hpp"

#include <simdjson.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace event_stream_test {

struct seen_header {
    std::string name{};
    std::string type{};
    std::string value{};  // decimal, base64 or uuid text; "" for the bools

    bool operator==(seen_header const&) const = default;
};

struct seen_message {
    std::uint32_t total_length = 0;
    std::uint32_t headers_length = 0;
    std::uint32_t prelude_crc = 0;
    std::uint32_t message_crc = 0;
    std::vector<seen_header> headers{};
    std::string payload{};  // base64

    bool operator==(seen_message const&) const = default;
};

/// Everything that a decoder may say about a stream.
struct seen_stream {
    std::vector<seen_message> messages{};
    bedrock::event_stream::fault end = bedrock::event_stream::fault::none;
    std::uint64_t end_offset = 0;

    bool operator==(seen_stream const&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, seen_stream const& seen) {
    out << seen.messages.size() << " messages, then \"" << bedrock::event_stream::describe(seen.end) << "\" at "
        << seen.end_offset;
    for (auto const& message : seen.messages) {
        out << "\n  " << message.total_length << " bytes:";
        for (auto const& header : message.headers) out << ' ' << header.name << '=' << header.value.substr(0, 40);
    }
    return out;
}

inline seen_header see(bedrock::event_stream::header const& one) {
    using bedrock::event_stream::header_type;
    seen_header seen{std::string(one.name), std::string(type_name(one.type)), {}};
    switch (one.type) {
        case header_type::bool_true:
        case header_type::bool_false:
            break;
        case header_type::byte_array:
        case header_type::string:
            seen.value = bedrock::encode_base64(one.value);
            break;
        case header_type::uuid:
            seen.value = bedrock::encode_hex(one.value);
            for (std::size_t const at : {8u, 13u, 18u, 23u}) seen.value.insert(at, 1, '-');
            break;
        default:
            seen.value = std::to_string(one.number());
    }
    return seen;
}

inline seen_message see(bedrock::event_stream::message const& whole) {
    seen_message seen{whole.total_length, whole.headers_length, whole.prelude_crc, whole.message_crc, {}, {}};
    for (auto const& one : whole.headers) seen.headers.push_back(see(one));
    seen.payload = bedrock::encode_base64(whole.payload);
    return seen;
}

struct vector_case {
    std::string id{};
    std::uint64_t size = 0;  // as the index has it
    std::string bytes{};
    seen_stream expected{};
};

namespace detail {

inline std::string text_of(simdjson::dom::element from, char const* key) {
    std::string_view text;
    return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

inline std::uint64_t number_of(simdjson::dom::element from, char const* key) {
    std::uint64_t number = 0;
    return from[key].get(number) == simdjson::SUCCESS ? number : ~std::uint64_t{0};
}

inline simdjson::dom::array list_of(simdjson::dom::element from, char const* key) {
    simdjson::dom::array list;
    return from[key].get(list) == simdjson::SUCCESS ? list : simdjson::dom::array();
}

inline seen_header expected_header(simdjson::dom::element from) {
    seen_header expected{text_of(from, "name"), text_of(from, "type"), text_of(from, "value_b64")};
    if (auto const encoded = text_of(from, "name_b64"); !encoded.empty()) {
        bedrock::byte_buffer name;
        if (bedrock::decode_base64(encoded, name)) expected.name = bedrock::as_text(name);
    }
    if (expected.type == "string" || expected.type == "byte_array") return expected;
    std::int64_t number = 0;
    expected.value = from["value"].get(number) == simdjson::SUCCESS ? std::to_string(number) : text_of(from, "value");
    return expected;
}

inline bedrock::event_stream::fault expected_fault(std::string_view end) {
    using bedrock::event_stream::fault;
    if (end == "prelude_crc") return fault::prelude_crc;
    if (end == "message_crc") return fault::message_crc;
    if (end == "invalid_length") return fault::invalid_length;
    if (end == "too_large") return fault::too_large;
    if (end == "invalid_header") return fault::invalid_header;
    if (end == "incomplete") return fault::truncated;
    return fault::none;
}

}  // namespace detail

/// Every case of the family; nothing where the build knows no vectors.
inline std::optional<std::vector<vector_case>> load_vectors() {
    auto const root = vectors_dir();
    if (!root) return std::nullopt;
    std::string const folder = *root + "/event-stream/";
    simdjson::dom::parser parser;
    simdjson::dom::element index;
    std::vector<vector_case> cases;
    if (parser.load(folder + "index.json").get(index) != simdjson::SUCCESS) return cases;
    for (auto const one : detail::list_of(index, "cases")) {
        vector_case loaded;
        loaded.id = detail::text_of(one, "id");
        loaded.size = detail::number_of(one, "size");
        std::ifstream file(folder + detail::text_of(one, "file"), std::ios::binary);
        loaded.bytes.assign(std::istreambuf_iterator<char>(file), {});
        simdjson::dom::element expect;
        if (one["expect"].get(expect) != simdjson::SUCCESS) continue;
        loaded.expected.end = detail::expected_fault(detail::text_of(expect, "end"));
        loaded.expected.end_offset = detail::number_of(expect, "end_offset");
        for (auto const message : detail::list_of(expect, "messages")) {
            seen_message expected{static_cast<std::uint32_t>(detail::number_of(message, "total_length")),
                                  static_cast<std::uint32_t>(detail::number_of(message, "headers_length")),
                                  static_cast<std::uint32_t>(detail::number_of(message, "prelude_crc")),
                                  static_cast<std::uint32_t>(detail::number_of(message, "message_crc")),
                                  {},
                                  detail::text_of(message, "payload_b64")};
            for (auto const header : detail::list_of(message, "headers")) {
                expected.headers.push_back(detail::expected_header(header));
            }
            loaded.expected.messages.push_back(std::move(expected));
        }
        cases.push_back(std::move(loaded));
    }
    return cases;
}

}  // namespace event_stream_test
