// Takes a DPoP proof apart as a server would (RFC 9449, 4.3), with simdjson and OpenSSL and without the SDK.
#pragma once

#include "support/es256_check.hpp"
#include "support/json_file.hpp"

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct dpop_check {
    /// Empty for a proof that is one: three parts without padding, the members that must be there, a signature by the
    /// key in its head.
    std::string fault{"not looked at"};
    std::string x, y;  // bytes
    std::string id, method, url;
    std::int64_t issued_at = 0;

    explicit dpop_check(std::string_view proof) { fault = look(proof); }

  private:
    std::string look(std::string_view proof) {
        std::vector<std::string_view> parts;
        for (auto rest = proof;;) {
            auto const dot = rest.find('.');
            parts.push_back(rest.substr(0, dot));
            if (dot == std::string_view::npos) break;
            rest.remove_prefix(dot + 1);
        }
        if (parts.size() != 3) return "not three parts";
        auto const head_text = es256_check::decode_base64url(parts[0]);
        auto const payload_text = es256_check::decode_base64url(parts[1]);
        auto const signature = es256_check::decode_base64url(parts[2]);
        if (!head_text || !payload_text || !signature) return "not base64url without padding";
        simdjson::dom::parser head_parser, payload_parser;
        json_file::value head, payload;
        if (head_parser.parse(*head_text).get(head) != simdjson::SUCCESS) return "the head is not JSON";
        if (payload_parser.parse(*payload_text).get(payload) != simdjson::SUCCESS) return "the payload is not JSON";
        if (json_file::text(head, "typ") != "dpop+jwt") return "typ";
        if (json_file::text(head, "alg") != "ES256") return "alg";
        auto const jwk = json_file::member(head, "jwk");
        if (!jwk || json_file::text(*jwk, "kty") != "EC" || json_file::text(*jwk, "crv") != "P-256") return "jwk";
        if (json_file::members(jwk).size() != 4) return "more in jwk than a public key";
        x = es256_check::decode_base64url(json_file::text_or_empty(*jwk, "x")).value_or("");
        y = es256_check::decode_base64url(json_file::text_or_empty(*jwk, "y")).value_or("");
        id = json_file::text_or_empty(payload, "jti");
        method = json_file::text_or_empty(payload, "htm");
        url = json_file::text_or_empty(payload, "htu");
        auto const at = json_file::integer(payload, "iat");
        if (id.empty() || method.empty() || url.empty() || !at) return "a claim is missing";
        issued_at = *at;
        auto const signed_part = proof.substr(0, proof.rfind('.'));
        return es256_check::verifies(x, y, signed_part, *signature) ? "" : "the signature is wrong";
    }
};
