#include "bedrock/event_stream/encoder.hpp"

#include "bedrock/event_stream/decoder.hpp"
#include "support/event_stream_vectors.hpp"

#include "support/catch.hpp"

#include <limits>
#include <random>
#include <string>
#include <vector>

using bedrock::as_bytes;
using bedrock::as_text;
using bedrock::byte_buffer;
using bedrock::byte_view;
using namespace bedrock::event_stream;
using event_stream_test::see;
using namespace std::string_literals;

namespace {

constexpr encoder_options whole_wire{.sizes = {}, .header_value = 65535};

message decoded(std::string const& bytes) {
    auto const answer = decode_frame(as_bytes(bytes));
    REQUIRE(answer.outcome == progress::message);
    REQUIRE(answer.size == bytes.size());
    return answer.content;
}

template <class Buffer>
void write_all_types(Buffer& out) {
    encoder frame(out);
    frame.add_boolean("t", true);
    frame.add_boolean("f", false);
    frame.add_int8("byte", -2);
    frame.add_int16("short", -300);
    frame.add_int32("integer", 70000);
    frame.add_int64("long", std::numeric_limits<std::int64_t>::min());
    frame.add_byte_array("bytes", as_bytes("\x00\xff"s));
    frame.add_string(":message-type", "event");
    frame.add_timestamp("when", 1760000036608);
    std::string const uuid = "0123456789abcdef";
    frame.add_uuid("id", as_bytes(uuid).first<16>());
    auto const written = frame.finish(as_bytes("{\"p\":1}"));
    REQUIRE(written.ok());
}

}  // namespace

TEST_CASE("a frame with all ten header types is written as an independent writer does", "[event_stream]") {
    // Made with Python's struct and zlib.
    std::string const expected =
        "0000008b00000074f47cebcf017400016601046279746502fe0573686f727403fed407696e7465676572040001117004"
        "6c6f6e6705800000000000000005627974657306000200ff0d3a6d6573736167652d747970650700056576656e740477"
        "68656e0800000199c82d4f0002696409303132333435363738396162636465667b2270223a317d58e1deea";
    std::string text = "kept";
    write_all_types(text);
    CHECK(bedrock::encode_hex(as_bytes(text)) == bedrock::encode_hex(as_bytes("kept")) + expected);
    byte_buffer bytes;
    write_all_types(bytes);
    CHECK(bedrock::encode_hex(bytes) == expected);
}

TEST_CASE("the published empty message is written", "[event_stream]") {
    std::string out;
    encoder frame(out);
    CHECK(frame.finish().ok());
    CHECK(bedrock::encode_hex(as_bytes(out)) == "000000100000000005c248eb7d98c8ff");
}

TEST_CASE("conformance vectors: every message is written back byte for byte", "[event_stream]") {
    auto const cases = event_stream_test::load_vectors();
    if (!cases) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    std::size_t messages = 0;
    for (auto const& one : *cases) {
        INFO(one.id);
        std::string out;
        encoder frame(out, whole_wire);
        decoder from;
        message whole;
        from.feed(as_bytes(one.bytes));
        while (from.next(whole)) {
            auto const begin = out.size();
            auto const written = frame.write(whole);
            REQUIRE(written.ok());
            REQUIRE(written.offset == begin);
            ++messages;
        }
        REQUIRE(out == one.bytes.substr(0, static_cast<std::size_t>(from.state().offset)));
    }
    CHECK(messages > 200);
}

TEST_CASE("random messages come back as they were", "[event_stream]") {
    std::mt19937 random(7);
    auto const below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random()) % bound; };
    auto const text = [&](std::size_t size) {
        std::string made(size, '\0');
        for (char& one : made) one = static_cast<char>(random());
        return made;
    };
    for (int round = 0; round < 500; ++round) {
        std::string stream;
        encoder frame(stream);
        std::vector<std::string> expected;
        auto const frames = below(4);
        for (std::uint32_t i = 0; i < frames; ++i) {
            std::string all;
            for (auto left = below(8); left != 0; --left) {
                std::string const name = text(1 + below(255));
                std::string value;
                auto const type = static_cast<header_type>(below(10));
                if (auto const fixed = detail::fixed_value_size(type)) {
                    value = text(*fixed);
                } else {
                    value = text(below(300));
                }
                frame.add({name, type, as_bytes(value)});
                all += name + std::string(type_name(type)) + value + '|';
            }
            std::string const payload = text(below(500));
            auto const written = frame.finish(as_bytes(payload));
            REQUIRE(written.ok());
            expected.push_back(all + payload);
        }

        std::vector<std::string> seen;
        decoder from;
        message whole;
        for (std::size_t at = 0; at < stream.size();) {
            std::size_t const size = std::min<std::size_t>(1 + below(400), stream.size() - at);
            from.feed(as_bytes(stream).subspan(at, size));
            while (from.next(whole)) {
                std::string all;
                for (header const& one : whole.headers) {
                    all += std::string(one.name) + std::string(type_name(one.type)) + std::string(as_text(one.value));
                    all += '|';
                }
                seen.push_back(all + std::string(as_text(whole.payload)));
            }
            at += size;
        }
        REQUIRE(from.finish().ok());
        REQUIRE(seen == expected);
    }
}

TEST_CASE("the first fault of a frame sticks and the frame is taken back", "[event_stream]") {
    std::string out = "kept";
    encoder frame(out);
    frame.add_string("fine", "x");
    frame.add_string("", "x");
    frame.add_string(std::string(256, 'n'), std::string(40000, 'x'));
    frame.add_string("also fine", "x");
    auto const refused = frame.finish(as_bytes("payload"));
    CHECK(refused.code == fault::invalid_header);
    CHECK(refused.offset == 4);
    CHECK(out == "kept");

    encoder small(out, {.sizes = {.frame = 20, .headers = 20}});
    small.add_string("", "x");
    CHECK(small.finish(as_bytes("payload")).code == fault::invalid_header);
    CHECK(out == "kept");

    frame.add_string("fine", "x");
    auto const written = frame.finish(as_bytes("payload"));
    CHECK(written.ok());
    CHECK(written.offset == 4);
    CHECK(as_text(decoded(out.substr(4)).payload) == "payload");
}

TEST_CASE("a header that cannot stand on the wire is refused", "[event_stream]") {
    auto const fault_of = [](header const& one, encoder_options options = {}) {
        std::string out;
        encoder frame(out, options);
        frame.add(one);
        auto const written = frame.finish();
        CHECK(out.empty() == !written.ok());
        if (written.ok()) {
            REQUIRE(decode_frame(as_bytes(out)).outcome == progress::message);
            CHECK(see(*decode_frame(as_bytes(out)).content.headers.begin()) == see(one));
        }
        return written.code;
    };
    std::string const long_text(65536, 'x');
    auto const value = [&](std::size_t size) { return as_bytes(long_text).first(size); };
    std::string_view const names = long_text;

    CHECK(fault_of({names.substr(0, 0), header_type::bool_true, {}}) == fault::invalid_header);
    CHECK(fault_of({names.substr(0, 1), header_type::bool_true, {}}) == fault::none);
    CHECK(fault_of({names.substr(0, 255), header_type::bool_true, {}}) == fault::none);
    CHECK(fault_of({names.substr(0, 256), header_type::bool_true, {}}) == fault::invalid_header);

    for (int type = 0; type < 256; ++type) {
        auto const kind = static_cast<header_type>(type);
        for (std::size_t const size : {0u, 1u, 2u, 3u, 4u, 7u, 8u, 9u, 15u, 16u, 17u}) {
            bool const fits = type <= 1                ? size == 0
                              : type == 2              ? size == 1
                              : type == 3              ? size == 2
                              : type == 4              ? size == 4
                              : type == 5 || type == 8 ? size == 8
                              : type == 9              ? size == 16
                                                       : type == 6 || type == 7;
            INFO("type " << type << " size " << size);
            CHECK(fault_of({"n", kind, value(size)}) == (fits ? fault::none : fault::invalid_header));
        }
    }

    for (auto const type : {header_type::string, header_type::byte_array}) {
        CHECK(fault_of({"n", type, value(32767)}) == fault::none);
        CHECK(fault_of({"n", type, value(32768)}) == fault::too_large);
        CHECK(fault_of({"n", type, value(32768)}, whole_wire) == fault::none);
        CHECK(fault_of({"n", type, value(65535)}, whole_wire) == fault::none);
        CHECK(fault_of({"n", type, value(65536)}, whole_wire) == fault::too_large);
    }
}

TEST_CASE("limits hold at their border on writing as on reading", "[event_stream]") {
    std::string out;
    encoder exact(out, {.sizes = {.frame = 16 + 3 + 10, .headers = 3}});
    exact.add_boolean("n", true);
    CHECK(exact.finish(as_bytes("0123456789")).ok());
    CHECK(out.size() == 29);
    exact.add_boolean("n", true);
    CHECK(exact.finish(as_bytes("0123456789a")).code == fault::too_large);
    exact.add_boolean("nn", true);
    CHECK(exact.finish().code == fault::too_large);
    CHECK(out.size() == 29);
    encoder nothing(out, {.sizes = {.frame = 15, .headers = 0}});
    CHECK(nothing.finish().code == fault::too_large);
    CHECK(out.size() == 29);

    std::string large;
    encoder frame(large);
    std::string const payload((16u << 20) - 16, 'x');
    CHECK(frame.finish(as_bytes(payload)).ok());
    CHECK(decode_frame(as_bytes(large)).outcome == progress::message);
    CHECK(frame.finish(as_bytes(payload + 'x')).code == fault::too_large);
    CHECK(large.size() == 16u << 20);
}

TEST_CASE("a message with a malformed header block is not written", "[event_stream]") {
    std::string out;
    encoder frame(out);
    std::string const block = "\x01n\x00\x01"s;
    CHECK(frame.write({.headers = header_range(as_bytes(block))}).code == fault::invalid_header);
    CHECK(out.empty());
    CHECK(frame.write({.headers = header_range(as_bytes(block).first(3)), .payload = as_bytes("x")}).ok());
    CHECK(decoded(out).find("n")->boolean());
}
