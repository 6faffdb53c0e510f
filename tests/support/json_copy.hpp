// Rewrites JSON through bedrock's reader and writer, pulling every value by its own call.
#pragma once

#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"

#include <optional>
#include <string>
#include <string_view>

// Recurses as deep as the reader lets it: `reader_options::max_depth`.
template <class Reader>
void copy_value(Reader& from, bedrock::json::writer& to) {
    using bedrock::json::value_kind;
    std::string_view text;
    bool truth = false;
    switch (from.peek()) {
        case value_kind::null:
            if (from.read_null()) to.null();
            return;
        case value_kind::boolean:
            if (from.read_bool(truth)) to.boolean(truth);
            return;
        case value_kind::number:
            if (from.read_number(text)) to.raw(text);
            return;
        case value_kind::string:
            if (from.read_string(text)) to.string(text);
            return;
        case value_kind::array:
            if (!from.begin_array()) return;
            to.begin_array();
            while (from.next_element()) copy_value(from, to);
            to.end_array();
            return;
        case value_kind::object:
            if (!from.begin_object()) return;
            to.begin_object();
            while (from.next_member(text)) {
                to.key(text);
                copy_value(from, to);
            }
            to.end_object();
            return;
        case value_kind::none:
            return;
    }
}

// The text without white space and with the writer's own escapes; nothing when the reader refuses it.
template <class Reader = bedrock::json::reader>
std::optional<std::string> copy_json(std::string_view text, bedrock::json::status& state,
                                     bedrock::json::reader_options options = {}) {
    Reader from(text, options);
    std::string out;
    bedrock::json::writer to(out, {bedrock::json::invalid_utf8::fail});
    copy_value(from, to);
    bool const whole = from.finish();
    state = from.state();
    if (!to.ok()) state = to.state();
    if (!whole || !to.ok()) return std::nullopt;
    return out;
}
