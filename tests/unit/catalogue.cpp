#include "bedrock/catalogue.hpp"

#include "support/client_fixture.hpp"
#include "support/temporary_file.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace bedrock;

namespace {

struct catalogue_fixture : client_fixture {
    catalogue_fixture() : client_fixture(without_signatures()) {
        options.retry.max_attempts = 1;
        options.surroundings->unix_milliseconds = [now = now_ms] { return now->load(); };
    }
    // The clock of these tests is far from the server's.
    static mock::server_options without_signatures() {
        mock::server_options how;
        how.check_authorization = false;
        return how;
    }
    std::size_t count(std::string_view path) const {
        std::size_t found = 0;
        for (auto const& request : server.requests()) found += request.head.target.starts_with(path) ? 1u : 0u;
        return found;
    }
    std::size_t model_requests() const { return count("/foundation-models"); }
    std::size_t profile_requests() const { return count("/inference-profiles"); }
    void refuse(std::string path) {
        server.set_handler([path = std::move(path)](mock::received_request const& request) {
            return request.head.target.starts_with(path)
                       ? std::optional(mock::error_reply(403, "AccessDeniedException", "No " + path))
                       : std::nullopt;
        });
    }
    void refuse_nothing() { server.set_handler(nullptr); }
    void answer(std::string models, std::string profiles) {
        server.set_handler([models = std::move(models), profiles = std::move(profiles)](auto const& request) {
            bool const is_models = request.head.target.starts_with("/foundation-models");
            return std::optional(mock::json_reply(200, is_models ? models : profiles));
        });
    }

    std::shared_ptr<std::atomic<std::int64_t>> now_ms = std::make_shared<std::atomic<std::int64_t>>(1'767'323'045'000);
};

std::string ids_of(model_listing const& list) {
    std::string all;
    for (auto const& one : list.models) all += (all.empty() ? "" : " ") + one.id;
    return all;
}

constexpr std::string_view everything =
    "global.anthropic.claude-sonnet-5 anthropic.claude-opus-4-6-v1 example.deep-thinking-v1:0 "
    "mistral.mistral-large-2407-v1:0 amazon.nova-lite-v1:0 a1b2c3d4e5f6 us.anthropic.claude-opus-4-6-v1";

}  // namespace

TEST_CASE("catalogue: one list of both, pages and all, kept for an hour", "[catalogue]") {
    catalogue_fixture f;
    catalogue models(f.client());
    CHECK(f.server.request_count() == 0);
    auto const list = models.list();
    REQUIRE(list);
    CHECK(list->complete());
    CHECK(list->notes().empty());
    CHECK(ids_of(*list) == everything);
    CHECK(f.model_requests() == 1);
    CHECK(f.profile_requests() == 2);
    auto const* const opus = list->find("US.anthropic.claude-opus-4-6-v1");
    REQUIRE(opus);
    CHECK(opus->base_model == "anthropic.claude-opus-4-6-v1");
    CHECK(opus->takes_images());
    CHECK(opus->context_window == 1'000'000);
    auto const* const red =
        list->find("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6");
    REQUIRE(red);
    CHECK(red->provider == "Amazon");
    CHECK(list->find("nobody") == nullptr);
    auto const* const nameless = list->find("example.deep-thinking-v1:0");
    REQUIRE(nameless);
    CHECK(nameless->name == "example.deep-thinking-v1:0");
    CHECK(nameless->provider == "example");
    CHECK(nameless->reasoning);
    CHECK(nameless->context_window == 32'000);
    CHECK(nameless->max_tokens == 4'096);
    CHECK(nameless->input.at(1).text() == "SMELL");

    *f.now_ms += 3'599'999;
    REQUIRE(models.list());
    CHECK(f.server.request_count() == 3);
    *f.now_ms += 1;
    REQUIRE(models.list());
    CHECK(f.server.request_count() == 6);
    *f.now_ms -= 1;  // a clock that was set back
    REQUIRE(models.list());
    CHECK(f.server.request_count() == 9);
}

TEST_CASE("catalogue: rules, and a refresh of 0", "[catalogue]") {
    catalogue_fixture f;
    catalogue_options how;
    how.refresh_seconds = 0;
    how.rules.providers = {"mistral"};
    how.rules.default_max_tokens = 9;
    catalogue models(f.client(), how);
    auto const list = models.list();
    REQUIRE(list);
    CHECK(ids_of(*list) == "mistral.mistral-large-2407-v1:0");
    CHECK(list->models[0].max_tokens == 9);
    CHECK(list->models[0].context_window == 128'000);
    REQUIRE(models.list());
    CHECK(f.model_requests() == 2);
}

TEST_CASE("catalogue: 50 callers at once, one fetch", "[catalogue][threads]") {
    catalogue_fixture f;
    mock::gate const held;
    f.server.set_handler([&](mock::received_request const& request) -> std::optional<mock::reply> {
        if (!request.head.target.starts_with("/foundation-models")) return std::nullopt;
        auto reply = mock::bedrock_reply(request);
        reply.hold_head = held;
        return reply;
    });
    catalogue models(f.client());
    std::atomic<int> started{0}, right{0};
    std::vector<std::thread> callers;
    for (int i = 0; i != 50; ++i)
        callers.emplace_back([&] {
            ++started;
            auto const list = models.list();
            if (list && ids_of(*list) == everything) ++right;
        });
    while (started != 50) std::this_thread::yield();
    CHECK(held.wait_until_reached());
    held.open(50);
    for (auto& one : callers) one.join();
    CHECK(right == 50);
    CHECK(f.model_requests() == 1);
    CHECK(f.profile_requests() == 2);
}

TEST_CASE("catalogue: when the one who fetches is cancelled another takes over", "[catalogue][threads]") {
    catalogue_fixture f;
    mock::gate const held;
    f.server.set_handler([&](mock::received_request const& request) -> std::optional<mock::reply> {
        if (request.number != 1) return std::nullopt;
        auto reply = mock::bedrock_reply(request);
        reply.hold_head = held;
        return reply;
    });
    catalogue models(f.client());
    cancellation cancel;
    errc first = errc::none;
    std::thread leader([&] {
        auto const list = models.list(cancel);
        first = list ? errc::none : list.error().code;
    });
    CHECK(held.wait_until_reached());
    std::string second;
    std::thread follower([&] {
        auto const list = models.list();
        second = list ? ids_of(*list) : list.error().message;
    });
    cancel.cancel();
    leader.join();
    follower.join();
    CHECK(first == errc::cancelled);
    CHECK(second == everything);
    held.open(50);
}

TEST_CASE("catalogue: either list may fail, says so, and is asked for again", "[catalogue]") {
    catalogue_fixture f;
    catalogue models(f.client());
    f.refuse("/inference-profiles");
    auto const without_profiles = models.list();
    REQUIRE(without_profiles);
    CHECK_FALSE(without_profiles->complete());
    CHECK_FALSE(without_profiles->foundation_models.problem);
    REQUIRE(without_profiles->inference_profiles.problem);
    CHECK(without_profiles->inference_profiles.problem->code == errc::access_denied);
    REQUIRE(without_profiles->notes().size() == 1);
    CHECK(without_profiles->notes()[0] ==
          "inference profiles are missing: No /inference-profiles (needs the permission "
          "bedrock:ListInferenceProfiles)");
    CHECK(without_profiles->models.size() == 4);
    f.refuse_nothing();
    auto const whole = models.list();  // what failed alone is fetched
    REQUIRE(whole);
    CHECK(whole->complete());
    CHECK(ids_of(*whole) == everything);
    CHECK(f.model_requests() == 1);

    catalogue others(f.client());
    f.refuse("/foundation-models");
    auto const without_models = others.list();
    REQUIRE(without_models);
    CHECK(contains(without_models->notes().at(0), "bedrock:ListFoundationModels"));
    CHECK(ids_of(*without_models) ==
          "global.anthropic.claude-sonnet-5 a1b2c3d4e5f6 us.anthropic.claude-opus-4-6-v1 "
          "us.stability.stable-image-core-v1:1");
    CHECK_FALSE(without_models->find("us.anthropic.claude-opus-4-6-v1")->takes_images());
    CHECK(without_models->find("us.anthropic.claude-opus-4-6-v1")->context_window == 1'000'000);
}

TEST_CASE("catalogue: the last good list is kept with its age and the reason; an empty one replaces it",
          "[catalogue]") {
    catalogue_fixture f;
    catalogue models(f.client());
    f.refuse("/");
    auto const none = models.list();
    REQUIRE_FALSE(none);
    CHECK(none.error().code == errc::access_denied);
    CHECK(contains(none.error().hint, "bedrock:ListFoundationModels"));
    CHECK(contains(none.error().hint, "bedrock:ListInferenceProfiles"));

    f.refuse_nothing();
    REQUIRE(models.list());
    *f.now_ms += 4'000'000;
    f.refuse("/");
    auto const old = models.list();
    REQUIRE(old);
    CHECK_FALSE(old->complete());
    CHECK(ids_of(*old) == everything);
    REQUIRE(old->notes().size() == 2);
    CHECK(old->notes()[0].starts_with("foundation models are 4000 seconds old, newer ones could not be had: No /"));
    auto const before = f.server.request_count();
    REQUIRE(models.list());
    CHECK(f.server.request_count() == before + 2);

    f.refuse_nothing();
    *f.now_ms -= 1'000'000;  // what failed is not good again because a clock was set back
    REQUIRE(models.list());
    CHECK(f.server.request_count() == before + 5);
    *f.now_ms += 4'000'000;

    f.answer(R"({"modelSummaries":[]})", R"({"inferenceProfileSummaries":[]})");
    auto const empty = models.list();
    REQUIRE(empty);
    CHECK(empty->complete());
    CHECK(empty->models.empty());
}

TEST_CASE("catalogue: answers that are none, and pages without end", "[catalogue]") {
    catalogue_fixture f;
    catalogue models(f.client());
    f.answer(R"({"modelSummaries":7})", R"({"inferenceProfileSummaries":[],"nextToken":"again"})");
    auto const list = models.list();
    REQUIRE_FALSE(list);
    CHECK(list.error().code == errc::protocol);
    CHECK(contains(list.error().message, "ListFoundationModels"));
    CHECK(contains(list.error().message, "the same page twice"));
    CHECK(f.profile_requests() == 2);
}

TEST_CASE("catalogue: without credentials nothing is sent, and one error says why", "[catalogue]") {
    catalogue_fixture f;
    f.options.credentials.reset();
    int asked = 0;
    f.options.providers = {credentials_from("vault", [&]() -> result<credentials> {
        ++asked;
        return fail(errc::credentials, "the vault is sealed");
    })};
    catalogue models(f.client());
    auto const list = models.list();
    REQUIRE_FALSE(list);
    CHECK(asked == 1);
    CHECK(list.error().code == errc::credentials);
    CHECK(contains(list.error().message, "the vault is sealed"));
    CHECK_FALSE(contains(list.error().message, "and the inference profiles"));
    CHECK(f.server.request_count() == 0);
}

TEST_CASE("catalogue: resolve gives the model behind an id or ARN", "[catalogue]") {
    catalogue_fixture f;
    catalogue models(f.client());
    auto const resolve = [&](std::string_view id) {
        auto const base = models.resolve(id);
        return base ? *base : base.error().message;
    };
    CHECK(resolve("amazon.nova-lite-v1:0") == "amazon.nova-lite-v1:0");
    CHECK(resolve("us.amazon.nova-lite-v1:0") == "amazon.nova-lite-v1:0");
    CHECK(resolve("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0") == "amazon.nova-lite-v1:0");
    CHECK(resolve("arn:aws:bedrock:us-east-1:1:inference-profile/eu.amazon.nova-lite-v1:0") == "amazon.nova-lite-v1:0");
    CHECK(f.server.request_count() == 0);
    constexpr std::string_view red =
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6";
    CHECK(resolve(red) == "amazon.nova-lite-v1:0");
    CHECK(resolve(red) == "amazon.nova-lite-v1:0");
    CHECK(f.server.request_count() == 1);
    REQUIRE(models.list());
    auto const before = f.server.request_count();
    CHECK(resolve("a1b2c3d4e5f6") == "amazon.nova-lite-v1:0");
    CHECK(f.server.request_count() == before);

    CHECK(contains(resolve("arn:aws:bedrock:us-east-1:1:custom-model/x.y/abc"), "has no base model"));
    CHECK(contains(resolve("nobody"), "not found"));
    f.answer("{}", R"({"inferenceProfileId":"p","models":[]})");
    CHECK(contains(resolve("hollow"), "names no foundation model"));
    f.refuse("/inference-profiles");
    auto const denied = models.resolve("elsewhere");
    REQUIRE_FALSE(denied);
    CHECK(denied.error().hint == "needs the permission bedrock:GetInferenceProfile");
}

namespace {

struct kept_fixture : catalogue_fixture {
    catalogue make(catalogue_options how = {}) const {
        how.cache_file = path;
        return catalogue(client(), how);
    }
    std::string read() const {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(std::string const& text) const { std::ofstream(path) << text; }

    ::temporary_file const file{"catalogue", "gone"};
    std::string const path = file.path();
};

}  // namespace

TEST_CASE_METHOD(kept_fixture, "catalogue: a file serves the next process, and the next hour does not", "[catalogue]") {
    ::unlink(path.c_str());
    auto first = make();
    auto const fetched = first.list();
    REQUIRE(fetched);
    CHECK(fetched->notes().empty());
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);
    auto const requests = server.request_count();

    auto second = make();
    *now_ms += 3'599'000;
    auto const kept = second.list();
    REQUIRE(kept);
    CHECK(ids_of(*kept) == ids_of(*fetched));
    CHECK(kept->complete());
    CHECK(kept->foundation_models.fetched_at_ms == fetched->foundation_models.fetched_at_ms);
    CHECK(server.request_count() == requests);

    *now_ms += 1'000;
    REQUIRE(second.list());
    CHECK(server.request_count() == 2 * requests);
    REQUIRE(make().list());
    CHECK(server.request_count() == 2 * requests);
}

TEST_CASE_METHOD(kept_fixture, "catalogue: what another process fetched meanwhile is read, not fetched again",
                 "[catalogue]") {
    ::unlink(path.c_str());
    auto theirs = make(), ours = make();
    REQUIRE(theirs.list());
    REQUIRE(ours.list());
    auto const requests = server.request_count();
    auto const stale = read();
    *now_ms += 3'600'000;
    answer(R"({"modelSummaries":[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/a.new-v1:0",)"
           R"("modelId":"a.new-v1:0","providerName":"A","outputModalities":["TEXT"],"responseStreamingSupported":true,)"
           R"("modelLifecycle":{"status":"ACTIVE"}}]})",
           R"({"inferenceProfileSummaries":[]})");
    REQUIRE(theirs.list());
    auto const refreshed = server.request_count();
    CHECK(refreshed > requests);
    auto const read_again = ours.list();
    REQUIRE(read_again);
    CHECK(ids_of(*read_again) == "a.new-v1:0");
    CHECK(read_again->complete());
    CHECK(read_again->foundation_models.fetched_at_ms == now_ms->load());
    CHECK(server.request_count() == refreshed);

    write(stale);  // an older file does not replace what is held
    *now_ms += 3'600'000;
    refuse("/");
    auto const held = ours.list();
    REQUIRE(held);
    CHECK(ids_of(*held) == "a.new-v1:0");
    CHECK_FALSE(held->complete());
}

TEST_CASE_METHOD(kept_fixture, "catalogue: the rules of whoever reads the file apply", "[catalogue]") {
    REQUIRE(make().list());
    auto const requests = server.request_count();
    auto const mistral = make({.rules = {.providers = {"mistral"}}}).list();
    REQUIRE(mistral);
    CHECK(ids_of(*mistral) == "mistral.mistral-large-2407-v1:0");
    CHECK(server.request_count() == requests);
}

TEST_CASE_METHOD(kept_fixture, "catalogue: a file of another region is replaced, one that is off not touched",
                 "[catalogue]") {
    REQUIRE(make().list());
    auto const requests = server.request_count();
    auto const before = read();
    REQUIRE(make({.refresh_seconds = 0}).list());
    CHECK(server.request_count() == 2 * requests);
    CHECK(read() == before);
    catalogue_options elsewhere;
    elsewhere.call.region = "eu-west-1";
    REQUIRE(make(elsewhere).list());
    CHECK(server.request_count() == 3 * requests);
    CHECK(contains(read(), "eu-west-1"));
}

TEST_CASE_METHOD(kept_fixture, "catalogue: a broken file is told of and written anew", "[catalogue]") {
    for (auto const* const text : {"gone", "", "{\"version\":1,\"place\":7}"}) {
        write(text);
        auto broken = make();
        auto const list = broken.list();
        REQUIRE(list);
        CHECK(list->complete());
        REQUIRE(list->notes().size() == 1);
        CHECK(contains(list->notes()[0], "was not what it should be, and is written anew: "));
        CHECK(contains(list->notes()[0], path));
        auto const next = make().list();
        REQUIRE(next);
        CHECK(next->notes().empty());
    }
}

TEST_CASE_METHOD(kept_fixture, "catalogue: a file that was refused is neither read nor written", "[catalogue]") {
    auto const note_of = [&] {
        auto const list = make().list();
        REQUIRE(list);
        CHECK(list->complete());
        REQUIRE(list->notes().size() == 1);
        return list->notes()[0];
    };
    ::unlink(path.c_str());
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(contains(note_of(), "cannot be read: it is not a regular file"));
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK(S_ISFIFO(info.st_mode));
    ::unlink(path.c_str());
    if (::geteuid() != 0) {
        WARN("not tested: it takes root to give a link to another user");
        return;
    }
    auto const victim = file.folder() + "/victim";
    REQUIRE(::symlink("victim", path.c_str()) == 0);
    REQUIRE(::lchown(path.c_str(), 1234, 1234) == 0);
    REQUIRE(::chmod(file.folder().c_str(), 01777) == 0);
    CHECK(contains(note_of(), "cannot be read: the link " + path + " is owned by another user"));
    CHECK(::access(victim.c_str(), F_OK) != 0);
    ::unlink(path.c_str());
    write("{}");  // another user's own file, which could say anything
    REQUIRE(::chown(path.c_str(), 1234, 1234) == 0);
    CHECK(contains(note_of(), "cannot be read: it is owned by another user"));
    CHECK(read() == "{}");
}

TEST_CASE_METHOD(kept_fixture, "catalogue: what failed is not kept in the file", "[catalogue]") {
    ::unlink(path.c_str());
    refuse("/inference-profiles");
    auto half = make();
    REQUIRE_FALSE(half.list()->complete());
    refuse_nothing();
    auto const models = model_requests();
    auto const whole = make().list();
    REQUIRE(whole);
    CHECK(whole->complete());
    CHECK(ids_of(*whole) == everything);
    CHECK(model_requests() == models);
    ::unlink(path.c_str());
    refuse("/");
    CHECK_FALSE(make().list());
    CHECK(read().empty());
}

TEST_CASE_METHOD(kept_fixture, "catalogue: a file that cannot be written or read costs a note, not the list",
                 "[catalogue]") {
    catalogue_options how;
    how.cache_file = path + ".no-such-directory/models.json";
    auto const unwritten = catalogue(client(), how).list();
    REQUIRE(unwritten);
    CHECK(unwritten->complete());
    REQUIRE(unwritten->notes().size() == 1);
    CHECK(contains(unwritten->notes()[0], "cannot be written: no such file or directory"));
    how.cache_file = "/";
    auto const unread = catalogue(client(), how).list();
    REQUIRE(unread);
    REQUIRE(unread->notes().size() == 1);
    CHECK(contains(unread->notes()[0], "the cache file \"/\" cannot be "));
}
