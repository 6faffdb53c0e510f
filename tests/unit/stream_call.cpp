#include "bedrock/stream_call.hpp"

#include "bedrock/recorded.hpp"

#include "support/frames.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

using call_type = stream_call<converse_stream_kind>;

client_options offline() {
    client_options options;
    options.endpoint = "https://example.test";
    options.region = "us-east-1";
    options.auth = auth_scheme::none;
    options.retry.max_attempts = 2;
    options.timeouts.total_ms = 1'234;
    options.surroundings = environment::of_process();
    options.surroundings->variable = [](std::string const&) { return std::nullopt; };
    return options;
}

operation asking() {
    operation what;
    what.name = "ConverseStream";
    what.path = "/model/m/converse-stream";
    what.body = "{}";
    what.model_id = "m";
    return what;
}

recorded_exchange answering(std::vector<std::string> pieces, http::failure end = {}) {
    recorded_exchange made;
    made.method = "POST";
    made.url = "https://example.test/model/m/converse-stream";
    made.head.status = 200;
    made.head.headers = {{"content-type", "application/vnd.amazon.eventstream"}, {"x-amzn-requestid", "r-1"}};
    made.pieces = std::move(pieces);
    made.end = std::move(end);
    return made;
}

struct fixture {
    explicit fixture(std::vector<recorded_exchange> recording, client_options options = offline())
        : client(std::make_shared<client_state>(std::move(options))), runner(std::move(recording)) {}
    void open() { call.take_opened(runner.run(call.open(signer))); }
    std::vector<std::string> drain() {
        std::vector<std::string> types;
        while (!call.over()) {
            auto const progress = call.next();
            if (progress == stream_progress::event) types.emplace_back(call.event().type());
            if (progress == stream_progress::need_more) (void)runner.receive(call.body(), false);
        }
        return types;
    }
    std::shared_ptr<client_state> client;
    sigv4::signer signer;
    recorded_runner runner;
    call_type call{client, asking(), {}};
};

}  // namespace

TEST_CASE("stream_call: opened, read to the end, and its outcome", "[stream_call]") {
    fixture f({answering(mock::golden_frames())});
    CHECK(f.call.total_ms() == 1'234);
    CHECK_FALSE(f.call.is_open());
    f.open();
    REQUIRE(f.call.is_open());
    CHECK_FALSE(f.call.over());
    CHECK(f.drain() == std::vector<std::string>{"messageStart", "contentBlockDelta", "contentBlockDelta",
                                                "contentBlockStop", "messageStop", "metadata"});
    CHECK(f.call.next() == stream_progress::complete);
    CHECK_FALSE(f.call.is_open());
    f.call.close(make_error(errc::cancelled, "too late"));
    auto const whole = f.call.take_outcome();
    REQUIRE(whole);
    CHECK(whole->text() == "Hello, world!");
    CHECK(whole->request_id == "r-1");
    CHECK(whole->attempts == 1);
}

TEST_CASE("stream_call: an opening that fails is its outcome", "[stream_call]") {
    auto refused = answering({R"({"message":"no"})"});
    refused.head.status = 403;
    fixture f({refused});
    f.open();
    CHECK(f.call.over());
    CHECK(f.call.next() == stream_progress::failed);
    auto const end = f.call.take_outcome();
    REQUIRE_FALSE(end);
    CHECK(end.error().http_status == 403);
    CHECK(end.error().attempts == 1);
    CHECK_FALSE(end.error().partial);
}

TEST_CASE("stream_call: the advice for an error inside a stream knows region and kind of credentials", "[stream_call]") {
    auto const advice = [](credentials with, std::string exception, bool is_first) {
        auto options = offline();
        options.auth = auth_scheme::automatic;
        options.credentials = std::move(with);
        options.retry.max_attempts = 1;
        auto const refused = mock::exception_frame(exception, R"({"message":"no"})");
        fixture f({answering(is_first ? std::vector{refused} : std::vector{mock::golden_frames()[0], refused})},
                  std::move(options));
        f.open();
        CHECK(f.drain().size() == (is_first ? 0 : 1));
        auto const end = f.call.take_outcome();
        REQUIRE_FALSE(end);
        return end.error().hint;
    };
    credentials const keys{.access_key_id = "AKIA", .secret_access_key = "s"}, token{.bearer_token = "t"};
    for (bool const is_first : {true, false}) {
        INFO(is_first);
        CHECK(advice(keys, "accessDeniedException", is_first) ==
              "needs the permission bedrock:InvokeModelWithResponseStream");
        CHECK(advice(token, "accessDeniedException", is_first) ==
              "needs the permission bedrock:InvokeModelWithResponseStream and bedrock:CallWithBearerToken");
        CHECK(advice(keys, "unrecognizedClientException", is_first).find("AWS_SESSION_TOKEN") != std::string::npos);
        CHECK(advice(token, "unrecognizedClientException", is_first).find("AWS_BEARER_TOKEN_BEDROCK") !=
              std::string::npos);
        CHECK(advice(token, "resourceNotFoundException", is_first).ends_with("(us-east-1)"));
    }
}

TEST_CASE("stream_call: closed before it was opened", "[stream_call]") {
    fixture f({});
    f.call.close(make_error(errc::invalid_input, "first"));
    f.call.close(make_error(errc::cancelled, "second"));
    CHECK(f.call.over());
    CHECK(f.call.take_outcome().error().message == "first");
    CHECK(f.runner.requests().empty());
}

TEST_CASE("stream_call: broken off, what had arrived is given first", "[stream_call]") {
    auto const golden = mock::golden_frames();
    fixture f({answering({golden[0] + golden[1] + golden[2], golden[3]})});
    f.open();
    REQUIRE(f.call.next() == stream_progress::event);
    f.call.break_off({errc::timeout, true, "late"});
    f.call.break_off({errc::transport, true, "later still"});
    CHECK(f.drain().size() == 2);
    auto const end = f.call.take_outcome();
    REQUIRE_FALSE(end);
    CHECK(end.error().code == errc::timeout);
    CHECK(end.error().content_emitted);
    REQUIRE(end.error().partial);
    CHECK(end.error().partial->text() == "Hello, world!");
    CHECK(end.error().partial->request_id == "r-1");
}

TEST_CASE("stream_call: closed in the middle, it keeps what was given", "[stream_call]") {
    auto const golden = mock::golden_frames();
    fixture f({answering({golden[0] + golden[1] + golden[2]})});
    f.open();
    for (int i = 0; i < 2; ++i) REQUIRE(f.call.next() == stream_progress::event);
    f.call.close(make_error(errc::cancelled, "stop"));
    CHECK_FALSE(f.call.is_open());
    auto const end = f.call.take_outcome();
    REQUIRE(end.error().partial);
    CHECK(end.error().partial->text() == "Hello, ");
}

TEST_CASE("stream_call: given up, it holds no transfer", "[stream_call]") {
    fixture f({answering(mock::golden_frames())});
    f.open();
    f.call.abandon();
    CHECK_FALSE(f.call.is_open());
}
