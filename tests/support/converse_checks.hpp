// Owns the checks that Bedrock makes on a Converse request body before a model sees it, with Bedrock's own texts where
// they are known. Never answers a request, and never includes the SDK.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mock {

/// An error answer: HTTP status, `x-amzn-errortype`, and the text of its `message`.
struct service_error {
    int status = 400;
    std::string type{};
    std::string message{};
};

/// Nothing when the request is acceptable.
std::optional<service_error> check_converse_request(simdjson::dom::element request, std::string_view model_id);

/// How many bytes a standard base64 text with padding stands for; nothing when it is not one.
std::optional<std::size_t> base64_decoded_size(std::string_view text);

}  // namespace mock
