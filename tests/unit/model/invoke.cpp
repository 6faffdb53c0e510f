#include "bedrock/model/invoke.hpp"

#include "support/catch.hpp"

#include "bedrock/stream_parser.hpp"
#include "support/random_json.hpp"
#include "support/recorded_bedrock.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

std::string shown(http::header_list const& headers) {
    std::string text;
    for (auto const& [name, value] : headers) text += name + ": " + value + "\n";
    return text;
}

}  // namespace

TEST_CASE("every type of invoke that is JSON survives reading and writing", "[model]") {
    // Bytes that are there: an empty blob is not told from an absent one.
    CHECK(rewritten<payload_part>(R"({"bytes":"AAEC","of_tomorrow":[1]})") == R"({"bytes":"AAEC","of_tomorrow":[1]})");
    CHECK(rewritten<payload_part>(R"({"bytes":"AAEC","p":"abc"})") == R"({"bytes":"AAEC"})");
}

TEST_CASE("invoke: what is not set has no header", "[model]") {
    auto const none = make_invoke_headers({.model_id = "m", .body = "{}"});
    REQUIRE(none);
    CHECK(none->empty());
    auto const all = make_invoke_headers({
        .accept = "image/png",
        .trace = invoke_trace::enabled_full,
        .guardrail_identifier = "abc",
        .guardrail_version = "7",
        .performance_config_latency = performance_latency::optimized,
        .service_tier = service_tier_type::default_,
        .request_metadata = {{"team", "red \"1\""}, {"line", "a\nb"}},
    });
    REQUIRE(all);
    CHECK(shown(*all) ==
          "X-Amzn-Bedrock-Trace: ENABLED_FULL\n"
          "X-Amzn-Bedrock-GuardrailIdentifier: abc\n"
          "X-Amzn-Bedrock-GuardrailVersion: 7\n"
          "X-Amzn-Bedrock-PerformanceConfig-Latency: optimized\n"
          "X-Amzn-Bedrock-Service-Tier: default\n"
          "X-Amzn-Bedrock-Request-Metadata: {\"team\":\"red \\\"1\\\"\",\"line\":\"a\\nb\"}\n");
    auto const bad = make_invoke_headers({.request_metadata = {{"k", "\xff"}}});
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == errc::invalid_input);
}

TEST_CASE("invoke: an answer is its body, and what its headers say", "[model]") {
    http::response from;
    from.head.headers = {{"content-type", "image/png"},
                         {"x-amzn-bedrock-content-type", "text/x"},
                         {"x-amzn-bedrock-performanceconfig-latency", "standard"},
                         {"x-amzn-bedrock-service-tier", "of_tomorrow"},
                         {"x-amzn-bedrock-input-token-count", "3"}};
    from.body = std::string("\x89PNG\0", 5);
    auto const stream = make_invoke_stream_response(from.head);
    CHECK(stream.content_type == "text/x");
    CHECK(stream.performance_config_latency == performance_latency::standard);
    auto const made = make_invoke_response(std::move(from));
    CHECK(made.body == std::string("\x89PNG\0", 5));
    CHECK(made.content_type == "image/png");
    CHECK(made.service_tier == service_tier_type::unknown);
    CHECK(made.service_tier.text() == "of_tomorrow");
    CHECK(http::find_header(made.headers, "X-Amzn-Bedrock-Input-Token-Count") == "3");
    auto const bare = make_invoke_response({});
    CHECK_FALSE(bare.service_tier.is_set());
    CHECK(bare.content_type.empty());
}

TEST_CASE("invoke: a chunk is its decoded bytes", "[model]") {
    invoke_chunk chunk;
    std::string const payload = R"({"p":"abcd","bytes":"eyJhIjoxfQ=="})";
    REQUIRE(chunk.parse("chunk", payload));
    CHECK(chunk.text() == R"({"a":1})");
    CHECK(chunk.bytes().size() == 7);
    CHECK(chunk.payload() == payload);
    REQUIRE(chunk.parse("ofTomorrow", R"({"bytes":"eyJhIjoxfQ=="})"));
    CHECK(chunk.bytes().empty());
    CHECK(chunk.type() == "ofTomorrow");
    REQUIRE(chunk.parse("ofTomorrow", "not JSON"));
    CHECK_FALSE(chunk.parse("chunk", "{}"));
    for (std::string const bad :
         {"", "{", "[]", R"({"bytes":1})", R"({"bytes":"a"})", R"({"bytes":"eyJhIjoxfQ"})", R"({"bytes":"AAEC"} x)"}) {
        INFO(bad);
        REQUIRE(chunk.parse("chunk", R"({"bytes":"AAEC"})"));
        auto const parsed = chunk.parse("chunk", bad);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == errc::protocol);
        CHECK(parsed.error().message.rfind("the event chunk: ", 0) == 0);
        CHECK(chunk.bytes().empty());
        CHECK(chunk.payload() == bad);
    }
}

TEST_CASE("recorded streams of raw invocations decode to their chunks, whole", "[model]") {
    auto const calls = recorded_calls("invoke-stream");
    if (!calls) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    CHECK(calls->size() >= 23);
    for (auto const& call : *calls) {
        INFO(call.id);
        std::ifstream file(call.response_file, std::ios::binary);
        std::string const bytes{std::istreambuf_iterator<char>(file), {}};
        REQUIRE_FALSE(bytes.empty());
        http::transfer from;
        basic_stream_parser<invoke_chunk> parser;
        std::size_t at = 0;
        for (char const byte : bytes) {
            from.buffer.append(as_bytes({&byte, 1}));
            while (parser.next(from, {}) == stream_progress::event) {
                REQUIRE(at < call.events.size());
                CHECK(parser.event().payload() == call.events[at].payload);
                CHECK(parser.event().text() == call.events[at++].chunk);
            }
        }
        from.ended = true;
        CHECK(parser.next(from, {}) == stream_progress::complete);
        CHECK(at == call.events.size());
        CHECK(parser.events() == at);
    }
}
