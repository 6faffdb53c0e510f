// Owns plain HTTP requests by libcurl's easy interface, for tests that must not go through the SDK.
// Never signs by itself: curl does (`sigv4`), or the test brings its own headers.
#pragma once

#include <curl/curl.h>

#include "support/http_head.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mock {

struct curl_request {
    std::string url{};
    std::string method = "POST";
    std::vector<std::string> headers{};  ///< `Name: value`, and `Name;` for an empty one
    std::string body{};
    std::string user{};   ///< `ID:SECRET`
    std::string sigv4{};  ///< `aws:amz:REGION:SERVICE` lets curl sign for `user`
    long timeout_ms = 20000;
    /// Sees each piece of the body as it arrives; false aborts the transfer.
    std::function<bool(std::string_view)> on_data{};
};

struct curl_answer {
    CURLcode code = CURLE_OK;
    long status = 0;
    header_list headers{};
    std::string body{};
};

/// One easy handle with its connection.
class curl_client {
  public:
    curl_client() : handle_(curl_easy_init()) {}
    curl_client(curl_client const&) = delete;
    curl_client& operator=(curl_client const&) = delete;
    ~curl_client() { curl_easy_cleanup(handle_); }

    curl_answer perform(curl_request const& request) {
        curl_easy_reset(handle_);
        exchange current{request, {}};
        curl_slist* lines = nullptr;
        for (auto const& line : request.headers) lines = curl_slist_append(lines, line.c_str());
        curl_easy_setopt(handle_, CURLOPT_URL, request.url.c_str());
        // libcurl 8 does not sign such a path.
        curl_easy_setopt(handle_, CURLOPT_PATH_AS_IS, request.sigv4.empty() ? 1L : 0L);
        curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, request.timeout_ms);
        curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, lines);
        if (!request.user.empty()) curl_easy_setopt(handle_, CURLOPT_USERPWD, request.user.c_str());
        if (!request.sigv4.empty()) curl_easy_setopt(handle_, CURLOPT_AWS_SIGV4, request.sigv4.c_str());
        if (request.method != "GET") {
            curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
            curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request.body.c_str());
            curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        }
        curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &curl_client::receive_body);
        curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &current);
        curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &curl_client::receive_header);
        curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &current);
        current.answer.code = curl_easy_perform(handle_);
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &current.answer.status);
        curl_slist_free_all(lines);
        return std::move(current.answer);
    }

  private:
    struct exchange {
        curl_request const& request;
        curl_answer answer;
    };

    static std::size_t receive_body(char* data, std::size_t size, std::size_t count, void* opaque) {
        auto& current = *static_cast<exchange*>(opaque);
        std::string_view const piece(data, size * count);
        current.answer.body += piece;
        return !current.request.on_data || current.request.on_data(piece) ? piece.size() : 0;
    }

    static std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* opaque) {
        auto& headers = static_cast<exchange*>(opaque)->answer.headers;
        std::string_view line(data, size * count);
        if (line.rfind("HTTP/", 0) == 0) headers.clear();
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
        auto const colon = line.find(':');
        if (colon != std::string_view::npos) {
            headers.emplace_back(line.substr(0, colon), without_blanks_around(line.substr(colon + 1)));
        }
        return size * count;
    }

    CURL* handle_;
};

/// The same on a connection of its own.
inline curl_answer perform(curl_request const& request) {
    return curl_client().perform(request);
}

}  // namespace mock
