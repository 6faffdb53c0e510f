#include "bedrock/credentials/container.hpp"

#include "bedrock/recorded.hpp"
#include "support/credential_vectors.hpp"
#include "support/fake_environment.hpp"
#include "support/real_run.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace bedrock;

namespace {

constexpr char const* relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr char const* full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr char const* plain_token = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr char const* token_file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr char const* local = "http://localhost/keys";

std::string document(std::string id = "ASIAEXAMPLE") {
    return R"({"RoleArn":"arn:aws:iam::123456789012:role/x","AccessKeyId":")" + id +
           R"(","SecretAccessKey":"hidden-secret","Token":"hidden-token","Expiration":"2026-01-02T09:04:05Z"})";
}

recorded_exchange answered(std::string url, int status, std::string body) {
    recorded_exchange made;
    made.url = std::move(url);
    made.head.status = status;
    made.pieces.push_back(std::move(body));
    return made;
}

struct task {
    explicit task(fake_environment::variables set, std::vector<recorded_exchange> recording = {})
        : machine(std::move(set)), runner(std::move(recording)) {}
    provider_answer load() {
        auto const here = machine.get();
        return runner.run(provider.load(here));
    }
    std::string broken() {
        auto const answer = load();
        CHECK(answer.outcome == provider_outcome::broken);
        CHECK(answer.detail.find("hidden") == std::string::npos);
        return answer.detail;
    }
    std::string authorization(std::size_t request) const {
        return std::string(http::find_header(runner.requests().at(request).headers, "Authorization"));
    }
    fake_environment machine;
    container_provider provider;
    recorded_runner runner;
};

}  // namespace

TEST_CASE("container provider: relative address, no token", "[credentials]") {
    task with({{relative, "/v2/credentials/id?a=1"}},
              {answered("http://169.254.170.2/v2/credentials/id?a=1", 200, document())});
    CHECK(with.provider.name() == "container");
    auto const answer = with.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAEXAMPLE");
    CHECK(answer.credentials.secret_access_key.view() == "hidden-secret");
    CHECK(answer.credentials.session_token.view() == "hidden-token");
    CHECK(answer.credentials.expires_at_ms == 1'767'344'645'000);
    CHECK(answer.credentials.source == "default chain: container");
    auto const& request = with.runner.requests().at(0);
    CHECK(request.no_proxy);
    CHECK(http::find_header(request.headers, "Accept") == "application/json");
    CHECK(request.headers.size() == 1);
    CHECK(request.timeouts.connect_ms == 2000);
    CHECK(request.timeouts.first_event_ms == 5000);
}

TEST_CASE("container provider: nothing set is not here", "[credentials]") {
    for (auto const& set : {fake_environment::variables{}, fake_environment::variables{{relative, " "}, {full, ""}}}) {
        auto const answer = task(set).load();
        CHECK(answer.outcome == provider_outcome::not_here);
        CHECK(answer.detail ==
              "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set");
    }
}

TEST_CASE("container provider: the relative address wins", "[credentials]") {
    task with({{relative, "/r"}, {full, local}}, {answered("http://169.254.170.2/r", 200, document())});
    CHECK(with.load().outcome == provider_outcome::found);
}

TEST_CASE("container provider: plain http goes to this machine's own addresses alone", "[credentials]") {
    auto const find = [](char const* variable, std::string value) {
        return find_container_target(fake_environment({{variable, std::move(value)}}).get());
    };
    for (auto const* host : {"127.0.0.1", "127.255.0.3:80", "[::1]:8080", "localhost", "LOCALHOST:1", "169.254.170.2",
                             "169.254.170.23:80", "[fd00:ec2::23]", "[FD00:EC2::23]"}) {
        auto const found = find(full, "http://" + std::string(host) + "/x");
        INFO(host);
        REQUIRE(found);
        CHECK((*found)->local);
        CHECK((*found)->url == "http://" + std::string(host) + "/x");
    }
    for (auto const* host : {"192.168.0.1", "127.0.0.1.example.com", "128.0.0.1", "127.1", "localhost.example.com",
                             "localhost.", "[::2]", "[fd00:ec2::24]", "169.254.170.3", "169.254.169.254", "example.com",
                             "0.0.0.0", "2130706433", "[::ffff:127.0.0.1]"}) {
        INFO(host);
        auto const found = find(full, "http://" + std::string(host) + "/x");
        REQUIRE_FALSE(found);
        CHECK(found.error().code == errc::credentials);
        CHECK(found.error().message ==
              "AWS_CONTAINER_CREDENTIALS_FULL_URI names http://" + std::string(host) +
                  ": plain http is for this machine's own addresses (127.0.0.0/8, [::1], localhost, 169.254.170.2, "
                  "169.254.170.23, [fd00:ec2::23]); use https");
    }
    auto const secure = find(full, "HTTPS://example.com:8443/x?y");
    REQUIRE(secure);
    CHECK_FALSE((*secure)->local);
    CHECK((*secure)->origin == "https://example.com:8443");
    CHECK(find(full, "/credentials").error().message ==
          "AWS_CONTAINER_CREDENTIALS_FULL_URI has no scheme: write http://... or https://...");
    CHECK(find(full, "http://localhost@example.com/").error().message.find("user information") != std::string::npos);
    CHECK(find(full, "http://localhost\r\nX: 1/").error().message.find("AWS_CONTAINER_CREDENTIALS_FULL_URI contains") ==
          0);
    for (auto const* text : {"@example.com/", ".example.com/x", ":80@example.com/", "x"})
        CHECK(find(relative, text).error().message == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
    CHECK(find(relative, "/a b").error().message.find("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI contains a space") == 0);
    auto const slashes = find(relative, "//example.com/x");
    REQUIRE(slashes);
    CHECK((*slashes)->origin == "http://169.254.170.2");

    task with({{full, "http://example.com/hidden"}}, {});
    CHECK(with.broken().starts_with("AWS_CONTAINER_CREDENTIALS_FULL_URI names http://example.com: plain http is"));
    CHECK(with.runner.requests().empty());
}

TEST_CASE("container provider: addresses of the vectors", "[credentials][vectors]") {
    auto const count = credential_vectors::for_each("container-uri", [](std::string const& id, auto const& one) {
        INFO(id);
        auto const found = find_container_target(fake_environment(credential_vectors::variables(one)).get());
        auto const expected = *json_file::member(one, "expect");
        CHECK(found.has_value() == json_file::flag(expected, "ok"));
        if (!found) return;
        REQUIRE(*found);
        CHECK((*found)->url == json_file::text(expected, "uri"));
    });
    if (!count)
        WARN("no vectors: skipped");
    else
        CHECK(*count == 7);
}

TEST_CASE("container provider: the token goes into the header as it is, the file's before the variable's",
          "[credentials]") {
    task variable({{full, local}, {plain_token, "Basic abc"}}, {answered(local, 200, document())});
    CHECK(variable.load().outcome == provider_outcome::found);
    CHECK(variable.authorization(0) == "Basic abc");

    task file({{full, local}, {plain_token, "Basic abc"}, {token_file, "/token"}},
              {answered(local, 200, document()), answered(local, 200, document("ASIATWO"))});
    file.runner.files["/token"] = "first\n";
    CHECK(file.load().credentials.access_key_id == "ASIAEXAMPLE");
    file.runner.files["/token"] = "second";
    CHECK(file.load().credentials.access_key_id == "ASIATWO");
    CHECK(file.authorization(0) == "first");
    CHECK(file.authorization(1) == "second");

    task secure({{full, "https://example.com/keys"}, {plain_token, "abc"}},
                {answered("https://example.com/keys", 200, document())});
    CHECK(secure.load().outcome == provider_outcome::found);
    CHECK(secure.authorization(0) == "abc");
    CHECK_FALSE(secure.runner.requests()[0].no_proxy);
}

TEST_CASE("container provider: a token that cannot be had or sent is broken, before any request", "[credentials]") {
    task missing({{full, local}, {token_file, "/token"}}, {});
    CHECK(missing.broken() ==
          "the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names cannot be read: not in the recording: /token");
    task empty({{full, local}, {token_file, "/token"}}, {});
    empty.runner.files["/token"] = "\r\n";
    CHECK(empty.broken() == "the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names is empty: /token");
    task large({{full, local}, {token_file, "/token"}}, {});
    large.runner.files["/token"] = std::string(16385, 't');
    CHECK(large.broken().find("cannot be read: larger than 16384 bytes: /token") != std::string::npos);
    task split({{full, local}, {token_file, "/token"}}, {});
    split.runner.files["/token"] = "hidden\r\nX-Header: 1";
    CHECK(split.broken() ==
          "the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE has a line break or another control character inside");
    task variable({{full, local}, {plain_token, "hidden\nvalue"}}, {});
    CHECK(variable.broken() ==
          "the token of AWS_CONTAINER_AUTHORIZATION_TOKEN has a line break or another control character inside");
    for (auto* one : {&missing, &empty, &large, &split, &variable}) CHECK(one->runner.requests().empty());
}

TEST_CASE("container provider: three attempts a second apart for what may pass", "[credentials]") {
    task late({{full, local}},
              {answered(local, 500, ""), answered(local, 200, "{\"AccessKeyId\":"), answered(local, 200, document())});
    CHECK(late.load().outcome == provider_outcome::found);
    CHECK(late.runner.pauses() == std::vector<std::int64_t>{1000, 1000});

    recorded_exchange lost;
    lost.url = local;
    lost.failure = {errc::transport, false, "connection refused"};
    task never({{full, local}}, {lost, lost, lost, answered(local, 200, document())});
    CHECK(never.broken() ==
          "AWS_CONTAINER_CREDENTIALS_FULL_URI is set, but its credentials cannot be had: http://localhost: connection "
          "refused (3 attempts, 0 ms)");
    CHECK(never.runner.requests().size() == 3);
}

TEST_CASE("container provider: what the agent says is passed on, clean and without the path", "[credentials]") {
    task refused({{relative, "/hidden-id"}},
                 {answered("http://169.254.170.2/hidden-id", 401, R"({"code":"Denied","message":"bad\ntoken"})")});
    CHECK(
        refused.broken() ==
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set, but its credentials cannot be had: http://169.254.170.2: HTTP "
        "401: Denied: bad token (1 attempt, 0 ms)");
    auto const unusable = [](std::string body) {
        return task({{full, local}}, std::vector<recorded_exchange>(3, answered(local, 200, std::move(body)))).broken();
    };
    std::string const start =
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is set, but its credentials cannot be had: "
        "http://localhost: no usable credentials: ";
    CHECK(unusable("<html>hidden") == start + "it is a web page or XML, not JSON (3 attempts, 0 ms)");
    CHECK(unusable(R"({"AccessKeyId":"hidden"})") == start + "SecretAccessKey is missing (3 attempts, 0 ms)");
    CHECK(unusable(R"({"Code":"Failed","Message":"later"})") == start + "Failed: later (3 attempts, 0 ms)");
    task redirected({{full, local}}, {answered(local, 302, "")});
    CHECK(redirected.broken().find("HTTP 302 (1 attempt") != std::string::npos);
    task huge({{full, local}}, {answered(local, 200, std::string(1 << 17, ' '))});
    CHECK(huge.broken().find("an answer of more than 65536 bytes (1 attempt") != std::string::npos);
}

TEST_CASE("container provider: over real sockets, the token file read anew", "[credentials]") {
    std::string path = "/tmp/bedrock-token-XXXXXX";
    int const made = ::mkstemp(path.data());
    REQUIRE(made >= 0);
    ::close(made);
    auto const write = [&](char const* text) { std::ofstream(path, std::ios::binary) << text; };
    socket_server agent([](connection& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
            bool const first = request.find("\r\nAuthorization: one\r\n") != std::string::npos;
            bool const second = request.find("\r\nAuthorization: two\r\n") != std::string::npos;
            peer.send(first    ? plain_answer(document("ASIAONE"))
                      : second ? plain_answer(document("ASIATWO"))
                               : plain_answer(R"({"Message":"who?"})", "401 Unauthorized"));
        }
    });
    real_run run;
    run.here.variable = fake_environment({{full, agent.url("/keys")}, {token_file, path}}).get().variable;
    container_provider provider;
    write("one");
    CHECK(run(provider.load(run.here)).credentials.access_key_id == "ASIAONE");
    write("two\n");
    CHECK(run(provider.load(run.here)).credentials.access_key_id == "ASIATWO");
    write("three");
    CHECK(run(provider.load(run.here)).detail.find(": HTTP 401: who? (1 attempt, ") != std::string::npos);
    std::remove(path.c_str());
    auto const gone = run(provider.load(run.here));
    CHECK(gone.outcome == provider_outcome::broken);
    CHECK(gone.detail.find("cannot be read: no such file or directory: " + path) != std::string::npos);
}

TEST_CASE("container provider: an agent that does not answer ends in time", "[credentials]") {
    socket_server agent([](connection& peer) { peer.peer_closes(); });
    real_run run;
    run.here.variable = fake_environment({{full, agent.url("/keys")}}).get().variable;
    container_options options;
    options.limits = {150, 150, 1000};
    options.pause_ms = 1;
    container_provider provider(options);
    auto const answer = run(provider.load(run.here));
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail.find(": connected, but no answer within 150 ms (3 attempts, ") != std::string::npos);
    CHECK(agent.accepted() == 3);
}
