// The one file that includes the SDK.
#include "assistant.hpp"

#include <bedrock/bedrock.hpp>

assistant::reply assistant::ask(std::string const& question, std::string const& endpoint) {
    bedrock::client client({.region = "us-east-1", .endpoint = endpoint});
    auto const response = client.converse({.model_id = "model", .messages = {bedrock::user(question)}});
    if (!response) return {.text = {}, .error = response.error().message};
    return {.text = response->text(), .error = {}};
}
