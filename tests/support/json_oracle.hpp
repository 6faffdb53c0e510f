// Compares bedrock's JSON reader and writer with simdjson, for the unit tests and the fuzzer.
#pragma once

#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"
#include "support/json_copy.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace json_oracle {

inline bool same_double(double a, double b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

// Walks the text by the reader beside simdjson's tree. An empty answer is agreement.
inline std::string compare(bedrock::json::reader& reader, simdjson::dom::element element);

inline std::string compare_number(std::string_view text, simdjson::dom::element element) {
    double number = 0;
    if (bedrock::json::parse_double(text, number) != bedrock::json::fault::none) return "a double is refused";
    std::int64_t integer = 0;
    bool const integral = bedrock::json::parse_int64(text, integer) == bedrock::json::fault::none;
    std::int64_t signed_other = 0;
    std::uint64_t unsigned_other = 0;
    double other = 0;
    bool same = false;
    if (element.type() == simdjson::dom::element_type::INT64) {
        same = element.get(signed_other) == simdjson::SUCCESS && integral && integer == signed_other;
    } else if (element.type() == simdjson::dom::element_type::UINT64) {
        same = element.get(unsigned_other) == simdjson::SUCCESS && !integral &&
               number == static_cast<double>(unsigned_other);
    } else {
        same = element.get(other) == simdjson::SUCCESS && same_double(number, other);
    }
    return same ? "" : "a number differs: " + std::string(text);
}

inline std::string compare_array(bedrock::json::reader& reader, simdjson::dom::array array) {
    for (auto const child : array) {
        if (!reader.next_element()) return "an element is missing";
        if (auto difference = compare(reader, child); !difference.empty()) return difference;
    }
    return !reader.next_element() && reader.ok() ? "" : "an element too many";
}

inline std::string compare_object(bedrock::json::reader& reader, simdjson::dom::object object) {
    std::string_view name;
    for (auto const member : object) {
        if (!reader.next_member(name) || name != member.key) return "a member differs";
        if (auto difference = compare(reader, member.value); !difference.empty()) return difference;
    }
    return !reader.next_member(name) && reader.ok() ? "" : "a member too many";
}

inline std::string compare(bedrock::json::reader& reader, simdjson::dom::element element) {
    using bedrock::json::value_kind;
    std::string_view text;
    std::string_view other;
    bool truth = false;
    bool other_truth = false;
    simdjson::dom::array array;
    simdjson::dom::object object;
    switch (reader.peek()) {
        case value_kind::null:
            return reader.read_null() && element.is_null() ? "" : "null differs";
        case value_kind::boolean:
            if (!reader.read_bool(truth) || element.get(other_truth) != simdjson::SUCCESS) return "no boolean";
            return truth == other_truth ? "" : "a boolean differs";
        case value_kind::string:
            if (!reader.read_string(text) || element.get(other) != simdjson::SUCCESS) return "no string";
            return text == other ? "" : "a string differs";
        case value_kind::number:
            if (!reader.read_number(text)) return "no number";
            return compare_number(text, element);
        case value_kind::array:
            if (!reader.begin_array() || element.get(array) != simdjson::SUCCESS) return "no array";
            return compare_array(reader, array);
        case value_kind::object:
            if (!reader.begin_object() || element.get(object) != simdjson::SUCCESS) return "no object";
            return compare_object(reader, object);
        case value_kind::none:
            break;
    }
    return "no value";
}

// An integer beyond 64 bits has an error of its own in simdjson 4.
template <class Code>
bool is_about_a_number(Code code) {
    if constexpr (requires { Code::BIGINT_ERROR; })
        return code == Code::NUMBER_ERROR || code == Code::BIGINT_ERROR;
    else
        return code == Code::NUMBER_ERROR;
}

// simdjson refuses what RFC 8259 leaves open and the reader accepts: numbers that neither a double nor an integer of
// 64 bits holds, and escapes of lone surrogates.
inline bool documented_difference(simdjson::error_code code, std::string_view text) {
    using simdjson::error_code;
    if (code == error_code::DEPTH_ERROR) return true;
    if (code == error_code::STRING_ERROR)
        return text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos;
    if (!is_about_a_number(code)) return false;
    // Some number of the text must be to blame.
    for (std::size_t at = 0; at != text.size();) {
        auto const end = bedrock::json::scan_number(text.data() + at, text.data() + text.size());
        if (end.code != bedrock::json::fault::none) {
            ++at;
            continue;
        }
        auto const size = static_cast<std::size_t>(end.at - text.data()) - at;
        auto const number = text.substr(at, size);
        bool const integer = number.find_first_of(".eE") == std::string_view::npos;
        double value = 0;
        if (bedrock::json::parse_double(number, value) != bedrock::json::fault::none) return true;
        if (integer && number.size() >= 19) return true;
        at += size;
    }
    return false;
}

// What bedrock and simdjson do not agree on, or what bedrock's own parts do not agree on; empty when all is well.
inline std::string disagreement(std::string_view text) {
    using namespace bedrock::json;
    reader_options const options{depth_capacity};
    status state;
    auto const copy = copy_json(text, state, options);
    if (copy.has_value() != valid(text, options)) return "reader and valid() differ";
    if (copy.has_value() != state.ok()) return "no value, and no fault";
    if (state.offset > text.size()) return "the fault lies outside of the text";
    if (copy) {
        status second;
        auto const again = copy_json(*copy, second, options);
        if (!again || *again != *copy) return "what was written reads back as something else";
    }

    simdjson::dom::parser parser;
    simdjson::dom::element root;
    auto const code = parser.parse(text.data(), text.size(), true).get(root);
    if (code != simdjson::SUCCESS)
        return copy && !documented_difference(code, text)
                   ? std::string("only simdjson refuses: ") + simdjson::error_message(code)
                   : "";
    // simdjson 4 skips the mark.
    bool const may_differ = state.code == fault::too_deep || text.starts_with("\xEF\xBB\xBF");
    if (!copy) return may_differ ? "" : "only bedrock refuses: " + std::string(describe(state.code));
    reader walk(text, options);
    auto difference = compare(walk, root);
    if (difference.empty() && !walk.finish()) difference = "finish() differs";
    return difference;
}

}  // namespace json_oracle
