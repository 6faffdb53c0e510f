#include "support/aws_signature_check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <optional>

namespace mock {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string sha256(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<char const*>(digest.data()), size};
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<unsigned char const*>(text.data()),
         text.size(), digest.data(), &size);
    return {reinterpret_cast<char const*>(digest.data()), size};
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (char const byte : bytes) {
        auto const value = static_cast<unsigned char>(byte);
        text += "0123456789abcdef"[value >> 4];
        text += "0123456789abcdef"[value & 15];
    }
    return text;
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lowered;
}

std::string uri_encoded(std::string_view text) {
    std::string encoded;
    for (char const c : text) {
        bool const unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            encoded += c;
        } else {
            auto const value = static_cast<unsigned char>(c);
            encoded += '%';
            encoded += "0123456789ABCDEF"[value >> 4];
            encoded += "0123456789ABCDEF"[value & 15];
        }
    }
    return encoded;
}

std::string canonical_path(std::string_view path) {
    std::vector<std::string_view> kept;
    for (auto const segment : split(path, '/')) {
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (!segment.empty() && segment != ".") {
            kept.push_back(segment);
        }
    }
    std::string canonical;
    for (auto const segment : kept) canonical += '/' + uri_encoded(segment);
    if (canonical.empty() || path.back() == '/') canonical += '/';
    return canonical;
}

std::string canonical_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    for (auto const parameter : split(query, '&')) {
        if (parameter.empty()) continue;
        auto const equals = parameter.find('=');
        auto const value = equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1);
        parameters.emplace_back(uri_encoded(percent_decoded(parameter.substr(0, equals))),
                                uri_encoded(percent_decoded(value)));
    }
    std::sort(parameters.begin(), parameters.end());
    std::string canonical;
    for (auto const& [name, value] : parameters) {
        if (!canonical.empty()) canonical += '&';
        canonical += name + '=' + value;
    }
    return canonical;
}

std::string with_single_blanks(std::string_view value) {
    std::string folded;
    for (char const c : without_blanks_around(value)) {
        char const blank = c == '\t' ? ' ' : c;
        if (blank != ' ' || folded.empty() || folded.back() != ' ') folded += blank;
    }
    return folded;
}

std::string canonical_request(request_head const& head, std::vector<std::string> const& signed_headers,
                              std::string_view body) {
    auto const question = head.target.find('?');
    auto const path = std::string_view(head.target).substr(0, question);
    auto const query =
        question == std::string::npos ? std::string_view() : std::string_view(head.target).substr(question + 1);
    std::string canonical = head.method + '\n' + canonical_path(path) + '\n' + canonical_query(query) + '\n';
    std::string names;
    for (auto const& name : signed_headers) {
        std::string joined;
        for (auto const& value : header_values(head.headers, name)) {
            if (!joined.empty()) joined += ',';
            joined += with_single_blanks(value);
        }
        canonical += name + ':' + joined + '\n';
        if (!names.empty()) names += ';';
        names += name;
    }
    return canonical + '\n' + names + '\n' + hex(sha256(body));
}

/// The parts of `Authorization: AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..`
struct authorization_header {
    std::string credential{};
    std::string signed_headers{};
    std::string signature{};
};

authorization_header parse_authorization(std::string_view parameters) {
    authorization_header parsed;
    for (auto const part : split(parameters, ',')) {
        auto const trimmed = without_blanks_around(part);
        auto const equals = trimmed.find('=');
        if (equals == std::string_view::npos) continue;
        auto const name = trimmed.substr(0, equals);
        auto const value = trimmed.substr(equals + 1);
        if (name == "Credential") parsed.credential = value;
        if (name == "SignedHeaders") parsed.signed_headers = value;
        if (name == "Signature") parsed.signature = value;
    }
    return parsed;
}

std::optional<std::int64_t> parse_basic_iso_time(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    auto const number = [&](std::size_t from, std::size_t count) {
        int value = 0;
        for (char const c : text.substr(from, count)) {
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        return value;
    };
    std::tm time{};
    time.tm_year = number(0, 4) - 1900;
    time.tm_mon = number(4, 2) - 1;
    time.tm_mday = number(6, 2);
    time.tm_hour = number(9, 2);
    time.tm_min = number(11, 2);
    time.tm_sec = number(13, 2);
    auto const seconds = static_cast<std::int64_t>(::timegm(&time));
    if (basic_iso_time(seconds) != text) return std::nullopt;
    return seconds;
}

authorization_verdict accepted(std::string detail) {
    return {true, 200, {}, {}, std::move(detail)};
}

authorization_verdict refused(std::string type, std::string message, std::string detail = {}) {
    return {false, 403, std::move(type), std::move(message), std::move(detail)};
}

authorization_verdict invalid_signature(std::string message, std::string detail = {}) {
    return refused("InvalidSignatureException", std::move(message), std::move(detail));
}

authorization_verdict signature_mismatch(std::string detail) {
    return invalid_signature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key "
        "and signing method. Consult the service documentation for details.",
        std::move(detail));
}

authorization_verdict check_bearer(std::string_view token, authorization_policy const& policy) {
    for (auto const& known : policy.bearer_tokens) {
        if (equal_in_constant_time(known, token)) return accepted("bearer token");
    }
    return refused("AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.",
                   "unknown bearer token");
}

authorization_verdict incomplete(authorization_header const& parsed, bool has_date) {
    std::string message;
    auto const require = [&](bool present, std::string_view what) {
        if (!present) message.append(message.empty() ? "" : " ").append("Authorization header requires ").append(what);
    };
    require(!parsed.credential.empty(), "'Credential' parameter.");
    require(!parsed.signature.empty(), "'Signature' parameter.");
    require(!parsed.signed_headers.empty(), "'SignedHeaders' parameter.");
    require(has_date, "existence of either a 'X-Amz-Date' or a 'Date' header.");
    return refused("IncompleteSignatureException", std::move(message));
}

/// Empty, or what is wrong with the list itself or with what it leaves out.
std::string fault_of_signed_headers(std::vector<std::string> const& names, header_list const& headers) {
    if (!std::is_sorted(names.begin(), names.end())) return "SignedHeaders is not sorted";
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) return "SignedHeaders names a header twice";
    for (auto const& name : names) {
        if (lower_case(name) != name) return "SignedHeaders is not in lower case";
        if (!has_header(headers, name)) return "SignedHeaders names '" + name + "', which the request does not have";
    }
    if (std::find(names.begin(), names.end(), "host") == names.end()) {
        return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    }
    for (auto const& [name, value] : headers) {
        auto const lowered = lower_case(name);
        bool const required = lowered.rfind("x-amz-", 0) == 0;
        if (required && std::find(names.begin(), names.end(), lowered) == names.end()) {
            return "'" + name + "' must be a 'SignedHeader' in the AWS Authorization.";
        }
    }
    return {};
}

authorization_verdict check_date(std::int64_t signed_at, std::int64_t now, std::int64_t tolerance) {
    auto const minutes = std::to_string(tolerance / 60);
    if (signed_at < now - tolerance) {
        return invalid_signature("Signature expired: " + basic_iso_time(signed_at) + " is now earlier than " +
                                 basic_iso_time(now - tolerance) + " (" + basic_iso_time(now) + " - " + minutes +
                                 " min.)");
    }
    if (signed_at > now + tolerance) {
        return invalid_signature("Signature not yet current: " + basic_iso_time(signed_at) + " is still later than " +
                                 basic_iso_time(now + tolerance) + " (" + basic_iso_time(now) + " + " + minutes +
                                 " min.)");
    }
    return accepted({});
}

/// `date/region/service/aws4_request`, or what AWS says of it.
authorization_verdict check_scope(std::vector<std::string_view> const& scope, std::string_view date,
                                  authorization_policy const& policy) {
    if (scope[1] != date.substr(0, 8)) {
        return invalid_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
            std::string(scope[1]) + "' != '" + std::string(date.substr(0, 8)) + "', from '" + std::string(date) + "'.");
    }
    if (scope[2].empty() || (!policy.region.empty() && scope[2] != policy.region)) {
        return invalid_signature("Credential should be scoped to a valid region.",
                                 "scope has '" + std::string(scope[2]) + "', expected '" + policy.region + "'");
    }
    if (scope[3] != policy.service) {
        return invalid_signature("Credential should be scoped to correct service: '" + policy.service + "'.");
    }
    if (scope[4] != "aws4_request") {
        return invalid_signature("Credential should be scoped with a valid terminator: 'aws4_request', not '" +
                                 std::string(scope[4]) + "'.");
    }
    return accepted({});
}

authorization_verdict check_key(aws_key const* key, header_list const& headers) {
    auto const token = header_values(headers, "x-amz-security-token");
    auto const sent = token.empty() ? std::string() : token.front();
    if (key == nullptr || token.size() > 1 || !equal_in_constant_time(sent, key->session_token)) {
        return refused("UnrecognizedClientException", "The security token included in the request is invalid.",
                       key == nullptr ? "unknown access key id" : "wrong session token");
    }
    if (key->expired) return refused("ExpiredTokenException", "The security token included in the request is expired");
    return accepted({});
}

authorization_verdict check_signature(authorization_header const& parsed, request_head const& head,
                                      std::string_view body, authorization_policy const& policy, std::int64_t now) {
    auto const date = header_value(head.headers, "x-amz-date");
    auto const signed_at = parse_basic_iso_time(date);
    if (!signed_at) {
        return refused("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'. Got '" + date +
                                                           "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    auto const scope = split(parsed.credential, '/');
    if (scope.size() != 5) {
        return refused(
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
                parsed.credential + "'");
    }
    auto const known =
        std::find_if(policy.keys.begin(), policy.keys.end(), [&](auto const& key) { return key.id == scope[0]; });
    auto const* const key = known == policy.keys.end() ? nullptr : &*known;
    if (auto verdict = check_date(*signed_at, now, policy.tolerance_seconds); !verdict.accepted) return verdict;
    if (auto verdict = check_key(key, head.headers); !verdict.accepted) return verdict;
    if (auto verdict = check_scope(scope, date, policy); !verdict.accepted) return verdict;

    std::vector<std::string> names;
    for (auto const name : split(parsed.signed_headers, ';')) names.emplace_back(name);
    if (auto fault = fault_of_signed_headers(names, head.headers); !fault.empty())
        return signature_mismatch(std::move(fault));

    auto const body_hash = header_values(head.headers, "x-amz-content-sha256");
    if (!body_hash.empty() && (body_hash.size() > 1 || body_hash.front() != hex(sha256(body)))) {
        return signature_mismatch("x-amz-content-sha256 is not the hash of the body received");
    }

    auto const canonical = canonical_request(head, names, body);
    auto const scope_text = parsed.credential.substr(scope[0].size() + 1);
    auto const to_sign = std::string(algorithm) + '\n' + date + '\n' + scope_text + '\n' + hex(sha256(canonical));
    std::string signing_key = "AWS4" + key->secret;
    for (std::size_t part = 1; part < scope.size(); ++part) signing_key = hmac_sha256(signing_key, scope[part]);
    if (!equal_in_constant_time(hex(hmac_sha256(signing_key, to_sign)), parsed.signature)) {
        auto shown = canonical;
        auto const& token = key->session_token;
        if (auto const at = shown.find(token); !token.empty() && at != std::string::npos) {
            shown.replace(at, token.size(), "(session token)");
        }
        return signature_mismatch("canonical request:\n" + shown + "\n\nstring to sign:\n" + to_sign);
    }
    return accepted("signature of " + key->id);
}

}  // namespace

authorization_verdict check_authorization(request_head const& head, std::string_view body,
                                          authorization_policy const& policy, std::int64_t now) {
    auto const values = header_values(head.headers, "authorization");
    if (values.empty()) return refused("MissingAuthenticationTokenException", "Missing Authentication Token");
    if (values.size() > 1) {
        return refused("IncompleteSignatureException", "Authorization header must not be repeated.", "two of them");
    }
    auto const text = without_blanks_around(values.front());
    auto const blank = text.find(' ');
    auto const scheme = text.substr(0, blank);
    auto const rest = blank == std::string_view::npos ? std::string_view() : without_blanks_around(text.substr(blank));
    if (same_name(scheme, "Bearer")) return check_bearer(rest, policy);
    if (scheme != algorithm) {
        return refused("IncompleteSignatureException", "Unsupported AWS 'algorithm': '" + std::string(scheme) + "'.");
    }
    auto const parsed = parse_authorization(rest);
    bool const has_date = has_header(head.headers, "x-amz-date");
    if (parsed.credential.empty() || parsed.signature.empty() || parsed.signed_headers.empty() || !has_date) {
        return incomplete(parsed, has_date);
    }
    return check_signature(parsed, head, body, policy, now);
}

namespace {

std::string formatted(std::int64_t unix_seconds, char const* format) {
    auto const seconds = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    auto const size = std::strftime(text.data(), text.size(), format, &parts);
    return {text.data(), size};
}

}  // namespace

std::string basic_iso_time(std::int64_t unix_seconds) {
    return formatted(unix_seconds, "%Y%m%dT%H%M%SZ");
}

std::string http_time(std::int64_t unix_seconds) {
    // Not %a and %b: those follow the locale, and the suite also runs under one that is not English.
    static constexpr std::array<char const*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<char const*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const seconds = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return std::string(days[static_cast<std::size_t>(parts.tm_wday)]) + formatted(unix_seconds, ", %d ") +
           months[static_cast<std::size_t>(parts.tm_mon)] + formatted(unix_seconds, " %Y %H:%M:%S GMT");
}

}  // namespace mock
