// SPDX-License-Identifier: MIT
// Owns the JSON documents in which instance metadata, container agents and credential processes hand out access keys.
// Never quotes a key of such a document: what is said of a bad one is the member's name and what is wrong with it.
#ifndef BEDROCK_CREDENTIALS_CREDENTIALS_JSON_HPP
#define BEDROCK_CREDENTIALS_CREDENTIALS_JSON_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/redact.hpp"
#include "bedrock/error.hpp"
#include "bedrock/json/descriptor.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/result.hpp"
#include "bedrock/time.hpp"
#include "bedrock/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// Which document it is.
enum class document_kind : unsigned char {
    temporary,  ///< IMDS, containers: `Token` and `Expiration` must be there, `Code` must be Success where it is
    process,    ///< credential_process: `Version` must be the number 1; `SessionToken`, `Expiration` may be there
};

/// The credentials of a document; `source` is left empty, and nobody looks whether they have expired.
/// **Errors:** errc::credentials; where the document says why there are none, `name` is its `Code`. The message
/// completes "no usable credentials: ".
/// **Wire:** AccessKeyId, SecretAccessKey, Token or SessionToken, Expiration (ISO 8601), AccountId.
template <class = void>
result<credentials> parse_credentials_document(std::string_view text, document_kind kind);

/// `Code: Message` of an error's JSON body, in either case, as one clean line of 512 bytes at most; "" where it has
/// neither, or is no JSON.
std::string describe_error_document(std::string_view text);

// ---------------------------------------------------------------------------------------------------------------------

namespace credentials_detail {

struct document {
    std::string code{};
    std::string lower_code{};
    std::string message{};
    std::string lower_message{};
    std::optional<std::int64_t> version{};
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string token{};
    std::string session_token{};
    std::string expiration{};
    std::string account_id{};

    std::string describe() const;
};

}  // namespace credentials_detail

template <>
struct json::fields_of<credentials_detail::document> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(credentials_detail::document, code, "Code", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, lower_code, "code", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, message, "Message", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, lower_message, "message", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, version, "Version", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, access_key_id, "AccessKeyId", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, secret_access_key, "SecretAccessKey", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, token, "Token", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, session_token, "SessionToken", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, expiration, "Expiration", json::optional_field),
        BEDROCK_JSON_FIELD(credentials_detail::document, account_id, "AccountId", json::optional_field),
    };
};

namespace credentials_detail {

inline constexpr std::size_t longest_code = 64;
inline constexpr std::size_t longest_complaint = 512;

inline std::string document::describe() const {
    std::string line;
    append_clean_line(line, code.empty() ? lower_code : code, longest_code);
    auto const& said = message.empty() ? lower_message : message;
    if (!line.empty() && !said.empty()) line += ": ";
    append_clean_line(line, said, longest_complaint - longest_code);
    return line;
}

struct member {
    char const* name;
    std::string const& value;  // may be listed before it is read
    bool required;
};

/// Which one is not there that must be, or would split a header; "" where all is well.
inline std::string check_members(std::initializer_list<member> all) {
    for (auto const& one : all) {
        if (one.required && ascii::trim(one.value).empty()) return std::string(one.name) + " is missing";
        if (ascii::has_control(one.value))
            return std::string(one.name) + " has a line break or another control character";
    }
    return {};
}

inline std::string read_document(std::string_view text, json::descriptor const& of, void* into) {
    text = skip_byte_order_mark(text);
    if (ascii::trim(text).empty()) return "it is empty";
    if (ascii::trim(text).front() == '<') return "it is a web page or XML, not JSON";
    auto const read = json::read_erased(of, into, text, {.code = errc::credentials});
    if (read) return {};
    std::string_view why = read.error().message;
    // What is no JSON may have a secret where a name stands; other complaints are about described members.
    if (auto const at = why.rfind("invalid JSON"); at != std::string_view::npos) why.remove_prefix(at);
    return clean_line(why, longest_complaint);
}

/// Fills in a described document. Says why the text is none, "" where it is one: nothing of it is quoted but the name
/// of a member that is described.
template <class Document>
std::string read_document(std::string_view text, Document& read) {
    return read_document(text, json::type_of<Document>, &read);
}

/// The same for a document with members that must be there, or must be clean.
template <class Document>
std::string read_document(std::string_view text, Document& read, std::initializer_list<member> checked) {
    auto why = read_document(text, read);
    return why.empty() ? check_members(checked) : why;
}

}  // namespace credentials_detail

template <class>
result<credentials> parse_credentials_document(std::string_view text, document_kind kind) {
    credentials_detail::document read;
    if (auto why = credentials_detail::read_document(text, read); !why.empty())
        return fail(errc::credentials, std::move(why));
    bool const temporary = kind == document_kind::temporary;
    auto const& code = read.code.empty() ? read.lower_code : read.code;
    if (temporary && !code.empty() && !http::equal_names(code, "Success")) {
        auto said = read.describe();
        if (said.empty()) said = "Code is blank, not Success";
        auto why = make_error(errc::credentials, std::move(said));
        why.name.clear();
        append_clean_line(why.name, code, credentials_detail::longest_code);
        for (auto* const shown : {&why.name, &why.message})
            for (auto const* const hidden : {&read.secret_access_key, &read.token, &read.session_token})
                redact(*shown, *hidden);
        return unexpected{std::move(why)};
    }
    if (!temporary && !read.version) return fail(errc::credentials, "Version is missing: it must be the number 1");
    if (!temporary && *read.version != 1)
        return fail(errc::credentials, "Version is " + std::to_string(*read.version) + ": it must be the number 1");

    auto& token = temporary ? read.token : read.session_token;
    auto wrong = credentials_detail::check_members({{"AccessKeyId", read.access_key_id, true},
                                                    {"SecretAccessKey", read.secret_access_key, true},
                                                    {temporary ? "Token" : "SessionToken", token, temporary},
                                                    {"Expiration", read.expiration, temporary},
                                                    {"AccountId", read.account_id, false}});
    if (!wrong.empty()) return fail(errc::credentials, std::move(wrong));
    credentials found;
    if (!read.expiration.empty()) {
        auto const end = parse_iso8601(read.expiration);
        if (!end) return fail(errc::credentials, "Expiration is not a time such as 2026-01-02T03:04:05Z");
        found.expires_at_ms = to_unix_milliseconds(*end);
    }
    found.access_key_id = std::move(read.access_key_id);
    found.secret_access_key = std::move(read.secret_access_key);
    found.session_token = std::move(token);
    found.account_id = std::move(read.account_id);
    return found;
}

inline std::string describe_error_document(std::string_view text) {
    credentials_detail::document read;
    return credentials_detail::read_document(text, read).empty() ? read.describe() : std::string();
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
