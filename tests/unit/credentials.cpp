#include "bedrock/credentials.hpp"

#include "bedrock/recorded.hpp"
#include "support/fake_environment.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

class scripted_provider final : public credentials_provider {
  public:
    scripted_provider(char const* name, provider_answer answer, std::shared_ptr<std::int64_t> clock = nullptr)
        : name_(name), answer_(std::move(answer)), clock_(std::move(clock)) {}
    std::string_view name() const noexcept override { return name_; }
    exchange<provider_answer> load(environment const&) override {
        ++asked;
        if (clock_) *clock_ += 250;
        co_return answer_;
    }
    int asked = 0;

  private:
    char const* name_;
    provider_answer answer_;
    std::shared_ptr<std::int64_t> clock_;
};

provider_answer not_here(char const* why) {
    provider_answer answer;
    answer.detail = why;
    return answer;
}
provider_answer broken(char const* why) {
    auto answer = not_here(why);
    answer.outcome = provider_outcome::broken;
    return answer;
}
provider_answer keys(char const* id) {
    provider_answer answer;
    answer.outcome = provider_outcome::found;
    answer.credentials.access_key_id = id;
    answer.credentials.secret_access_key = "very-secret";
    return answer;
}

chain_answer run(provider_list const& chain, environment const& here) {
    return recorded_runner({}).run(load_credentials(chain, here));
}

}  // namespace

TEST_CASE("credentials: not here goes on, found stops, every attempt is kept", "[credentials]") {
    fake_environment world;
    auto const here = world.get();
    auto const last = std::make_shared<scripted_provider>("third", keys("AKIALAST"));
    auto const answer = run({std::make_shared<scripted_provider>("first", not_here("no file"), world.steady_ms),
                             std::make_shared<scripted_provider>("second", keys("AKIDSECOND")), last},
                            here);
    REQUIRE(answer.credentials);
    CHECK(answer.credentials->access_key_id == "AKIDSECOND");
    CHECK(last->asked == 0);
    REQUIRE(answer.attempts.size() == 2);
    CHECK(answer.attempts[0].name == "first");
    CHECK(answer.attempts[0].milliseconds == 250);
    CHECK(answer.attempts[0].outcome == provider_outcome::not_here);
    CHECK(answer.attempts[1].outcome == provider_outcome::found);
    CHECK(describe_attempts(answer.attempts) == "  first: no file (250 ms)\n  second: found (0 ms)");
}

TEST_CASE("credentials: broken stops with the reason", "[credentials]") {
    auto const here = fake_environment().get();
    auto const never = std::make_shared<scripted_provider>("never", keys("AKIDX"));
    auto const answer = run({std::make_shared<scripted_provider>("typo", broken("secret missing")), never}, here);
    REQUIRE_FALSE(answer.credentials);
    CHECK(answer.credentials.error().code == errc::credentials);
    CHECK(answer.credentials.error().name == "Credentials");
    CHECK(answer.credentials.error().message == "typo: secret missing");
    CHECK(never->asked == 0);
}

TEST_CASE("credentials: with none found the error lists what was tried and what to set", "[credentials]") {
    auto const here = fake_environment().get();
    auto const answer = run({std::make_shared<scripted_provider>("one", not_here("not set"))}, here);
    REQUIRE_FALSE(answer.credentials);
    auto const& text = answer.credentials.error().message;
    CHECK(text.find("one: not set") != std::string::npos);
    CHECK(text.find("AWS_ACCESS_KEY_ID") != std::string::npos);
}

TEST_CASE("credentials: fixed ones say where they come from", "[credentials]") {
    auto const here = fake_environment().get();
    credentials fixed;
    fixed.access_key_id = "AKIDFIXED";
    fixed.secret_access_key = "s";
    auto answer = run({static_credentials(fixed)}, here);
    REQUIRE(answer.credentials);
    CHECK(answer.credentials->source == "given in code");
    fixed.source = "vault";
    answer = run({static_credentials(fixed)}, here);
    CHECK(answer.credentials->source == "vault");
}

TEST_CASE("credentials: a provider of a chain is made of its arguments, and destroyed as what it is", "[credentials]") {
    auto const held = std::make_shared<std::int64_t>(0);
    auto made = make_provider<scripted_provider>("made", keys("AKIAMADE"), held);
    CHECK(made->name() == "made");
    CHECK(held.use_count() == 2);
    made.reset();
    CHECK(held.use_count() == 1);
}

TEST_CASE("credentials: a function is a source", "[credentials]") {
    auto const here = fake_environment().get();
    int asked = 0;
    auto const vault = credentials_from("vault", [&]() -> result<credentials> {
        if (++asked == 3) return fail(errc::credentials, "the vault is sealed");
        credentials found;
        found.access_key_id = "AKID" + std::to_string(asked);
        found.secret_access_key = "s";
        if (asked == 2) found.source = "vault at noon";
        return found;
    });
    CHECK(run({vault}, here).credentials->source == "vault");
    auto const second = run({std::make_shared<scripted_provider>("one", not_here("not set")), vault}, here);
    CHECK(second.credentials->source == "vault at noon");
    CHECK(second.credentials->access_key_id == "AKID2");
    auto const third = run({vault, static_credentials({})}, here);
    REQUIRE_FALSE(third.credentials);
    CHECK(third.credentials.error().message == "vault: the vault is sealed");
}

TEST_CASE("credentials: key ids are shown by their last four characters", "[credentials]") {
    CHECK(shorten_key_id("AKIAIOSFODNN7EXAMPLE") == "…MPLE");
    CHECK(shorten_key_id("ABCD") == "…");
    CHECK(shorten_key_id("") == "…");
}

TEST_CASE("secret: keeps its text through copies and moves, and wipes what it leaves", "[credentials]") {
    secret first("wJalr-short");
    secret second = first;
    CHECK(second.view() == "wJalr-short");
    char const* const place = first.view().data();  // inside the object: a short string
    secret const third = std::move(first);
    CHECK(third.view() == "wJalr-short");
    CHECK(std::string_view(place, 5) != "wJalr");
    second = secret("another");
    CHECK(second.view() == "another");
}
