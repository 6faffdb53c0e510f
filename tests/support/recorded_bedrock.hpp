// Reads the recorded Bedrock exchanges of the conformance vectors (bedrock-recorded).
#pragma once

#include "support/vectors.hpp"

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct recorded_event {
    std::string message_type;
    std::string type;
    std::string payload;
    std::string chunk;  // of InvokeModelWithResponseStream: what the payload's base64 stands for
};

struct recorded_call {
    std::string id;
    std::string operation;  // of the index: "converse", "converse-stream", ...
    std::string model_id;
    std::string request_body;
    std::string response_body;
    std::string response_file;  // the bytes of a stream
    std::vector<recorded_event> events;
};

namespace recorded_detail {

inline std::string text_of(simdjson::dom::element from, std::string_view name) {
    std::string_view text;
    return from[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// "a:0" of "/model/a%3A0/converse".
inline std::string model_of(std::string target) {
    constexpr std::string_view prefix = "/model/";
    if (!target.starts_with(prefix)) return {};
    target = target.substr(prefix.size(), target.rfind('/') - prefix.size());
    for (auto const& [code, character] : {std::pair{"%3A", ":"}, std::pair{"%2F", "/"}})
        for (auto at = target.find(code); at != std::string::npos; at = target.find(code))
            target.replace(at, 3, character);
    return target;
}

}  // namespace recorded_detail

// The exchanges of a class that were answered with 200; nothing when there are no vectors.
inline std::optional<std::vector<recorded_call>> recorded_calls(std::string_view wanted) {
    using recorded_detail::text_of;
    auto const directory = vectors_dir();
    if (!directory) return std::nullopt;
    auto const root = *directory + "/bedrock-recorded/";
    std::vector<recorded_call> all;
    simdjson::dom::parser index_parser;
    simdjson::dom::element index;
    simdjson::dom::array cases;
    if (index_parser.load(root + "index.json").get(index) != simdjson::SUCCESS) return std::nullopt;
    if (index["cases"].get(cases) != simdjson::SUCCESS) return std::nullopt;
    for (auto const entry : cases) {
        std::int64_t status = 0;
        if (entry["status"].get(status) != simdjson::SUCCESS || status != 200) continue;
        if (text_of(entry, "class") != wanted) continue;
        simdjson::dom::parser parser;
        simdjson::dom::element file;
        if (parser.load(root + text_of(entry, "file")).get(file) != simdjson::SUCCESS) return std::nullopt;
        recorded_call exchange{text_of(entry, "id"), std::string(wanted), {}, {}, {}, {}, {}};
        simdjson::dom::element part;
        if (file["request"].get(part) == simdjson::SUCCESS) {
            exchange.request_body = text_of(part, "body");
            exchange.model_id = recorded_detail::model_of(text_of(part, "target"));
        }
        if (file["response"].get(part) == simdjson::SUCCESS) {
            exchange.response_body = text_of(part, "body");
            if (auto const name = text_of(part, "file"); !name.empty()) exchange.response_file = root + name;
            simdjson::dom::array events;
            if (part["events"].get(events) == simdjson::SUCCESS || file["events"].get(events) == simdjson::SUCCESS)
                for (auto const event : events)
                    exchange.events.push_back({text_of(event, "message_type"), text_of(event, "event_type"),
                                               text_of(event, "payload"), text_of(event, "chunk")});
        }
        all.push_back(std::move(exchange));
    }
    return all;
}
