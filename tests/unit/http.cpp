#include "bedrock/http.hpp"

#include "support/catch.hpp"

#include <random>
#include <string>

using namespace bedrock;

TEST_CASE("http: header names compare without case, ASCII only", "[http]") {
    CHECK(http::equal_names("Content-Type", "cOnTeNt-tYpE"));
    CHECK_FALSE(http::equal_names("a", "ab"));
}

TEST_CASE("http: find_header gives the first of a name", "[http]") {
    http::header_list const headers{{"A", "1"}, {"b", "2"}, {"a", "3"}, {"empty", ""}};
    CHECK(http::find_header(headers, "a") == "1");
    CHECK(http::find_header(headers, "B") == "2");
    CHECK(http::find_header(headers, "empty").empty());
    CHECK(http::find_header(headers, "c").empty());
}

TEST_CASE("receive_buffer: what is read is what was appended, whatever the steps", "[http]") {
    std::mt19937 random(7);
    http::receive_buffer buffer;
    std::string in, out;
    for (int round = 0; round < 20'000; ++round) {
        std::string piece(random() % 40, '\0');
        for (auto& c : piece) c = static_cast<char>(random());
        in += piece;
        buffer.append(as_bytes(piece));
        auto const take = buffer.size() == 0 ? 0 : random() % (buffer.size() + 1);
        out += as_text(buffer.unread().first(take));
        buffer.consume(take);
        REQUIRE(in.size() - out.size() == buffer.size());
    }
    out += as_text(buffer.unread());
    CHECK(in == out);
}

TEST_CASE("receive_buffer: bytes are contiguous and stay in place while nothing is appended", "[http]") {
    http::receive_buffer buffer;
    buffer.append(as_bytes("headtail"));
    auto const* const tail = buffer.unread().data() + 4;
    buffer.consume(4);
    CHECK(buffer.unread().data() == tail);
    CHECK(as_text(buffer.unread()) == "tail");
}
