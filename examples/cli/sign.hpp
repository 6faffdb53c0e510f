// Owns `bedrock sign`: AWS Signature Version 4 of a request that somebody else sends, every stage of it on request.
// Never sends anything, and prints a session token only where the request needs it; the secret key never.
#pragma once

#include <bedrock/bedrock.hpp>

#include "arguments.hpp"
#include "io.hpp"
#include "report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

int run_sign(arguments const& given);

inline constexpr option sign_options[] = {
    {"--header", "'Name: value'", "a header of the request; may be repeated, also with the same name", 'H'},
    {"--body", "FILE", "the request's body; - is standard input"},
    {"--service", "S", "to sign for: bedrock (required)"},
    {"--region", "R", "to sign for (required)"},
    {"--time", "TIME", "2015-08-30T12:36:00Z instead of now"},
    {"--query", "", "sign in the URL's query instead of in headers"},
    {"--expires", "SECONDS", "how long a URL of --query lives (3600)"},
    {"--sign-body", "", "also send the body's hash as x-amz-content-sha256"},
    {"--no-normalize", "", "leave // and /../ in the path (S3)"},
    {"--no-double-encode", "", "encode the path once only (S3)"},
    {"--omit-session-token", "", "send the session token, but do not sign it"},
    {"--print", "STAGE", "canonical-request, string-to-sign, signature, authorization, headers or url"},
};

inline constexpr command sign_command{
    .name = "sign",
    .synopsis = "METHOD URL --service S --region R [OPTION]...",
    .summary = "Signs an HTTP request with AWS Signature Version 4.",
    .details =
        "Prints the headers to add, one a line (with --query: the URL), or the stage that --print names:\n"
        "  bedrock sign GET URL --service bedrock --region us-east-1 > headers && curl -H @headers URL\n"
        "The URL is signed as it is: what it must not contain is to be percent-encoded before. Access keys come from\n"
        "where `bedrock whoami` finds them, but for bearer tokens.\n",
    .options = sign_options,
    .max_operands = 2,
    .run = run_sign,
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

struct sign_plan {
    std::string method{};
    std::string origin{};  // scheme and authority
    std::string target{};
    bedrock::http::header_list headers{};
    std::string body_file{};
    std::string region{};
    std::string service{};
    std::optional<std::int64_t> unix_seconds{};
    bool in_query = false;
    std::int64_t expires_seconds = 3600;  // the default of `aws s3 presign`
    bedrock::sigv4::options options{};
    std::string print{};
};

inline bedrock::result<bedrock::http::header> parse_header(std::string_view text) {
    auto const colon = text.find(':');
    if (colon == std::string_view::npos) return bad_usage("-H takes 'Name: value', not " + quoted(text));
    auto value = text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    return bedrock::http::header{std::string(text.substr(0, colon)), std::string(value)};
}

/// The URL's target is taken as it is: what is signed is what goes on the wire.
inline bedrock::result<void> split_url(sign_plan& plan, std::string const& text) {
    auto const scheme = text.find("://");
    auto const authority = scheme == std::string::npos ? 0 : scheme + 3;
    auto const end = (std::min)(text.find_first_of("/?#", authority), text.size());
    bedrock::url parts;
    if (auto const found = bedrock::parse_url(std::string_view(text).substr(0, end), parts); !found.ok())
        return bad_usage("the URL " + std::string(describe(found.code)));  // unquoted: it may hold a password
    if (text.find('#', end) != std::string::npos)
        return bad_usage("the URL has a fragment (#...), which is never sent: leave it out");
    plan.origin = text.substr(0, end);
    plan.target = text.substr(end);
    bool const has_host = std::any_of(plan.headers.begin(), plan.headers.end(), [](auto const& header) {
        return bedrock::http::equal_names(header.name, "host");
    });
    if (has_host) return {};
    bedrock::append_authority(plan.headers.insert(plan.headers.begin(), {"Host", ""})->value, parts);
    return {};
}

inline bedrock::result<void> check_print(sign_plan const& plan) {
    constexpr std::string_view stages[] = {"canonical-request", "string-to-sign", "signature",
                                           "authorization",     "headers",        "url"};
    if (std::find(std::begin(stages), std::end(stages), plan.print) == std::end(stages))
        return bad_usage("--print takes canonical-request, string-to-sign, signature, authorization, headers or url");
    if (plan.in_query && (plan.print == "authorization" || plan.print == "headers"))
        return bad_usage("--query signs in the URL: there is no --print " + plan.print);
    return {};
}

inline bedrock::result<sign_plan> plan_sign(arguments const& given) {
    if (given.operands().size() != 2) return bad_usage("a METHOD and a URL are needed");
    sign_plan plan;
    plan.method = given.operands()[0];
    for (auto const& text : given.values("--header")) {
        auto header = parse_header(text);
        if (!header) return bedrock::unexpected{header.error()};
        plan.headers.push_back(std::move(*header));
    }
    if (auto split = split_url(plan, given.operands()[1]); !split) return bedrock::unexpected{split.error()};
    plan.body_file = given.value("--body");
    plan.service = given.value("--service");
    plan.region = given.value("--region");
    if (plan.service.empty()) return bad_usage("no service to sign for: --service bedrock");
    if (plan.region.empty()) return bad_usage("no region to sign for: --region us-east-1");
    if (given.has("--time")) {
        auto const time = bedrock::parse_iso8601(given.value("--time"));
        if (!time)
            return bad_usage("--time takes a time such as 2015-08-30T12:36:00Z, not " + quoted(given.value("--time")));
        plan.unix_seconds = time->seconds;
    }
    plan.in_query = given.has("--query");
    if (given.has("--expires")) {
        if (!plan.in_query) return bad_usage("--expires goes with --query");
        auto const seconds = parse_count(given.value("--expires"), "--expires");
        if (!seconds) return bedrock::unexpected{seconds.error()};
        plan.expires_seconds = *seconds;
    }
    plan.options.sign_body = given.has("--sign-body");
    plan.options.normalize_path = !given.has("--no-normalize");
    plan.options.double_uri_encode = !given.has("--no-double-encode");
    plan.options.omit_session_token = given.has("--omit-session-token");
    plan.print = given.has("--print") ? given.value("--print") : plan.in_query ? "url" : "headers";
    if (auto checked = check_print(plan); !checked) return bedrock::unexpected{checked.error()};
    return plan;
}

/// 64 hexadecimal digits, read in pieces: the body may be larger than memory.
inline bedrock::result<std::string> hash_file(std::string const& path) {
    auto from = input::open(path);
    if (!from) return bedrock::unexpected{from.error()};
    bedrock::crypto::sha256 hash;
    std::vector<std::byte> piece(piece_size);
    for (;;) {
        auto const got = from->read(piece);
        if (!got) return bedrock::unexpected{got.error()};
        if (*got == 0) break;
        hash.update(bedrock::byte_view(piece.data(), *got));
    }
    bedrock::crypto::sha256_digest digest{};
    if (!hash.finish(digest)) return bedrock::fail(bedrock::errc::invalid_input, "OpenSSL failed to compute a SHA-256");
    return bedrock::encode_hex(digest);
}

inline bedrock::exchange<bedrock::result<bedrock::credentials>> find_keys(bedrock::provider_list const& providers,
                                                                          bedrock::environment const& surroundings) {
    auto answer = co_await bedrock::load_credentials(providers, surroundings);
    co_return std::move(answer.credentials);
}

/// Access keys from wherever a client of these options would have them; a bearer token signs nothing.
inline bedrock::result<bedrock::credentials> load_keys(bedrock::client_options options) {
    options.auth = bedrock::auth_scheme::sigv4;
    bedrock::client_state const sources(std::move(options));
    bedrock::engine on(std::make_shared<bedrock::engine_share>());
    bedrock::blocking_runner runner(on, sources.surroundings, bedrock::cancellation(), 0);
    return runner.run(find_keys(sources.providers, sources.surroundings));
}

inline std::string format_stage(sign_plan const& plan, bedrock::sigv4::signature const& made) {
    if (plan.print == "canonical-request") return made.canonical_request + '\n';
    if (plan.print == "string-to-sign") return made.string_to_sign + '\n';
    if (plan.print == "signature") return made.hex + '\n';
    if (plan.print == "authorization") return std::string(made.authorization()) + '\n';
    if (plan.print == "url") return plan.origin + (plan.in_query ? made.target : plan.target) + '\n';
    std::string lines;
    for (auto const& header : made.headers) lines += header.name + ": " + header.value + '\n';
    return lines;
}

/// Faults of what was given on the command line, as opposed to those of credentials and of OpenSSL.
inline bool is_bad_usage(bedrock::sigv4::fault code) {
    return code != bedrock::sigv4::fault::invalid_credentials && code != bedrock::sigv4::fault::crypto;
}

}  // namespace detail

inline int run_sign(arguments const& given) {
    auto const plan = detail::plan_sign(given);
    if (!plan) return report_usage(plan.error(), sign_command.name);
    auto const body_hash =
        plan->body_file.empty() ? bedrock::result<std::string>(std::string()) : detail::hash_file(plan->body_file);
    if (!body_hash) return report(body_hash.error());
    auto const keys = detail::load_keys(make_client_options(given));
    if (!keys) return report(keys.error());

    bedrock::sigv4::request what;
    what.method = plan->method;
    what.target = plan->target;
    what.headers = plan->headers;
    what.payload_hash = *body_hash;
    bedrock::sigv4::credentials_view const with{keys->access_key_id, keys->secret_access_key.view(),
                                                keys->session_token.view()};
    auto const now =
        plan->unix_seconds ? *plan->unix_seconds : bedrock::environment::of_process().unix_milliseconds() / 1000;
    bedrock::sigv4::scope const where{plan->region, plan->service, now};
    bedrock::sigv4::signature made;
    auto const status = plan->in_query
                            ? bedrock::sigv4::presign(what, plan->expires_seconds, with, where, plan->options, made)
                            : bedrock::sigv4::sign(what, with, where, plan->options, made);
    if (!status.ok()) {
        bool const of_keys = status.code == bedrock::sigv4::fault::invalid_credentials;
        auto const why = bedrock::make_error(of_keys ? bedrock::errc::credentials : bedrock::errc::invalid_input,
                                             "not signed: " + std::string(describe(status.code)));
        return detail::is_bad_usage(status.code) ? report_usage(why, sign_command.name) : report(why);
    }
    output out;
    out.write(detail::format_stage(*plan, made));
    return finish(out);
}

}  // namespace cli
