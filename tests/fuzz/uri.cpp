// Any text as an endpoint's URL and as something to percent-encode: what is read can be written again, and libcurl,
// which will connect to it, reads the same host, port, path and query.
#include "bedrock/uri.hpp"
#include "fuzz/check.hpp"

#include <curl/curl.h>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

void check_escapes(std::string_view text) {
    auto const encoded = bedrock::percent_encode(text);
    for (char const c : encoded) BEDROCK_FUZZ_CHECK(bedrock::is_unreserved(c) || c == '%');
    std::string decoded;
    BEDROCK_FUZZ_CHECK(bedrock::percent_decode(encoded, decoded) && decoded == text);
    std::string path;
    bedrock::append_percent_encoded_path(path, text);
    BEDROCK_FUZZ_CHECK(bedrock::percent_decode(path, decoded) && decoded == text);
    if (!bedrock::percent_decode(text, decoded)) {
        BEDROCK_FUZZ_CHECK(decoded.empty() && text.find('%') != std::string_view::npos);
        return;
    }
    std::string again;
    BEDROCK_FUZZ_CHECK(bedrock::percent_decode(bedrock::percent_encode(decoded), again) && again == decoded);
}

struct curl_deleter {
    void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
    void operator()(char* text) const noexcept { curl_free(text); }
};

std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(handle, which, &text, flags) != CURLUE_OK) return {};
    std::unique_ptr<char, curl_deleter> const owned(text);
    return text;
}

// libcurl reads 0x7f.1 and 2130706433 as 127.0.0.1: to us they are names.
bool is_number_to_curl(std::string_view host) {
    return host.find_first_not_of("0123456789abcdefABCDEFxX.") == std::string_view::npos;
}

void check_against_curl(std::string const& text, bedrock::url const& read) {
    std::unique_ptr<CURLU, curl_deleter> const handle(curl_url());
    BEDROCK_FUZZ_CHECK(handle != nullptr);
    if (is_number_to_curl(read.host)) return;
    BEDROCK_FUZZ_CHECK(curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK);
    BEDROCK_FUZZ_CHECK(part(handle.get(), CURLUPART_SCHEME) == read.scheme);
    if (read.host.front() != '[') BEDROCK_FUZZ_CHECK(part(handle.get(), CURLUPART_HOST) == read.host);
    BEDROCK_FUZZ_CHECK(part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT) == std::to_string(read.port));
    auto const path = part(handle.get(), CURLUPART_PATH);
    BEDROCK_FUZZ_CHECK(path == (read.path.empty() ? "/" : read.path));
    BEDROCK_FUZZ_CHECK(part(handle.get(), CURLUPART_QUERY) == read.query);
    BEDROCK_FUZZ_CHECK(part(handle.get(), CURLUPART_USER).empty() && part(handle.get(), CURLUPART_FRAGMENT).empty());
}

void check_url(std::string_view text) {
    bedrock::url read;
    auto const status = bedrock::parse_url(text, read);
    if (!status.ok()) {
        BEDROCK_FUZZ_CHECK(status.offset <= text.size() && read.port == 0 && read.host.empty());
        BEDROCK_FUZZ_CHECK(!bedrock::describe(status.code).empty());
        return;
    }
    std::string written(read.scheme);
    written.append("://").append(read.host).append(":").append(std::to_string(read.port)).append(read.path);
    if (!read.query.empty()) written.append("?").append(read.query);
    bedrock::url again;
    BEDROCK_FUZZ_CHECK(bedrock::parse_url(written, again).ok());
    BEDROCK_FUZZ_CHECK(again.scheme == read.scheme && again.host == read.host && again.port == read.port &&
                       again.path == read.path && again.query == read.query);
    check_against_curl(std::string(text), read);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    check_escapes(text);
    check_url(text);
    return 0;
}
