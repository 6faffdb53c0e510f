// Any text as a document of credentials, of each kind there is. Every '$' of the input stands for a secret: where a
// document's secret members have it, or where the text is no JSON at all, no message may show it; and what was read can
// be put in a header.
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/iot.hpp"
#include "bedrock/credentials/login_token.hpp"
#include "bedrock/credentials/process.hpp"
#include "bedrock/credentials/sso.hpp"
#include "bedrock/credentials/sso_token.hpp"
#include "fuzz/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

using namespace bedrock;

// As long as a secret key is, and of its letters.
constexpr std::string_view planted = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::int64_t now_ms = 1'767'323'045'000;

std::string plant(std::string_view text) {
    std::string made;
    for (char const c : text) {
        if (c == '$')
            made += planted;
        else
            made += c;
    }
    return made;
}

bool shows(std::string_view text) {
    return text.find(planted.substr(0, 12)) != std::string_view::npos;
}

/// What the service says for people to read may be quoted; nothing else.
constexpr bool may_be_quoted(std::string_view name) {
    for (std::string_view const said : {"Code", "code", "Message", "message"})
        if (name == said) return true;
    return false;
}

/// A text that is meant to be seen has the secret, and no member says that it is one: seeing it proves nothing.
bool is_quoted_on_purpose(std::string_view text) {
    json::reader in(text);
    bool seen = false, is_secret = false;
    std::string_view name, value;
    for (bool more = in.begin_object(); more && in.next_member(name);) {
        bool const quotable = may_be_quoted(name);
        bool const secret = name == "SecretAccessKey" || name == "Token";
        if (!in.read_raw(value)) break;
        seen = seen || (quotable && shows(value));
        is_secret = is_secret || (secret && value.size() == planted.size() + 2 && shows(value));
    }
    return seen && !is_secret;
}

void check_message(error const& why) {
    BEDROCK_FUZZ_CHECK(why.code != errc::none && !why.message.empty());
    BEDROCK_FUZZ_CHECK(valid_utf8(why.message) && !ascii::has_control(why.message) && why.message.size() < 2048);
    BEDROCK_FUZZ_CHECK(!shows(why.message) && !shows(why.name) && !shows(why.hint));
}

void check_credentials(credentials const& got) {
    BEDROCK_FUZZ_CHECK(!got.access_key_id.empty() && !got.secret_access_key.empty());
    for (std::string_view const sent :
         {std::string_view(got.access_key_id), got.secret_access_key.view(), got.session_token.view()})
        BEDROCK_FUZZ_CHECK(!ascii::has_control(sent));
}

void check(result<credentials> const& got) {
    if (got)
        check_credentials(*got);
    else
        check_message(got.error());
}

login_token some_login() {
    login_token old;
    old.credentials.access_key_id = "ASIAOLD";
    old.credentials.account_id = "123456789012";
    old.client_id = "arn:aws:signin:::devtools/same-device";
    return old;
}

void check_login(std::string_view text) {
    auto const read = parse_login_token(text);
    if (!read) return check_message(read.error());
    check_credentials(read->credentials);
    BEDROCK_FUZZ_CHECK(!read->refresh_token.empty() && !read->dpop_key.empty());
    // Written back with another key, it is read as that.
    auto renewed = *read;
    renewed.credentials.access_key_id = "ASIANEW";
    renewed.refresh_token = "new";
    auto const again = parse_login_token(renew_login_text(text, renewed));
    BEDROCK_FUZZ_CHECK(again && again->credentials.access_key_id == "ASIANEW" && again->refresh_token.view() == "new");
    BEDROCK_FUZZ_CHECK(again->credentials.secret_access_key.view() == read->credentials.secret_access_key.view());
    BEDROCK_FUZZ_CHECK(again->dpop_key.view() == read->dpop_key.view());
}

void check_sso(std::string_view text) {
    auto const read = parse_sso_token(text);
    if (!read) return check_message(read.error());
    BEDROCK_FUZZ_CHECK(!read->access_token.empty() && !ascii::has_control(read->access_token.view()));
    BEDROCK_FUZZ_CHECK(!shows(read->why_not_renewable(now_ms)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    if (shows(input)) return 0;  // a fuzzer sees what is compared
    auto const text = plant(input);
    BEDROCK_FUZZ_CHECK(valid_utf8(describe_error_document(text)) && describe_error_document(text).size() <= 1024);
    // What a process writes to stderr may have any key in it.
    BEDROCK_FUZZ_CHECK(!shows(detail::clean_complaint(text, "tool --json")));
    if (is_quoted_on_purpose(text)) return 0;
    check(parse_credentials_document(text, document_kind::temporary));
    check(parse_process_credentials(text, now_ms));
    check(parse_role_credentials(text));
    check(parse_iot_credentials(text));
    check_sso(text);
    check_login(text);
    if (auto const renewed = parse_login_answer(text, some_login(), now_ms); !renewed)
        check_message(renewed.error());
    else
        check_credentials(renewed->credentials);
    return 0;
}
