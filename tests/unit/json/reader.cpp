#include "bedrock/json/reader.hpp"

#include "support/guarded_buffer.hpp"
#include "support/json_copy.hpp"
#include "support/json_oracle.hpp"
#define READER_UNDER_TEST bedrock::json::reader
#include "support/json_reader_cases.hpp"
#include "support/vectors.hpp"

#include <simdjson.h>
#include "support/catch.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace json = bedrock::json;
using json::fault;

namespace {

// Without a failure on the way to the end, so that every path of the reader has been taken.
std::string const rich_document =
    "{ \"a\" : [ 1 , -2.50e+3 , true , false , null , \"\" ] ,\r\n\t\"\\u00e9\\n\" : { } , \"\xc3\xa9\xe2\x82\xac"
    "\xf0\x9f\x98\x80\" : [ [ ] , { \"b\" : \"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83d\\ude00\\ud800\" } ] , \"long\" : "
    "\"plain text that is longer than one register of sixteen bytes, and again longer than that\" }";

std::vector<std::string> documents() {
    return {
        "[]",
        "{}",
        "[0]",
        "[[[[]]],{}]",
        "{\"contentBlockIndex\":0,\"delta\":{\"text\":\" Hello\"},\"p\":\"abcdefghijklmnop\"}",
        "\"\\u20ac\xe2\x82\xac\"",
        "  true  ",
        rich_document,
    };
}

std::string nested(std::size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
}

struct file_case {
    std::string id;
    std::string expect;
    std::string text;
};

// The cases of json/index.json, or of json/transform.json, which expects nothing in particular.
std::vector<file_case> vector_cases(std::string const& vectors, char const* index) {
    std::vector<file_case> cases;
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    auto const folder = vectors + "/json/";
    REQUIRE(parser.load(folder + index).get(root) == simdjson::SUCCESS);
    simdjson::dom::array list;
    REQUIRE(root["cases"].get(list) == simdjson::SUCCESS);
    for (auto const item : list) {
        std::string_view id;
        std::string_view expect = "either";
        std::string_view file;
        REQUIRE(item["id"].get(id) == simdjson::SUCCESS);
        REQUIRE(item["file"].get(file) == simdjson::SUCCESS);
        if (item["expect"].get(expect) != simdjson::SUCCESS) expect = "either";
        simdjson::padded_string text;
        REQUIRE(simdjson::padded_string::load(folder + std::string(file)).get(text) == simdjson::SUCCESS);
        cases.push_back({std::string(id), std::string(expect), std::string(text.data(), text.size())});
    }
    return cases;
}

}  // namespace

TEST_CASE("the depth limit counts arrays and objects", "[json][reader]") {
    json::status state;
    for (unsigned const limit : {0u, 1u, 2u, 511u, 512u, 1023u, 1024u}) {
        CAPTURE(limit);
        json::reader_options const options{limit};
        for (auto const& [open, close] : {std::pair("[", "]"), std::pair("{\"k\":", "}")}) {
            auto const chain = [before = open, after = close](unsigned depth) {
                std::string text;
                for (unsigned i = 0; i != depth; ++i) text += before;
                text += '1';
                for (unsigned i = 0; i != depth; ++i) text += after;
                return text;
            };
            CHECK(json::valid(chain(limit), options));
            CHECK(copy_json(chain(limit), state, options));
            auto const deeper = chain(limit + 1);
            CHECK_FALSE(json::valid(deeper, options));
            CHECK_FALSE(copy_json(deeper, state, options));
            CHECK(state == json::status{fault::too_deep, limit * std::string_view(open).size()});
        }
        // Side by side is not inside each other.
        CHECK(json::valid("1", options));
        if (limit != 0) CHECK(json::valid("[" + std::string(limit == 1 ? "1,1" : "[],{},[]") + "]", options));
    }
    CHECK(json::valid(nested(512, '[', ']')));
    CHECK_FALSE(json::valid(nested(513, '[', ']')));
    json::reader_options const greedy{4'000'000'000u};
    CHECK(json::valid(nested(json::depth_capacity, '[', ']'), greedy));
    CHECK_FALSE(json::valid(nested(json::depth_capacity + 1, '[', ']'), greedy));
}

TEST_CASE("a bomb of brackets neither overflows nor takes long", "[json][reader]") {
    for (auto const& text : {std::string(100'000, '['), nested(100'000, '[', ']'), std::string(100'000, '{')}) {
        CHECK_FALSE(json::valid(text));
        json::status state;
        CHECK_FALSE(copy_json(text, state));
    }
    std::string objects;
    for (int i = 0; i != 100'000; ++i) objects += "{\"a\":";
    CHECK_FALSE(json::valid(objects));
    CHECK_FALSE(json::valid(objects, {4'000'000'000u}));
}

TEST_CASE("every prefix of a document ends too early, at its end", "[json][reader]") {
    for (auto const& document : documents()) {
        REQUIRE(json::valid(document));
        auto const whole = document.find_last_not_of(' ');
        for (std::size_t size = 0; size <= whole; ++size) {
            guarded_buffer const prefix(std::string_view(document).substr(0, size));
            CAPTURE(document, size);
            REQUIRE_FALSE(json::valid(prefix.text()));
            json::status state;
            REQUIRE_FALSE(copy_json(prefix.text(), state));
            REQUIRE(state == json::status{fault::unexpected_end, size});
            json::reader reader(prefix.text());
            std::string_view raw;
            REQUIRE_FALSE(reader.read_raw(raw));
            REQUIRE(reader.state() == state);
        }
    }
}

TEST_CASE("simdjson reads the same values", "[json][reader][oracle]") {
    for (auto const& document : documents()) {
        CAPTURE(document);
        CHECK(json_oracle::disagreement(document).empty());
    }
    // simdjson knows no lone surrogates: without the one, its answer is compared value by value.
    auto whole = rich_document;
    auto const lone = whole.find("\\ud800");
    REQUIRE(lone != std::string::npos);
    whole.erase(lone, 6);
    CHECK(json_oracle::disagreement(whole).empty());
    simdjson::dom::parser parser;
    REQUIRE(parser.parse(whole).error() == simdjson::SUCCESS);
}

TEST_CASE("simdjson agrees on numbers", "[json][reader][oracle]") {
    std::mt19937_64 random(20260103);
    for (int i = 0; i != 20000; ++i) {
        std::string text = random() % 2 ? "-" : "";
        text += random() % 5 == 0 ? "0" : std::to_string(random() >> random() % 64);
        if (random() % 2) text += "." + std::to_string(random() >> random() % 64);
        if (random() % 2) text += (random() % 2 ? "e" : "E-") + std::to_string(random() % 310);
        CAPTURE(text);
        REQUIRE(json_oracle::disagreement("[" + text + "]").empty());
    }
}

TEST_CASE("simdjson agrees on mutated documents", "[json][reader][oracle]") {
    auto random = [engine = std::mt19937_64(20260104)]() mutable { return static_cast<std::size_t>(engine()); };
    std::string_view const alphabet =
        "{}[],:\"\\/ \t\n\x01"
        "0123456789.+-eEtrufalsn\x7f\x80\xbf\xc0\xe2\xed\xa0\xf0\xff";
    auto const sources = documents();
    std::size_t accepted = 0;
    for (int i = 0; i != 30000; ++i) {
        auto text = sources[random() % sources.size()];
        for (auto edits = 1 + random() % 3; edits != 0; --edits) {
            auto const at = random() % (text.size() + 1);
            auto const c = alphabet[random() % alphabet.size()];
            switch (random() % 4) {
                case 0:
                    text.insert(text.begin() + static_cast<std::ptrdiff_t>(at), c);
                    break;
                case 1:
                    if (at != text.size()) text.erase(at, 1 + random() % 4);
                    break;
                case 2:
                    if (at != text.size()) text[at] = c;
                    break;
                default:
                    text.insert(at, text.substr(random() % (text.size() + 1), random() % 8));
                    break;
            }
        }
        guarded_buffer const guarded(text);
        CAPTURE(text);
        REQUIRE(json_oracle::disagreement(guarded.text()).empty());
        accepted += json::valid(guarded.text());
    }
    CHECK(accepted > 1000);  // both answers have been compared
    CHECK(accepted < 29000);
}

TEST_CASE("the conformance texts are accepted and refused as expected", "[json][reader][vectors]") {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    std::size_t count = 0;
    for (auto const& item : vector_cases(*vectors, "index.json")) {
        CAPTURE(item.id);
        guarded_buffer const guarded(item.text);
        json::status state;
        auto const copy = copy_json(guarded.text(), state);
        bool const accepted = json::valid(guarded.text());
        CHECK(copy.has_value() == accepted);
        CHECK(copy.has_value() == state.ok());
        if (item.expect == "accept") CHECK(accepted);
        if (item.expect == "reject") CHECK_FALSE(accepted);
        CHECK(json_oracle::disagreement(guarded.text()) == "");
        ++count;

        // What the RFC leaves open: numbers of any size and lone surrogates are text, ill-formed UTF-8 is none.
        if (item.id.starts_with("i_number")) CHECK(accepted);
        if (item.id.starts_with("i_structure_500")) CHECK(accepted);
        if (item.id.starts_with("i_structure_UTF-8_BOM")) CHECK(state == json::status{fault::unexpected_character, 0});
        if (item.id.starts_with("i_string")) {
            bool const utf16 = item.id.find("utf16") != std::string::npos;
            bool const well_formed =
                item.text.find_first_of("\x80\x81\xa0\xc0\xe0\xe6\xe9\xed\xf4\xfc\xff") == std::string::npos;
            if (!utf16) CHECK(accepted == well_formed);
            if (!accepted) CHECK(state.code == (utf16 ? fault::unexpected_character : fault::invalid_utf8));
        }
    }
    CHECK(count >= 200);
    for (auto const& item : vector_cases(*vectors, "transform.json")) {
        CAPTURE(item.id);
        guarded_buffer const guarded(item.text);
        CHECK(json_oracle::disagreement(guarded.text()) == "");
    }
}
