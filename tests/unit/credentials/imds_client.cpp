#include "bedrock/credentials/imds_client.hpp"

#include "bedrock/ini.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/recorded.hpp"
#include "support/credential_vectors.hpp"
#include "support/fake_environment.hpp"
#include "support/real_run.hpp"
#include "support/socket_server.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

constexpr char const* base = "http://169.254.169.254";

recorded_exchange answered(std::string method, std::string path, int status, std::string body,
                           std::string ttl = "21600") {
    recorded_exchange made;
    made.method = std::move(method);
    made.url = base + path;
    made.head.status = status;
    if (made.method == "PUT") made.head.headers.push_back({"x-aws-ec2-metadata-token-ttl-seconds", std::move(ttl)});
    made.pieces.push_back(std::move(body));
    return made;
}

recorded_exchange token(std::string text = "TOKEN", std::string ttl = "21600") {
    return answered("PUT", "/latest/api/token", 200, std::move(text), std::move(ttl));
}

recorded_exchange lost(std::string method, std::string path, errc code, bool sent, std::string message) {
    recorded_exchange made;
    made.method = std::move(method);
    made.url = base + path;
    made.failure = {code, sent, std::move(message)};
    return made;
}

struct talk {
    explicit talk(std::vector<recorded_exchange> recording, imds_options options = {})
        : client(std::move(options)), runner(std::move(recording)) {}
    imds_answer get(std::string path = "/doc") {
        auto const here = machine.get();
        return runner.run(client.get(std::move(path), here));
    }
    fake_environment machine;
    imds_client client;
    recorded_runner runner;
};

std::string token_of(http::request const& request) {
    return std::string(http::find_header(request.headers, "x-aws-ec2-metadata-token"));
}

}  // namespace

TEST_CASE("imds client: token, then the document with it, past every proxy", "[credentials]") {
    talk with({token(), answered("GET", "/doc", 200, "text\n")});
    auto const got = with.get();
    CHECK(got.outcome == imds_outcome::found);
    CHECK(got.text == "text\n");
    REQUIRE(with.runner.requests().size() == 2);
    auto const& put = with.runner.requests()[0];
    CHECK(http::find_header(put.headers, "x-aws-ec2-metadata-token-ttl-seconds") == "21600");
    CHECK(put.body.empty());
    CHECK(token_of(with.runner.requests()[1]) == "TOKEN");
    for (auto const& request : with.runner.requests()) {
        CHECK(request.no_proxy);
        CHECK(request.timeouts.connect_ms == 1000);
        CHECK(request.timeouts.first_event_ms == 1000);
        CHECK(request.timeouts.idle_ms == 1000);
    }
}

TEST_CASE("imds client: a token is renewed 120 seconds before the end that its header gives", "[credentials]") {
    talk with({token("A\n", "600"), answered("GET", "/doc", 200, "1"), answered("GET", "/doc", 200, "2"),
               token("B", "600"), answered("GET", "/doc", 200, "3")});
    CHECK(with.get().text == "1");
    *with.machine.steady_ms += 479'999;
    CHECK(with.get().text == "2");
    *with.machine.steady_ms += 1;
    CHECK(with.get().text == "3");
    CHECK(with.runner.exhausted());
    CHECK(token_of(with.runner.requests()[2]) == "A");
    CHECK(token_of(with.runner.requests()[4]) == "B");
}

TEST_CASE("imds client: a lifetime that makes no sense keeps a token for one request, or six hours at most",
          "[credentials]") {
    for (auto const* ttl : {"", "soon", "-9223372036854775808", "99999999999999999999999", "0", "120"}) {
        INFO(ttl);
        talk with(
            {token("A", ttl), answered("GET", "/doc", 200, "1"), token("B", ttl), answered("GET", "/doc", 200, "2")});
        CHECK(with.get().text == "1");
        CHECK(with.get().text == "2");
    }
    talk with({token("A", "9223372036854775807"), answered("GET", "/doc", 200, "1"), token("B"),
               answered("GET", "/doc", 200, "2")});
    CHECK(with.get().text == "1");
    *with.machine.steady_ms += (21'600 - 120) * 1000;
    CHECK(with.get().text == "2");
}

TEST_CASE("imds client: 401 gets a new token once, and only the refused one is dropped", "[credentials]") {
    talk with({token("A"), answered("GET", "/doc", 401, ""), token("B"), answered("GET", "/doc", 200, "1"),
               answered("GET", "/doc", 200, "2")});
    CHECK(with.get().text == "1");
    CHECK(with.get().text == "2");
    CHECK(with.runner.exhausted());
    CHECK(with.runner.pauses().empty());

    talk again({token("A"), answered("GET", "/doc", 401, ""), token("B"), answered("GET", "/doc", 401, "")});
    auto const got = again.get();
    CHECK(got.outcome == imds_outcome::broken);
    CHECK(got.detail == "http://169.254.169.254/doc: HTTP 401 (2 attempts, 0 ms)");
}

TEST_CASE("imds client: two attempts for 500, 429 and lost answers; one for the rest", "[credentials]") {
    talk put({answered("PUT", "/latest/api/token", 500, ""), token(), answered("GET", "/doc", 503, ""),
              answered("GET", "/doc", 200, "1")});
    CHECK(put.get().text == "1");
    CHECK(put.runner.pauses() == std::vector<std::int64_t>{25, 25});  // half of 50 ms: the environment draws 0.5

    talk cut({token(), lost("GET", "/doc", errc::truncated, true, "cut"), answered("GET", "/doc", 200, "1")});
    CHECK(cut.get().text == "1");

    talk twice({token(), answered("GET", "/doc", 500, "x"), answered("GET", "/doc", 429, "slow down")});
    auto const failed = twice.get();
    CHECK(failed.outcome == imds_outcome::broken);
    CHECK(failed.detail == "http://169.254.169.254/doc: HTTP 429: slow down (2 attempts, 0 ms)");

    talk once({token(), answered("GET", "/doc", 400, "")});
    CHECK(once.get().detail == "http://169.254.169.254/doc: HTTP 400 (1 attempt, 0 ms)");

    talk missing({token(), answered("GET", "/doc", 404, "<html>no</html>")});
    auto const absent = missing.get();
    CHECK(absent.outcome == imds_outcome::not_found);
    CHECK(absent.detail == "http://169.254.169.254/doc: HTTP 404: <html>no</html> (1 attempt, 0 ms)");

    talk garbled({token(), answered("GET", "/doc", 200, "\xa0\xa1")});
    auto const bytes = garbled.get();
    CHECK(bytes.outcome == imds_outcome::broken);
    CHECK(bytes.detail == "http://169.254.169.254/doc: an answer that is not UTF-8 (1 attempt, 0 ms)");
}

TEST_CASE("imds client: what a refused token means", "[credentials]") {
    auto const refuse = [](int status, std::string body = {}) {
        std::vector<recorded_exchange> recording(2, answered("PUT", "/latest/api/token", status, std::move(body)));
        return talk(std::move(recording)).get();
    };
    auto const forbidden = refuse(403);
    CHECK(forbidden.outcome == imds_outcome::absent);
    CHECK(forbidden.detail ==
          "instance metadata is switched off for this instance, or a firewall forbids it: http://169.254.169.254 "
          "(token): HTTP 403 (1 attempt, 0 ms)");
    for (int const status : {301, 404, 405}) {
        auto const other = refuse(status);
        CHECK(other.outcome == imds_outcome::absent);
        CHECK(other.detail ==
              "not EC2's metadata service, or version 1 of it alone, which is not used: "
              "http://169.254.169.254 (token): HTTP " +
                  std::to_string(status) + " (1 attempt, 0 ms)");
    }
    for (auto const* body : {"", "<html></html>", "two words", "\x80", "split\ntoken"})
        CHECK(refuse(200, body).outcome == imds_outcome::absent);
    CHECK(refuse(200, "<html>").detail.find("(token): HTTP 200 (1 attempt") != std::string::npos);
    auto const bad = refuse(400, "bad ttl");
    CHECK(bad.outcome == imds_outcome::broken);
    CHECK(bad.detail ==
          "the instance metadata service fails: http://169.254.169.254 (token): HTTP 400: bad ttl (1 attempt, 0 ms)");
    CHECK(refuse(500).outcome == imds_outcome::broken);
    CHECK(refuse(500).detail ==
          "the instance metadata service fails: http://169.254.169.254 (token): HTTP 500 (2 attempts, 0 ms)");
    CHECK(refuse(429).outcome == imds_outcome::broken);
}

TEST_CASE("imds client: that nobody answers is remembered for five minutes", "[credentials]") {
    auto const nobody = lost("PUT", "/latest/api/token", errc::transport, false, "no route");
    talk with({nobody, nobody, nobody, nobody, nobody, token(), answered("GET", "/doc", 200, "1")});
    auto const first = with.get();
    CHECK(first.outcome == imds_outcome::absent);
    CHECK(first.detail ==
          "no instance metadata service at http://169.254.169.254 (token): no route (2 attempts, 0 ms); "
          "AWS_EC2_METADATA_DISABLED=true keeps this from being tried");
    CHECK(with.runner.requests().size() == 2);
    *with.machine.steady_ms += 299'999;
    auto const second = with.get();
    CHECK(second.outcome == imds_outcome::absent);
    CHECK(second.detail == first.detail + "; not tried again for 1 s");
    CHECK(with.runner.requests().size() == 2);
    *with.machine.steady_ms += 1;
    CHECK(with.get().detail == first.detail);
    CHECK(with.runner.requests().size() == 4);

    (*with.machine.values)["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://elsewhere";  // not known to be absent
    CHECK(with.get().detail.find("elsewhere") != std::string::npos);
    CHECK(with.runner.requests().size() == 5);
    with.machine.values->clear();
    *with.machine.steady_ms += 600'000;
    CHECK(with.get().text == "1");
}

TEST_CASE("imds client: a service that fails is asked again at once", "[credentials]") {
    talk with({answered("PUT", "/latest/api/token", 500, ""), answered("PUT", "/latest/api/token", 500, ""), token(),
               answered("GET", "/doc", 200, "1")});
    CHECK(with.get().outcome == imds_outcome::broken);
    CHECK(with.get().text == "1");
}

TEST_CASE("imds client: switched off means not one request", "[credentials]") {
    imds_options options;
    options.disabled = true;
    talk by_option({}, options);
    CHECK(by_option.get().outcome == imds_outcome::disabled);
    CHECK(by_option.get().detail == "switched off by an option");
    for (auto const* value : {"true", "TRUE", " True "}) {
        talk with({});
        (*with.machine.values)["AWS_EC2_METADATA_DISABLED"] = value;
        auto const got = with.get();
        CHECK(got.outcome == imds_outcome::disabled);
        CHECK(got.detail == "switched off by AWS_EC2_METADATA_DISABLED");
        CHECK(with.runner.requests().empty());
    }
    for (auto const* value : {"false", "False", " ", "", "1", "yes", "tru", "true!"}) {
        talk with({token(), answered("GET", "/doc", 200, "1")});
        (*with.machine.values)["AWS_EC2_METADATA_DISABLED"] = value;
        CHECK(with.get().text == "1");
    }
}

TEST_CASE("imds client: the endpoint's settings in their order", "[credentials]") {
    imds_options options;
    fake_environment machine;
    auto const here = machine.get();
    auto& set = *machine.values;
    auto const found = [&] {
        auto const endpoint = find_imds_endpoint(options, here);
        return endpoint ? *endpoint : "error: " + endpoint.error().message;
    };
    CHECK(found() == "http://169.254.169.254");
    options.profile_endpoint_mode = "ipv6";
    CHECK(found() == "http://[fd00:ec2::254]");
    set["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPV4";
    CHECK(found() == "http://169.254.169.254");
    options.endpoint_mode = "IPv6";
    CHECK(found() == "http://[fd00:ec2::254]");
    options.profile_endpoint = "http://profile:1/";
    CHECK(found() == "http://profile:1");
    set["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = " http://variable/base// ";
    CHECK(found() == "http://variable/base");
    options.endpoint = "https://code";
    CHECK(found() == "https://code");
    options.endpoint = "http://code/?a=b";
    CHECK(found() == "error: the endpoint of instance metadata (option) has a query");
    options.endpoint.clear();
    set["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "169.254.169.254";
    CHECK(found() ==
          "error: the endpoint of instance metadata (AWS_EC2_METADATA_SERVICE_ENDPOINT) has no scheme: "
          "write http://... or https://...");
    set.clear();
    options.profile_endpoint = "ftp://profile";
    CHECK(found() ==
          "error: the endpoint of instance metadata (ec2_metadata_service_endpoint) has a scheme other than https and "
          "http");
    options = {};
    options.profile_endpoint_mode = "IPv7";
    CHECK(found() ==
          "error: the endpoint mode of instance metadata (ec2_metadata_service_endpoint_mode) is neither "
          "IPv4 nor IPv6");

    talk with({}, options);
    auto const got = with.get();
    CHECK(got.outcome == imds_outcome::broken);
    CHECK(got.detail.find("neither IPv4 nor IPv6") != std::string::npos);
}

TEST_CASE("imds client: recorded sequences of the vectors", "[credentials][vectors]") {
    auto const count = credential_vectors::for_each("imds-sequence", [](std::string const& id, auto const& one) {
        INFO(id);
        auto const traffic = credential_vectors::read_traffic(one);
        imds_options options;
        options.endpoint_mode = json_file::text_or_empty(one, "endpoint_mode");
        options.token_ttl_seconds = json_file::integer(one, "token_ttl").value_or(0);
        talk with(traffic.recording, options);
        auto const start = *with.machine.steady_ms;
        for (auto const& action : json_file::list(one, "actions")) {
            *with.machine.steady_ms = start + json_file::integer(action, "at_seconds").value_or(0) * 1000;
            auto const got = with.get(json_file::text_or_empty(action, "path"));
            auto const expected = json_file::text(action, "expect_body");
            CHECK((got.outcome == imds_outcome::found) == expected.has_value());
            CHECK(got.text == expected.value_or(""));
        }
        CHECK(with.runner.exhausted());
        auto const& sent = with.runner.requests();
        REQUIRE(sent.size() == traffic.request_headers.size());
        for (std::size_t i = 0; i < sent.size(); ++i)
            for (auto const& header : traffic.request_headers[i])
                CHECK(http::find_header(sent[i].headers, header.name) == header.value);
    });
    if (!count)
        WARN("no vectors: skipped");
    else
        CHECK(*count == 5);
}

TEST_CASE("imds client: endpoints of the vectors", "[credentials][vectors]") {
    auto const count = credential_vectors::for_each("imds-endpoint", [](std::string const& id, auto const& one) {
        INFO(id);
        auto const here = fake_environment(credential_vectors::variables(one)).get();
        imds_options options;
        options.endpoint = json_file::text_or_empty(one, "endpoint_override");
        options.endpoint_mode = json_file::text_or_empty(one, "mode_override");
        std::string config;
        for (auto const& [path, text] : json_file::members(json_file::member(one, "files")))
            config = json_file::text(text).value_or("");
        profile_texts texts;
        texts.config = config;
        auto const profiles = parse_profiles(texts);
        REQUIRE(profiles);
        if (auto const* const profile = profiles->find("default")) {
            options.profile_endpoint = profile->value("ec2_metadata_service_endpoint");
            options.profile_endpoint_mode = profile->value("ec2_metadata_service_endpoint_mode");
        }
        auto const found = find_imds_endpoint(options, here);
        auto const expected = *json_file::member(one, "expect");
        CHECK(found.has_value() == json_file::flag(expected, "ok"));
        if (found) CHECK(*found + "/latest/api/token" == json_file::text(expected, "token_uri"));
    });
    if (!count)
        WARN("no vectors: skipped");
    else
        CHECK(*count == 9);
}

TEST_CASE("imds client: off EC2 it is over in about two seconds, and says what was tried", "[credentials]") {
    black_hole hole;
    imds_options options;
    options.endpoint = hole.url("");
    imds_client client(options);
    real_run run;
    auto const started = run.here.steady_milliseconds();
    auto const got = run(client.get("/doc", run.here));
    auto const took = run.here.steady_milliseconds() - started;
    CHECK(got.outcome == imds_outcome::absent);
    CHECK(got.detail.starts_with("no instance metadata service at " + options.endpoint +
                                 " (token): no connection within 1000 ms (2 attempts, 2"));
    CHECK(took >= 2000);
    CHECK(took < 5000);
    CHECK(run(client.get("/doc", run.here)).detail.find("; not tried again for 300 s") != std::string::npos);
    CHECK(run.here.steady_milliseconds() - started < took + 1000);
}

TEST_CASE("imds client: connected without an answer points at the hop limit", "[credentials]") {
    socket_server server([](connection& peer) { peer.peer_closes(); });
    imds_options options;
    options.endpoint = server.url("");
    options.limits = {150, 150, 1000};
    imds_client client(options);
    real_run run;
    auto const got = run(client.get("/doc", run.here));
    CHECK(got.outcome == imds_outcome::absent);
    CHECK(got.detail.find("connected, but no answer within 150 ms (2 attempts, ") != std::string::npos);
    CHECK(got.detail.ends_with("inside a container on EC2, the instance's metadata hop limit must be at least 2"));
    CHECK(server.accepted() == 2);
}

TEST_CASE("imds client: many threads share one token", "[credentials][threads]") {
    std::atomic<int> tokens{0}, documents{0};
    socket_server server([&](connection& peer) {
        for (auto request = peer.read_request(); !request.empty(); request = peer.read_request()) {
            if (request.starts_with("PUT /latest/api/token HTTP/1.1\r\n")) {
                ++tokens;
                peer.send(
                    "HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\nContent-Length: 5\r\n\r\nTOKEN");
            } else if (request.find("\r\nx-aws-ec2-metadata-token: TOKEN\r\n") != std::string::npos) {
                ++documents;
                peer.send(plain_answer("text"));
            } else {
                peer.send(plain_answer("", "401 Unauthorized"));
            }
        }
    });
    imds_options options;
    options.endpoint = server.url("");
    options.limits = {10'000, 10'000, 1000};
    imds_client client(options);
    {
        real_run first;
        REQUIRE(first(client.get("/doc", first.here)).text == "text");
    }
    std::atomic<int> found{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            real_run run;
            for (int round = 0; round < 5; ++round) found += run(client.get("/doc", run.here)).text == "text";
        });
    for (auto& one : threads) one.join();
    CHECK(found == 40);
    CHECK(tokens == 1);
    CHECK(documents == 41);
}
