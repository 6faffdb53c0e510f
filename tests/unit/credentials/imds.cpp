#include "bedrock/credentials/imds.hpp"

#include "bedrock/recorded.hpp"
#include "support/credential_vectors.hpp"
#include "support/fake_environment.hpp"
#include "support/real_run.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char const* base = "http://169.254.169.254";
constexpr char const* roles = "/latest/meta-data/iam/security-credentials/";

recorded_exchange answered(std::string method, std::string path, int status, std::string body) {
    recorded_exchange made;
    made.method = std::move(method);
    made.url = base + path;
    made.head.status = status;
    if (made.method == "PUT") made.head.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", "21600"});
    made.pieces.push_back(std::move(body));
    return made;
}

recorded_exchange token() {
    return answered("PUT", "/latest/api/token", 200, "TOKEN");
}

recorded_exchange list(std::string body = "my-role", int status = 200) {
    return answered("GET", roles, status, std::move(body));
}

recorded_exchange keys(std::string body, std::string role = "my-role", int status = 200) {
    return answered("GET", roles + role, status, std::move(body));
}

std::string document(std::string end = "2026-01-02T09:04:05Z", std::string id = "ASIAEXAMPLE") {
    return R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":")" + id +
           R"(","SecretAccessKey":"hidden-secret","Token":"hidden-token","Expiration":")" + end +
           R"(","AccountId":"123456789012"})";
}

struct instance {
    explicit instance(std::vector<recorded_exchange> recording, imds_options options = {})
        : provider(std::move(options)), runner(std::move(recording)) {}
    provider_answer load() {
        auto const here = machine.get();
        return runner.run(provider.load(here));
    }
    fake_environment machine;
    imds_provider provider;
    recorded_runner runner;
};

std::string broken(std::vector<recorded_exchange> recording) {
    auto const answer = instance(std::move(recording)).load();
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail.find("hidden") == std::string::npos);
    return answer.detail;
}

constexpr std::int64_t minute_ms = 60'000;

}  // namespace

TEST_CASE("imds provider: the role's credentials", "[credentials]") {
    instance with({token(), list(" my-role\n"), keys(document())});
    CHECK(with.provider.name() == "imds");
    auto const answer = with.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAEXAMPLE");
    CHECK(answer.credentials.secret_access_key.view() == "hidden-secret");
    CHECK(answer.credentials.session_token.view() == "hidden-token");
    CHECK(answer.credentials.expires_at_ms == 1'767'344'645'000);
    CHECK(answer.credentials.account_id == "123456789012");
    CHECK(answer.credentials.source == "default chain: imds");
    CHECK(answer.detail.empty());
    CHECK(with.runner.exhausted());
}

TEST_CASE("imds provider: a machine that is no instance, or has no role, is not here", "[credentials]") {
    auto const not_here = [](std::vector<recorded_exchange> recording) {
        auto const answer = instance(std::move(recording)).load();
        CHECK(answer.outcome == provider_outcome::not_here);
        return answer.detail;
    };
    CHECK(not_here({token(), list("<html>404</html>", 404)}) ==
          "this instance has no role: http://169.254.169.254/latest/meta-data/iam/security-credentials/: HTTP 404: "
          "<html>404</html> (1 attempt, 0 ms)");
    CHECK(not_here({token(), list(" \n")}) == "this instance has no role: the list of roles is empty");
    CHECK(not_here({answered("PUT", "/latest/api/token", 403, "")})
              .starts_with("instance metadata is switched off for this instance"));
    instance off({});
    (*off.machine.values)["AWS_EC2_METADATA_DISABLED"] = "true";
    CHECK(off.load().outcome == provider_outcome::not_here);
    CHECK(off.load().detail == "switched off by AWS_EC2_METADATA_DISABLED");
}

TEST_CASE("imds provider: what does not work is broken and says what", "[credentials]") {
    auto const fail_twice = list("", 500);
    CHECK(broken({token(), fail_twice, fail_twice}) ==
          "http://169.254.169.254/latest/meta-data/iam/security-credentials/: HTTP 500 (2 attempts, 0 ms)");
    CHECK(broken({token(), list(), keys("", "my-role", 404)}) ==
          "role my-role has no credentials: "
          "http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role: HTTP 404 (1 attempt, 0 ms)");
    CHECK(broken({token(), list(), keys("hidden")}) ==
          "role my-role has no usable credentials: invalid JSON: unexpected character, at byte 0");
    CHECK(broken({token(), list(), keys("<html>hidden</html>")}) ==
          "role my-role has no usable credentials: it is a web page or XML, not JSON");
    CHECK(broken({token(), list(), keys(R"({"Code":"Failed","Message":"later"})")}) ==
          "role my-role has no usable credentials: Failed: later");
    CHECK(
        broken({token(), list(), keys(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"no trust"})")}) ==
        "role my-role has no usable credentials: AssumeRoleUnauthorizedAccess: no trust; the role's trust policy must "
        "let ec2.amazonaws.com assume it");
    auto const half = document();
    CHECK(broken({token(), list(), keys(half.substr(0, half.size() / 2))}).find("at byte") != std::string::npos);
}

TEST_CASE("imds provider: an answer of any size is bounded", "[credentials]") {
    CHECK(broken({token(), list(), keys(document() + std::string(1 << 17, ' '))})
              .find("an answer of more than 65536 bytes (1 attempt") != std::string::npos);
    CHECK(broken({token(), list(std::string(1 << 17, 'r'))}).find("an answer of more than 65536 bytes") !=
          std::string::npos);
}

TEST_CASE("imds provider: a hostile role name is escaped or refused", "[credentials]") {
    instance escaped({token(), list("a/../b?c#d%41 e+=,.@-_"), keys(document(), "a%2F..%2Fb%3Fc%23d%2541%20e+=,.@-_")});
    CHECK(escaped.load().outcome == provider_outcome::found);
    CHECK(escaped.runner.exhausted());
    for (std::string const& name :
         {std::string("role\r\nX-Header: 1"), std::string("two\nroles"), std::string(".."), std::string("."),
          std::string("<html>"), std::string("r\0le", 4), std::string("\x1b[31mred"), std::string(513, 'r')}) {
        auto const text = broken({token(), list(name)});
        CHECK(text.starts_with("instance metadata gives no usable name for the instance's role: "));
        CHECK(text.size() < 160);
        CHECK(text.find_first_of("\r\n\x1b") == std::string::npos);
    }
}

TEST_CASE("imds provider: a failing load gives the credentials of the last one", "[credentials]") {
    instance with({token(), list(), keys(document()), list("", 500), list("", 500), list("", 400), list("", 400),
                   list(), keys(document("2026-01-03T00:00:00Z", "ASIANEW"))});
    auto const first = with.load();
    auto const second = with.load();
    REQUIRE(second.outcome == provider_outcome::found);
    CHECK(second.credentials.access_key_id == "ASIAEXAMPLE");
    CHECK(second.credentials.expires_at_ms == first.credentials.expires_at_ms);
    CHECK(second.detail ==
          "the credentials of an earlier load, because this one failed: "
          "http://169.254.169.254/latest/meta-data/iam/security-credentials/: HTTP 500 (2 attempts, 0 ms)");

    *with.machine.unix_ms = 1'767'344'645'000;  // their end
    for (int i = 0; i < 2; ++i) {
        auto const late = with.load();
        REQUIRE(late.outcome == provider_outcome::found);
        CHECK(late.credentials.access_key_id == "ASIAEXAMPLE");
        CHECK(late.credentials.expires_at_ms == *with.machine.unix_ms + 12 * minute_ms + minute_ms / 2);
        CHECK(late.detail.ends_with("they expired at 2026-01-02T09:04:05Z and are used on meanwhile"));
    }
    auto const fresh = with.load();
    CHECK(fresh.credentials.access_key_id == "ASIANEW");
    CHECK(fresh.detail.empty());
    CHECK(with.runner.exhausted());
}

TEST_CASE("imds provider: expired credentials that the service serves are found with a new end", "[credentials]") {
    instance with({token(), list(), keys(document("2026-01-02T03:04:05Z"))});
    auto const answer = with.load();
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.expires_at_ms == *with.machine.unix_ms + 12 * minute_ms + minute_ms / 2);
    CHECK(answer.detail == "they expired at 2026-01-02T03:04:05Z and are used on meanwhile");
    instance still({token(), list(), keys(document("2026-01-02T03:04:06Z"))});
    CHECK(still.load().credentials.expires_at_ms == *still.machine.unix_ms + 1000);
}

TEST_CASE("imds provider: when the service is gone, the last credentials and one round of asking in five minutes",
          "[credentials]") {
    recorded_exchange nobody = token();
    nobody.failure = {errc::transport, false, "no route"};
    recorded_exchange refused = list("", 401);
    instance with({token(), list(), keys(document()), refused, nobody, nobody});
    with.load();
    auto const sent = with.load();
    CHECK(sent.outcome == provider_outcome::found);
    CHECK(sent.detail.find("no route (2 attempts") != std::string::npos);
    CHECK(with.runner.exhausted());
    auto const count = with.runner.requests().size();
    CHECK(with.load().outcome == provider_outcome::found);
    CHECK(with.runner.requests().size() == count);
}

TEST_CASE("imds provider: what was kept goes with the role, the switch and a refusal", "[credentials]") {
    SECTION("role taken away") {
        instance with({token(), list(), keys(document()), list("", 404), list("", 500), list("", 500)});
        with.load();
        CHECK(with.load().outcome == provider_outcome::not_here);
        CHECK(with.load().outcome == provider_outcome::broken);
    }
    SECTION("switched off") {
        instance with({token(), list(), keys(document())});
        with.load();
        (*with.machine.values)["AWS_EC2_METADATA_DISABLED"] = "true";
        CHECK(with.load().outcome == provider_outcome::not_here);
    }
    SECTION("refused by the service") {
        instance with({token(), list(), keys(document()), list("", 400), list("", 400)});
        auto first = with.load().credentials;
        auto other = first;
        other.access_key_id = "ASIAOTHER";
        with.provider.forget(other);
        CHECK(with.load().outcome == provider_outcome::found);
        with.provider.forget(first);
        CHECK(with.load().outcome == provider_outcome::broken);
    }
}

TEST_CASE("imds provider: successive loads of the vectors", "[credentials][vectors]") {
    auto const count = credential_vectors::for_each("imds-credentials", [](std::string const& id, auto const& one) {
        INFO(id);
        auto const traffic = credential_vectors::read_traffic(one);
        instance with(traffic.recording);
        // Without a time of its own, a case means one before the end of its credentials: 2021-09-21T04:16:53Z.
        *with.machine.unix_ms = json_file::integer(one, "now").value_or(1'632'197'000) * 1000;
        for (auto const& expected : json_file::list(one, "loads")) {
            auto const answer = with.load();
            REQUIRE(answer.outcome == provider_outcome::found);
            CHECK(answer.credentials.access_key_id == json_file::text(expected, "access_key_id"));
            if (auto const expiry = json_file::integer(expected, "expiry"))
                CHECK(answer.credentials.expires_at_ms == *expiry * 1000);
        }
        CHECK(with.runner.exhausted());
        for (std::size_t i = 0; i < traffic.request_headers.size(); ++i)
            for (auto const& header : traffic.request_headers[i])
                CHECK(http::find_header(with.runner.requests()[i].headers, header.name) == header.value);
    });
    if (!count)
        WARN("no vectors: skipped");
    else
        CHECK(*count == 3);
}

TEST_CASE("imds provider: over real sockets, with a 500 on the way and an IPv4 endpoint of the environment",
          "[credentials]") {
    int failures = 1;
    socket_server server([&](connection& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
            if (request.starts_with("PUT /base/latest/api/token "))
                peer.send(
                    "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\nContent-Length: 5\r\n\r\nTOKEN");
            else if (request.find("x-aws-ec2-metadata-token: TOKEN\r\n") == std::string::npos)
                peer.send(plain_answer("", "401 Unauthorized"));
            else if (request.starts_with(std::string("GET /base") + roles + " "))
                peer.send(plain_answer("my-role"));
            else if (failures-- > 0)
                peer.send(plain_answer("wait", "500 Internal Server Error"));
            else
                peer.send(plain_answer(document("2036-01-01T00:00:00Z")));
        }
    });
    real_run run;
    run.here.variable = fake_environment({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url("/base/")}}).get().variable;
    imds_provider provider;
    auto const answer = run(provider.load(run.here));
    INFO(answer.detail);
    REQUIRE(answer.outcome == provider_outcome::found);
    CHECK(answer.credentials.access_key_id == "ASIAEXAMPLE");
    CHECK(server.accepted() == 1);
}

TEST_CASE("imds provider: an agent that answers slowly is given up on, piece by piece", "[credentials]") {
    socket_server server([](connection& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
            if (request.starts_with("PUT ")) {
                peer.send(
                    "HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 600\r\nContent-Length: 5\r\n\r\nTOKEN");
                continue;
            }
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nmy-r");
            peer.peer_closes();
            return;
        }
    });
    imds_options options;
    options.endpoint = server.url("");
    options.limits = {1000, 150, 1000};
    imds_provider provider(options);
    real_run run;
    auto const answer = run(provider.load(run.here));
    CHECK(answer.outcome == provider_outcome::broken);
    CHECK(answer.detail.find("the answer began, but nothing more came for 150 ms (2 attempts, ") != std::string::npos);
}
