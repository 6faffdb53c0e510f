// Reads the credential cases of the conformance vectors: those of one kind, and their recorded traffic.
#pragma once

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/http.hpp"
#include "bedrock/recorded.hpp"
#include "support/fake_environment.hpp"
#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credential_vectors {

using value = json_file::value;

// Calls `check(id, case)` for every case of the kind; how many there were, or nothing without vectors.
template <class Check>
std::optional<int> for_each(std::string_view kind, Check check) {
    auto const vectors = vectors_dir();
    if (!vectors) return std::nullopt;
    auto const folder = *vectors + "/credentials/";
    simdjson::dom::parser index_parser;
    auto const index = json_file::load(index_parser, folder + "index.json");
    int count = 0;
    if (!index) return count;
    for (auto const& entry : json_file::list(*index, "cases")) {
        if (json_file::text(entry, "kind") != kind) continue;
        simdjson::dom::parser parser;
        auto const whole = json_file::load(parser, folder + json_file::text_or_empty(entry, "file"));
        if (!whole) continue;
        check(json_file::text_or_empty(entry, "id"), *whole);
        ++count;
    }
    return count;
}

inline std::vector<bedrock::http::header> headers(std::optional<value> const& from) {
    std::vector<bedrock::http::header> all;
    for (auto const& [name, values] : json_file::members(from))
        for (auto const& one : json_file::list(values)) all.push_back({name, json_file::text(one).value_or("")});
    return all;
}

inline fake_environment::variables variables(value const& of_case) {
    fake_environment::variables set;
    for (auto const& [name, text] : json_file::members(json_file::member(of_case, "env")))
        set[name] = json_file::text(text).value_or("");
    return set;
}

struct traffic {
    std::vector<bedrock::recorded_exchange> recording;
    std::vector<bedrock::http::header_list> request_headers;  // beside each recorded exchange
};

inline traffic read_traffic(value const& of_case) {
    traffic read;
    for (auto const& one : json_file::list(of_case, "http")) {
        bedrock::recorded_exchange exchange;
        if (auto const request = json_file::member(one, "request")) {
            exchange.method = json_file::text_or_empty(*request, "method");
            exchange.url = json_file::text_or_empty(*request, "uri");
            read.request_headers.push_back(headers(json_file::member(*request, "headers")));
        }
        auto const response = json_file::member(one, "response");
        auto const status = response ? json_file::integer(*response, "status") : std::nullopt;
        if (status) {
            exchange.head.status = static_cast<int>(*status);
            exchange.head.headers = headers(json_file::member(*response, "headers"));
            bedrock::byte_buffer bytes;
            if (bedrock::decode_base64(json_file::text_or_empty(*response, "body_b64"), bytes) && !bytes.empty())
                exchange.pieces.emplace_back(bedrock::as_text(bytes));
            else
                exchange.pieces.push_back(json_file::text_or_empty(*response, "body"));
        } else {
            exchange.failure = {bedrock::errc::transport, false, "the recording says: no answer"};
        }
        read.recording.push_back(std::move(exchange));
    }
    return read;
}

}  // namespace credential_vectors
