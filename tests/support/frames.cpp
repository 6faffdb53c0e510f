#include "support/frames.hpp"

#include <array>
#include <cstddef>

namespace mock {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xedb88320u : value >> 1;
        table[byte] = value;
    }
    return table;
}

constexpr auto crc_table = make_crc_table();

void append_u16(std::string& out, std::size_t value) {
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
}

void append_u32(std::string& out, std::size_t value) {
    append_u16(out, value >> 16 & 0xffff);
    append_u16(out, value & 0xffff);
}

}  // namespace

std::uint32_t table_crc32(std::string_view bytes) {
    std::uint32_t crc = 0xffffffffu;
    for (char const c : bytes) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
    return crc ^ 0xffffffffu;
}

std::string raw_frame(std::vector<std::pair<std::string, std::string>> const& string_headers,
                      std::string_view payload) {
    constexpr char string_type = 7;
    std::string headers;
    for (auto const& [name, value] : string_headers) {
        headers += static_cast<char>(name.size());
        headers += name;
        headers += string_type;
        append_u16(headers, value.size());
        headers += value;
    }
    constexpr std::size_t prelude_and_checksums = 16;
    std::string frame;
    append_u32(frame, prelude_and_checksums + headers.size() + payload.size());
    append_u32(frame, headers.size());
    append_u32(frame, table_crc32(frame));
    frame += headers;
    frame += payload;
    append_u32(frame, table_crc32(frame));
    return frame;
}

std::string frame(std::string_view event_type, std::string_view json) {
    return raw_frame(
        {{":event-type", std::string(event_type)}, {":content-type", "application/json"}, {":message-type", "event"}},
        json);
}

std::string exception_frame(std::string_view exception_type, std::string_view json) {
    return raw_frame({{":exception-type", std::string(exception_type)},
                      {":content-type", "application/json"},
                      {":message-type", "exception"}},
                     json);
}

std::string error_frame(std::string_view code, std::string_view message) {
    return raw_frame(
        {{":error-code", std::string(code)}, {":error-message", std::string(message)}, {":message-type", "error"}}, {});
}

std::string json_string(std::string_view text) {
    std::string quoted = "\"";
    for (char const c : text) {
        auto const value = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (c == '\n') {
            quoted += "\\n";
        } else if (value < 0x20) {
            quoted += "\\u00";
            quoted += "0123456789abcdef"[value >> 4];
            quoted += "0123456789abcdef"[value & 15];
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string padding_member(std::uint64_t seed) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    // One round of splitmix64: neighbouring seeds give unlike lengths, the same ones in every run.
    std::uint64_t mixed = seed + 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    mixed ^= mixed >> 31;
    return "\"p\":" + json_string(letters.substr(0, static_cast<std::size_t>(mixed % letters.size()) + 1));
}

std::vector<std::string> golden_frames() {
    return {
        frame("messageStart", R"({"p":"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO","role":"assistant"})"),
        frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"Hello, "},"p":"abcd"})"),
        frame("contentBlockDelta",
              R"({"contentBlockIndex":0,"delta":{"text":"world!"},"p":"abcdefghijklmnopqrstuvw"})"),
        frame("contentBlockStop", R"({"contentBlockIndex":0,"p":"abcdefghij"})"),
        frame("messageStop", R"({"p":"abcdefghijklmnopqrstuvwxyzABC","stopReason":"end_turn"})"),
        frame(
            "metadata",
            R"({"metrics":{"latencyMs":321},"p":"abcdefghijkl","usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13}})"),
    };
}

std::string golden_stream() {
    std::string stream;
    for (auto const& one : golden_frames()) stream += one;
    return stream;
}

}  // namespace mock
