#include "bedrock/stream_parser.hpp"

#include "support/frames.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

namespace {

using progress = stream_parser::progress;

struct arriving final : http::transfer {
    void give(std::string_view bytes) { buffer.append(as_bytes(bytes)); }
    void finish(http::failure how = {}) {
        ended = true;
        end = std::move(how);
    }
};

struct parsed {
    std::vector<std::string> types{};
    std::string text{};
    progress last = progress::need_more;
};

/// Takes events for as long as there are some.
parsed take_all(stream_parser& parser, http::transfer& from) {
    parsed all;
    while ((all.last = parser.next(from, {})) == progress::event) {
        all.types.emplace_back(parser.event().type());
        all.text += parser.event().text();
    }
    return all;
}

parsed parse(stream_parser& parser, std::string_view body, http::failure how = {}) {
    arriving from;
    from.give(body);
    from.finish(std::move(how));
    return take_all(parser, from);
}

std::string without_last_frame() {
    auto stream = mock::golden_stream();
    stream.resize(stream.size() - mock::golden_frames().back().size());
    return stream;
}

}  // namespace

TEST_CASE("stream parser: the whole answer, whatever the pieces", "[stream_parser]") {
    auto const golden = mock::golden_stream();
    auto const expect = [](std::vector<std::size_t> const& cuts, std::string_view body) {
        stream_parser parser;
        arriving from;
        std::string text;
        std::size_t at = 0;
        for (auto const cut : cuts) {
            from.give(body.substr(at, cut - at));
            at = cut;
            auto const some = take_all(parser, from);
            REQUIRE(some.last == progress::need_more);
            text += some.text;
        }
        from.give(body.substr(at));
        text += take_all(parser, from).text;
        from.finish();
        REQUIRE(take_all(parser, from).last == progress::complete);
        CHECK(parser.events() == 6);
        CHECK(text == "Hello, world!");
        CHECK(parser.next(from, {}) == progress::complete);
    };
    for (std::size_t cut = 0; cut <= golden.size(); ++cut) expect({cut}, golden);
    std::vector<std::size_t> each;
    for (std::size_t cut = 1; cut < golden.size(); ++cut) each.push_back(cut);
    expect(each, golden);
}

TEST_CASE("stream parser: no prefix is a success before messageStop and the end of the body", "[stream_parser]") {
    auto const golden = mock::golden_stream();
    auto const stopped = without_last_frame().size();
    for (std::size_t size = 0; size < golden.size(); ++size) {
        stream_parser parser;
        auto const got = parse(parser, std::string_view(golden).substr(0, size));
        if (size == stopped) {
            CHECK(got.last == progress::complete);
            continue;
        }
        REQUIRE(got.last == progress::failed);
        CHECK(parser.failure().code == errc::truncated);
        CHECK(parser.failure().retryable);
        CHECK(parser.failure().content_emitted == !got.types.empty());
    }
    stream_parser parser;
    CHECK(parse(parser, golden, {errc::truncated, true, "no last chunk"}).last == progress::failed);
    CHECK(parser.failure().message ==
          "the stream was cut short before the end of the body, after 6 events (no last chunk)");
}

TEST_CASE("stream parser: what the engine says of the end is passed on", "[stream_parser]") {
    stream_parser reset;
    CHECK(parse(reset, mock::golden_stream(), {errc::transport, true, "reset"}).types.size() == 6);
    CHECK(reset.failure().code == errc::transport);
    CHECK(reset.failure().message == "reset");
    CHECK(reset.failure().retryable);
    CHECK(reset.failure().content_emitted);
    stream_parser late;
    parse(late, {}, {errc::timeout, true, "the idle clock"});
    CHECK(late.failure().code == errc::timeout);
    CHECK_FALSE(late.failure().retryable);
    CHECK_FALSE(late.failure().content_emitted);
}

TEST_CASE("stream parser: messageStop alone is an answer, metadata alone is none", "[stream_parser]") {
    auto const frames = mock::golden_frames();
    stream_parser stop_alone;
    CHECK(parse(stop_alone, frames[4]).last == progress::complete);
    stream_parser metadata_first;
    CHECK(parse(metadata_first, frames[0] + frames[5] + frames[4]).last == progress::complete);
    stream_parser metadata_alone;
    CHECK(parse(metadata_alone, frames[5]).last == progress::failed);
    CHECK(metadata_alone.failure().message == "the stream was cut short before messageStop, after 1 event");
}

TEST_CASE("stream parser: exceptions and errors end the stream where they stand", "[stream_parser]") {
    auto const frames = mock::golden_frames();
    struct sample {
        std::string frame;
        errc code;
        int status;
        char const* name;
        bool retryable;
    };
    std::vector<sample> const samples = {
        {mock::exception_frame("throttlingException", R"({"message":"m"})"), errc::throttling, 429,
         "ThrottlingException", true},
        {mock::exception_frame("modelStreamErrorException", R"({"originalStatusCode":500,"message":"m"})"),
         errc::model_stream_error, 424, "ModelStreamErrorException", false},
        {mock::exception_frame("brandNewException", "<no json>"), errc::other_service, 0, "BrandNewException", false},
        {mock::error_frame("InternalFailure", "m"), errc::internal_server, 500, "InternalFailure", true},
    };
    for (auto const& one : samples) {
        for (std::size_t before = 0; before <= frames.size(); ++before) {
            std::string body;
            for (std::size_t i = 0; i < before; ++i) body += frames[i];
            stream_parser parser;
            auto const got = parse(parser, body + one.frame + frames[4]);
            CHECK(got.types.size() == before);
            REQUIRE(got.last == progress::failed);
            CHECK(parser.failure().code == one.code);
            CHECK(parser.failure().http_status == one.status);
            CHECK(parser.failure().name == one.name);
            CHECK(parser.failure().retryable == one.retryable);
            CHECK(parser.failure().content_emitted == (before != 0));
        }
    }
}

TEST_CASE("stream parser: unknown events are delivered, unknown kinds of frames are not", "[stream_parser]") {
    auto const frames = mock::golden_frames();
    stream_parser parser;
    arriving from;
    from.give(frames[0] + mock::frame("brandNewEvent", R"({"a":[1]})") + mock::frame("", "not even JSON"));
    REQUIRE(parser.next(from, {}) == progress::event);
    REQUIRE(parser.next(from, {}) == progress::event);
    CHECK(parser.event().kind() == event_kind::unknown);
    CHECK(parser.event().type() == "brandNewEvent");
    CHECK(parser.event().payload() == R"({"a":[1]})");
    REQUIRE(parser.next(from, {}) == progress::event);
    CHECK(parser.event().payload() == "not even JSON");

    stream_parser strange;
    parse(strange, mock::raw_frame({{":message-type", "greet\r\ning"}}, "{}"));
    CHECK(strange.failure().code == errc::protocol);
    CHECK(strange.failure().message == "a frame of the unknown :message-type \"greet ing\"");
    stream_parser untyped;
    parse(untyped, mock::raw_frame({}, "{}"));
    CHECK(untyped.failure().message == "a frame of the stream has no :message-type");
}

TEST_CASE("stream parser: damage is named with its place", "[stream_parser]") {
    auto const frames = mock::golden_frames();
    auto damaged = frames[0] + frames[1];
    auto const place = std::to_string(frames[0].size());
    SECTION("a flipped bit anywhere in the second frame is never an event") {
        for (std::size_t at = frames[0].size(); at < damaged.size(); ++at) {
            auto flipped = damaged;
            flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
            stream_parser parser;
            auto const got = parse(parser, flipped);
            CHECK(got.types.size() == 1);
            REQUIRE(got.last == progress::failed);
            CHECK(parser.failure().code == errc::protocol);
            CHECK(parser.failure().message.starts_with("damaged event stream at byte " + place + ": "));
        }
    }
    SECTION("a giant frame is refused before it has come") {
        std::string prelude{"\x7f\xff\xff\xff\0\0\0\0", 8};
        auto const sum = mock::table_crc32(prelude);
        for (int shift = 24; shift >= 0; shift -= 8) prelude += static_cast<char>(sum >> shift & 0xff);
        stream_parser parser;
        arriving from;
        from.give(prelude);
        CHECK(parser.next(from, {}) == progress::failed);
        CHECK(parser.failure().message.starts_with("damaged event stream at byte 0: "));
    }
    SECTION("the limits are those given") {
        stream_parser parser({.frame = 64});
        CHECK(parse(parser, frames[0]).last == progress::failed);
        CHECK(parser.failure().code == errc::protocol);
    }
    SECTION("a payload that is not what its type promises") {
        stream_parser parser;
        CHECK(parse(parser, frames[0] + mock::frame("messageStop", "[{}")).types.size() == 1);
        CHECK(parser.failure().code == errc::protocol);
        CHECK(parser.failure().message.starts_with("event messageStop: "));
        CHECK(parser.failure().content_emitted);
    }
}

TEST_CASE("stream parser: only an event stream is one", "[stream_parser]") {
    auto const check = [](std::string type) { return check_stream_head({200, {{"Content-Type", std::move(type)}}}); };
    CHECK(check("application/vnd.amazon.eventstream").code == errc::none);
    CHECK(check("Application/VND.amazon.EventStream ; charset=x").code == errc::none);
    CHECK(check("application/json").code == errc::protocol);
    CHECK(check("application/json").http_status == 200);
    CHECK(check("text/html; charset=utf-8").message.find("but \"text/html\"") != std::string::npos);
    CHECK(check(std::string(5000, 'x')).message.size() < 300);
    CHECK(check_stream_head({200, {}}).message.find("of no content type") != std::string::npos);
}

TEST_CASE("stream parser: by HTTP/2 the end of the body proves nothing, the last event does", "[stream_parser]") {
    // libcurl ends a stream that was reset without an error as it ends one that the server has ended.
    for (bool const is_http2 : {false, true})
        for (bool const has_length : {false, true}) {
            INFO(is_http2 << has_length);
            arriving from;
            from.head.is_http2 = is_http2;
            if (has_length) from.head.headers.push_back({"content-length", "1"});
            from.give(without_last_frame());
            from.finish();
            stream_parser parser;
            auto const end = take_all(parser, from);
            CHECK(end.last == (is_http2 && !has_length ? progress::failed : progress::complete));
            if (end.last == progress::failed) {
                CHECK(parser.failure().code == errc::truncated);
                CHECK(parser.failure().message ==
                      "the stream was cut short before the end of the body, after 5 events");
            }
        }
    arriving from;
    from.head.is_http2 = true;
    from.give(mock::golden_stream());
    from.finish();
    stream_parser parser;
    CHECK(take_all(parser, from).last == progress::complete);
}
