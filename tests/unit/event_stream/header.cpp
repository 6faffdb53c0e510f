#include "bedrock/event_stream/header.hpp"

#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <ranges>
#include <string>
#include <vector>

using bedrock::as_bytes;
using bedrock::byte_view;
using namespace bedrock::event_stream;
using namespace std::string_literals;

static_assert(std::ranges::input_range<header_range const>);
static_assert(std::is_nothrow_default_constructible_v<header_range>);

namespace {

// name "n", then the type byte and the value as on the wire
std::string block_of(int type, std::string const& value) {
    return "\x01n"s + static_cast<char>(type) + value;
}

header only(std::string const& block) {
    header_range const range(as_bytes(block));
    REQUIRE(range.valid());
    auto const found = range.find("n");
    REQUIRE(found);
    CHECK(found->name == "n");
    return *found;
}

}  // namespace

TEST_CASE("every header type is read", "[event_stream]") {
    CHECK(only(block_of(0, "")).type == header_type::bool_true);
    CHECK(only(block_of(0, "")).boolean());
    CHECK(only(block_of(1, "")).type == header_type::bool_false);
    CHECK_FALSE(only(block_of(1, "")).boolean());

    struct {
        int type;
        std::string wire;
        std::int64_t number;
    } const numbers[] = {
        {2, "\xff"s, -1},
        {2, "\x7f"s, 127},
        {3, "\x80\x00"s, -32768},
        {3, "\x01\x02"s, 258},
        {4, "\x80\x00\x00\x00"s, std::numeric_limits<std::int32_t>::min()},
        {4, "\x01\x02\x03\x04"s, 16909060},
        {5, "\x80\x00\x00\x00\x00\x00\x00\x00"s, std::numeric_limits<std::int64_t>::min()},
        {5, "\x7f\xff\xff\xff\xff\xff\xff\xff"s, std::numeric_limits<std::int64_t>::max()},
        {8, "\x00\x00\x01\x99\xc8\x2d\x4f\x00"s, 1760000036608},
        {8, "\xff\xff\xff\xff\xff\xff\xff\xfe"s, -2},
    };
    for (auto const& one : numbers) {
        std::string const block = block_of(one.type, one.wire);
        header const read = only(block);
        CHECK(static_cast<int>(read.type) == one.type);
        CHECK(read.number() == one.number);
        CHECK(bedrock::as_text(read.value) == one.wire);
        CHECK(read.text().empty());
        CHECK_FALSE(read.boolean());
    }

    std::string const bytes = block_of(6, "\x00\x03\x00\xff\x01"s);
    CHECK(bedrock::as_text(only(bytes).value) == "\x00\xff\x01"s);
    CHECK(only(bytes).text().empty());
    std::string const text = block_of(7, "\x00\x05h\xc3\xa9llo"s.substr(0, 7));
    CHECK(only(text).text() == "h\xc3\xa9ll");
    CHECK(only(text).number() == 0);
    std::string const uuid = block_of(9, "0123456789abcdef");
    CHECK(bedrock::as_text(only(uuid).value) == "0123456789abcdef");
    CHECK(only(uuid).type == header_type::uuid);
}

TEST_CASE("a value's length is unsigned: 65535 bytes are read, and an empty value is one", "[event_stream]") {
    std::string const large = block_of(7, "\xff\xff"s + std::string(65535, 'x'));
    CHECK(only(large).text().size() == 65535);
    CHECK(only(block_of(7, "\x00\x00"s)).text().empty());
    CHECK(only(block_of(6, "\x00\x00"s)).value.empty());
}

TEST_CASE("a header that is cut short anywhere is malformed, with nothing read past the block", "[event_stream]") {
    std::string const wires[] = {
        block_of(0, ""),
        block_of(2, "\x01"),
        block_of(3, "\x01\x02"),
        block_of(4, "abcd"),
        block_of(5, "abcdefgh"),
        block_of(6, "\x00\x04wxyz"s),
        block_of(7, "\x00\x04wxyz"s),
        block_of(8, "abcdefgh"),
        block_of(9, "0123456789abcdef"),
        "\xff"s + std::string(255, 'n') + "\x01",
    };
    for (auto const& wire : wires) {
        for (std::size_t size = 0; size <= wire.size(); ++size) {
            guarded_buffer const guarded(std::string_view(wire).substr(0, size));
            byte_view block = guarded.bytes();
            header read{.name = "left over"};
            INFO("type " << int(wire[1 + static_cast<unsigned char>(wire[0])]) << " cut to " << size);
            bool const whole = size == wire.size();
            REQUIRE(read_header(block, read) == whole);
            REQUIRE(block.size() == (whole ? 0 : size));
            REQUIRE(read.name.empty() == !whole);
            REQUIRE(header_range(guarded.bytes()).valid() == (whole || size == 0));
        }
    }
}

TEST_CASE("an empty name and an unknown type are malformed", "[event_stream]") {
    CHECK_FALSE(header_range(as_bytes("\x00\x00"s)).valid());
    for (int type = 10; type < 256; ++type) {
        for (std::size_t const size : {0u, 1u, 2u, 4u, 8u, 16u}) {
            std::string const block = block_of(type, std::string(size, '\0'));
            byte_view rest = as_bytes(block);
            header read;
            REQUIRE_FALSE(read_header(rest, read));
            REQUIRE_FALSE(header_range(rest).valid());
        }
        REQUIRE(type_name(static_cast<header_type>(type)).empty());
    }
}

TEST_CASE("iteration keeps order and duplicates, and ends before a malformed header", "[event_stream]") {
    std::string const block = "\x01"s + "a" + "\x00"s + "\x01" + "b" + "\x02\x05" + "\x01" + "a" + "\x01";
    std::vector<std::string> seen;
    for (header const& one : header_range(as_bytes(block))) seen.push_back(std::string(one.name));
    CHECK(seen == std::vector<std::string>{"a", "b", "a"});

    header_range const range(as_bytes(block));
    CHECK(range.find("a")->type == header_type::bool_true);
    CHECK(range.find("b")->number() == 5);
    CHECK_FALSE(range.find("A"));
    CHECK_FALSE(range.find(""));
    CHECK(range.bytes().size() == block.size());

    std::string const broken = block + "\x01";
    int count = 0;
    for (header const& one : header_range(as_bytes(broken))) count += one.name.empty() ? 100 : 1;
    CHECK(count == 3);
    CHECK_FALSE(header_range(as_bytes(broken)).valid());

    CHECK(header_range().empty());
    CHECK(header_range().valid());
    CHECK(header_range().begin() == header_range().end());
    CHECK_FALSE(range.empty());
}

TEST_CASE("every type has AWS's name", "[event_stream]") {
    std::string names;
    for (int type = 0; type < 10; ++type) names += std::string(type_name(static_cast<header_type>(type))) + ' ';
    CHECK(names == "bool_true bool_false byte short integer long byte_array string timestamp uuid ");
}

TEST_CASE("the number of a header filled in by hand is 0 when the width is wrong", "[event_stream]") {
    CHECK(header{.name = "n", .type = header_type::int64, .value = as_bytes("abc")}.number() == 0);
    CHECK(header{.name = "n", .type = header_type::int8, .value = {}}.number() == 0);
}
