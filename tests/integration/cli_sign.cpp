// `bedrock sign` as a child process, against the signing vectors and the loopback server's own check.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "bedrock/base64.hpp"
#include "bedrock/bytes.hpp"
#include "support/curl_request.hpp"
#include "support/json_file.hpp"
#include "support/mock_server.hpp"
#include "support/vectors.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

/// What the tool prints with a session token in the environment is the caller's: it is asked for. The secret key never.
process::outcome run(words arguments, words environment, std::string_view secret) {
    auto seen = process::run(tool::call(std::move(arguments), std::move(environment)));
    CHECK_FALSE(seen.hung);
    CHECK(seen.out.find(secret) == std::string::npos);
    CHECK(seen.err.find(secret) == std::string::npos);
    return seen;
}

struct signing_case {
    words arguments{"sign"};
    words environment{};
    std::string secret{};
    std::string url{};
    std::optional<tool::temporary_file> body{};

    std::string print(words more) const {
        auto all = arguments;
        all.insert(all.end(), more.begin(), more.end());
        auto const seen = run(all, environment, secret);
        INFO(seen.err);
        CHECK(seen.exit_status == 0);
        CHECK(seen.err == "");
        return seen.out;
    }
};

void load(signing_case& into, simdjson::dom::element file) {
    auto const context = json_file::member(file, "context").value();
    auto const request = json_file::member(file, "request").value();
    std::string host;
    for (auto const& pair : json_file::list(request, "headers")) {
        auto const parts = json_file::list(pair);
        REQUIRE(parts.size() == 2);
        auto const name = *json_file::text(parts[0]);
        auto const value = *json_file::text(parts[1]);
        if (name == "Host" || name == "host") host = value;
        into.arguments.insert(into.arguments.end(), {"-H", name + ": " + value});
    }
    into.url = "https://" + host + json_file::text_or_empty(request, "target");
    into.arguments.insert(into.arguments.end(), {json_file::text_or_empty(request, "method"), into.url});
    bedrock::byte_buffer body;
    REQUIRE(bedrock::decode_base64(json_file::text_or_empty(request, "body_b64"), body));
    if (!body.empty()) {
        into.body.emplace("body", bedrock::as_text(body));
        into.arguments.insert(into.arguments.end(), {"--body", into.body->path()});
    }
    for (auto const& [option, key] :
         {std::pair{"--region", "region"}, std::pair{"--service", "service"}, std::pair{"--time", "timestamp"}})
        into.arguments.insert(into.arguments.end(), {option, json_file::text_or_empty(context, key)});
    if (!json_file::flag(context, "normalize_path").value()) into.arguments.push_back("--no-normalize");
    if (!json_file::flag(context, "double_uri_encode").value()) into.arguments.push_back("--no-double-encode");
    if (json_file::flag(context, "omit_session_token").value()) into.arguments.push_back("--omit-session-token");
    into.secret = json_file::text_or_empty(context, "secret_access_key");
    into.environment = {"AWS_ACCESS_KEY_ID=" + json_file::text_or_empty(context, "access_key_id"),
                        "AWS_SECRET_ACCESS_KEY=" + into.secret};
    if (auto const token = json_file::text(context, "session_token"))
        into.environment.push_back("AWS_SESSION_TOKEN=" + *token);
}

void check_headers(signing_case const& given, simdjson::dom::element file, simdjson::dom::element expected) {
    bool const sign_body = json_file::flag(json_file::member(file, "context").value(), "sign_body").value();
    auto const print = [&](words more) {
        if (sign_body) more.push_back("--sign-body");
        return given.print(std::move(more));
    };
    CHECK(print({"--print", "canonical-request"}) == json_file::text_or_empty(expected, "canonical_request") + '\n');
    CHECK(print({"--print", "string-to-sign"}) == json_file::text_or_empty(expected, "string_to_sign") + '\n');
    CHECK(print({"--print", "signature"}) == json_file::text_or_empty(expected, "signature") + '\n');
    auto const authorization = print({"--print", "authorization"});
    if (auto const published = json_file::text(expected, "authorization")) CHECK(authorization == *published + '\n');
    CHECK(authorization.ends_with(", Signature=" + json_file::text_or_empty(expected, "signature") + '\n'));
    CHECK(print({"--print", "url"}) == given.url + '\n');
    auto const headers = print({});
    CHECK(headers == print({"--print", "headers"}));
    auto const lines = tool::lines(headers);
    CHECK(headers.find("Authorization: " + authorization) != std::string::npos);
    auto const has = [&](std::string_view name) {
        return std::count_if(lines.begin(), lines.end(), [&](auto const& line) { return line.starts_with(name); }) == 1;
    };
    CHECK(has("X-Amz-Date: "));
    CHECK(has("x-amz-content-sha256: ") == sign_body);
    CHECK(has("X-Amz-Security-Token: ") == (given.environment.size() == 3));
}

void check_query(signing_case const& given, simdjson::dom::element file, simdjson::dom::element expected) {
    auto const expires =
        json_file::integer(json_file::member(file, "context").value(), "expiration_in_seconds").value();
    auto const print = [&](words more) {
        more.insert(more.end(), {"--query", "--expires", std::to_string(expires)});
        return given.print(std::move(more));
    };
    CHECK(print({"--print", "canonical-request"}) == json_file::text_or_empty(expected, "canonical_request") + '\n');
    CHECK(print({"--print", "string-to-sign"}) == json_file::text_or_empty(expected, "string_to_sign") + '\n');
    auto const signature = json_file::text_or_empty(expected, "signature");
    CHECK(print({"--print", "signature"}) == signature + '\n');
    auto const url = print({});
    CHECK(url == print({"--print", "url"}));
    CHECK(url.starts_with(given.url.substr(0, given.url.find('?'))));
    CHECK(url.find("&X-Amz-Expires=" + std::to_string(expires)) != std::string::npos);
    CHECK(url.ends_with("&X-Amz-Signature=" + signature + '\n'));
}

}  // namespace

TEST_CASE("every stage of the signing vectors is printed", "[cli][sign][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    simdjson::dom::parser index_parser;
    auto const index = json_file::load(index_parser, *dir + "/sigv4/index.json");
    REQUIRE(index);
    int in_headers = 0;
    int in_query = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        INFO(json_file::text_or_empty(entry, "id"));
        simdjson::dom::parser parser;
        auto const file = json_file::load(parser, *dir + "/sigv4/" + json_file::text_or_empty(entry, "file"));
        REQUIRE(file);
        auto const variants = json_file::member(*file, "variants");
        if (!variants) continue;
        signing_case given;
        load(given, *file);
        if (auto const expected = json_file::member(*variants, "header")) {
            check_headers(given, *file, *expected);
            ++in_headers;
        }
        if (auto const expected = json_file::member(*variants, "query")) {
            check_query(given, *file, *expected);
            ++in_query;
        }
    }
    CHECK(in_headers > 0);
    CHECK(in_query > 0);
}

TEST_CASE("a request with the printed headers passes the server's check", "[cli][sign]") {
    mock::server server;
    REQUIRE(server.running());
    std::string const body = R"({"messages":[{"role":"user","content":[{"text":"Hello"}]}]})";
    tool::temporary_file const file("body.json", body);
    auto const url = server.url() + "/model/a.b%3A0/converse";
    for (words const& more : {words{}, words{"--sign-body"}}) {
        words arguments{"sign",   "POST",      url,         "-H",      "Content-Type: application/json",
                        "--body", file.path(), "--service", "bedrock", "--region=us-east-1"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        auto const seen = run(arguments, tool::keys(), "wJalrXUtnFEMI");
        REQUIRE(seen.exit_status == 0);
        mock::curl_request request;
        request.url = url;
        request.body = body;
        request.headers = tool::lines(seen.out);
        request.headers.push_back("Content-Type: application/json");
        auto const answer = mock::perform(request);
        CHECK(answer.status == 200);
        CHECK(answer.body.find("You said: Hello") != std::string::npos);
        request.body += ' ';
        CHECK(mock::perform(request).status == 403);
    }
}

TEST_CASE("what sign is given and cannot use is refused", "[cli][sign]") {
    std::string const url = "https://bedrock.us-east-1.amazonaws.com/";
    struct mistake {
        words arguments;
        int status;
        char const* text;
    };
    words const scope{"--service", "bedrock", "--region", "us-east-1"};
    auto const with = [&](words more) {
        more.insert(more.begin(), "sign");
        more.insert(more.end(), scope.begin(), scope.end());
        return more;
    };
    for (auto const& [arguments, status, text] : {
             mistake{{"sign", "GET", url, "--region", "us-east-1"}, 2, "InvalidInput: no service to sign for"},
             mistake{{"sign", "GET", url, "--service", "bedrock"}, 2, "InvalidInput: no region to sign for"},
             mistake{{"sign", "GET", url, "--service", "a b", "--region", "r"}, 2, "InvalidInput: not signed: "},
             mistake{with({"GET", "bedrock.amazonaws.com/"}), 2, "InvalidInput: the URL "},
             mistake{with({"GET", "ftp://a/"}), 2, "InvalidInput: the URL "},
             mistake{with({"GET", "https://user:password@a/"}), 2, "InvalidInput: the URL contains user information"},
             mistake{with({"GET", url + "#top"}), 2, "InvalidInput: the URL has a fragment"},
             mistake{with({"G ET", url}), 2, "InvalidInput: not signed: the method"},
             mistake{with({"GET", url, "-H", "no colon"}), 2, "InvalidInput: -H takes 'Name: value', not 'no colon'"},
             mistake{with({"GET", url, "-H", "a b: c"}), 2, "InvalidInput: not signed: a header"},
             mistake{with({"GET", url, "-H", "Authorization: x"}), 2, "InvalidInput: not signed: Authorization"},
             mistake{with({"GET", url, "--time", "yesterday"}), 2, "InvalidInput: --time takes a time such as"},
             mistake{with({"GET", url, "--expires", "60"}), 2, "InvalidInput: --expires goes with --query"},
             mistake{with({"GET", url, "--query", "--expires", "604801"}), 2, "InvalidInput: not signed: a presigned"},
             mistake{with({"GET", url, "--query", "--expires", "0"}), 2, "InvalidInput: --expires takes a whole"},
             mistake{with({"GET", url, "--print", "everything"}), 2, "InvalidInput: --print takes"},
             mistake{with({"GET", url, "--query", "--print", "headers"}), 2, "InvalidInput: --query signs in the URL"},
             mistake{with({"GET", url + "?X-Amz-Date=1", "--query"}), 2, "InvalidInput: not signed: a query parameter"},
             mistake{with({"GET", url, "--body", "/nowhere/b"}), 1, "InvalidInput: cannot open '/nowhere/b'"},
         }) {
        auto const seen = tool::run(arguments);
        INFO(seen.err);
        CHECK(seen.exit_status == status);
        CHECK(seen.out == "");
        CHECK(seen.err.starts_with("bedrock: " + std::string(text)));
        CHECK(seen.err.find("password") == std::string::npos);
    }
    auto const nobody = tool::run(with({"GET", url}), {"AWS_BEARER_TOKEN_BEDROCK=bearer-token-that-nobody-may-see"});
    CHECK(nobody.exit_status == 1);
    CHECK(tool::is_failure(nobody, "Credentials"));
    CHECK(nobody.err.find("AWS_ACCESS_KEY_ID") != std::string::npos);
    auto full = tool::call(with({"GET", url}));
    full.stdout_path = "/dev/full";
    CHECK(tool::run(full).exit_status == 1);
}

TEST_CASE("sign takes the host of the URL unless a header says it, and repeated headers", "[cli][sign]") {
    auto const canonical = [](words more) {
        words arguments{"sign",
                        "GET",
                        "http://[::1]:8080/a?b=c",
                        "--service",
                        "s",
                        "--region",
                        "us-east-1",
                        "--print",
                        "canonical-request",
                        "--time",
                        "2015-08-30T12:36:00Z"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return tool::run(arguments).out;
    };
    CHECK(canonical({}).find("\nhost:[::1]:8080\n") != std::string::npos);
    CHECK(canonical({"-H", "hOst: other"}).find("\nhost:other\n") != std::string::npos);
    CHECK(canonical({"-Hx: 1", "--header=X:2"}).find("\nx:1,2\n") != std::string::npos);
    CHECK(canonical({}).find("GET\n/a\nb=c\n") == 0);
}
