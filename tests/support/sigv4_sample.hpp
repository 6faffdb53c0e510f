// A request to be signed, with memory of its own: made by hand, or read from a case of the conformance vectors.
#pragma once

#include "bedrock/base64.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/time.hpp"
#include "support/json_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sigv4_test {

namespace sigv4 = bedrock::sigv4;

inline constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";  // AWS's example
inline constexpr std::int64_t new_year = 1767323045;                                    // 2026-01-02T03:04:05Z

struct sample {
    std::string method = "POST";
    std::string target = "/";
    bedrock::http::header_list headers{{"Host", "example.amazonaws.com"}};
    std::string body{};
    std::string payload_hash{};
    std::string access_key_id = "AKIDEXAMPLE";
    std::string secret{sigv4_test::secret};
    std::string token{};
    std::string region = "us-east-1";
    std::string service = "bedrock";
    std::int64_t unix_seconds = new_year;
    std::int64_t expires_seconds = 3600;
    sigv4::options options{};

    sigv4::request request() const {
        sigv4::request made;
        made.method = method;
        made.target = target;
        made.headers = headers;
        made.body = bedrock::as_bytes(body);
        made.payload_hash = payload_hash;
        return made;
    }
    sigv4::credentials_view credentials() const { return {access_key_id, secret, token}; }
    sigv4::scope scope() const { return {region, service, unix_seconds}; }

    sigv4::status sign(sigv4::signature& out) const {
        return sigv4::sign(request(), credentials(), scope(), options, out);
    }
    sigv4::status sign(sigv4::signer& by, sigv4::signature& out) const {
        return by.sign(request(), credentials(), scope(), options, out);
    }
    sigv4::status presign(sigv4::signature& out) const {
        return sigv4::presign(request(), expires_seconds, credentials(), scope(), options, out);
    }
    sigv4::status presign(sigv4::signer& by, sigv4::signature& out) const {
        return by.presign(request(), expires_seconds, credentials(), scope(), options, out);
    }
};

inline sample bedrock_sample() {
    sample made;
    made.target = "/model/us.anthropic.claude-sonnet-4-20250514-v1%3A0/converse";
    made.headers = {{"host", "bedrock-runtime.us-east-1.amazonaws.com"}, {"content-type", "application/json"}};
    made.body = R"({"messages":[]})";
    return made;
}

inline std::optional<bedrock::http::header_list> read_headers(std::vector<json_file::value> const& pairs) {
    bedrock::http::header_list list;
    for (auto const& pair : pairs) {
        auto const parts = json_file::list(pair);
        if (parts.size() != 2) return std::nullopt;
        auto const name = json_file::text(parts[0]);
        auto const value = json_file::text(parts[1]);
        if (!name || !value) return std::nullopt;
        list.push_back({*name, *value});
    }
    return list;
}

// The `context` and `request` of a case; nullopt where they are not as the vectors' README has them.
inline std::optional<sample> read_sample(json_file::value const& file) {
    auto const context = json_file::member(file, "context");
    auto const request = json_file::member(file, "request");
    if (!context || !request) return std::nullopt;
    sample given;
    given.method = json_file::text_or_empty(*request, "method");
    given.target = json_file::text_or_empty(*request, "target");
    auto const headers = read_headers(json_file::list(*request, "headers"));
    bedrock::byte_buffer body;
    auto const time = bedrock::parse_iso8601(json_file::text_or_empty(*context, "timestamp"));
    if (!headers || !time || !bedrock::decode_base64(json_file::text_or_empty(*request, "body_b64"), body))
        return std::nullopt;
    given.headers = *headers;
    given.body = bedrock::as_text(body);
    given.access_key_id = json_file::text_or_empty(*context, "access_key_id");
    given.secret = json_file::text_or_empty(*context, "secret_access_key");
    given.token = json_file::text_or_empty(*context, "session_token");
    given.region = json_file::text_or_empty(*context, "region");
    given.service = json_file::text_or_empty(*context, "service");
    given.unix_seconds = time->seconds;
    given.expires_seconds = json_file::integer(*context, "expiration_in_seconds").value_or(0);
    auto const flag = [&](std::string_view name, bool& out) {
        auto const found = json_file::flag(*context, name);
        if (found) out = *found;
        return found.has_value();
    };
    if (!flag("normalize_path", given.options.normalize_path) ||
        !flag("double_uri_encode", given.options.double_uri_encode) || !flag("sign_body", given.options.sign_body) ||
        !flag("omit_session_token", given.options.omit_session_token))
        return std::nullopt;
    return given;
}

}  // namespace sigv4_test
