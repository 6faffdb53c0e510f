#include "support/http_head.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

TEST_CASE("http head: keeps order, duplicates, case and escapes; drops only blanks around a value") {
    mock::request_head head;
    REQUIRE(mock::parse_request_head(
        "POST /a%2Fb?x=%20 HTTP/1.1\r\nHost: h\r\nX-A:  1 \t\r\nx-a:2\r\nEmpty:\r\nP: 100%41\r\n"
        "Folded: one\r\n   two\r\n\r\nbody",
        head));
    CHECK(head.method == "POST");
    CHECK(head.target == "/a%2Fb?x=%20");
    CHECK(head.version == "HTTP/1.1");
    CHECK(head.headers ==
          mock::header_list{
              {"Host", "h"}, {"X-A", "1"}, {"x-a", "2"}, {"Empty", ""}, {"P", "100%41"}, {"Folded", "one two"}});
    CHECK(mock::header_values(head.headers, "X-a") == std::vector<std::string>{"1", "2"});
    CHECK(mock::header_value(head.headers, "empty").empty());
    CHECK(mock::has_header(head.headers, "EMPTY"));
    CHECK_FALSE(mock::has_header(head.headers, "absent"));
}

TEST_CASE("http head: refuses what is not a request") {
    mock::request_head head;
    for (auto const* const text :
         {"", "\r\n\r\n", "GET /\r\n\r\n", "GET / FTP/1.1\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
          "GET /a b HTTP/1.1\r\n\r\n", " / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
          "GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1\r\n folded first\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n",
          "GET / HTTP/1.1\r\nA: b"}) {
        INFO(text);
        CHECK_FALSE(mock::parse_request_head(text, head));
    }
}

TEST_CASE("http head: undoes escapes where they are whole") {
    CHECK(mock::percent_decoded("a%3Ab%2fc") == "a:b/c");
    CHECK(mock::percent_decoded("%41%") == "A%");
    CHECK(mock::percent_decoded("%4") == "%4");
    CHECK(mock::percent_decoded("%zz+%25") == "%zz+%");
    CHECK(mock::percent_decoded("%00") == std::string(1, '\0'));
}
