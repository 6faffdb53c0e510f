// Owns the writing of AWS event-stream frames for tests: a writer of its own, with its own table-driven CRC-32.
// Never includes the SDK's encoder, so that a mistake in one cannot hide in the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mock {

/// CRC-32 as zlib computes it.
std::uint32_t table_crc32(std::string_view bytes);

/// A frame with string headers, in this order, and a payload. Lengths and both checksums are right.
std::string raw_frame(std::vector<std::pair<std::string, std::string>> const& string_headers, std::string_view payload);

/// An event as Bedrock sends it: `:event-type`, `:content-type: application/json`, `:message-type: event`.
std::string frame(std::string_view event_type, std::string_view json);
/// An exception inside the stream: `:exception-type` in lower camel case (`throttlingException`) and a JSON payload.
std::string exception_frame(std::string_view exception_type, std::string_view json);
/// `:message-type: error` with `:error-code` and `:error-message`, and no payload.
std::string error_frame(std::string_view code, std::string_view message);

/// A JSON string, quotes included. The text must be valid UTF-8.
std::string json_string(std::string_view text);
/// The member that Bedrock pads its events with: `"p":"abc.."`, of a length that depends on `seed` only (1 to 62
/// letters).
std::string padding_member(std::uint64_t seed);

/// The frames of a complete ConverseStream answer "Hello, world!" in two deltas: messageStart, contentBlockDelta twice,
/// contentBlockStop, messageStop (end_turn), metadata (usage 9 in, 4 out, 13 in all).
std::vector<std::string> golden_frames();
/// `golden_frames()` in one string.
std::string golden_stream();

}  // namespace mock
