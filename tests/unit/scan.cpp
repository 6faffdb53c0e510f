#include "bedrock/scan.hpp"

#include "support/catch.hpp"
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "support/guarded_buffer.hpp"

namespace {

using search = char const* (*)(char const*, char const*);

struct subject {
    char const* name;
    search wide;
    search portable;
    bool (*stops_at)(unsigned char);
};

namespace sets = bedrock::scan_detail;

// The definitions here are the contract's own words, not the header's sets.
subject const subjects[] = {
    {"find_string_special", bedrock::find_string_special, sets::find_portable<sets::string_special>,
     [](unsigned char c) { return c == '"' || c == '\\' || c < 0x20 || c >= 0x80; }},
    {"find_string_special_ascii", bedrock::find_string_special_ascii, sets::find_portable<sets::string_special_ascii>,
     [](unsigned char c) { return c == '"' || c == '\\' || c < 0x20; }},
    {"find_non_ascii", bedrock::find_non_ascii, sets::find_portable<sets::non_ascii>,
     [](unsigned char c) { return c >= 0x80; }},
    {"non_graphic",
     [](char const* begin, char const* end) { return sets::find<sets::non_graphic>(begin, end, begin); },
     sets::find_portable<sets::non_graphic>, [](unsigned char c) { return c < '!' || c > '~'; }},
};

std::size_t naive(subject const& one, std::string_view text) {
    std::size_t at = 0;
    while (at != text.size() && !one.stops_at(static_cast<unsigned char>(text[at]))) ++at;
    return at;
}

std::size_t offset_of(search find, std::string_view text) {
    return static_cast<std::size_t>(find(text.data(), text.data() + text.size()) - text.data());
}

}  // namespace

TEST_CASE("every byte value at every place of every short length", "[scan]") {
    for (auto const& one : subjects) {
        INFO(one.name);
        std::size_t differences = 0;
        for (std::size_t size = 1; size <= 40; ++size) {
            guarded_buffer buffer(std::string(size, 'a'));
            for (std::size_t at = 0; at != size; ++at) {
                for (int value = 0; value != 256; ++value) {
                    buffer.data()[at] = static_cast<char>(value);
                    auto const expected = naive(one, buffer.text());
                    differences += offset_of(one.wide, buffer.text()) != expected;
                    differences += offset_of(one.portable, buffer.text()) != expected;
                }
                buffer.data()[at] = 'a';
            }
        }
        CHECK(differences == 0);
    }
}

TEST_CASE("random bytes, sparse and dense hits, every start up to the guard page", "[scan]") {
    std::mt19937 random(20150830);
    std::string_view const interesting("\x00\x1f\x20!\"#[\\]\x7f\x80\xff", 12);
    for (auto const& one : subjects) {
        INFO(one.name);
        std::size_t differences = 0;
        for (unsigned const rarity : {1u, 3u, 30u, 300u}) {
            for (int round = 0; round != 20; ++round) {
                std::string text(200 + random() % 60, 'a');
                for (auto& c : text) {
                    c = static_cast<char>('a' + random() % 26);
                    if (random() % rarity == 0) c = interesting[random() % interesting.size()];
                }
                guarded_buffer const buffer(text);
                for (std::size_t start = 0; start <= text.size(); ++start) {
                    auto const rest = buffer.text().substr(start);
                    auto const expected = naive(one, rest);
                    differences += offset_of(one.wide, rest) != expected;
                    differences += offset_of(one.portable, rest) != expected;
                }
            }
        }
        CHECK(differences == 0);
    }
}

TEST_CASE("a hit behind the end is not seen", "[scan]") {
    std::string const text = std::string(64, 'x') + "\"\\\n\xff";
    for (auto const& one : subjects)
        for (std::size_t size = 0; size <= 64; ++size) {
            std::string_view const front(text.data(), size);
            CHECK(offset_of(one.wide, front) == size);
            CHECK(offset_of(one.portable, front) == size);
        }
}

TEST_CASE("an empty range without storage", "[scan]") {
    for (auto const& one : subjects) {
        CHECK(one.wide(nullptr, nullptr) == nullptr);
        CHECK(one.portable(nullptr, nullptr) == nullptr);
    }
}

TEST_CASE("the architectures with a baseline use it", "[scan]") {
#if defined(__x86_64__) || defined(__AARCH64EL__)
    CHECK(sets::has_wide);
#else
    CHECK_FALSE(sets::has_wide);
#endif
}

TEST_CASE("whether a byte is no graphic character, for every value at every place", "[scan]") {
    std::size_t differences = 0;
    for (std::size_t size = 1; size <= 70; ++size) {
        guarded_buffer buffer(std::string(size, 'a'));
        auto const* const begin = buffer.text().data();
        differences += bedrock::has_non_graphic(begin, begin + size);
        for (std::size_t at = 0; at != size; ++at) {
            for (int value = 0; value != 256; ++value) {
                buffer.data()[at] = static_cast<char>(value);
                differences += bedrock::has_non_graphic(begin, begin + size) != (value < '!' || value > '~');
            }
            buffer.data()[at] = 'a';
        }
    }
    CHECK(differences == 0);
    CHECK_FALSE(bedrock::has_non_graphic(nullptr, nullptr));
}

TEST_CASE("bytes before the text help to search it and are not found", "[scan]") {
    std::size_t differences = 0;
    for (std::size_t before = 0; before <= 20; ++before) {
        for (std::size_t size = 0; size <= 50; ++size) {
            guarded_buffer buffer(std::string(before, '"') + std::string(size, 'a'));
            char const* const begin = buffer.text().data() + before;
            char const* const end = begin + size;
            for (std::size_t hit = 0; hit <= size; ++hit) {
                if (hit != size) buffer.data()[before + hit] = '\\';
                differences += bedrock::find_string_special(begin, end, buffer.text().data()) != begin + hit;
                differences += bedrock::has_string_special(begin, end, buffer.text().data()) != (hit != size);
                if (hit != size) buffer.data()[before + hit] = 'a';
            }
        }
    }
    CHECK(differences == 0);
    CHECK_FALSE(bedrock::has_string_special(nullptr, nullptr, nullptr));
}
