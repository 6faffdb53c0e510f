// Credentials from moto, an implementation of AWS's services that knows nothing of this one: IMDSv2 and STS over HTTP.
// Where moto_server is not on the PATH, these skip and say so.
#include "bedrock/credentials/default_chain.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>

#include "support/fake_environment.hpp"
#include "support/process.hpp"
#include "support/real_run.hpp"
#include "support/tool.hpp"

using namespace bedrock;

namespace {

struct moto_server {
    moto_server() : child(command()) {
        constexpr std::string_view front = "Running on ";
        bool const runs = child.started() && child.wait_for_output("Press CTRL+C");
        INFO(child.output());
        REQUIRE(runs);
        auto const at = child.output().find(front) + front.size();
        url = child.output().substr(at, child.output().find_first_of(" \r\n", at) - at);
    }
    static process::options command() {
        process::options made;
        made.arguments = {"/bin/sh", "-c", "exec moto_server -H 127.0.0.1 -p 0 2>&1"};
        for (char** variable = environ; *variable; ++variable) made.environment.emplace_back(*variable);
        return made;
    }
    process::child child;
    std::string url;
};

chain_answer load(fake_environment::variables set) {
    real_run run;
    run.here.variable = fake_environment(std::move(set)).get().variable;
    auto const chain = default_chain();
    return run(load_credentials(chain, run.here));
}

}  // namespace

TEST_CASE("moto: IMDSv2 and AssumeRole over HTTP") {
    if (!process::is_on_path("moto_server")) {
        WARN("skipped: moto_server is not on the PATH");
        return;
    }
    moto_server const moto;

    auto const instance = load({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", moto.url}});
    INFO(describe_attempts(instance.attempts));
    REQUIRE(instance.credentials);
    CHECK(instance.credentials->access_key_id == "test-key");
    CHECK(instance.credentials->secret_access_key.view() == "test-secret-key");
    CHECK(instance.credentials->session_token.view() == "test-session-token");
    CHECK(instance.credentials->expires_at_ms.has_value());

    ::tool::temporary_file const config("config",
                                        "[default]\nregion = eu-west-1\n"
                                        "role_arn = arn:aws:iam::123456789012:role/caller\nsource_profile = base\n"
                                        "role_session_name = interop\n"
                                        "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = base\n");
    auto const role = load({{"AWS_CONFIG_FILE", config.path()}, {"AWS_ENDPOINT_URL_STS", moto.url}});
    INFO(describe_attempts(role.attempts));
    REQUIRE(role.credentials);
    CHECK(role.credentials->access_key_id.starts_with("ASIA"));
    CHECK_FALSE(role.credentials->session_token.empty());
    CHECK(role.credentials->account_id == "123456789012");
    CHECK(role.credentials->source == "default chain: profile default (assume role)");
}
