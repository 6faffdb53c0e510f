#include "bedrock/testing/fault.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>

using namespace bedrock::testing;

TEST_CASE("faults are read as the grammar says", "[testing][fault]") {
    auto const cut = parse_fault("cut:event3");
    REQUIRE(cut);
    CHECK(cut->kind == fault_kind::cut);
    CHECK(cut->place == fault_place::event);
    CHECK(cut->number == 3);
    CHECK(cut->covers(1));
    CHECK(cut->covers(1000000));

    auto const stall = parse_fault("stall:head@2");
    REQUIRE(stall);
    CHECK(stall->kind == fault_kind::stall);
    CHECK(stall->place == fault_place::head);
    CHECK_FALSE(stall->covers(1));
    CHECK(stall->covers(2));
    CHECK_FALSE(stall->covers(3));

    auto const drip = parse_fault("drip:7@2-4");
    REQUIRE(drip);
    CHECK(drip->kind == fault_kind::drip);
    CHECK(drip->number == 7);
    CHECK(drip->first == 2);
    CHECK(drip->last == 4);

    for (auto const& [text, kind] : {std::pair{"reset:0", fault_kind::reset},
                                     {"finish:12", fault_kind::finish},
                                     {"garbage:event1", fault_kind::garbage},
                                     {"corrupt:5", fault_kind::corrupt}}) {
        INFO(text);
        auto const parsed = parse_fault(text);
        REQUIRE(parsed);
        CHECK(parsed->kind == kind);
    }
    CHECK_FALSE(fault().covers(1));
}

TEST_CASE("any other text is no fault", "[testing][fault]") {
    for (std::string const text :
         {"",           ":",           "cut",         "cut:",         "Cut:1",
          "cut:-1",     "cut:1x",      "cut: 1",      "cut:event",    "cut:event0",
          "cut:eventx", "cut:heads",   "finish:head", "garbage:head", "corrupt:head",
          "drip:0",     "drip:event1", "drip:head",   "cut:1@",       "cut:1@0",
          "cut:1@2-1",  "cut:1@1-",    "cut:1@-3",    "cut:1@1-2-3",  "cut:99999999999999999999999",
          "none:1",     "status:429",  "cut:1:2"}) {
        INFO(text);
        CHECK_FALSE(parse_fault(text));
    }
    std::string const whole = "corrupt:event12@3-45";
    REQUIRE(parse_fault(whole));
    for (std::size_t size = 0; size != whole.find('1'); ++size) CHECK_FALSE(parse_fault(whole.substr(0, size)));
}
