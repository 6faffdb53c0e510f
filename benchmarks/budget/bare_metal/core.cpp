// The events of a stream, put together to a response; a request, written.
#include "bedrock/core.hpp"

#include <string_view>

int main() {
    struct row {
        std::string_view type;
        std::string_view payload;
    };
    row const rows[] = {
        {"messageStart", R"({"role":"assistant"})"},
        {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"Hel"}})"},
        {"contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"lo"}})"},
        {"contentBlockStop", R"({"contentBlockIndex":0})"},
        {"messageStop", R"({"stopReason":"end_turn"})"},
    };
    bedrock::message_accumulator sum;
    bedrock::stream_event event;
    for (auto const& [type, payload] : rows) {
        if (!event.parse(type, payload)) return 1;
        sum.add(event);
    }
    auto const response = sum.take();
    if (response.text() != "Hello") return 2;

    bedrock::converse_request request{.model_id = "m", .messages = {bedrock::user("Hi")}};
    auto const written = bedrock::json::write(request);
    return written && *written == R"({"messages":[{"role":"user","content":[{"text":"Hi"}]}]})" ? 0 : 3;
}
