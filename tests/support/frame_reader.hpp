// Owns the taking apart of event-stream frames that the tests' own writer made or that were recorded: lengths and
// string headers only. Never checks a checksum, and never includes the SDK's decoder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mock {

struct read_frame {
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string payload{};
    std::string bytes{};  ///< the whole frame

    std::string header(std::string_view name) const {
        for (auto const& [key, value] : headers) {
            if (key == name) return value;
        }
        return {};
    }
};

/// The whole frames at the front of `stream`; what follows the last whole one is left out.
inline std::vector<read_frame> read_frames(std::string_view stream) {
    auto const number_at = [&](std::size_t from, std::size_t size) {
        std::size_t value = 0;
        for (char const c : stream.substr(from, size)) value = value << 8 | static_cast<unsigned char>(c);
        return value;
    };
    std::vector<read_frame> frames;
    while (stream.size() >= 16) {
        auto const size = number_at(0, 4);
        auto const headers_end = 12 + number_at(4, 4);
        if (size > stream.size() || size < headers_end + 4) break;
        read_frame frame;
        for (std::size_t at = 12; at < headers_end;) {
            auto const name = number_at(at, 1);
            auto const value = number_at(at + 2 + name, 2);
            frame.headers.emplace_back(stream.substr(at + 1, name), stream.substr(at + 4 + name, value));
            at += 4 + name + value;
        }
        frame.payload = stream.substr(headers_end, size - headers_end - 4);
        frame.bytes = stream.substr(0, size);
        frames.push_back(std::move(frame));
        stream.remove_prefix(size);
    }
    return frames;
}

}  // namespace mock
