#include "bedrock/json/forecast.hpp"

#include "bedrock/model/converse.hpp"

#include "support/allocations.hpp"
#include "support/recorded_bedrock.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>

using namespace bedrock;

namespace {

std::size_t forecast(converse_request const& request) {
    return json::forecast_size(json::type_of<converse_request>, &request);
}

std::size_t written(converse_request const& request) {
    auto const text = json::write(request);
    REQUIRE(text);
    return text->size();
}

/// What of the forecast is not used.
std::ptrdiff_t left_over(converse_request const& request) {
    return static_cast<std::ptrdiff_t>(forecast(request)) - static_cast<std::ptrdiff_t>(written(request));
}

}  // namespace

TEST_CASE("json/forecast: enough, and little more", "[json]") {
    CHECK(left_over({}) >= 0);
    converse_request request;
    request.messages = {user({"text", image_block{.format = image_format::png, .source = byte_buffer(1 << 20)}})};
    CHECK(left_over(request) >= 0);
    CHECK(left_over(request) < 400);
    request.system = {std::string(1 << 20, 'x')};
    CHECK(left_over(request) >= 0);
    CHECK(left_over(request) < (1 << 16) + 600);
    request.additional_model_request_fields = json::document("[" + std::string(5000, ' ') + "1]");
    request.request_metadata = {{std::string(200, 'k'), std::string(200, 'v')}};
    request.unknown.add("future", json::document(R"({"a":[1,2,3]})"));
    request.tools.tools = {tool_specification{.name = "f", .input_schema = R"({"type":"object"})"}};
    request.inference = {.max_tokens = 2'000'000'000, .temperature = 0.123456f};
    CHECK(left_over(request) >= 0);
    CHECK(left_over(request) < (1 << 16) + 1200);
}

TEST_CASE("json/forecast: a request is allocated once", "[json]") {
    converse_request request;
    for (int turn = 0; turn != 100; ++turn)
        request.messages.push_back(
            user({std::string(3000, 'a'), image_block{.format = image_format::gif, .source = byte_buffer(5000)}}));
    std::string out;
    auto const before = allocations::count();
    auto const done = json::write(request, out);
    auto const count = allocations::count() - before;
    REQUIRE(done);
    CHECK(count == 1);
}

TEST_CASE("json/forecast: recorded requests", "[json][vectors]") {
    auto const recorded = recorded_calls("converse");
    if (!recorded) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    for (auto const& call : *recorded) {
        auto const request = json::read<converse_request>(call.request_body);
        if (!request) continue;
        INFO(call.id);
        CHECK(left_over(*request) >= 0);
    }
}
