// Owns a request that a file holds as JSON, and what its members say that AWS puts into the path.
// Never takes a file that the typed API could not read.
#pragma once

#include "sdk.hpp"

#include "io.hpp"

#include <string>
#include <string_view>

namespace cli::detail {

/// The request of `operation` that `path` holds; "-" is standard input.
template <class Request>
bedrock::result<Request> load_request(std::string const& path, std::string_view operation);

/// Moves a text out of the body: what is in a request's path may stand there too, as in AWS's own request objects.
std::string take_text(bedrock::json::unknown_members& members, std::string_view name);

// ---------------------------------------------------------------------------------------------------------------------

template <class Request>
bedrock::result<Request> load_request(std::string const& path, std::string_view operation) {
    auto const text = read_text_file(path);
    if (!text) return bedrock::unexpected{text.error()};
    auto request = bedrock::json::read<Request>(*text, {.code = bedrock::errc::invalid_input});
    if (!request)
        request.error().message =
            quoted(path) + " is no body for " + std::string(operation) + ": " + request.error().message;
    return request;
}

inline std::string take_text(bedrock::json::unknown_members& members, std::string_view name) {
    auto const* const found = members.find(name);
    std::string text;
    if (!found) return text;
    bedrock::json::reader reader(found->text());
    if (reader.read_string(text)) members.erase(name);
    return text;
}

}  // namespace cli::detail
