// Owns a second implementation of Signature Version 4, as the specification tells it: one-shot digests of OpenSSL, maps
// and strings, and what is signed described by its meaning (decoded parameters, words of header values) rather than by
// its bytes on the wire. Never includes the SDK: one mistake cannot hide on both sides.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigv4_reference {

inline std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<char const*>(digest.data()), size};
}

inline std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(text.data()),
         text.size(), digest.data(), &size);
    return {reinterpret_cast<char const*>(digest.data()), size};
}

inline std::string hex(std::string_view bytes) {
    std::string text;
    for (char const byte : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) / 16];
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) % 16];
    }
    return text;
}

// UriEncode() of the specification.
inline std::string uri_encode(std::string_view text) {
    constexpr std::string_view kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (char const c : text) {
        if (kept.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += "0123456789ABCDEF"[static_cast<unsigned char>(c) / 16];
            out += "0123456789ABCDEF"[static_cast<unsigned char>(c) % 16];
        }
    }
    return out;
}

struct request {
    std::string method{};
    // Between the slashes, percent-encoded once as on the wire; an empty last one is a slash at the end.
    std::vector<std::string> segments{};
    bool normalize = true;
    bool encode_again = true;
    // Decoded.
    std::vector<std::pair<std::string, std::string>> parameters{};
    // Lower-case name to the words of each of its values, in wire order.
    std::map<std::string, std::vector<std::vector<std::string>>> headers{};
    std::string payload_hash{};
    std::string date{};  // 20150830
    std::string time{};  // 123600
    std::string region{};
    std::string service{};
    std::string secret{};
};

struct stages {
    std::string canonical_request{};
    std::string string_to_sign{};
    std::string signing_key{};  // raw
    std::string signature{};
};

inline std::string signed_headers(request const& what) {
    std::string names;
    for (auto const& header : what.headers) names += (names.empty() ? "" : ";") + header.first;
    return names;
}

inline std::string canonical_path(request const& what) {
    auto segments = what.segments;
    if (what.normalize) {
        std::vector<std::string> kept;
        for (auto const& segment : segments) {
            if (segment == "..") {
                if (!kept.empty()) kept.pop_back();
            } else if (!segment.empty() && segment != ".") {
                kept.push_back(segment);
            }
        }
        if (kept.empty() || segments.back().empty()) kept.emplace_back();
        segments = kept;
    }
    std::string path;
    for (auto const& segment : segments) path += '/' + (what.encode_again ? uri_encode(segment) : segment);
    return path;
}

inline std::string scope(request const& what) {
    return what.date + '/' + what.region + '/' + what.service + "/aws4_request";
}

inline std::string signing_key(request const& what) {
    return hmac(hmac(hmac(hmac("AWS4" + what.secret, what.date), what.region), what.service), "aws4_request");
}

inline stages sign(request const& what) {
    std::vector<std::pair<std::string, std::string>> parameters;
    for (auto const& [name, value] : what.parameters) parameters.emplace_back(uri_encode(name), uri_encode(value));
    std::sort(parameters.begin(), parameters.end());
    std::string query;
    for (auto const& [name, value] : parameters) query += (query.empty() ? "" : "&") + name + '=' + value;

    std::string headers;
    for (auto const& [name, values] : what.headers) {
        headers += name + ':';
        for (std::size_t at = 0; at != values.size(); ++at) {
            if (at != 0) headers += ',';
            for (std::size_t word = 0; word != values[at].size(); ++word)
                headers += (word == 0 ? "" : " ") + values[at][word];
        }
        headers += '\n';
    }

    stages made;
    made.canonical_request = what.method + '\n' + canonical_path(what) + '\n' + query + '\n' + headers + '\n' +
                             signed_headers(what) + '\n' + what.payload_hash;
    made.string_to_sign = "AWS4-HMAC-SHA256\n" + what.date + 'T' + what.time + "Z\n" + scope(what) + '\n' +
                          hex(sha256(made.canonical_request));
    made.signing_key = signing_key(what);
    made.signature = hex(hmac(made.signing_key, made.string_to_sign));
    return made;
}

}  // namespace sigv4_reference
