// Any bytes as the body of a streamed answer, as they are and with their checksums put right. The first byte says how
// the transfer ends, the rest is the body; it arrives in one piece, byte by byte and in random ones. Whatever the
// pieces, the events, the one terminal state and what is kept are the same; and only messageStop with a clean end is a
// success.
#include "bedrock/model/accumulator.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/stream_parser.hpp"
#include "fuzz/check.hpp"
#include "fuzz/event_stream_repair.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

using namespace bedrock;

struct arriving final : http::transfer {};

http::failure ending(std::uint8_t how) {
    constexpr errc codes[] = {errc::none, errc::none, errc::truncated, errc::transport, errc::timeout};
    auto const code = codes[how % std::size(codes)];
    return {code, true, code == errc::none ? "" : "how it ended"};
}

/// What must not depend on the pieces.
struct outcome {
    std::string events{};
    std::string response{};
    std::size_t count = 0;
    bool stopped = false;  // messageStop was among the events
    std::size_t left = 0;
    stream_progress last = stream_progress::need_more;
    error why{};

    bool operator==(outcome const& other) const {
        return events == other.events && response == other.response && last == other.last &&
               why.code == other.why.code && why.name == other.why.name && why.message == other.why.message &&
               why.retryable == other.why.retryable && why.content_emitted == other.why.content_emitted;
    }
};

std::string describe(converse_response const& whole) {
    auto const written = json::write(whole.message);
    auto text = (written ? *written : written.error().message) + '\n' + std::string(whole.stop_reason.text()) + '\n' +
                std::to_string(whole.usage.total_tokens);
    for (auto const at : whole.incomplete_blocks) {
        BEDROCK_FUZZ_CHECK(at < whole.message.content.size());
        text += ' ' + std::to_string(at);
    }
    for (auto const* const use : whole.tool_uses()) text += '\n' + use->input.text() + '\t' + use->incomplete_input;
    for (auto const& other : whole.unmerged_events) text += '\n' + other.name + '\t' + other.value.text();
    return text;
}

template <class NextSize>
outcome read(byte_view body, http::failure const& end, NextSize next_size) {
    outcome said;
    arriving from;
    stream_parser parser;
    message_accumulator answer;
    for (;;) {
        said.last = parser.next(from, {});
        if (said.last == stream_progress::event) {
            auto const& event = parser.event();
            BEDROCK_FUZZ_CHECK(parser.events() == ++said.count);
            said.events.append(event.type()).append("\n").append(event.payload()).append("\n");
            said.stopped = said.stopped || event.type() == "messageStop";
            answer.add(event);
        } else if (said.last != stream_progress::need_more) {
            break;
        } else if (body.empty()) {
            BEDROCK_FUZZ_CHECK(!from.ended);
            from.ended = true;
            from.end = end;
        } else {
            auto const piece = body.first((std::min)(next_size(), body.size()));
            body = body.subspan(piece.size());
            from.buffer.append(piece);
        }
    }
    said.left = body.size() + from.buffer.size();
    // A terminal state stays, whatever still arrives.
    from.buffer.append(as_bytes("more"));
    for (int i = 0; i < 2; ++i) BEDROCK_FUZZ_CHECK(parser.next(from, {}) == said.last);
    BEDROCK_FUZZ_CHECK(parser.events() == said.count);
    said.why = parser.failure();
    said.response = describe(answer.snapshot());
    BEDROCK_FUZZ_CHECK(describe(answer.take()) == said.response);
    return said;
}

void check_body(byte_view body, http::failure const& end, std::uint32_t seed) {
    auto const whole = read(body, end, [&] { return body.size(); });
    bool const complete = whole.last == stream_progress::complete;
    BEDROCK_FUZZ_CHECK(complete == (whole.why.code == errc::none));
    if (complete) {
        BEDROCK_FUZZ_CHECK(whole.stopped && whole.left == 0 && end.code == errc::none);
    } else {
        BEDROCK_FUZZ_CHECK(!whole.why.message.empty() && valid_utf8(whole.why.message));
        BEDROCK_FUZZ_CHECK(whole.why.content_emitted == (whole.count != 0));
    }
    BEDROCK_FUZZ_CHECK(read(body, end, [] { return std::size_t{1}; }) == whole);
    BEDROCK_FUZZ_CHECK(read(body, end, [&] {
                           seed = seed * 1'664'525u + 1'013'904'223u;  // Numerical Recipes' generator
                           return std::size_t{1} + (seed >> 16) % 200;
                       }) == whole);
    // Nothing is complete before the last byte of the messageStop event.
    if (complete && !body.empty()) {
        auto const cut = read(body.first(seed % body.size()), end, [&] { return body.size(); });
        BEDROCK_FUZZ_CHECK(cut.last != stream_progress::complete || cut.stopped);
        BEDROCK_FUZZ_CHECK(whole.events.starts_with(cut.events));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const end = ending(data[0]);
    auto const seed = static_cast<std::uint32_t>(size) * 2'654'435'761u + data[size - 1];
    byte_buffer body;
    for (std::size_t i = 1; i < size; ++i) body.push_back(static_cast<std::byte>(data[i]));
    check_body(body, end, seed);
    for (bool const fit : {false, true}) {
        auto repaired = body;
        fuzz_event_stream::repair(repaired, fit);
        check_body(repaired, end, seed);
    }
    return 0;
}
