// A 403 that says "expired": the credentials are dropped, fetched again and the request signed once more, for both
// kinds of call.
#include "support/client_fixture.hpp"

#include "bedrock/credentials/cached.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace bedrock;

namespace {

constexpr char old_id[] = "ASIAOLD";

mock::server_options server_with(std::vector<mock::aws_key> keys) {
    mock::server_options how;
    how.authorization.keys = std::move(keys);
    return how;
}

mock::server_options server_that_knows_old_and_new() {
    return server_with({{old_id, "old-secret", "old-token", true}, {"ASIANEW", "new-secret", "new-token"}});
}

provider_answer keys(std::string id, char const* secret_key, char const* token) {
    provider_answer answer;
    answer.outcome = provider_outcome::found;
    answer.credentials.access_key_id = std::move(id);
    answer.credentials.secret_access_key = secret_key;
    answer.credentials.session_token = token;
    return answer;
}

provider_answer old_keys() {
    return keys(old_id, "old-secret", "old-token");
}
provider_answer new_keys() {
    return keys("ASIANEW", "new-secret", "new-token");
}

/// Gives one answer after the other, the last one for ever.
class scripted_source final : public credentials_provider {
  public:
    explicit scripted_source(std::vector<provider_answer> answers) : answers_(std::move(answers)) {}
    std::string_view name() const noexcept override { return "scripted"; }
    exchange<provider_answer> load(environment const&) override {
        auto const at = loads < answers_.size() ? loads : answers_.size() - 1;
        ++loads;
        co_return answers_[at];
    }
    std::size_t loads = 0;

  private:
    std::vector<provider_answer> answers_;
};

struct scripted_client : client_fixture {
    scripted_client(mock::server_options how, std::vector<provider_answer> answers)
        : client_fixture(std::move(how)), source(std::make_shared<scripted_source>(std::move(answers))) {
        options.credentials.reset();
        options.providers = {std::make_shared<cached_provider>(source)};
    }
    result<converse_response> call(bool streaming, bedrock::client const& by) const {
        auto copy = by;
        if (streaming) return copy.open_stream(ask_for("hello")).finish();
        return copy.converse(ask_for("hello"));
    }
    std::shared_ptr<scripted_source> source;
};

}  // namespace

TEST_CASE("expired credentials: fetched again and signed once more", "[expired]") {
    for (bool const streaming : {false, true}) {
        INFO((streaming ? "ConverseStream" : "Converse"));
        scripted_client c(server_that_knows_old_and_new(), {old_keys(), new_keys()});
        auto const client = c.one_attempt_client();  // a request that was refused did no work: this is no repeat
        auto const answer = c.call(streaming, client);
        REQUIRE(answer);
        CHECK(answer->attempts == 2);
        CHECK(c.server.request_count() == 2);
        CHECK(c.source->loads == 2);
        REQUIRE(c.call(streaming, client));  // the new ones are kept
        CHECK(c.server.request_count() == 3);
        CHECK(c.source->loads == 2);
    }
}

TEST_CASE("expired credentials: once a call, and not with the same ones", "[expired]") {
    for (bool const streaming : {false, true}) {
        INFO((streaming ? "ConverseStream" : "Converse"));
        scripted_client same(server_that_knows_old_and_new(), {old_keys()});
        auto answer = same.call(streaming, same.client());
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == errc::expired_credentials);
        CHECK(answer.error().name == "ExpiredTokenException");
        CHECK(answer.error().attempts == 1);
        CHECK(same.server.request_count() == 1);
        CHECK(same.source->loads == 2);

        auto const both_expired =
            server_with({{old_id, "old-secret", "old-token", true}, {"ASIANEW", "new-secret", "new-token", true}});
        scripted_client worse(both_expired, {old_keys(), new_keys(), keys("ASIATHIRD", "s", "t")});
        answer = worse.call(streaming, worse.client());
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == errc::expired_credentials);
        CHECK(worse.server.request_count() == 2);
        CHECK(worse.source->loads == 2);
    }
}

TEST_CASE("expired credentials: why there are no others is told", "[expired]") {
    provider_answer sealed;
    sealed.outcome = provider_outcome::broken;
    sealed.detail = "the vault is sealed";
    scripted_client c(server_that_knows_old_and_new(), {old_keys(), sealed});
    auto const answer = c.call(false, c.client());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::expired_credentials);
    CHECK(contains(answer.error().message, "; looking for others failed: scripted: the vault is sealed"));
    CHECK(c.server.request_count() == 1);
}

TEST_CASE("expired credentials: fixed ones are final", "[expired]") {
    client_fixture c(server_that_knows_old_and_new());
    c.options.credentials = old_keys().credentials;
    auto const answer = c.client().converse(ask_for("hello"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::expired_credentials);
    CHECK(c.server.request_count() == 1);
}

TEST_CASE("expired credentials: other refusals are final", "[expired]") {
    scripted_client c(server_with({{"ASIANEW", "new-secret", "new-token"}}), {old_keys(), new_keys()});
    auto const answer = c.call(false, c.client());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::authentication);
    CHECK(c.source->loads == 1);
}

TEST_CASE("expired credentials: a profile's process is run again", "[expired]") {
    char folder[] = "/tmp/bedrock-expired-XXXXXX";
    REQUIRE(::mkdtemp(folder));
    std::string const keys_path = std::string(folder) + "/keys.json", config_path = std::string(folder) + "/config";
    auto const write_keys = [&](std::string const& id, std::string const& secret_key, std::string const& token) {
        std::ofstream(keys_path) << R"({"Version":1,"AccessKeyId":")" << id << R"(","SecretAccessKey":")" << secret_key
                                 << R"(","SessionToken":")" << token << R"("})";
    };
    write_keys(old_id, "old-secret", "old-token");
    std::ofstream(config_path) << "[profile kept]\ncredential_process = cat " << keys_path << "\n";

    auto how = server_that_knows_old_and_new();
    how.observer = [&](mock::received_request const&, int status) {
        if (status == 403) write_keys("ASIANEW", "new-secret", "new-token");
    };
    client_fixture c(std::move(how));
    c.options.credentials.reset();
    (*c.set)["AWS_CONFIG_FILE"] = config_path;
    (*c.set)["AWS_PROFILE"] = "kept";
    auto client = c.client();
    auto const answer = client.converse(ask_for("hello"));
    INFO((answer ? "" : answer.error().message));
    REQUIRE(answer);
    CHECK(answer->attempts == 2);
    CHECK(client.explain().source == "AWS_PROFILE=kept (process)");
    CHECK(client.explain().access_key_id == "…ANEW");

    std::remove(keys_path.c_str());
    std::remove(config_path.c_str());
    ::rmdir(folder);
}
