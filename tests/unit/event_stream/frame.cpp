#include "bedrock/event_stream/frame.hpp"

#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>

using bedrock::as_bytes;
using bedrock::byte_view;
using namespace bedrock::event_stream;
using namespace std::string_literals;

namespace {

std::string big_endian(std::uint32_t value) {
    std::string text(4, '\0');
    for (std::size_t i = 4; i-- > 0; value >>= 8) text[i] = static_cast<char>(value & 0xff);
    return text;
}

// A frame of stated lengths with both CRCs right for whatever it holds.
std::string frame_of(std::uint32_t total, std::uint32_t headers, std::string const& body) {
    std::string frame = big_endian(total) + big_endian(headers);
    frame += big_endian(bedrock::crc32(as_bytes(frame)));
    frame += body;
    return frame + big_endian(bedrock::crc32(as_bytes(frame)));
}

std::string frame_of(std::string const& headers, std::string const& payload) {
    return frame_of(static_cast<std::uint32_t>(16 + headers.size() + payload.size()),
                    static_cast<std::uint32_t>(headers.size()), headers + payload);
}

// Decodes with the input's end on an unreadable page.
fault fault_of(std::string const& bytes, limits const& allowed = {}) {
    guarded_buffer const guarded(bytes);
    auto const decoded = decode_frame(guarded.bytes(), allowed);
    REQUIRE((decoded.outcome == progress::fault) == (decoded.code != fault::none));
    if (decoded.outcome != progress::message) {
        REQUIRE(decoded.content.total_length == 0);
        REQUIRE(decoded.content.payload.empty());
        REQUIRE(decoded.content.headers.empty());
    }
    if (decoded.outcome == progress::need_more) REQUIRE(decoded.size > bytes.size());
    if (decoded.outcome == progress::fault) REQUIRE(decoded.size == 0);
    return decoded.outcome == progress::need_more ? fault::truncated : decoded.code;
}

std::string const greeting = "\x0d:message-type\x07\x00\x05"s + "event" + "\x04" + "flag" + "\x01";

}  // namespace

TEST_CASE("the published empty message is decoded", "[event_stream]") {
    // smithy-typescript, eventstream-codec/test_vectors/encoded/positive/empty_message
    std::string const empty = "\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff"s;
    auto const decoded = decode_frame(as_bytes(empty));
    REQUIRE(decoded.outcome == progress::message);
    CHECK(decoded.size == 16);
    CHECK(decoded.content.total_length == 16);
    CHECK(decoded.content.headers_length == 0);
    CHECK(decoded.content.prelude_crc == 0x05c248eb);
    CHECK(decoded.content.message_crc == 0x7d98c8ff);
    CHECK(decoded.content.headers.empty());
    CHECK(decoded.content.payload.empty());
}

TEST_CASE("a message views the bytes it was decoded from, and nothing behind them", "[event_stream]") {
    std::string const frame = frame_of(greeting, "{}");
    std::string const more = frame + "anything";
    auto const decoded = decode_frame(as_bytes(more));
    REQUIRE(decoded.outcome == progress::message);
    CHECK(decoded.size == frame.size());
    message const& whole = decoded.content;
    CHECK(bedrock::as_text(whole.payload) == "{}");
    CHECK(reinterpret_cast<char const*>(whole.payload.data()) == more.data() + 12 + greeting.size());
    CHECK(reinterpret_cast<char const*>(whole.headers.bytes().data()) == more.data() + 12);
    CHECK(whole.headers_length == greeting.size());
    CHECK(whole.text(":message-type") == "event");
    CHECK(whole.text("flag").empty());
    CHECK(whole.text("absent").empty());
    CHECK(whole.find("flag")->type == header_type::bool_false);
    CHECK_FALSE(whole.find("absent"));
}

TEST_CASE("an unfinished frame says how many bytes the next step needs", "[event_stream]") {
    std::string const frame = frame_of(greeting, "some payload");
    for (std::size_t size = 0; size < frame.size(); ++size) {
        guarded_buffer const guarded(std::string_view(frame).substr(0, size));
        auto const decoded = decode_frame(guarded.bytes());
        REQUIRE(decoded.outcome == progress::need_more);
        REQUIRE(decoded.size == (size < 12 ? 12 : frame.size()));
    }
}

TEST_CASE("frames are decoded in place out of a buffer of the caller's", "[event_stream]") {
    std::string received;
    std::size_t read = 0;
    std::size_t messages = 0;
    std::string stream;
    for (int i = 0; i < 50; ++i) stream += frame_of(greeting, std::string(static_cast<std::size_t>(i), 'x'));
    for (std::size_t at = 0; at < stream.size(); at += 37) {
        received += stream.substr(at, 37);
        for (;;) {
            auto const decoded = decode_frame(as_bytes(received).subspan(read));
            REQUIRE(decoded.outcome != progress::fault);
            if (decoded.outcome == progress::need_more) break;
            REQUIRE(decoded.content.payload.size() == messages);
            read += decoded.size;
            ++messages;
        }
        received.erase(0, read);
        read = 0;
    }
    CHECK(messages == 50);
    CHECK(received.empty());
}

TEST_CASE("each fault of a frame is found", "[event_stream]") {
    std::string const good = frame_of(greeting, "{}");
    CHECK(fault_of(good) == fault::none);
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
            INFO("byte " << at << " bit " << bit);
            REQUIRE(fault_of(bad) == (at < 12 ? fault::prelude_crc : fault::message_crc));
        }
    }
    CHECK(fault_of(frame_of(0, 0, "")) == fault::invalid_length);
    CHECK(fault_of(frame_of(15, 0, "")) == fault::invalid_length);
    CHECK(fault_of(frame_of(16, 1, "")) == fault::invalid_length);
    CHECK(fault_of(frame_of(20, 5, "abcd")) == fault::invalid_length);
    CHECK(fault_of(frame_of(16, 0xffffffff, "")) == fault::invalid_length);
    CHECK(fault_of(frame_of(0xffffffff, 0xfffffff0, "")) == fault::invalid_length);
    CHECK(fault_of(frame_of(0xffffffff, 0xffffffef, "")) == fault::too_large);
    CHECK(fault_of(frame_of("\x00\x00"s, "")) == fault::invalid_header);
    CHECK(fault_of(frame_of("\x01", "n\x00"s)) == fault::invalid_header);
}

TEST_CASE("the checks come in their documented order", "[event_stream]") {
    std::string bad_prelude = frame_of(15, 99, "");
    bad_prelude[11] = static_cast<char>(bad_prelude[11] ^ 1);
    CHECK(fault_of(bad_prelude) == fault::prelude_crc);
    CHECK(fault_of(bad_prelude.substr(0, 11)) == fault::truncated);
    CHECK(fault_of(frame_of(200000, 199999, "")) == fault::invalid_length);     // and headers over their limit
    CHECK(fault_of(frame_of(16u << 20 | 1, 0, "")) == fault::too_large);        // and not all there
    CHECK(fault_of(frame_of(200000, 128u << 10 | 1, "")) == fault::too_large);  // and not all there
    std::string both = frame_of("\x00\x00"s, "");
    both.back() = static_cast<char>(both.back() ^ 1);
    CHECK(fault_of(both) == fault::message_crc);                           // and a bad header
    CHECK(fault_of(both.substr(0, both.size() - 1)) == fault::truncated);  // and a bad header and CRC
}

TEST_CASE("limits hold at their border", "[event_stream]") {
    std::string const frame = frame_of(greeting, "{}");
    auto const total = static_cast<std::uint32_t>(frame.size());
    auto const headers = static_cast<std::uint32_t>(greeting.size());
    CHECK(fault_of(frame, {.frame = total, .headers = headers}) == fault::none);
    CHECK(fault_of(frame, {.frame = total - 1, .headers = headers}) == fault::too_large);
    CHECK(fault_of(frame, {.frame = total, .headers = headers - 1}) == fault::too_large);
    CHECK(fault_of(frame_of(16u << 20, 0, "")) == fault::truncated);
    CHECK(fault_of(frame_of(16u << 20, 128u << 10, "")) == fault::truncated);
}

TEST_CASE("every fault has words of its own", "[event_stream]") {
    std::set<std::string_view> words;
    for (auto const code : {fault::prelude_crc, fault::message_crc, fault::invalid_length, fault::too_large,
                            fault::invalid_header, fault::truncated}) {
        CHECK_FALSE(describe(code).empty());
        words.insert(describe(code));
    }
    CHECK(words.size() == 6);
    CHECK(describe(fault::none).empty());
}

TEST_CASE("frames of one stream: headers that repeat are recognised, on every path of the checksums",
          "[event_stream]") {
    std::string const other = "\x0d:message-type\x07\x00\x05"s + "error" + "\x04" + "flag" + "\x01";
    std::string const long_headers = "\x04long\x06\x01\x80"s + std::string(384, 'v');
    struct {
        std::string headers;
        bool same;
    } const sent[] = {{greeting, false},     {greeting, true},  {other, false},           {greeting, false},
                      {greeting, true},      {"", false},       {greeting, false},        {long_headers, false},
                      {long_headers, false}, {greeting, false}, {greeting + other, false}};
    for (auto const path : {bedrock::crc32_path::portable, bedrock::best_crc32_path()}) {
        header_memory before;
        for (auto const& one : sent) {
            auto const frame = frame_of(one.headers, "{}");
            guarded_buffer const guarded(frame);
            auto const decoded = decode_frame(guarded.bytes(), {}, before, path);
            REQUIRE(decoded.outcome == progress::message);
            CHECK(decoded.same_headers == one.same);
            CHECK(bedrock::as_text(decoded.content.headers.bytes()) == one.headers);
            CHECK(decoded.content.headers.bytes().data() == guarded.bytes().data() + prelude_size);
        }
        // What is refused leaves no trace: not damaged headers, nor a good block in a damaged frame.
        auto damaged = frame_of(other, "{}");
        damaged.back() = static_cast<char>(damaged.back() ^ 1);
        CHECK(decode_frame(as_bytes(damaged), {}, before, path).code == fault::message_crc);
        for (int i = 0; i < 2; ++i)
            CHECK(decode_frame(as_bytes(frame_of("\x01x\x0b"s, "")), {}, before, path).code == fault::invalid_header);
        CHECK(decode_frame(as_bytes(frame_of(greeting + other, "")), {}, before, path).same_headers);
    }
}
