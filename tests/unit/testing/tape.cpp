#include "bedrock/testing/tape.hpp"

#include "bedrock/testing/reply.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>
#include <utility>

using namespace bedrock;
using namespace bedrock::testing;

namespace {

http::response stream_response() {
    http::response made;
    made.head = {200, {{"content-type", "application/vnd.amazon.eventstream"}, {"x-amzn-requestid", "r1"}}};
    for (auto const& piece : render(text_reply("Grüße, \"世界\""), "ConverseStream").pieces) made.body += piece;
    return made;
}

std::string joined(wire_reply const& reply) {
    std::string all;
    for (auto const& piece : reply.pieces) all += piece;
    return all;
}

/// Through the text of the file and back.
tape_exchange round_trip(tape_exchange const& one) {
    auto const text = write_tape({.exchanges = {one, one}});
    REQUIRE(text);
    auto read = parse_tape(*text);
    REQUIRE(read);
    REQUIRE(read->exchanges.size() == 2);
    return read->exchanges[1];
}

}  // namespace

TEST_CASE("bodies of any bytes and streams come back as they were", "[testing][tape]") {
    auto const stream = stream_response();
    for (auto const& body : {std::string(), std::string("{\"a\":\"\\u0000\n\"}"), std::string("\xff\x00\xfe", 3)}) {
        http::response plain{{429, {{"Retry-After", "3"}}}, body};
        for (auto const& response : {plain, stream}) {
            auto const back =
                round_trip({make_tape_request({"POST", "/a%2F?b=c", {}, body}), make_tape_response(response)});
            CHECK(back.request.method == "POST");
            CHECK(back.request.target == "/a%2F?b=c");
            std::string restored;
            REQUIRE(restore_body(back.request, restored));
            CHECK(restored == body);
            auto const answer = restore_response(back.response);
            REQUIRE(answer);
            CHECK(answer->status == response.head.status);
            CHECK(joined(*answer) == response.body);
            CHECK(answer->chunked == (response.head.status == 200));
            CHECK(http::find_header(answer->headers, response.head.headers[0].name) == response.head.headers[0].value);
        }
    }
}

TEST_CASE("a stream is readable in the file, a broken one is kept to the byte", "[testing][tape]") {
    auto const whole = make_tape_response(stream_response());
    REQUIRE(whole.events.size() == 6);
    CHECK(whole.events[1].payload == R"({"delta":{"text":"Grüße, "},"contentBlockIndex":0})");
    CHECK(whole.events[1].headers.front() == std::pair<std::string, std::string>(":event-type", "contentBlockDelta"));
    auto const size = stream_response().body.size();
    for (std::size_t cut = 0; cut <= size; ++cut) {
        auto broken = stream_response();
        broken.body.resize(cut);
        auto const kept = make_tape_response(broken);
        auto const back = restore_response(kept);
        REQUIRE(back);
        CHECK(joined(*back) == broken.body);
    }
    for (std::size_t at = 0; at < size; at += 7) {
        auto broken = stream_response();
        broken.body[at] = static_cast<char>(broken.body[at] ^ 0x10);
        auto const back = restore_response(make_tape_response(broken));
        REQUIRE(back);
        CHECK(joined(*back) == broken.body);
    }
}

TEST_CASE("frames that are more than texts are kept to the byte", "[testing][tape]") {
    std::string number, name, payload;
    event_stream::encoder one(number), two(name), three(payload);
    one.add_int32("count", 7);
    REQUIRE(one.finish().ok());
    two.add_string("\xff", "value");
    REQUIRE(two.finish().ok());
    three.add_string(":event-type", "chunk");
    REQUIRE(three.finish(as_bytes("\xff")).ok());
    for (auto const& frame : {number, name, payload}) {
        auto stream = stream_response();
        stream.body += frame;
        auto const back = round_trip({make_tape_request({"GET", "/", {}, ""}), make_tape_response(stream)});
        CHECK(back.response.events.empty());
        auto const answer = restore_response(back.response);
        REQUIRE(answer);
        CHECK(joined(*answer) == stream.body);
    }
}

TEST_CASE("headers that are not on the list are not kept", "[testing][tape]") {
    http::response made;
    made.head.status = 200;
    for (auto const* const name : {"Set-Cookie", "Authorization", "X-Amz-Security-Token", "x-amz-cf-id", "Via",
                                   "Content-Type", "X-AMZN-REQUESTID", "x-amzn-Bedrock-Input-Token-Count"})
        made.head.headers.push_back({name, "value"});
    auto const kept = make_tape_response(made);
    REQUIRE(kept.headers.size() == 3);
    CHECK(kept.headers[0].first == "Content-Type");
    CHECK(kept.headers[1].first == "X-AMZN-REQUESTID");
    CHECK(kept.headers[2].first == "x-amzn-Bedrock-Input-Token-Count");
}

TEST_CASE("differences name the part and the place", "[testing][tape]") {
    tape_request const one{.method = "POST", .target = "/a", .body = "0123456789012345678901234567890 same"};
    CHECK(describe_difference(one, one) == "");
    auto other = one;
    other.method = "GET";
    CHECK(describe_difference(one, other) == R"(the method differs at byte 0: recorded "POST", sent "GET")");
    other = one;
    other.target = "/";
    CHECK(describe_difference(one, other) == R"(the target differs at byte 1: recorded "/a", sent "/")");
    other = one;
    other.body[25] = '\n';
    CHECK(describe_difference(one, other) ==
          R"(the body differs at byte 25: recorded "56789012345678901234567890 same", sent "5678901234567890123)"
          R"(4\n67890 same")");
    other = {.method = "POST", .target = "/a", .body_base64 = "AA=="};
    CHECK(describe_difference(one, other) ==
          R"(the body differs at byte 0: recorded "0123456789012345678901234567890 same", sent nothing)");
}

TEST_CASE("what is no recording is refused", "[testing][tape]") {
    auto const text =
        write_tape({.exchanges = {{make_tape_request({"POST", "/", {}, "b"}), make_tape_response(stream_response())}}});
    REQUIRE(text);
    REQUIRE(parse_tape(*text));
    for (std::size_t size = 0; size + 1 < text->size(); ++size) {
        auto const cut = parse_tape(text->substr(0, size));
        REQUIRE_FALSE(cut);
        CHECK(cut.error().code == errc::invalid_input);
    }
    for (
        auto const* const bad :
        {"[]", "{}", R"({"version":2,"exchanges":[]})", R"({"version":1,"exchanges":{}})",
         R"({"version":1,"exchanges":[{"request":{"method":"GET","target":"/","body_base64":"?"},"response":{"status":200}}]})",
         R"({"version":1,"exchanges":[{"request":{"method":"GET","target":"/"},"response":{"status":200,"body_base64":"AA="}}]})",
         R"({"version":1,"exchanges":[{"request":{"method":"GET","target":"/"},"response":{"status":2}}]})",
         R"({"version":1,"exchanges":[{"request":{"method":"GET","target":"/"},"response":{"status":200,"headers":{"a":"b\r\nc"}}}]})",
         R"({"version":1,"exchanges":[{"request":{"method":"GET","target":"/"},"response":{"status":200,"events":[{"headers":{"":"a"}}]}}]})"}) {
        INFO(bad);
        CHECK_FALSE(parse_tape(bad));
    }
}
