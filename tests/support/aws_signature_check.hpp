// Owns the server's side of authentication: recomputes AWS Signature Version 4 from the bytes received, or compares a
// bearer token. Never includes the SDK: it is an independent oracle, so that one mistake cannot hide on both sides.
#pragma once

#include "support/http_head.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mock {

struct aws_key {
    std::string id{};
    std::string secret{};
    std::string session_token{};  ///< empty: a long-term key; else each request must carry and sign exactly this token
    bool expired = false;         ///< answered with ExpiredTokenException
};

struct authorization_policy {
    std::vector<aws_key> keys{};
    std::vector<std::string> bearer_tokens{};
    std::string service = "bedrock";
    std::string region{};                  ///< "" accepts every region
    std::int64_t tolerance_seconds = 300;  ///< how far a request's date may be from the server's clock
};

/// What the authentication layer of AWS would have said. `detail` is for the person who debugs a signer and is never
/// sent.
struct authorization_verdict {
    bool accepted = false;
    int status = 403;
    std::string error_type{};
    std::string message{};
    std::string detail{};
};

/// Checks one request against the wire rules of SigV4 in headers (service other than S3: the path on the wire is
/// encoded once more), or its `Authorization: Bearer`. `now` in seconds since 1970.
authorization_verdict check_authorization(request_head const& head, std::string_view body,
                                          authorization_policy const& policy, std::int64_t now);

/// `20150830T123600Z`
std::string basic_iso_time(std::int64_t unix_seconds);
/// `Sun, 30 Aug 2015 12:36:00 GMT`
std::string http_time(std::int64_t unix_seconds);

}  // namespace mock
