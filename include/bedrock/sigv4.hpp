// Owns AWS Signature Version 4 for requests that carry it in headers, every stage of it visible.
// Never sends, changes or re-encodes the request: the target is signed as it goes on the wire.
#ifndef BEDROCK_SIGV4_HPP
#define BEDROCK_SIGV4_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/http.hpp"
#include "bedrock/scan.hpp"
#include "bedrock/time.hpp"
#include "bedrock/uri.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// Why a request was not signed.
enum class fault : unsigned char {
    none,                  ///< nothing
    invalid_method,        ///< empty, or not an HTTP token
    invalid_target,        ///< neither empty nor begins with `/` or `?`, or holds a control character
    invalid_header,        ///< a name that is no HTTP token, or a value with a NUL or a line end that folds nothing
    missing_host,          ///< no Host header, which every signature covers
    conflicting_header,    ///< Authorization, X-Amz-Date or X-Amz-Security-Token stands where the signer adds its own
    invalid_payload_hash,  ///< a payload hash with characters that a header cannot carry
    invalid_credentials,   ///< no key id or secret, or characters that a header cannot carry
    invalid_scope,         ///< a region or service that is empty or holds a `/`, a blank or a control character
    invalid_time,          ///< before the year 0000 or after 9999
    crypto,                ///< OpenSSL failed
};

/// What `sign` found.
struct status {
    fault code = fault::none;
    constexpr bool ok() const noexcept { return code == fault::none; }
};

/// The fault in words, without anything of the request.
constexpr std::string_view describe(fault code) noexcept;

/// A key pair. **Lifetime:** of the texts, as long as the call.
struct credentials_view {
    std::string_view access_key_id{};
    std::string_view secret_access_key{};
    /// Empty for long-lived keys.
    std::string_view session_token{};
};

/// What a signature is good for. **Lifetime:** of the texts, as long as the call.
struct scope {
    std::string_view region{};
    /// "bedrock", for bedrock-runtime too.
    std::string_view service{};
    /// Seconds since 1970-01-01T00:00:00Z: AWS refuses a signature more than minutes away from its own clock.
    std::int64_t unix_seconds = 0;
};

/// The payload hash of a body that is not signed.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// A request as it goes on the wire. **Lifetime:** of all that it views, as long as the call.
struct request {
    std::string_view method{};
    /// Path and query, percent-encoded once.
    std::string_view target{};
    /// In wire order, names repeated and lines folded as they are; Host among them. An `x-amz-content-sha256` among
    /// them is the payload hash.
    std::span<http::header const> headers{};
    byte_view body{};
    /// The hash of the body where it is known: 64 hexadecimal digits, or `unsigned_payload`. Else `body` is hashed.
    std::string_view payload_hash{};
};

/// The defaults are right for Bedrock.
struct options {
    /// Encodes the path of the target once more for the canonical request, as every service but S3 does.
    bool double_uri_encode = true;
    /// Drops empty and `.` segments of the path and resolves `..` for the canonical request.
    bool normalize_path = true;
    /// Sends and signs the payload hash as `x-amz-content-sha256`.
    bool sign_body = true;
    /// Sends the session token without signing it.
    bool omit_session_token = false;
};

/// A signature and the stages that led to it. May be used again and again: its memory is reused, and wiped at the end,
/// because a session token stands in it.
struct signature {
    signature() = default;
    signature(signature const&) = default;
    signature(signature&&) = default;
    signature& operator=(signature const&) = default;
    signature& operator=(signature&&) = default;
    ~signature();

    std::string canonical_request{};
    std::string string_to_sign{};
    /// Lower case, sorted, joined by `;`.
    std::string signed_headers{};
    /// 64 hexadecimal digits.
    std::string hex{};
    /// To be added to the request: X-Amz-Security-Token, X-Amz-Date, x-amz-content-sha256 and Authorization, those that
    /// apply. Empty after a fault.
    http::header_list headers{};

    /// The value of the Authorization header, or "" after a fault. **Lifetime:** of `headers`.
    std::string_view authorization() const noexcept;
    /// Empties it; the memory of the texts stays.
    void clear() noexcept;
};

/// Signs a request. Caches nothing; `signer` does the same for many requests.
/// **Errors:** any fault, `out` empty then.
/// **Allocates:** in `out`, and a few small vectors.
/// **Thread safety:** any.
status sign(request const& what, credentials_view const& with, scope const& where, options const& how, signature& out);

/// `sign` for many requests: keeps the digest context and the keys derived from the last secrets, so that a signature
/// costs one HMAC instead of five.
///
/// A derived key is found by day, region, service and secret (compared in constant time); the eight used last are kept
/// and wiped when they are replaced or the signer goes.
/// **Thread safety:** one thread at a time; a client keeps one signer an engine, which one call has at a time.
class signer {
  public:
    signer() = default;
    // Moving would leave secrets behind in the short strings of the old place.
    signer(signer const&) = delete;
    signer& operator=(signer const&) = delete;

    /// As the free function, with the same answers.
    status sign(request const& what, credentials_view const& with, scope const& where, options const& how,
                signature& out);
    /// Wipes the cached keys.
    void forget() noexcept;

  private:
    struct derived_key {
        derived_key() = default;
        derived_key(derived_key const&) = delete;
        derived_key& operator=(derived_key const&) = delete;
        ~derived_key() { wipe(); }
        void wipe() noexcept;

        std::string day{};
        std::string region{};
        std::string service{};
        std::string secret{};
        crypto::sha256_digest key{};
        std::uint64_t last_use = 0;
    };
    crypto::sha256_digest const* find_key(credentials_view const& with, scope const& where, std::string_view day);

    crypto::sha256 hash_{};
    std::array<derived_key, 8> keys_{};
    std::uint64_t uses_ = 0;
};

// The stages, for tools and for the other kinds of signature.

/// True unless the header (any case) belongs to a connection or is rewritten on the way: those are never signed.
bool is_signed_header(std::string_view name) noexcept;

/// Appends the canonical form of a target's path; an empty path is `/`.
void append_canonical_path(std::string& out, std::string_view path, options const& how);

/// Appends the canonical form of a target's query (without `?`): decoded, encoded again, sorted by name, then value.
void append_canonical_query(std::string& out, std::string_view query);

/// Appends "name:value\n" for each name and the names joined by `;`, of both lists together, unsigned ones left out.
void append_canonical_headers(std::string& out, std::string& signed_names, std::span<http::header const> sent,
                              std::span<http::header const> added);

/// Appends "day/region/service/aws4_request"; `time` is the `20150830T123600Z` of the request.
void append_credential_scope(std::string& out, std::string_view time, scope const& where);

/// Derives the key that signs on one day (`20150830`) in one region for one service. False where OpenSSL failed.
[[nodiscard]] bool derive_signing_key(crypto::sha256& hash, std::string_view secret_access_key, std::string_view day,
                                      scope const& where, crypto::sha256_digest& key);

// ---------------------------------------------------------------------------------------------------------------------

constexpr std::string_view describe(fault code) noexcept {
    switch (code) {
        case fault::none:
            return "signed";
        case fault::invalid_method:
            return "the method is not an HTTP token";
        case fault::invalid_target:
            return "the target does not begin with '/' or '?', or holds a control character";
        case fault::invalid_header:
            return "a header has a name that is no HTTP token, or a line end in its value";
        case fault::missing_host:
            return "there is no Host header to sign";
        case fault::conflicting_header:
            return "Authorization, X-Amz-Date or X-Amz-Security-Token is among the headers already";
        case fault::invalid_payload_hash:
            return "the payload hash holds characters that a header cannot carry";
        case fault::invalid_credentials:
            return "the key id or the secret is missing, or the credentials hold characters that a header cannot carry";
        case fault::invalid_scope:
            return "the region or the service is empty, or holds a '/', a blank or a control character";
        case fault::invalid_time:
            return "the time is outside of the years 0000 to 9999";
        case fault::crypto:
            return "OpenSSL failed to compute a SHA-256";
    }
    return "unknown";
}

namespace detail {

inline constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view token_name = "X-Amz-Security-Token";
inline constexpr std::string_view content_hash_name = "x-amz-content-sha256";

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// True where there is no `"`, `\`, control, non-ASCII byte or space, at the speed of wide registers: session tokens
// are long, and read several times.
inline bool is_plain(std::string_view text) noexcept {
    auto const* const end = text.data() + text.size();
    return find_string_special(text.data(), end) == end && text.find(' ') == std::string_view::npos;
}

// Printable ASCII without the space.
inline bool is_graphic(std::string_view text) noexcept {
    if (is_plain(text)) return text.find('\x7f') == std::string_view::npos;
    for (char const c : text)
        if (c <= ' ' || c > '~') return false;
    return true;
}

// RFC 9110, 5.6.2: printable ASCII but the delimiters.
inline constexpr auto token_characters = [] {
    std::array<bool, 256> is_token{};
    for (unsigned c = '!'; c <= '~'; ++c)
        is_token[c] = std::string_view("\"(),/:;<=>?@[\\]{}").find(static_cast<char>(c)) == std::string_view::npos;
    return is_token;
}();

constexpr bool is_token(std::string_view text) noexcept {
    for (char const c : text)
        if (!token_characters[static_cast<unsigned char>(c)]) return false;
    return !text.empty();
}

// A part of the credential scope, whose separators it must not hold.
inline bool is_scope_part(std::string_view text) noexcept {
    return !text.empty() && is_graphic(text) && text.find('/') == std::string_view::npos &&
           text.find(',') == std::string_view::npos;
}

// A line end is let through only where a blank behind it makes it a fold.
inline bool is_header_value(std::string_view value) noexcept {
    if (is_plain(value)) return true;
    for (std::size_t at = 0; at != value.size(); ++at) {
        if (value[at] == '\0') return false;
        if (value[at] != '\r' && value[at] != '\n') continue;
        if (value[at] == '\r' && at + 1 != value.size() && value[at + 1] == '\n') continue;
        if (at + 1 == value.size() || (value[at + 1] != ' ' && value[at + 1] != '\t')) return false;
    }
    return true;
}

constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Outer blanks dropped, inner runs as one space, folds included.
inline void append_header_value(std::string& out, std::string_view value) {
    value = trim(value);
    if (is_plain(value)) {
        out.append(value);
        return;
    }
    while (!value.empty()) {
        std::size_t word = 0;
        while (word != value.size() && !is_blank(value[word])) ++word;
        out.append(value.substr(0, word));
        value.remove_prefix(word);
        if (value.empty()) return;
        out.push_back(' ');
        while (is_blank(value.front())) value.remove_prefix(1);
    }
}

// Percent-encodes what may not stand in a path and leaves the `%XX` that are there.
inline void append_encoded_once(std::string& out, std::string_view path) {
    while (!path.empty()) {
        auto const percent = (std::min)(path.find('%'), path.size());
        append_percent_encoded_path(out, path.substr(0, percent));
        path.remove_prefix(percent);
        if (path.empty()) return;
        bool const escape = path.size() > 2 && hex_value(path[1]) >= 0 && hex_value(path[2]) >= 0;
        if (escape)
            out.append(path.substr(0, 3));
        else
            append_percent_encoded_path(out, path.substr(0, 1));
        path.remove_prefix(escape ? 3 : 1);
    }
}

inline status check(request const& what, credentials_view const& with, scope const& where) {
    if (!is_token(what.method)) return {fault::invalid_method};
    if (!what.target.empty() && what.target.front() != '/' && what.target.front() != '?')
        return {fault::invalid_target};
    for (char const c : what.target)
        if ((c >= '\0' && c < ' ') || c == '\x7f') return {fault::invalid_target};
    bool const adds_token = !with.session_token.empty();
    bool has_host = false;
    for (auto const& header : what.headers) {
        if (!is_token(header.name) || !is_header_value(header.value)) return {fault::invalid_header};
        has_host = has_host || http::equal_names(header.name, "host");
        if (http::equal_names(header.name, "authorization") || http::equal_names(header.name, "x-amz-date") ||
            (adds_token && http::equal_names(header.name, token_name)))
            return {fault::conflicting_header};
    }
    if (!has_host) return {fault::missing_host};
    if (!is_graphic(what.payload_hash)) return {fault::invalid_payload_hash};
    if (!is_scope_part(with.access_key_id) || with.secret_access_key.empty() || !is_graphic(with.session_token))
        return {fault::invalid_credentials};
    if (!is_scope_part(where.region) || !is_scope_part(where.service)) return {fault::invalid_scope};
    return {};
}

// Makes room without leaving a session token in memory that is given back.
inline void prepare(std::string& text, std::size_t size) {
    if (text.capacity() < size) crypto::secure_wipe(text);
    text.clear();
    text.reserve(size);
}

inline std::string_view find_payload_hash(std::span<http::header const> headers) noexcept {
    for (auto const& header : headers)
        if (http::equal_names(header.name, content_hash_name)) return trim(header.value);
    return {};
}

// Everything up to the string to sign; `time` is X-Amz-Date.
inline status prepare_signature(crypto::sha256& hash, request const& what, credentials_view const& with,
                                scope const& where, options const& how, signature& out, std::string& time) {
    if (auto const found = check(what, with, where); !found.ok()) return found;
    if (!append_basic_iso8601(time, {where.unix_seconds, 0})) return {fault::invalid_time};

    crypto::sha256_digest digest{};
    std::string payload_hash(find_payload_hash(what.headers));
    bool const is_sent = !payload_hash.empty();
    if (!is_sent) payload_hash = what.payload_hash;
    if (payload_hash.empty()) {
        if (!crypto::hash_sha256(hash, what.body, digest)) return {fault::crypto};
        append_hex(payload_hash, digest);
    }

    if (!with.session_token.empty() && !how.omit_session_token)
        out.headers.push_back({std::string(token_name), std::string(with.session_token)});
    out.headers.push_back({"X-Amz-Date", time});
    if (how.sign_body && !is_sent) out.headers.push_back({std::string(content_hash_name), payload_hash});

    std::size_t header_size = 0;
    for (auto const list : {what.headers, std::span<http::header const>(out.headers)})
        for (auto const& header : list) header_size += 2 * header.name.size() + header.value.size() + 3;
    out.signed_headers.reserve(header_size);
    prepare(out.canonical_request, what.method.size() + 3 * what.target.size() + header_size + payload_hash.size() + 8);

    auto& canonical = out.canonical_request;
    canonical.append(what.method).push_back('\n');
    auto const question = (std::min)(what.target.find('?'), what.target.size());
    append_canonical_path(canonical, what.target.substr(0, question), how);
    canonical.push_back('\n');
    if (question != what.target.size()) append_canonical_query(canonical, what.target.substr(question + 1));
    canonical.push_back('\n');
    append_canonical_headers(canonical, out.signed_headers, what.headers, out.headers);
    canonical.push_back('\n');
    canonical.append(out.signed_headers).push_back('\n');
    canonical.append(payload_hash);
    if (!crypto::hash_sha256(hash, as_bytes(canonical), digest)) return {fault::crypto};

    out.string_to_sign.append(algorithm).push_back('\n');
    out.string_to_sign.append(time).push_back('\n');
    append_credential_scope(out.string_to_sign, time, where);
    out.string_to_sign.push_back('\n');
    append_hex(out.string_to_sign, digest);
    return {};
}

inline status finish_signature(crypto::sha256& hash, crypto::sha256_digest const& key, credentials_view const& with,
                               scope const& where, options const& how, signature& out, std::string_view time) {
    crypto::sha256_digest digest{};
    if (!crypto::hmac_sha256(hash, key, as_bytes(out.string_to_sign), digest)) return {fault::crypto};
    append_hex(out.hex, digest);

    std::string authorization;
    authorization.reserve(out.string_to_sign.size() + with.access_key_id.size() + out.signed_headers.size() + 64);
    authorization.append(algorithm);
    authorization.append(" Credential=").append(with.access_key_id).push_back('/');
    append_credential_scope(authorization, time, where);
    authorization.append(", SignedHeaders=").append(out.signed_headers);
    authorization.append(", Signature=").append(out.hex);
    out.headers.push_back({"Authorization", std::move(authorization)});
    if (!with.session_token.empty() && how.omit_session_token)
        out.headers.push_back({std::string(token_name), std::string(with.session_token)});
    return {};
}

// `find_key(time)` returns the signing key, or null where OpenSSL failed.
template <class FindKey>
status sign_with(crypto::sha256& hash, request const& what, credentials_view const& with, scope const& where,
                 options const& how, signature& out, FindKey&& find_key) {
    out.clear();
    std::string time;
    auto result = prepare_signature(hash, what, with, where, how, out, time);
    if (result.ok()) {
        crypto::sha256_digest const* const key = find_key(std::string_view(time));
        result = key ? finish_signature(hash, *key, with, where, how, out, time) : status{fault::crypto};
    }
    if (!result.ok()) out.clear();
    return result;
}

}  // namespace detail

inline std::string_view signature::authorization() const noexcept {
    for (auto const& header : headers)
        if (header.name == "Authorization") return header.value;
    return {};
}

inline void signature::clear() noexcept {
    for (auto& header : headers)
        if (header.name == detail::token_name) crypto::secure_wipe(header.value);
    headers.clear();
    canonical_request.clear();
    string_to_sign.clear();
    signed_headers.clear();
    hex.clear();
}

inline signature::~signature() {
    clear();
    crypto::secure_wipe(canonical_request);
}

inline bool is_signed_header(std::string_view name) noexcept {
    // The list of AWS's JavaScript signer.
    constexpr std::string_view never[] = {
        "authorization",  "cache-control", "connection", "expect",  "from",    "keep-alive", "max-forwards",
        "pragma",         "referer",       "te",         "trailer", "upgrade", "user-agent", "transfer-encoding",
        "x-amzn-trace-id"};
    for (auto const unsigned_name : never)
        if (http::equal_names(name, unsigned_name)) return false;
    return !http::equal_names(name.substr(0, 6), "proxy-") && !http::equal_names(name.substr(0, 4), "sec-");
}

inline void append_canonical_path(std::string& out, std::string_view path, options const& how) {
    auto* const append = how.double_uri_encode ? append_percent_encoded_path : detail::append_encoded_once;
    if (path.empty()) path = "/";
    if (!how.normalize_path) {
        append(out, path);
        return;
    }
    auto const start = out.size();
    bool const ends_with_slash = path.back() == '/';
    while (!path.empty()) {
        auto const slash = (std::min)(path.find('/'), path.size());
        auto const segment = path.substr(0, slash);
        path.remove_prefix((std::min)(slash + 1, path.size()));
        if (segment.empty() || segment == ".") continue;
        if (segment == "..") {
            if (out.size() != start) out.resize(out.rfind('/'));
            continue;
        }
        out.push_back('/');
        append(out, segment);
    }
    if (ends_with_slash || out.size() == start) out.push_back('/');
}

inline void append_canonical_query(std::string& out, std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    std::string decoded;
    auto const recode = [&](std::string_view text) {
        // A '%' that escapes nothing is sent as it is, and read by the server as itself.
        return percent_encode(percent_decode(text, decoded) ? std::string_view(decoded) : text);
    };
    while (!query.empty()) {
        auto const end = (std::min)(query.find('&'), query.size());
        auto const parameter = query.substr(0, end);
        query.remove_prefix((std::min)(end + 1, query.size()));
        if (parameter.empty()) continue;
        auto const equals = (std::min)(parameter.find('='), parameter.size());
        auto const value = parameter.substr((std::min)(equals + 1, parameter.size()));
        parameters.emplace_back(recode(parameter.substr(0, equals)), recode(value));
    }
    std::sort(parameters.begin(), parameters.end());
    for (auto const& [name, value] : parameters) {
        if (&name != &parameters.front().first) out.push_back('&');
        out.append(name).append(1, '=').append(value);
    }
}

inline void append_canonical_headers(std::string& out, std::string& signed_names, std::span<http::header const> sent,
                                     std::span<http::header const> added) {
    struct entry {
        std::string_view name;  // lower case
        std::string_view value;
    };
    std::size_t names_size = 0;
    for (auto const list : {sent, added})
        for (auto const& header : list) names_size += header.name.size();
    std::string names;
    names.reserve(names_size);  // the entries view it
    std::vector<entry> entries;
    entries.reserve(sent.size() + added.size());
    for (auto const list : {sent, added}) {
        for (auto const& header : list) {
            if (!is_signed_header(header.name)) continue;
            auto const start = names.size();
            for (char const c : header.name) names.push_back(detail::to_lower(c));
            entries.push_back({std::string_view(names).substr(start), header.value});
        }
    }
    // Equal names stand in `names` in the order of their headers.
    std::sort(entries.begin(), entries.end(), [](entry const& left, entry const& right) {
        auto const order = left.name.compare(right.name);
        return order != 0 ? order < 0 : left.name.data() < right.name.data();
    });
    for (std::size_t at = 0; at != entries.size(); ++at) {
        bool const repeated = at != 0 && entries[at].name == entries[at - 1].name;
        if (repeated) {
            out.back() = ',';
        } else {
            if (at != 0) signed_names.push_back(';');
            signed_names.append(entries[at].name);
            out.append(entries[at].name).push_back(':');
        }
        detail::append_header_value(out, entries[at].value);
        out.push_back('\n');
    }
}

inline void append_credential_scope(std::string& out, std::string_view time, scope const& where) {
    out.append(time.substr(0, 8)).push_back('/');
    out.append(where.region).push_back('/');
    out.append(where.service).append("/aws4_request");
}

inline bool derive_signing_key(crypto::sha256& hash, std::string_view secret_access_key, std::string_view day,
                               scope const& where, crypto::sha256_digest& key) {
    std::string start;
    start.reserve(4 + secret_access_key.size());
    start.append("AWS4").append(secret_access_key);
    bool const derived = crypto::hmac_sha256(hash, as_bytes(start), as_bytes(day), key) &&
                         crypto::hmac_sha256(hash, key, as_bytes(where.region), key) &&
                         crypto::hmac_sha256(hash, key, as_bytes(where.service), key) &&
                         crypto::hmac_sha256(hash, key, as_bytes("aws4_request"), key);
    crypto::secure_wipe(start);
    return derived;
}

inline status sign(request const& what, credentials_view const& with, scope const& where, options const& how,
                   signature& out) {
    crypto::sha256 hash;
    crypto::sha256_digest key{};
    auto const result = detail::sign_with(hash, what, with, where, how, out, [&](std::string_view time) {
        return derive_signing_key(hash, with.secret_access_key, time.substr(0, 8), where, key) ? &key : nullptr;
    });
    crypto::secure_wipe(key);
    return result;
}

inline void signer::derived_key::wipe() noexcept {
    crypto::secure_wipe(secret);
    crypto::secure_wipe(key);
    day.clear();
    last_use = 0;
}

inline crypto::sha256_digest const* signer::find_key(credentials_view const& with, scope const& where,
                                                     std::string_view day) {
    derived_key* oldest = keys_.data();
    for (auto& kept : keys_) {
        if (kept.day == day && kept.region == where.region && kept.service == where.service &&
            crypto::constant_time_equal(kept.secret, with.secret_access_key)) {
            kept.last_use = ++uses_;
            return &kept.key;
        }
        if (kept.last_use < oldest->last_use) oldest = &kept;
    }
    oldest->wipe();
    if (!derive_signing_key(hash_, with.secret_access_key, day, where, oldest->key)) return nullptr;
    oldest->region = where.region;
    oldest->service = where.service;
    oldest->secret = with.secret_access_key;
    oldest->day = day;  // last: an entry without a day is an empty one
    oldest->last_use = ++uses_;
    return &oldest->key;
}

inline status signer::sign(request const& what, credentials_view const& with, scope const& where, options const& how,
                           signature& out) {
    return detail::sign_with(hash_, what, with, where, how, out,
                             [&](std::string_view time) { return find_key(with, where, time.substr(0, 8)); });
}

inline void signer::forget() noexcept {
    for (auto& kept : keys_) kept.wipe();
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
