#include "bedrock/json/partial.hpp"

#include "support/catch.hpp"

#include "support/guarded_buffer.hpp"
#include "support/instruction_count.hpp"
#include "support/json_file.hpp"
#include "support/partial_json_checks.hpp"
#include "support/vectors.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using bedrock::json::fault;
using bedrock::json::partial;

namespace {

// Documents of every kind of token, which simdjson reads too: no lone surrogates, no huge numbers.
std::string random_document(std::mt19937& engine, int depth = 0) {
    auto const below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine); };
    auto const space = [&] { return std::string(" \n\t\r").substr(below(4), below(4) == 0 ? 1 : 0); };
    auto const text = [&] {
        static constexpr char const* pieces[] = {"a",
                                                 "Lisbon",
                                                 "\\n",
                                                 "\\\"",
                                                 "\\\\",
                                                 "\\u00e9",
                                                 "\\u0000",
                                                 "\\ud83d\\ude00",
                                                 "\xc3\xa9",
                                                 "\xe2\x82\xac",
                                                 "\xf0\x9f\x98\x80",
                                                 "{",
                                                 "]",
                                                 ",",
                                                 ":"};
        std::string made = "\"";
        for (auto left = below(5); left != 0; --left) made += pieces[below(std::size(pieces))];
        return made + "\"";
    };
    switch (below(depth > 4 ? 5 : 8)) {
        case 0:
            return "true";
        case 1:
            return below(2) == 0 ? "false" : "null";
        case 2: {
            static constexpr char const* numbers[] = {"0", "-0", "12", "-7.25", "1e5", "2.5E-3", "10.0e+10", "1234567"};
            return numbers[below(std::size(numbers))];
        }
        case 3:
        case 4:
            return text();
        case 5: {
            std::string made = "[" + space();
            for (auto left = below(4); left != 0; --left)
                made += random_document(engine, depth + 1) + space() + (left == 1 ? "" : "," + space());
            return made + "]";
        }
        default: {
            std::string made = "{" + space();
            int number = 0;
            for (auto left = below(4); left != 0; --left) {
                auto name = text();
                name.insert(1, std::to_string(number++));
                made += name + space() + ":" + space() + random_document(engine, depth + 1) + space() +
                        (left == 1 ? "" : "," + space());
            }
            return made + "}";
        }
    }
}

// A value as a tree of texts, for comparisons: the kind and the value of a scalar; of an array or object its members.
struct node {
    std::string text{};
    std::vector<node> members{};

    friend bool operator==(node const& a, node const& b) { return a.text == b.text && a.members == b.members; }
};

node tree_of(simdjson::dom::element of) {
    simdjson::dom::array array;
    simdjson::dom::object object;
    std::string_view text;
    bool truth = false;
    double number = 0;
    node made;
    if (of.get(array) == simdjson::SUCCESS) {
        made.text = "array";
        for (auto const one : array) made.members.push_back(tree_of(one));
    } else if (of.get(object) == simdjson::SUCCESS) {
        made.text = "object";
        for (auto const one : object) {
            made.members.push_back(tree_of(one.value));
            made.members.back().text.insert(0, std::string(one.key) + "=");
        }
    } else if (of.get(text) == simdjson::SUCCESS) {
        made.text = "string " + std::string(text);
    } else if (of.get(truth) == simdjson::SUCCESS) {
        made.text = truth ? "true" : "false";
    } else if (of.get(number) == simdjson::SUCCESS) {
        made.text = "number " + std::to_string(number);
    } else {
        made.text = "null";
    }
    return made;
}

std::optional<node> parsed(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(json.data(), json.size(), true).get(root) != simdjson::SUCCESS) return std::nullopt;
    return tree_of(root);
}

// `less` says the same as `more`, or the same up to some point: only what stands last may be shorter, or a number that
// goes on.
bool is_beginning(node const& less, node const& more) {
    auto const number = less.text.find("number ");
    if (number != std::string::npos) return more.text.starts_with(less.text.substr(0, number + 7));
    if (!more.text.starts_with(less.text) || less.members.size() > more.members.size()) return false;
    for (std::size_t i = 0; i != less.members.size(); ++i) {
        bool const last = i + 1 == less.members.size();
        if (last ? !is_beginning(less.members[i], more.members[i]) : !(less.members[i] == more.members[i]))
            return false;
    }
    return true;
}

// The most that brute force can make of it: the longest beginning that some ending closes. Asks simdjson alone.
std::optional<node> longest_completion(std::string_view arrived) {
    static constexpr char const* endings[] = {"", "\"", "rue", "ue", "e", "alse", "lse", "se", "ull", "ll", "l"};
    for (auto cut = arrived.size() + 1; cut-- > 0;) {
        std::string closers;
        bool in_string = false;
        for (std::size_t i = 0; i != cut; ++i) {
            char const c = arrived[i];
            if (in_string) {
                if (c == '\\') ++i;
                if (c == '"') in_string = false;
                if (i >= cut) break;
            } else if (c == '"') {
                in_string = true;
            } else if (c == '{' || c == '[') {
                closers.insert(closers.begin(), c == '{' ? '}' : ']');
            } else if ((c == '}' || c == ']') && !closers.empty()) {
                closers.erase(0, 1);
            }
        }
        for (auto const* ending : endings) {
            auto const tried = std::string(arrived.substr(0, cut)) + ending + closers;
            if (auto found = parsed(tried)) return found;
        }
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("partial: what is certain, cut at each place that matters", "[json][partial]") {
    auto const [arrived, wanted] = GENERATE(table<char const*, char const*>({
        {"", ""},
        {" \n", ""},
        {"{", "{}"},
        {"{ ", "{}"},
        {"{\"", "{}"},
        {"{\"a", "{}"},
        {"{\"a\"", "{}"},
        {"{\"a\":", "{}"},
        {"{\"a\" : \"", "{\"a\" : \"\"}"},
        {"{\"a\":1", "{\"a\":1}"},
        {"{\"a\":1,", "{\"a\":1}"},
        {"{\"a\":1,\"b\":", "{\"a\":1}"},
        {"{\"a\":1 }", "{\"a\":1 }"},
        {"[", "[]"},
        {"[[{\"a\":[", "[[{\"a\":[]}]]"},
        {"[1,", "[1]"},
        {"[1, ", "[1]"},
        {"\"ab", "\"ab\""},
        {"\"ab\\", "\"ab\""},
        {"\"ab\\n", "\"ab\\n\""},
        {"\"ab\\u", "\"ab\""},
        {"\"ab\\u00e", "\"ab\""},
        {"\"ab\\u00e9", "\"ab\\u00e9\""},
        {"\"ab\\ud83d", "\"ab\""},
        {"\"ab\\ud83d\\", "\"ab\""},
        {"\"ab\\ud83d\\ude0", "\"ab\""},
        {"\"ab\\ud83d\\ude00", "\"ab\\ud83d\\ude00\""},
        {"\"ab\\ud83dx", "\"ab\\ud83dx\""},
        {"\"ab\\ud83d\"", "\"ab\\ud83d\""},
        {"\"ab\\ud83d\\n", "\"ab\\ud83d\\n\""},
        {"\"ab\\ud83d\\ud83e", "\"ab\\ud83d\""},
        {"\"ab\\ud83d\\ud83e\\ude0", "\"ab\\ud83d\""},
        {"\"ab\\ud83d\\ud83e\\ude00", "\"ab\\ud83d\\ud83e\\ude00\""},
        {"\"ab\\ud83d\xc3", "\"ab\\ud83d\""},
        {"\"ab\\ud800", "\"ab\""},
        {"\"ab\\uDBFF", "\"ab\""},
        {"\"ab\\ud7ff", "\"ab\\ud7ff\""},
        {"\"ab\\udc00", "\"ab\\udc00\""},
        {"\"ab\\ude00", "\"ab\\ude00\""},
        {"\"\xc3", "\"\""},
        {"\"\xc3\xa9", "\"\xc3\xa9\""},
        {"\"\xf0\x9f\x98", "\"\""},
        {"-", ""},
        {"[-", "[]"},
        {"[1,-", "[1]"},
        {"{\"a\":-", "{}"},
        {"-0", "-0"},
        {"12", "12"},
        {"1.", "1"},
        {"1.5", "1.5"},
        {"1.5e", "1.5"},
        {"1.5e+", "1.5"},
        {"1.5e+3", "1.5e+3"},
        {"0.", "0"},
        {"t", "true"},
        {"[tru", "[true]"},
        {"{\"a\":f", "{\"a\":false}"},
        {"[null,n", "[null,null]"},
        {"{\"\\ud83d", "{}"},
        {"{\"\xc3", "{}"},
        {"{\"a\":\"b\",\"long name", "{\"a\":\"b\"}"},
    }));
    CAPTURE(arrived);
    partial whole;
    CHECK(whole.feed(arrived));
    CHECK(whole.text() == wanted);
    partial by_byte;
    for (auto const c : std::string_view(arrived)) CHECK(by_byte.feed({&c, 1}));
    CHECK(by_byte.text() == wanted);
}

TEST_CASE("partial: bad JSON freezes the last good text and says where", "[json][partial]") {
    struct bad {
        char const* arrived;
        char const* text;
        fault code;
        std::size_t offset;
    };
    auto const [arrived, text, code, offset] = GENERATE(values<bad>({
        {"{\"a\":1]", "{\"a\":1}", fault::unexpected_character, 6},
        {"[1,]", "[1]", fault::unexpected_character, 3},
        {"{\"a\":1,}", "{\"a\":1}", fault::unexpected_character, 7},
        {"{a", "{}", fault::unexpected_character, 1},
        {"{\"a\" 1", "{}", fault::unexpected_character, 5},
        {"{\"a\":}", "{}", fault::unexpected_character, 5},
        {"[1 2", "[1]", fault::unexpected_character, 3},
        {"[trux", "[true]", fault::invalid_literal, 4},
        {"[01", "[0]", fault::invalid_number, 2},
        {"[1.x", "[1]", fault::invalid_number, 3},
        {"[-x", "[]", fault::invalid_number, 2},
        {"[1ex", "[1]", fault::invalid_number, 3},
        {"[1e+x", "[1]", fault::invalid_number, 4},
        {"\"ab\n", "\"ab\"", fault::invalid_string, 3},
        {"\"ab\\ud83d\n", "\"ab\"", fault::invalid_string, 9},
        {"\"ab\\x", "\"ab\"", fault::invalid_escape, 4},
        {"\"ab\\u12g", "\"ab\"", fault::invalid_escape, 7},
        {"\"ab\\ud83d\\x", "\"ab\"", fault::invalid_escape, 10},
        {"\"ab\xc3(", "\"ab\"", fault::invalid_utf8, 4},
        {"\"ab\\ud83d\x80", "\"ab\"", fault::invalid_utf8, 9},
        {"\xef\xbb\xbf{}", "", fault::unexpected_character, 0},
        {"]", "", fault::unexpected_character, 0},
        {"{}x", "{}", fault::trailing_text, 2},
        {"12 3", "12", fault::trailing_text, 3},
        {"NaN", "", fault::unexpected_character, 0},
    }));
    CAPTURE(arrived);
    partial whole;
    CHECK_FALSE(whole.feed(arrived));
    partial by_byte;
    for (auto const c : std::string_view(arrived)) (void)by_byte.feed({&c, 1});
    for (auto* one : {&whole, &by_byte}) {
        CHECK(one->text() == text);
        CHECK(one->state() == bedrock::json::status{code, offset});
        CHECK_FALSE(one->ok());
        CHECK_FALSE(one->complete());
        CHECK_FALSE(one->feed("}]\""));
        CHECK(one->text() == text);
        CHECK(one->state().offset == offset);
    }
}

TEST_CASE("partial: nesting has the reader's limit", "[json][partial]") {
    partial input(bedrock::json::reader_options{3});
    CHECK(input.feed("[[["));
    CHECK(input.text() == "[[[]]]");
    CHECK_FALSE(input.feed("["));
    CHECK(input.text() == "[[[]]]");
    CHECK(input.state() == bedrock::json::status{fault::too_deep, 3});
    partial deepest(bedrock::json::reader_options{~0u});
    CHECK_FALSE(deepest.feed(std::string(100000, '[')));
    CHECK(deepest.state().offset == bedrock::json::depth_capacity);
}

TEST_CASE("partial: a copy goes on by itself", "[json][partial]") {
    partial first;
    first.feed("{\"a\":\"x\\u00");
    auto second = first;
    first.feed("e9\"}");
    second.feed("41");
    CHECK(first.text() == "{\"a\":\"x\\u00e9\"}");
    CHECK(first.complete());
    CHECK(second.text() == "{\"a\":\"x\\u0041\"}");
    CHECK_FALSE(second.complete());
}

TEST_CASE("partial: the most that is certain, at every byte of random documents", "[json][partial][oracle]") {
    std::mt19937 engine(20260105);
    std::size_t prefixes = 0;
    for (int i = 0; i != 400; ++i) {
        auto const document = random_document(engine);
        if (document.size() > 300) continue;
        CAPTURE(document);
        auto const whole = parsed(document);
        REQUIRE(whole);
        partial input;
        std::string certain;
        for (std::size_t size = 1; size <= document.size(); ++size) {
            CAPTURE(size);
            std::string_view const arrived = std::string_view(document).substr(0, size);
            REQUIRE(input.feed(arrived.substr(size - 1)));
            REQUIRE(partial_json::problem(input, arrived, certain) == "");
            certain = input.certain();
            auto const shown = parsed(input.text());
            REQUIRE(shown == longest_completion(arrived));
            if (!shown) continue;
            REQUIRE(is_beginning(*shown, *whole));
            ++prefixes;
        }
        CHECK(input.complete());
        CHECK(input.text() == document);
    }
    CHECK(prefixes > 5000);
}

TEST_CASE("partial: pieces of any size, of texts that are JSON or not", "[json][partial][oracle]") {
    std::mt19937 engine(20260106);
    auto const below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine); };
    std::string_view const alphabet =
        "{}[],:\"\\/ \n\x01"
        "0123456789.+-eEtrufalsn\x80\xc3\xed\xa0\xf0";
    std::size_t refused = 0;
    for (int i = 0; i != 3000; ++i) {
        auto text = random_document(engine);
        if (text.size() > 200) text.resize(200);
        for (auto edits = below(3); edits != 0; --edits) text[below(text.size())] = alphabet[below(alphabet.size())];
        CAPTURE(text);
        guarded_buffer const guarded(text);
        partial input;
        std::string certain;
        for (std::size_t at = 0; at != text.size();) {
            auto const length = (std::min)(text.size() - at, below(9) + 1);
            bool const fed = input.feed(guarded.text().substr(at, length));
            REQUIRE(fed == input.ok());
            at += length;
            REQUIRE(partial_json::problem(input, std::string_view(text).substr(0, at), certain) == "");
            certain = input.certain();
        }
        refused += input.ok() ? 0 : 1;
    }
    CHECK(refused > 500);
    CHECK(refused < 2500);
}

TEST_CASE("partial: every prefix of the conformance texts", "[json][partial][vectors]") {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("skipped: no conformance vectors (-Dvectors=DIR)");
        return;
    }
    auto const folder = *vectors + "/json/";
    simdjson::dom::parser parser;
    auto const root = json_file::load(parser, folder + "index.json");
    REQUIRE(root);
    simdjson::dom::array cases;
    REQUIRE((*root)["cases"].get(cases) == simdjson::SUCCESS);
    std::size_t count = 0;
    for (auto const item : cases) {
        simdjson::padded_string text;
        REQUIRE(simdjson::padded_string::load(folder + json_file::text(item, "file").value()).get(text) ==
                simdjson::SUCCESS);
        CAPTURE(json_file::text(item, "id").value_or(""));
        std::string_view const whole(text.data(), text.size());
        partial input;
        std::string certain;
        for (std::size_t at = 0; at != whole.size(); ++at) {
            (void)input.feed(whole.substr(at, 1));
            if (at > 300 && at + 300 < whole.size()) continue;
            CAPTURE(at);
            REQUIRE(partial_json::problem(input, whole.substr(0, at + 1), certain) == "");
            certain = input.certain();
        }
        ++count;
    }
    CHECK(count >= 200);
}

TEST_CASE("partial: a piece costs the same at the beginning and behind a megabyte", "[json][partial]") {
    // Four bytes at a time, and the text read behind each: one long string, many members, deep nesting, a long name.
    struct shape {
        char const* begin;
        char const* more;  // 16 bytes
    };
    auto const [begin, more] = GENERATE(values<shape>({
        {"{\"a\":\"", "0123456789abcdef"},
        {"[[[[[[[[\"", "\",\"\\u00e9\",\"a\\nb"},
        {"[0", ",1234,56,{},789 "},
        {"{\"a\":1,\"", "0123456789abcdef"},
        {"[\"\\ud83d", "\\ud83d\\u0061bcd"},
    }));
    CAPTURE(begin, more);
    auto const work_behind = [opening = begin, rest = more](std::size_t size) {
        partial input;
        std::string const text = rest;
        std::string kilobyte;
        while (kilobyte.size() < 1024) kilobyte += text;
        REQUIRE(input.feed(opening));
        for (std::size_t at = 0; at < size; at += 1024) (void)input.feed(kilobyte);
        REQUIRE(input.ok());
        return count_instructions([&] {
            std::size_t seen = 0;
            for (std::size_t at = 0; at != 16; at += 4) {
                (void)input.feed(std::string_view(text).substr(at % 16, 4));
                seen += input.text().size();
            }
            if (seen == 0) std::abort();
        });
    };
    // Between powers of two: a string that has just grown does not grow again so soon.
    auto const early = work_behind(std::size_t{5} << 10);
    auto const late = work_behind(std::size_t{1280} << 10);
    if (!early || !late) {
        WARN("skipped: this system lets no process be stepped through");
        return;
    }
    CAPTURE(*early, *late);
    CHECK(*late < *early + *early / 4);
}
