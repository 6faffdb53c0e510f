// SPDX-License-Identifier: MIT
// Owns one request as libcurl holds it: what libcurl is told of it, how far it has gone, and what its failure means.
// Never follows a redirect, never switches off TLS verification, and never runs by itself.
#ifndef BEDROCK_ENGINE_REQUEST_HPP
#define BEDROCK_ENGINE_REQUEST_HPP

#include "bedrock/config.hpp"
#include "bedrock/connection_words.hpp"
#include "bedrock/http.hpp"
#include "bedrock/os/windows.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

/// An easy handle and the request that it is for. **Lifetime:** it must stay where it is, and be off its multi handle
/// before it is destroyed.
class curl_request {
  public:
    explicit curl_request(http::request what) : what_(std::move(what)) {}
    curl_request(curl_request const&) = delete;
    curl_request& operator=(curl_request const&) = delete;
    ~curl_request() { close(); }

    /// Makes the handle, without the callbacks that take the answer. `has_own_bundle`: whether libcurl's own trust is a
    /// file that can be read, once somebody has found out. **Errors:** invalid_input for what this libcurl cannot be
    /// told, transport where memory ran out.
    http::failure set_up(CURLSH* share, std::optional<bool>& has_own_bundle);
    static http::failure no_memory();
    /// What this libcurl does not know is left out; where it has no memory, `set_up` fails.
    template <class Value>
    void set(CURLoption option, Value value) {
        if (curl_easy_setopt(easy_, option, value) == CURLE_OUT_OF_MEMORY) lacks_memory_ = true;
    }
    /// The error number with which the system refused a socket.
    void note_socket_error(int number) noexcept { socket_error_ = number; }
    /// Null before `set_up`, and behind `close` and `abandon`.
    CURL* handle() const noexcept { return easy_; }
    http::request const& what() const noexcept { return what_; }

    /// The whole request was handed to the network.
    bool is_sent() const noexcept;
    /// How long DNS, TCP and TLS took, in milliseconds; nullopt before they are done.
    std::optional<std::int64_t> connecting_ms() const noexcept;
    http::phases phases() const;
    /// "https://host:port", and through which proxy, for messages.
    std::string peer() const;
    /// The response came by HTTP/1.x.
    bool is_http_1() const noexcept;
    /// Describes the end that libcurl reported, for the caller. `head_complete`: all headers have come.
    http::failure describe(CURLcode code, bool head_complete = false) const;

    void close() noexcept;
    /// Leaves the handle in memory: it is another process's.
    void abandon() noexcept { easy_ = nullptr; }

  private:
    bool add_headers();
    bool set_up_tls(std::optional<bool>& has_own_bundle);
    bool set_up_route();
    void set_up_body();
    std::optional<bool> find_own_bundle() const;
    template <class Value>
    bool set_required(CURLoption option, Value value, char const* what);
    bool is_proxied() const;
    bool lacks_descriptors(CURLcode code) const noexcept;

    http::request what_;
    CURL* easy_ = nullptr;
    curl_slist* header_lines_ = nullptr;
    std::array<char, CURL_ERROR_SIZE> curl_text_{};
    http::failure refused_{};  // why it cannot be told
    bool lacks_memory_ = false;
    int socket_error_ = 0;
};

namespace detail {

/// False where the process, or the system, has no file descriptors left.
bool has_free_descriptor() noexcept;

}  // namespace detail

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr char no_descriptors[] =
    "too many open files (EMFILE); raise the limit of the process (ulimit -n), or close streams and files that are no "
    "longer used";

inline bool has_free_descriptor() noexcept {
#if !defined(_WIN32)
    int const probe = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (probe < 0) return errno != EMFILE && errno != ENFILE;
    ::close(probe);
#endif
    return true;
}

/// Whether opening a file may wait for ever: a FIFO or a terminal, which TLS libraries open as any other file.
inline bool may_block([[maybe_unused]] std::string const& path) noexcept {
#if defined(_WIN32)
    return false;
#else
    if (path.empty() || path == "/dev/null" || path == "/dev/stdin" || path.starts_with("/dev/fd/")) return false;
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode));
#endif
}

}  // namespace detail

inline http::failure curl_request::no_memory() {
    if (!detail::has_free_descriptor())
        return {errc::transport, false, std::string("libcurl could not be set up: ") + detail::no_descriptors};
    return {errc::transport, false, "libcurl could not be set up: out of memory"};
}

inline void curl_request::close() noexcept {
    if (easy_) curl_easy_cleanup(std::exchange(easy_, nullptr));
    curl_slist_free_all(std::exchange(header_lines_, nullptr));
}

inline http::failure curl_request::set_up(CURLSH* share, std::optional<bool>& has_own_bundle) {
    easy_ = curl_easy_init();
    if (!easy_ || !add_headers()) return no_memory();
    set(CURLOPT_ERRORBUFFER, curl_text_.data());
    set(CURLOPT_URL, what_.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_HTTPHEADER, header_lines_);
#if LIBCURL_VERSION_NUM >= 0x075500
    set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    long const version = what_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    set(CURLOPT_HTTP_VERSION, version);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 30L);   // seconds; NAT gateways forget a silent connection after 240 to 350
    set(CURLOPT_TCP_KEEPINTVL, 15L);  // seconds
#if LIBCURL_VERSION_NUM >= 0x080900
    set(CURLOPT_TCP_KEEPCNT, 4L);
#endif
    set(CURLOPT_MAXAGE_CONN, 50L);  // seconds; servers close idle connections from a minute on
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    set(CURLOPT_QUICK_EXIT, 1L);
#endif
    // Our clocks decide; libcurl's own limit of five minutes must not come first.
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>((std::numeric_limits<std::int32_t>::max)()));
    if (!set_up_tls(has_own_bundle) || !set_up_route()) return std::move(refused_);
    if (what_.fresh_connection) {
        set(CURLOPT_FRESH_CONNECT, 1L);
        set(CURLOPT_FORBID_REUSE, 1L);
    }
    if (share) set(CURLOPT_SHARE, share);
    set_up_body();
    if (lacks_memory_) return no_memory();
    return {};
}

inline bool curl_request::add_headers() {
    auto const add_line = [this](std::string const& line) {
        curl_slist* const longer = curl_slist_append(header_lines_, line.c_str());
        if (longer) header_lines_ = longer;
        return longer != nullptr;
    };
    for (auto const& [name, value] : what_.headers)
        // A header whose value is blank is written so, or libcurl leaves it out.
        if (!add_line(value.find_first_not_of(" \t") == std::string::npos ? name + ";" : name + ": " + value))
            return false;
    // libcurl adds these on its own: the first costs a second on bodies over 1 MiB, the others are not ours to say.
    for (char const* const unwanted : {"Expect", "Accept", "Content-Type"})
        if (http::find_header(what_.headers, unwanted).empty() && !add_line(std::string(unwanted) + ":")) return false;
    return true;
}

inline void curl_request::set_up_body() {
    if (what_.method == "POST") {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDS, what_.body.view().data());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what_.body.size()));
    } else if (what_.method != "GET") {
        set(CURLOPT_CUSTOMREQUEST, what_.method.c_str());
        if (!what_.body.empty()) {
            set(CURLOPT_POSTFIELDS, what_.body.view().data());
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what_.body.size()));
        }
    }
}

template <class Value>
bool curl_request::set_required(CURLoption option, Value value, char const* what) {
    auto const code = curl_easy_setopt(easy_, option, value);
    if (code == CURLE_OK) return true;
    if (code == CURLE_OUT_OF_MEMORY) {
        refused_ = no_memory();
        return false;
    }
    refused_ = {errc::invalid_input, false,
                std::string("libcurl ") + curl_version_info(CURLVERSION_NOW)->version + " cannot be told " + what +
                    ": " + curl_easy_strerror(code)};
    return false;
}

inline bool curl_request::set_up_tls(std::optional<bool>& has_own_bundle) {
    auto const& [authorities, certificate, key, folder] = what_.tls;
    for (auto const* const path : {&authorities, &certificate, &key})
        if (detail::may_block(*path)) {
            refused_ = {errc::invalid_input, false, "cannot read the TLS file \"" + *path + "\": it is not a regular file"};
            return false;
        }
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    bool const own = !authorities.empty() || !folder.empty();
    if (own) {
        // Libcurl's own file and folder would be trusted beside those that were named.
        if (!set_required(CURLOPT_CAINFO, authorities.empty() ? nullptr : authorities.c_str(), "the authorities' file"))
            return false;
        if (!folder.empty() && !set_required(CURLOPT_CAPATH, folder.c_str(), "the authorities' folder")) return false;
    }
#if defined(_WIN32) && LIBCURL_VERSION_NUM >= 0x074700
    // A libcurl that uses OpenSSL knows no certificates of its own on Windows: the system's store has them.
    if (!own) curl_easy_setopt(easy_, CURLOPT_SSL_OPTIONS, static_cast<long>(CURLSSLOPT_NATIVE_CA));
#endif
    // A file is read once an engine, but at every connection where there is a folder too.
    auto const own_bundle = [&] {
        if (!has_own_bundle) has_own_bundle = find_own_bundle();
        return has_own_bundle.value_or(false);
    };
    if (folder.empty() && (own || own_bundle()))
        set(CURLOPT_CAPATH, static_cast<char const*>(nullptr));
    return (certificate.empty() ||
            set_required(CURLOPT_SSLCERT, certificate.c_str(), "the certificate of this side")) &&
           (key.empty() || set_required(CURLOPT_SSLKEY, key.c_str(), "the key of this side"));
}

// Always said, so that libcurl does not ask the process's environment, which may not be the client's.
inline bool curl_request::set_up_route() {
    if (!what_.unix_socket.empty() &&
        !set_required(CURLOPT_UNIX_SOCKET_PATH, what_.unix_socket.c_str(), "a unix-domain socket"))
        return false;
    bool const direct = what_.no_proxy || !what_.unix_socket.empty();
    auto const& proxy = what_.proxy;
    if (direct || proxy.url.empty()) {  // a libcurl that has no proxies may refuse both, and need neither
        set(CURLOPT_PROXY, "");
        set(CURLOPT_NOPROXY, "*");
        return true;
    }
    if (auto const fault = connection_words::find_proxy_fault(proxy.url); !fault.empty()) {
        refused_ = {errc::invalid_input, false, "the proxy "};
        refused_.message.append(connection_words::proxy_origin_of(proxy.url)).append(" ").append(fault);
        return false;
    }
    set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
    set(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
    auto const& authorities = proxy.authorities.empty() ? what_.tls.authorities : proxy.authorities;
    if (!authorities.empty()) {
        if (!set_required(CURLOPT_PROXY_CAINFO, authorities.c_str(), "the proxy's authorities")) return false;
        set(CURLOPT_PROXY_CAPATH, static_cast<char const*>(nullptr));
    }
#if defined(_WIN32) && LIBCURL_VERSION_NUM >= 0x074700
    if (authorities.empty())
        curl_easy_setopt(easy_, CURLOPT_PROXY_SSL_OPTIONS, static_cast<long>(CURLSSLOPT_NATIVE_CA));
#endif
    return set_required(CURLOPT_PROXY, proxy.url.c_str(), "the proxy") &&
           set_required(CURLOPT_NOPROXY, proxy.exceptions.c_str(), "what needs no proxy");
}

// Before libcurl 8.7 only a proxy without exceptions is known to have been used.
inline bool curl_request::is_proxied() const {
#if LIBCURL_VERSION_NUM >= 0x080700
    long used = 0;
    curl_easy_getinfo(easy_, CURLINFO_USED_PROXY, &used);
    return used != 0;
#else
    return !what_.no_proxy && !what_.proxy.url.empty() && what_.proxy.exceptions.empty();
#endif
}

// Unset where the file could not be opened for a reason that will pass.
inline std::optional<bool> curl_request::find_own_bundle() const {
#if LIBCURL_VERSION_NUM >= 0x075400 && !defined(_WIN32)
    char* path = nullptr;
    curl_easy_getinfo(easy_, CURLINFO_CAINFO, &path);
    int const file = path ? ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (file >= 0) {
        ::close(file);
        return true;
    }
    if (path && (errno == ENOMEM || errno == EMFILE || errno == ENFILE)) return std::nullopt;
#endif
    return false;
}

inline std::string curl_request::peer() const {
    auto who = connection_words::origin_of(what_.url);
    if (!what_.unix_socket.empty()) return who + " on the socket " + what_.unix_socket;
    return easy_ && is_proxied() ? who + " through the proxy " + connection_words::proxy_origin_of(what_.proxy.url)
                                 : who;
}

inline bool curl_request::is_sent() const noexcept {
    if (!easy_) return false;
    long head_size = 0;
    curl_off_t ready = 0, body_size = 0;
    curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &ready);  // before that it was the proxy that was spoken to
    curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &head_size);
    curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &body_size);
    return ready > 0 && head_size > 0 && static_cast<std::uint64_t>(body_size) >= what_.body.size();
}

inline bool curl_request::is_http_1() const noexcept {
    long version = 0;
    if (easy_) curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
    return version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
}

inline std::optional<std::int64_t> curl_request::connecting_ms() const noexcept {
    curl_off_t took_us = 0;
    if (easy_) curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &took_us);
    if (took_us <= 0) return std::nullopt;
    return static_cast<std::int64_t>(took_us / 1000);
}

inline http::phases curl_request::phases() const {
    auto const at = [this](CURLINFO station) {
        curl_off_t microseconds = 0;
        curl_easy_getinfo(easy_, station, &microseconds);
        return static_cast<std::int64_t>(microseconds / 1000);
    };
    return {at(CURLINFO_NAMELOOKUP_TIME_T), at(CURLINFO_CONNECT_TIME_T), at(CURLINFO_APPCONNECT_TIME_T),
            at(CURLINFO_STARTTRANSFER_TIME_T)};
}

inline bool curl_request::lacks_descriptors(CURLcode code) const noexcept {
    switch (code) {
        case CURLE_COULDNT_CONNECT:
            return socket_error_ == EMFILE || socket_error_ == ENFILE || !detail::has_free_descriptor();
        case CURLE_COULDNT_RESOLVE_HOST:  // a resolver's thread has a socket pair of its own
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_FAILED_INIT:
        case CURLE_OUT_OF_MEMORY:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
            return !detail::has_free_descriptor();
        default:
            return false;
    }
}

inline http::failure curl_request::describe(CURLcode code, bool head_complete) const {
    using namespace connection_words;
    http::failure why;
    why.request_sent = is_sent();
    if (lacks_descriptors(code)) {
        why.code = errc::transport;
        why.message = "no connection to " + peer() + ": " + bedrock::detail::no_descriptors;
        return why;
    }
    auto const said = hide_proxy(curl_text_[0] ? curl_text_.data() : curl_easy_strerror(code), what_.proxy.url);
    auto const origin = peer();
    // libcurl refuses an HTTP/0.9 answer, which is any other protocol's greeting, under the name of a bad URL scheme.
    if (code == CURLE_WEIRD_SERVER_REPLY || (code == CURLE_UNSUPPORTED_PROTOCOL && why.request_sent)) {
        why.code = errc::protocol;
        why.message = origin + " did not answer in HTTP: " + said;
        return why;
    }
    // A header line beyond libcurl's limit is out of memory to libcurl 7, and CURLE_TOO_LARGE (100) or a failure to
    // receive to libcurl 8.
    bool const has_no_limit = code == CURLE_OUT_OF_MEMORY && why.request_sent;
    if (!head_complete && (has_no_limit || static_cast<int>(code) == 100 ||
                           said.find("Too large response headers") != std::string::npos)) {
        why.code = errc::protocol;
        why.permanent = true;
        why.message = origin + " sent headers too large for libcurl, which takes 100 KiB a line and 300 KiB in all";
        return why;
    }
    if (code == CURLE_BAD_CONTENT_ENCODING) {
        why.code = errc::protocol;
        why.permanent = true;
        why.message =
            origin + " sent a body in an encoding that was not asked for: " + said + "; does a proxy compress it?";
        return why;
    }
    long connect_status = 0;
    curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (connect_status >= 300 && !why.request_sent) {
        why.code = errc::transport;
        why.permanent = connect_status < 500;
        why.message = describe_proxy_refusal(static_cast<int>(connect_status), origin_of(what_.url), what_.proxy.url);
        return why;
    }
    why.code = errc::transport;
    switch (code) {
        case CURLE_PARTIAL_FILE:
            why.code = errc::truncated;
            why.message = "the answer of " + origin + " was cut short: " + said;
            break;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            why.code = errc::invalid_input;
            why.message = "not a usable URL: " + origin + ": " + said;
            break;
        case CURLE_COULDNT_RESOLVE_PROXY:
            why.message = "cannot resolve the proxy " + proxy_origin_of(what_.proxy.url) + ": " + said +
                          "; check HTTPS_PROXY, or network.proxy where that is set";
            break;
        case CURLE_COULDNT_RESOLVE_HOST:
            why.message = "cannot resolve the host of " + origin + ": " + said +
                          "; check the region or endpoint, the network and the proxy settings";
            break;
        case CURLE_COULDNT_CONNECT:
            why.message = "cannot connect to " + origin + ": " + said;
            break;
        case CURLE_SSL_CERTPROBLEM:
            why.code = errc::invalid_input;
            why.message = "the certificate or key to show to " + origin + " cannot be used: " + said;
            break;
        case CURLE_SSL_CACERT_BADFILE:
            why.code = errc::invalid_input;
            why.message = "the file of certificate authorities for " + origin + " cannot be used: " + said;
            break;
        case CURLE_PEER_FAILED_VERIFICATION:
            why.permanent = true;
            why.message = origin + " is not who it should be: " + said + "; ";
            why.message += advise_on_certificate(said);
            break;
        case CURLE_SSL_CONNECT_ERROR:
            why.message = "TLS with " + origin + " failed: " + said + "; TLS 1.2 is the oldest that is spoken";
            break;
        default:
            why.message = "the connection to " + origin + " failed: " + said;
    }
    if (wants_client_certificate(said)) {
        why.permanent = true;
        why.message += "; it wants a certificate of this side that it trusts: network.tls.certificate and key";
    }
    return why;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
