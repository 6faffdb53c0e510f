#include "bedrock/event_stream/decoder.hpp"

#include "bedrock/event_stream/encoder.hpp"
#include "support/event_stream_vectors.hpp"
#include "support/guarded_buffer.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using bedrock::as_bytes;
using bedrock::byte_view;
using namespace bedrock::event_stream;
using event_stream_test::see;
using event_stream_test::seen_stream;

static_assert(std::is_nothrow_move_constructible_v<decoder>);

namespace {

// Puts each piece right before an unreadable page and spoils the one before: the decoder must neither read past a piece
// nor keep looking at one that it used up.
class guarded_pieces {
  public:
    explicit guarded_pieces(std::size_t largest) : area_(std::string(largest, '\xee')), largest_(largest) {}
    byte_view place(std::string_view piece) {
        std::memset(area_.data() + (largest_ - placed_), 0xee, placed_);
        placed_ = piece.size();
        if (!piece.empty()) std::memcpy(area_.data() + (largest_ - piece.size()), piece.data(), piece.size());
        return area_.bytes().last(piece.size());
    }

  private:
    guarded_buffer area_;
    std::size_t largest_;
    std::size_t placed_ = 0;
};

// What a decoder said, with the frames' bytes copied together: cheap enough to compare at every split point.
struct outcome {
    std::size_t messages = 0;
    std::string bytes{};
    status last{};

    bool operator==(outcome const& other) const {
        return messages == other.messages && bytes == other.bytes && last.code == other.last.code &&
               last.offset == other.last.offset;
    }
};

std::ostream& operator<<(std::ostream& out, outcome const& said) {
    return out << said.messages << " messages of " << said.bytes.size() << " bytes, then \"" << describe(said.last.code)
               << "\" at " << said.last.offset;
}

void drain(decoder& from, outcome& said) {
    message whole;
    while (from.next(whole)) {
        ++said.messages;
        for (std::uint32_t const number :
             {whole.total_length, whole.headers_length, whole.prelude_crc, whole.message_crc}) {
            std::byte bytes[4];
            bedrock::store_big_endian(bytes, number);
            said.bytes += bedrock::as_text(bytes);
        }
        said.bytes += bedrock::as_text(whole.headers.bytes());
        said.bytes += bedrock::as_text(whole.payload);
    }
    if (whole.total_length != 0 || !whole.payload.empty()) FAIL("the message of a false answer is not empty");
}

seen_stream decode_whole(std::string_view bytes) {
    guarded_buffer const guarded(bytes);
    decoder from;
    seen_stream seen;
    message whole;
    from.feed(guarded.bytes());
    while (from.next(whole)) seen.messages.push_back(see(whole));
    seen.end = from.finish().code;
    seen.end_offset = from.state().offset;
    return seen;
}

outcome decode_in_pieces(std::string_view bytes, guarded_pieces& area, std::vector<std::size_t> const& splits) {
    decoder from;
    outcome said;
    std::size_t at = 0;
    for (std::size_t const split : splits) {
        from.feed(area.place(bytes.substr(at, split - at)));
        drain(from, said);
        at = split;
    }
    from.feed(area.place(bytes.substr(at)));
    drain(from, said);
    said.last = from.finish();
    return said;
}

outcome decode_in_chunks(std::string_view bytes, guarded_pieces& area, std::size_t chunk) {
    std::vector<std::size_t> splits;
    for (std::size_t at = chunk; at < bytes.size(); at += chunk) splits.push_back(at);
    return decode_in_pieces(bytes, area, splits);
}

std::string three_frames() {
    std::string stream;
    encoder frame(stream);
    frame.add_string("a", "1");
    REQUIRE(frame.finish(as_bytes("first")).ok());
    REQUIRE(frame.finish().ok());
    frame.add_int32("n", -1);
    REQUIRE(frame.finish(as_bytes("third")).ok());
    return stream;
}

std::string frame_with(std::string_view payload) {
    std::string bytes;
    encoder frame(bytes);
    REQUIRE(frame.finish(as_bytes(payload)).ok());
    return bytes;
}

bool lies_in(byte_view part, byte_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

TEST_CASE("conformance vectors: whole, byte by byte, at every split point and in odd chunks", "[event_stream]") {
    auto const cases = event_stream_test::load_vectors();
    if (!cases) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    REQUIRE_FALSE(cases->empty());
    for (auto const& one : *cases) {
        INFO(one.id);
        REQUIRE(one.bytes.size() == one.size);
        guarded_pieces area(one.bytes.size());
        REQUIRE(decode_whole(one.bytes) == one.expected);
        outcome const whole = decode_in_pieces(one.bytes, area, {});
        for (std::size_t const chunk : {1u, 2u, 3u, 5u, 7u, 11u, 13u, 17u, 64u, 255u, 1400u, 16384u}) {
            INFO("chunks of " << chunk);
            REQUIRE(decode_in_chunks(one.bytes, area, chunk) == whole);
        }
        // Large cases: every split near both ends, samples between.
        std::size_t const edge = 40;
        bool const large = one.bytes.size() > 8192;
        for (std::size_t split = 0; split <= one.bytes.size();) {
            // Catch's assertions cost more than the decoding: asked for only where there is something to show.
            if (auto const split_in_two = decode_in_pieces(one.bytes, area, {split}); !(split_in_two == whole)) {
                INFO("split at " << split);
                REQUIRE(split_in_two == whole);
            }
            bool const between = large && split > edge && split + edge < one.bytes.size();
            split += between ? std::min<std::size_t>(4099, one.bytes.size() - edge - split) : 1;
        }
    }
}

TEST_CASE("a stream of three frames decodes the same for every pair of split points", "[event_stream]") {
    std::string const stream = three_frames();
    guarded_pieces area(stream.size());
    outcome const whole = decode_in_pieces(stream, area, {});
    REQUIRE(whole.messages == 3);
    CHECK(whole.last.ok());
    CHECK(whole.last.offset == stream.size());
    for (std::size_t first = 0; first <= stream.size(); ++first) {
        for (std::size_t second = first; second <= stream.size(); ++second) {
            INFO("split at " << first << " and " << second);
            REQUIRE(decode_in_pieces(stream, area, {first, second}) == whole);
        }
    }
}

TEST_CASE("a stream cut anywhere is truncated at the frame that is not whole", "[event_stream]") {
    std::string const stream = three_frames();
    guarded_pieces area(stream.size());
    std::size_t const second = frame_with("").size();
    std::size_t const first = stream.find(frame_with(""));
    for (std::size_t size = 0; size <= stream.size(); ++size) {
        auto const said = decode_in_chunks(std::string_view(stream).substr(0, size), area, 9);
        std::size_t const begin = size < first ? 0 : size < first + second ? first : first + second;
        bool const boundary = size == 0 || size == first || size == first + second || size == stream.size();
        INFO("cut to " << size);
        REQUIRE(said.last.code == (boundary ? fault::none : fault::truncated));
        REQUIRE(said.last.offset == (boundary ? size : begin));
    }
}

TEST_CASE("a frame that lies whole in a piece is viewed there, one that does not in one reused buffer",
          "[event_stream]") {
    std::string const frame = frame_with("a payload of some length");
    std::string const stream = frame + frame;
    decoder from;
    message whole;
    from.feed(as_bytes(stream));
    for (int i = 0; i < 2; ++i) {
        REQUIRE(from.next(whole));
        CHECK(lies_in(whole.payload, as_bytes(stream)));
    }
    CHECK_FALSE(from.next(whole));

    std::byte const* buffer = nullptr;
    for (int i = 0; i < 100; ++i) {
        from.feed(as_bytes(frame).first(20));
        CHECK_FALSE(from.next(whole));
        CHECK(from.state().ok());
        from.feed(as_bytes(frame).subspan(20));
        REQUIRE(from.next(whole));
        CHECK_FALSE(lies_in(whole.payload, as_bytes(frame)));
        if (i == 1) buffer = whole.payload.data();
        if (i > 1) REQUIRE(whole.payload.data() == buffer);
        CHECK_FALSE(from.next(whole));
    }
    std::string const tail = frame.substr(20) + frame;
    from.feed(as_bytes(frame).first(20));
    CHECK_FALSE(from.next(whole));
    from.feed(as_bytes(tail));
    REQUIRE(from.next(whole));
    CHECK_FALSE(lies_in(whole.payload, as_bytes(tail)));
    REQUIRE(from.next(whole));
    CHECK(lies_in(whole.payload, as_bytes(tail)));
}

TEST_CASE("a broken stream stays broken until reset", "[event_stream]") {
    std::string const good = frame_with("fine");
    std::string bad = good;
    bad[13] = static_cast<char>(bad[13] ^ 1);
    decoder from;
    message whole;
    std::string const stream = good + bad + good;
    from.feed(as_bytes(stream));
    REQUIRE(from.next(whole));
    CHECK(from.state().ok());
    CHECK(from.state().offset == good.size());
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(from.next(whole));
        CHECK(whole.total_length == 0);
        CHECK(from.state().code == fault::message_crc);
        CHECK(from.state().offset == good.size());
        from.feed(as_bytes(good));
    }
    CHECK(from.finish().code == fault::message_crc);

    from.reset();
    CHECK(from.state().ok());
    CHECK(from.state().offset == 0);
    from.feed(as_bytes(good));
    REQUIRE(from.next(whole));
    CHECK(bedrock::as_text(whole.payload) == "fine");
    CHECK_FALSE(from.next(whole));
    CHECK(from.finish().ok());
    CHECK(from.state().offset == good.size());
}

TEST_CASE("a fault in a frame across pieces is found as soon as its bytes are there", "[event_stream]") {
    std::string const good = frame_with("fine");
    std::string bad = good;
    bad[3] = static_cast<char>(bad[3] ^ 1);
    decoder from;
    message whole;
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(from.state().ok());
        from.feed(as_bytes(bad).subspan(i, 1));
        CHECK_FALSE(from.next(whole));
    }
    CHECK(from.state().code == fault::prelude_crc);
}

TEST_CASE("finish says truncated once and for all", "[event_stream]") {
    std::string const frame = frame_with("fine");
    decoder from;
    message whole;
    from.feed(as_bytes(frame).first(5));
    CHECK_FALSE(from.next(whole));
    CHECK(from.finish().code == fault::truncated);
    CHECK(from.state().code == fault::truncated);
    from.feed(as_bytes(frame).subspan(5));
    CHECK_FALSE(from.next(whole));
    CHECK(from.finish().code == fault::truncated);

    // Called too early, it does not pass over what was never taken.
    from.reset();
    from.feed(as_bytes(frame));
    CHECK(from.finish().code == fault::truncated);
    CHECK_FALSE(from.next(whole));
}

TEST_CASE("reset forgets the front of a frame", "[event_stream]") {
    std::string const frame = frame_with("fine");
    decoder from;
    message whole;
    from.feed(as_bytes(frame).first(15));
    CHECK_FALSE(from.next(whole));
    from.reset();
    from.feed(as_bytes(frame));
    REQUIRE(from.next(whole));
    CHECK(bedrock::as_text(whole.payload) == "fine");
}

TEST_CASE("pieces fed before the ones before were used up are kept", "[event_stream]") {
    std::string stream;
    auto const payload_size = [](std::size_t i) { return i * 77 % 90; };
    for (std::size_t i = 0; i < 40; ++i) stream += frame_with(std::string(payload_size(i), 'x'));
    std::size_t const chunks[] = {1, 10, 33, 100, 5000};
    for (std::size_t const chunk : chunks) {
        for (int const drain_every : {1, 2, 3, 7, 1000}) {
            decoder from;
            message whole;
            std::size_t messages = 0;
            auto const take = [&] {
                REQUIRE(whole.payload.size() == payload_size(messages));
                ++messages;
            };
            std::vector<std::string> pieces;
            for (std::size_t at = 0; at < stream.size(); at += chunk) pieces.push_back(stream.substr(at, chunk));
            int fed = 0;
            for (auto const& piece : pieces) {
                from.feed(as_bytes(piece));
                if (++fed % drain_every == 0 && from.next(whole)) take();  // one message, not all of them
            }
            while (from.next(whole)) take();
            CHECK(messages == 40);
            CHECK(from.finish().ok());
            CHECK(from.state().offset == stream.size());
        }
    }
}

TEST_CASE("a decoder may be moved inside a frame", "[event_stream]") {
    std::string const frame = frame_with("a payload");
    decoder first({.frame = 100, .headers = 0});
    message whole;
    first.feed(as_bytes(frame));
    REQUIRE(first.next(whole));
    first.feed(as_bytes(frame).first(15));
    CHECK_FALSE(first.next(whole));
    decoder second = std::move(first);
    second.feed(as_bytes(frame).subspan(15));
    REQUIRE(second.next(whole));
    CHECK(bedrock::as_text(whole.payload) == "a payload");
    CHECK_FALSE(second.next(whole));
    CHECK(second.finish().ok());
    CHECK(second.state().offset == 2 * frame.size());

    CHECK(first.finish().ok());  // NOLINT(bugprone-use-after-move): as after reset
    CHECK(first.state().offset == 0);
    std::string const large = frame_with(std::string(85, 'x'));
    first.feed(as_bytes(large));
    CHECK_FALSE(first.next(whole));
    CHECK(first.state().code == fault::too_large);
}

TEST_CASE("limits are the decoder's", "[event_stream]") {
    std::string const frame = frame_with(std::string(1000, 'x'));
    decoder from({.frame = 1015, .headers = 0});
    message whole;
    from.feed(as_bytes(frame).first(12));
    CHECK_FALSE(from.next(whole));
    CHECK(from.state().code == fault::too_large);
}

TEST_CASE("limits go with a decoder that is moved, and stay with the one that is left", "[event_stream]") {
    std::string headed;
    encoder frame(headed);
    frame.add_string("name", "value");
    REQUIRE(frame.finish().ok());
    std::string const large = frame_with(std::string(85, 'x'));
    for (auto const& refused : {large, headed}) {
        decoder first({.frame = 100, .headers = 10});
        decoder second = std::move(first);
        decoder third;
        third = std::move(second);
        for (auto* const each : {&first, &second, &third}) {  // NOLINT(bugprone-use-after-move): as after reset
            message whole;
            each->feed(as_bytes(refused));
            CHECK_FALSE(each->next(whole));
            CHECK(each->state().code == fault::too_large);
        }
    }
}

TEST_CASE("a large frame fed byte by byte costs one pass", "[event_stream]") {
    // Anything worse than linear does not end within the test's time.
    std::string const payload(1 << 20, 'x');
    std::string const frame = frame_with(payload);
    decoder from;
    message whole;
    bool found = false;
    for (std::size_t i = 0; i < frame.size(); ++i) {
        from.feed(as_bytes(frame).subspan(i, 1));
        found = from.next(whole);
        if (found != (i + 1 == frame.size())) FAIL("message at byte " << i);
    }
    REQUIRE(found);
    CHECK(bedrock::as_text(whole.payload) == payload);
}

TEST_CASE("every way of computing checksums decodes alike, also after a move", "[event_stream]") {
    std::string const stream = three_frames() + three_frames();
    for (auto const path : {bedrock::crc32_path::portable, bedrock::crc32_path::pclmul, bedrock::crc32_path::vpclmul,
                            bedrock::crc32_path::arm_crc, bedrock::crc32_path::arm_pmull}) {
        if (!bedrock::has_crc32_path(path)) continue;
        INFO(bedrock::describe(path));
        for (std::size_t damaged = 0; damaged <= stream.size(); ++damaged) {
            std::string bytes = stream;
            if (damaged != stream.size()) bytes[damaged] = static_cast<char>(bytes[damaged] ^ 0x10);
            decoder first({}, path);
            first.feed(as_bytes(bytes).first(40));
            message whole;
            std::size_t messages = 0;
            while (first.next(whole)) ++messages;
            decoder second = std::move(first);
            second.feed(as_bytes(bytes).subspan(40));
            while (second.next(whole)) ++messages;
            REQUIRE((second.finish().ok() && messages == 6) == (damaged == stream.size()));
        }
    }
}
