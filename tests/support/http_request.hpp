// Makes the requests that tests of the transport send.
#pragma once

#include "bedrock/http.hpp"

#include <string>
#include <utility>

namespace http_request {

inline bedrock::http::request get(std::string url) {
    bedrock::http::request made;
    made.url = std::move(url);
    return made;
}

inline bedrock::http::request post(std::string url, std::string body) {
    auto made = get(std::move(url));
    made.method = "POST";
    made.body = std::move(body);
    return made;
}

}  // namespace http_request
