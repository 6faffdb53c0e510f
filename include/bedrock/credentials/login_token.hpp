// SPDX-License-Identifier: MIT
// Owns the token of a console sign-in (`aws login`) as the AWS CLI keeps it: where its file is, what it says, and what
// it says once renewed. Never does I/O, and never quotes what it reads.
#ifndef BEDROCK_CREDENTIALS_LOGIN_TOKEN_HPP
#define BEDROCK_CREDENTIALS_LOGIN_TOKEN_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/bytes.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/edit.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/result.hpp"
#include "bedrock/time.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Which sign-in.
struct login_session {
    /// The profile that has it.
    std::string profile{"default"};
    /// The value of its login_session.
    std::string name{};
    /// The profile's own; used where the token does not say where it was made, before any other setting.
    std::string region{};
};

struct login_token {
    /// With their end and the account; the source is left empty.
    bedrock::credentials credentials{};
    /// The three that renew it; the key is PEM.
    std::string client_id{};
    secret refresh_token{};
    secret dpop_key{};
    /// Where it was made; mostly empty.
    std::string sign_in_region{};
};

/// The file of a session, whose name is the value of `login_session`; "" where no home directory is known, or OpenSSL
/// failed.
/// **Wire:** AWS_LOGIN_CACHE_DIRECTORY or ~/.aws/login/cache, SHA-256 in hexadecimal of the name without blanks at its
/// ends.
std::string find_login_token_file(std::string_view session, environment const& surroundings);

/// The token in a file's text. Nobody looks whether it has expired, or whether its key is one; members that are not
/// known may be there.
/// **Errors:** credentials; the message completes "no usable token: ", naming the member.
/// **Wire:** accessToken{accessKeyId, secretAccessKey, sessionToken, accountId, expiresAt}, clientId, refreshToken,
/// dpopKey, and signInRegion, which may be missing.
template <class = void>
result<login_token> parse_login_token(std::string_view text);

/// `old` with what the answer to its renewal gives, valid from `now_unix_ms` for at most 15 minutes.
/// **Errors:** protocol; the message completes "no usable answer: ", naming the member.
/// **Wire:** accessToken{accessKeyId, secretAccessKey, sessionToken}, expiresIn (1 to 900 seconds), refreshToken.
template <class = void>
result<login_token> parse_login_answer(std::string_view text, login_token const& old, std::int64_t now_unix_ms);

/// A file's text with the token renewed, everything else as it stands; "" where the text is not a file's.
std::string renew_login_text(std::string_view text, login_token const& renewed);

// ---------------------------------------------------------------------------------------------------------------------

namespace login_detail {

// What is moved out of these has no secret left behind, what stays is wiped.
struct access_document {
    access_document() = default;
    access_document(access_document&&) noexcept = default;
    access_document& operator=(access_document&&) noexcept = default;
    ~access_document() {
        crypto::secure_wipe(secret_access_key);
        crypto::secure_wipe(session_token);
    }

    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};
    std::string account_id{};
    std::string expires_at{};
};

/// A file, and an answer: the one has `expiresAt`, the other `expiresIn`.
struct token_document {
    token_document() = default;
    token_document(token_document&&) noexcept = default;
    token_document& operator=(token_document&&) noexcept = default;
    ~token_document() {
        crypto::secure_wipe(refresh_token);
        crypto::secure_wipe(dpop_key);
    }

    access_document access_token{};
    std::string client_id{};
    std::string refresh_token{};
    std::string dpop_key{};
    std::string sign_in_region{};
    std::optional<std::int64_t> expires_in{};
};

}  // namespace login_detail

template <>
struct json::fields_of<login_detail::access_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(login_detail::access_document, access_key_id, "accessKeyId", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::access_document, secret_access_key, "secretAccessKey", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::access_document, session_token, "sessionToken", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::access_document, account_id, "accountId", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::access_document, expires_at, "expiresAt", json::optional_field),
    };
};

template <>
struct json::fields_of<login_detail::token_document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(login_detail::token_document, access_token, "accessToken", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::token_document, client_id, "clientId", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::token_document, refresh_token, "refreshToken", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::token_document, dpop_key, "dpopKey", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::token_document, sign_in_region, "signInRegion", json::optional_field),
        BEDROCK_JSON_FIELD(login_detail::token_document, expires_in, "expiresIn", json::optional_field),
    };
};

namespace login_detail {

inline void take_access(credentials& to, access_document& from) {
    to.access_key_id = std::move(from.access_key_id);
    to.secret_access_key = std::move(from.secret_access_key);
    to.session_token = std::move(from.session_token);
}

/// Some tools write the line ends of the key as a backslash and an n.
inline std::string with_line_ends(std::string pem) {
    constexpr std::string_view written = "\\n";
    for (auto at = pem.find(written); at != std::string::npos; at = pem.find(written, at))
        pem.replace(at, written.size(), "\n");
    return pem;
}

}  // namespace login_detail

inline std::string find_login_token_file(std::string_view session, environment const& surroundings) {
    crypto::sha256_digest digest;
    if (!crypto::hash_sha256(as_bytes(ascii::trim(session)), digest)) return {};
    auto const file = encode_hex(digest) + ".json";
    auto folder = non_blank_variable(surroundings, "AWS_LOGIN_CACHE_DIRECTORY").value_or("~/.aws/login/cache");
    return expand_home(surroundings, folder + '/' + file);
}

template <class>
result<login_token> parse_login_token(std::string_view text) {
    login_detail::token_document read;
    auto& access = read.access_token;
    if (auto why = credentials_detail::read_document(text, read,
                                                     {{"accessToken.accessKeyId", access.access_key_id, true},
                                                      {"accessToken.secretAccessKey", access.secret_access_key, true},
                                                      {"accessToken.sessionToken", access.session_token, true},
                                                      {"accessToken.accountId", access.account_id, true},
                                                      {"accessToken.expiresAt", access.expires_at, true},
                                                      {"clientId", read.client_id, true},
                                                      {"refreshToken", read.refresh_token, true}});
        !why.empty())
        return fail(errc::credentials, std::move(why));
    if (ascii::trim(read.dpop_key).empty()) return fail(errc::credentials, "dpopKey is missing");
    auto const end = parse_iso8601(access.expires_at);
    if (!end) return fail(errc::credentials, "accessToken.expiresAt is not a time such as 2026-01-02T03:04:05Z");
    login_token found;
    login_detail::take_access(found.credentials, access);
    found.credentials.account_id = std::move(access.account_id);
    found.credentials.expires_at_ms = to_unix_milliseconds(*end);
    found.client_id = std::move(read.client_id);
    found.refresh_token = std::move(read.refresh_token);
    found.dpop_key = login_detail::with_line_ends(std::move(read.dpop_key));
    found.sign_in_region = ascii::trim(read.sign_in_region);
    return found;
}

template <class>
result<login_token> parse_login_answer(std::string_view text, login_token const& old, std::int64_t now_unix_ms) {
    login_detail::token_document read;
    auto& access = read.access_token;
    if (auto why = credentials_detail::read_document(text, read,
                                                     {{"accessToken.accessKeyId", access.access_key_id, true},
                                                      {"accessToken.secretAccessKey", access.secret_access_key, true},
                                                      {"accessToken.sessionToken", access.session_token, true},
                                                      {"refreshToken", read.refresh_token, true}});
        !why.empty())
        return fail(errc::protocol, std::move(why));
    if (!read.expires_in) return fail(errc::protocol, "expiresIn is missing");
    if (*read.expires_in <= 0) return fail(errc::protocol, "expiresIn is no time to come");
    auto renewed = old;
    login_detail::take_access(renewed.credentials, access);
    renewed.refresh_token = std::move(read.refresh_token);
    constexpr std::int64_t longest_s = 900;  // CreateOAuth2Token: expiresIn
    auto const now_s = from_unix_milliseconds(now_unix_ms).seconds;
    renewed.credentials.expires_at_ms = (now_s + (std::min)(*read.expires_in, longest_s)) * 1000;
    return renewed;
}

inline std::string renew_login_text(std::string_view text, login_token const& renewed) {
    std::string_view key, value, access;
    json::reader in(text);
    for (in.begin_object(); in.next_member(key);)
        if (in.read_raw(value) && key == "accessToken") access = value;
    auto const& got = renewed.credentials;
    auto const end = from_unix_milliseconds(got.expires_at_ms.value_or(0));
    auto const key_id = json::quoted(got.access_key_id);
    auto secret_key = json::quoted(got.secret_access_key.view());
    auto session_token = json::quoted(got.session_token.view());
    auto refresh_token = json::quoted(renewed.refresh_token.view());
    auto const expires_at = json::quoted(format_iso8601(end));
    json::member_change const of_access[] = {{"accessKeyId", key_id},
                                             {"secretAccessKey", secret_key},
                                             {"sessionToken", session_token},
                                             {"expiresAt", expires_at}};
    std::string access_token, made;
    bool const is_edited = json::append_with_members(access_token, access, of_access);
    json::member_change const of_token[] = {{"accessToken", access_token}, {"refreshToken", refresh_token}};
    if (is_edited) json::append_with_members(made, text, of_token);
    for (auto* const text_of_secret : {&secret_key, &session_token, &refresh_token, &access_token})
        crypto::secure_wipe(*text_of_secret);
    return made;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
