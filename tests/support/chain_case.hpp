// Replays the `provider-chain` cases of the conformance vectors (credentials): environment, files and recorded HTTP in,
// credentials out.
#pragma once

#include "bedrock/base64.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/recorded.hpp"
#include "bedrock/time.hpp"

#include "support/credential_vectors.hpp"
#include "support/fake_environment.hpp"
#include "support/json_file.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct chain_case {
    std::string id;
    std::string provider;  // "default credential chain", "profile provider"
    fake_environment::variables variables;
    std::map<std::string, std::string> files;
    credential_vectors::traffic http;
    std::vector<std::string> request_bodies;  // beside each recorded exchange
    bool succeeds = false;
    bedrock::credentials expected;

    void repeat_last(int times) {
        for (; times != 0; --times) {
            http.recording.push_back(bedrock::recorded_exchange(http.recording.back()));
            http.request_headers.push_back(bedrock::http::header_list(http.request_headers.back()));
            request_bodies.push_back(std::string(request_bodies.back()));
        }
    }
};

namespace chain_case_detail {

inline std::string with_path(std::string url) {
    auto const authority = url.find("://") + 3;
    return url.find('/', authority) == std::string::npos ? url + '/' : url;
}

/// The recordings have a query in any order; the protocols write it sorted.
inline std::string with_sorted_query(std::string url) {
    auto const question = url.find('?');
    if (question == std::string::npos) return url;
    std::set<std::string> fields;
    for (std::size_t at = question; at < url.size();) {
        auto const end = (std::min)(url.find('&', at + 1), url.size());
        fields.insert(url.substr(at + 1, end - at - 1));
        at = end;
    }
    url.resize(question);
    for (auto const& field : fields) url += (url.size() == question ? '?' : '&') + field;
    return url;
}

inline std::map<std::string, std::string> form_fields(std::string_view body) {
    std::map<std::string, std::string> fields;
    while (!body.empty()) {
        auto const pair = body.substr(0, body.find('&'));
        body.remove_prefix(pair.size() == body.size() ? pair.size() : pair.size() + 1);
        auto const equals = pair.find('=');
        auto value = pair.substr(equals + 1);
        if (value.ends_with("%0A")) value.remove_suffix(3);  // the recorder sent a token file's last newline, too
        fields[std::string(pair.substr(0, equals))] = std::string(value);
    }
    return fields;
}

/// `echo BASE64 | base64 --decode` and `exit N`, as the cases have them.
inline bedrock::recorded_process process_of(std::string_view command) {
    bedrock::recorded_process made;
    constexpr std::string_view echo = "echo ", leave = "exit ";
    if (command.starts_with(echo)) {
        auto const text = command.substr(echo.size(), command.find(' ', echo.size()) - echo.size());
        bedrock::byte_buffer bytes;
        REQUIRE(bedrock::decode_base64(text, bytes));
        made.output = bedrock::as_text(bytes);
    } else {
        REQUIRE(command.starts_with(leave));
        made.exit_status = command.back() - '0';
    }
    return made;
}

}  // namespace chain_case_detail

/// Calls `check(case)` for each case of these classes ("imds", "sso", ...); how many there were, or nothing where there
/// are no vectors.
template <class Check>
std::optional<int> for_each_chain_case(std::set<std::string> const& classes, Check check) {
    int count = 0;
    auto const all = credential_vectors::for_each("provider-chain", [&](std::string const& id, auto const& file) {
        if (classes.count(json_file::text_or_empty(file, "class")) == 0) return;
        chain_case made;
        made.id = id;
        made.provider = json_file::text_or_empty(file, "provider");
        made.variables = credential_vectors::variables(file);
        for (auto const& [path, text] : json_file::members(json_file::member(file, "files")))
            made.files[path] = json_file::text(text).value_or("");
        made.http = credential_vectors::read_traffic(file);
        for (auto& exchange : made.http.recording)
            exchange.url = chain_case_detail::with_sorted_query(chain_case_detail::with_path(exchange.url));
        for (auto const& recorded : json_file::list(file, "http")) {
            auto const request = json_file::member(recorded, "request");
            made.request_bodies.push_back(request ? json_file::text_or_empty(*request, "body") : std::string());
        }
        auto const expect = json_file::member(file, "expect");
        REQUIRE(expect);
        made.succeeds = json_file::flag(*expect, "ok").value_or(false);
        made.expected.access_key_id = json_file::text_or_empty(*expect, "access_key_id");
        made.expected.secret_access_key = json_file::text_or_empty(*expect, "secret_access_key");
        made.expected.session_token = json_file::text_or_empty(*expect, "session_token");
        made.expected.account_id = json_file::text_or_empty(*expect, "account_id");
        made.expected.bearer_token = json_file::text_or_empty(*expect, "token");
        if (auto const end = json_file::integer(*expect, "expiry")) made.expected.expires_at_ms = *end * 1000;
        if (auto const end = bedrock::parse_iso8601(json_file::text_or_empty(*expect, "expiration")))
            made.expected.expires_at_ms = bedrock::to_unix_milliseconds(*end);
        check(made);
        ++count;
    });
    return all ? std::optional(count) : std::nullopt;
}

/// Runs one case: the providers get its environment at a time at which its credentials are still good. Requests are
/// compared by method, URL, the headers that matter and the fields of a form but for `ignored_fields`.
template <class MakeProviders>
void check_chain_case(chain_case const& wanted, MakeProviders make_providers,
                      std::set<std::string> const& ignored_fields = {"RoleSessionName"}) {
    INFO(wanted.id);
    fake_environment const machine(wanted.variables);
    if (wanted.expected.expires_at_ms) *machine.unix_ms = *wanted.expected.expires_at_ms - 3'600'000;
    auto const here = machine.get();
    bedrock::recorded_runner runner(wanted.http.recording);
    runner.files = wanted.files;
    for (auto const& [path, text] : wanted.files) {
        constexpr std::string_view key = "credential_process = ";
        if (auto const at = text.find(key); at != std::string::npos) {
            auto const command = text.substr(at + key.size(), text.find('\n', at) - at - key.size());
            runner.processes[command] = chain_case_detail::process_of(command);
        }
    }
    bedrock::provider_list const providers = make_providers();
    auto const answer = runner.run(bedrock::load_credentials(providers, here));

    auto const& recording = wanted.http.recording;
    REQUIRE(runner.requests().size() == recording.size());
    CHECK(runner.exhausted());  // so methods and URLs were as recorded
    for (std::size_t i = 0; i != recording.size(); ++i) {
        auto const& sent = runner.requests()[i];
        auto const& recorded = wanted.http.request_headers[i];
        for (char const* const name :
             {"x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds", "x-amz-sso_bearer_token"})
            CHECK(bedrock::http::find_header(sent.headers, name) == bedrock::http::find_header(recorded, name));
        CHECK(bedrock::http::find_header(sent.headers, "authorization").empty() ==
              bedrock::http::find_header(recorded, "authorization").empty());
        auto sent_fields = chain_case_detail::form_fields(sent.body.view());
        auto recorded_fields = chain_case_detail::form_fields(wanted.request_bodies[i]);
        for (auto const& name : ignored_fields) {
            CHECK(sent_fields.count(name) == recorded_fields.count(name));
            sent_fields.erase(name);
            recorded_fields.erase(name);
        }
        CHECK(sent_fields == recorded_fields);
    }
    REQUIRE(answer.credentials.has_value() == wanted.succeeds);
    if (!wanted.succeeds) {
        CHECK_FALSE(answer.credentials.error().message.empty());
        return;
    }
    CHECK(answer.credentials->access_key_id == wanted.expected.access_key_id);
    CHECK(answer.credentials->secret_access_key.view() == wanted.expected.secret_access_key.view());
    CHECK(answer.credentials->session_token.view() == wanted.expected.session_token.view());
    CHECK(answer.credentials->bearer_token.view() == wanted.expected.bearer_token.view());
    CHECK(answer.credentials->account_id == wanted.expected.account_id);
    CHECK(answer.credentials->expires_at_ms == wanted.expected.expires_at_ms);
}
