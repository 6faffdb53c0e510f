// What a request takes of memory: the caller's bytes and the body, and no third copy of either.
#include "bedrock/client.hpp"

#include "support/allocations.hpp"
#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <utility>

using namespace bedrock;

namespace {

constexpr std::size_t document_size = 20'000'000;
// Of the engine, headers, signature and the answer.
constexpr std::size_t room = 400'000;

converse_request with_document() {
    auto request = ask_for("What does it say?");
    document_block document;
    document.format = document_format::pdf;
    document.name = "report";
    document.source = byte_buffer(document_size, std::byte{7});
    request.messages[0].content.insert(request.messages[0].content.begin(), std::move(document));
    return request;
}

}  // namespace

TEST_CASE("request_memory: a document of 20 MB is in memory twice, as bytes and in the body") {
    mock::server_options how;
    how.keep_requests = false;
    client_fixture f(how);
    f.server.set_handler([](auto const&) {
        return mock::json_reply(200,
                                R"({"output":{"message":{"role":"assistant","content":[]}},"stopReason":"end_turn",)"
                                R"("usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}})");
    });
    auto client = f.client();
    auto const request = with_document();
    auto const most = base64_size(document_size) + room;

    allocations::peak const plain;
    auto const answer = client.converse(request);
    auto const plain_bytes = plain.bytes();
    INFO((answer ? std::string() : answer.error().message));
    REQUIRE(answer);
    CHECK(plain_bytes > base64_size(document_size));
    CHECK(plain_bytes < most);

    f.server.enqueue(mock::error_reply(503, "ServiceUnavailableException", "busy"));
    f.server.set_handler([](auto const&) {
        return mock::stream_reply({mock::frame("messageStart", R"({"role":"assistant"})"),
                                   mock::frame("messageStop", R"({"stopReason":"end_turn"})")});
    });
    allocations::peak const streamed;
    auto const end = drain(client.open_stream(request)).end;
    auto const streamed_bytes = streamed.bytes();
    INFO((end ? std::string() : end.error().message));
    REQUIRE(end);
    CHECK(end->attempts == 2);
    CHECK(streamed_bytes < most);
}
