// Owns what the pretend model of the mock says: a deterministic answer to a Converse request, as one JSON body and as
// stream frames. Never opens a socket, never includes the SDK; the same request always gets the same answer.
#pragma once

#include "support/converse_checks.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mock {

/// The answer to one request in both shapes, or the error that Bedrock would send.
///
/// The text repeats the last user message ("You said: ..."), names images and documents with their decoded sizes, and
/// repeats tool results; "count to N" in the prompt makes it count, for long streams. It is cut at `maxTokens` words
/// (max_tokens) and before a stop sequence (stop_sequence). A tool is used when the request offers tools and its
/// `toolChoice` demands one or the prompt names a tool or has the word "tool". `thinking` in
/// `additionalModelRequestFields`, of a type other than "disabled", puts a signed reasoning block first.
struct converse_answer {
    std::optional<service_error> error{};
    std::string body{};                 ///< ConverseResponse
    std::vector<std::string> frames{};  ///< ConverseStream, one event each, in Bedrock's order, padded with `p`
};

converse_answer answer_converse(std::string_view model_id, std::string_view request_body);

}  // namespace mock
