#include "bedrock/utf8.hpp"

#include <simdjson.h>

#include "support/catch.hpp"
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "bedrock/hex.hpp"
#include "support/guarded_buffer.hpp"

namespace {

std::string bytes_of(std::string_view hex) {
    bedrock::byte_buffer bytes;
    REQUIRE(bedrock::decode_hex(hex, bytes));
    return std::string(bedrock::as_text(bytes));
}

bool oracle_accepts(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

std::string sanitized(std::string_view text) {
    std::string out;
    bedrock::append_sanitized_utf8(out, text);
    return out;
}

// Python 3.11: text.hex(), text.decode("utf-8", "replace").encode().hex(). The first rows are the examples of Unicode's
// tables 3-8 to 3-11 and their like, the others were drawn at random from the bytes at which the ranges change.
struct replacement {
    char const* text;
    char const* repaired;
};
constexpr replacement replacements[] = {
    {"c0afe080bff0818241", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd41"},
    {"eda080edbfbfedaf41", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd41"},
    {"f4919293ff4180bf42", "efbfbdefbfbdefbfbdefbfbdefbfbd41efbfbdefbfbd42"},
    {"e180e2f09192f1bf41", "efbfbdefbfbdefbfbdefbfbd41"},
    {"6162e282", "6162efbfbd"},
    {"f09f98", "efbfbd"},
    {"f09f9880", "f09f9880"},
    {"80", "efbfbd"},
    {"fffe", "efbfbdefbfbd"},
    {"c3", "efbfbd"},
    {"c328", "efbfbd28"},
    {"e228a1", "efbfbd28efbfbd"},
    {"78f88880808079", "78efbfbdefbfbdefbfbdefbfbdefbfbd79"},
    {"636166c3a9", "636166c3a9"},
    {"90e0f37f80ef8fdff07f", "efbfbdefbfbdefbfbd7fefbfbdefbfbdefbfbdefbfbd7f"},
    {"7f80e1e180bf80ef", "7fefbfbdefbfbde180bfefbfbdefbfbd"},
    {"7ff08fbff3f3f07ff0f0e0", "7fefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd7fefbfbdefbfbdefbfbd"},
    {"bf7fef90c1", "efbfbd7fefbfbdefbfbd"},
    {"90ef8ff0c1eff49f8ff0f0", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"df8feff580f07ff1", "df8fefbfbdefbfbdefbfbdefbfbd7fefbfbd"},
    {"edf4efe1c2ecf0ec", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"c1bf9ff5bf80f0c1eeed", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"ffecc1f1808feee19fc2", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"ede17ff480eff0", "efbfbdefbfbd7fefbfbdefbfbdefbfbd"},
    {"c2f5dff1edf0ec8080c0", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdec8080efbfbd"},
    {"f5f4807ffff5c1f3f0f4ecc1", "efbfbdefbfbd7fefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"f4df41ecdf9ff18fed7fa0", "efbfbdefbfbd41efbfbddf9fefbfbdefbfbd7fefbfbd"},
    {"90ffbfe0e0ed809fec", "efbfbdefbfbdefbfbdefbfbdefbfbded809fefbfbd"},
    {"efc090e1efc0f5e1dff4e0", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"90809f90bff4bf41", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd41"},
    {"f09fc0c14190e1efdff1f0c2", "efbfbdefbfbdefbfbd41efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"f5eef1f3f4ff7f", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbd7f"},
    {"f4efe0e0e0e08fedf3e07fa0", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd7fefbfbd"},
    {"a0ec9f8fc2f1", "efbfbdec9f8fefbfbdefbfbd"},
    {"8f41f090ef", "efbfbd41efbfbdefbfbd"},
    {"dff14180a0f1", "efbfbdefbfbd41efbfbdefbfbdefbfbd"},
    {"90f3c0dff1dfed8f8fedec", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbded8f8fefbfbdefbfbd"},
    {"edc180908fffc2ffc0edf59f", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"a0eedf90f5", "efbfbdefbfbddf90efbfbd"},
    {"eec1f380f5", "efbfbdefbfbdefbfbdefbfbd"},
    {"eedf9fdfbfefefeec2", "efbfbddf9fdfbfefbfbdefbfbdefbfbdefbfbd"},
    {"f1a0bfe0ffbfa0ee", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"dfff4141c0edc0a0f5f1dfec", "efbfbdefbfbd4141efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"df80bf8fbfeda0c2a0ed", "df80efbfbdefbfbdefbfbdefbfbdefbfbdc2a0efbfbd"},
    {"edf3dff380", "efbfbdefbfbdefbfbdefbfbd"},
    {"e0f5a0ed9fe1", "efbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"80ffe0ece0ff80ff9f9f", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"4190f0ecf390f1", "41efbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"f4df90efef904141fff38fee", "efbfbddf90efbfbdefbfbd4141efbfbdefbfbdefbfbd"},
    {"e1a0a041c0a0c1", "e1a0a041efbfbdefbfbdefbfbd"},
    {"f0c2c0efe1907fff", "efbfbdefbfbdefbfbdefbfbdefbfbd7fefbfbd"},
    {"ecf4f0eee1ee90ef90ee", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbdefbfbd"},
    {"ec9ff14190", "efbfbdefbfbd41efbfbd"},
    {"90edf1ff8fef7f", "efbfbdefbfbdefbfbdefbfbdefbfbdefbfbd7f"},
};

}  // namespace

TEST_CASE("every code point goes out and comes back", "[utf8]") {
    std::size_t failures = 0;
    for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
        char bytes[4];
        std::string_view const text(bytes, bedrock::encode_utf8(code_point, bytes));
        bool const surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
        auto const step = bedrock::decode_utf8(text);
        failures += step.code_point != (surrogate ? bedrock::replacement_character : code_point);
        failures += !step.valid || step.incomplete || step.length != text.size();
        failures += !oracle_accepts(text) || !bedrock::valid_utf8(text);
    }
    CHECK(failures == 0);
}

TEST_CASE("values that are no characters become U+FFFD", "[utf8]") {
    for (char32_t const wrong : {char32_t{0xD800}, char32_t{0xDFFF}, char32_t{0x110000}, char32_t{0xFFFFFFFF}}) {
        std::string out = "x";
        bedrock::append_utf8(out, wrong);
        CHECK(out == "x\xEF\xBF\xBD");
    }
}

TEST_CASE("every text of one, two and three bytes, and four at the borders, judged as the oracle does", "[utf8]") {
    std::size_t differences = 0;
    auto const judge = [&](std::string_view text) { differences += bedrock::valid_utf8(text) != oracle_accepts(text); };
    char text[4];
    for (int a = 0; a != 256; ++a) {
        text[0] = static_cast<char>(a);
        judge({text, 1});
        for (int b = 0; b != 256; ++b) {
            text[1] = static_cast<char>(b);
            judge({text, 2});
            // Below a lead byte of three nothing new happens in the third place: the borders are enough there.
            for (int c = 0; c != 256; c += a >= 0xE0 ? 1 : 16) {
                text[2] = static_cast<char>(c);
                judge({text, 3});
                if (a < 0xF0) continue;
                for (int const d : {0x00, 0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
                    text[3] = static_cast<char>(d);
                    judge({text, 4});
                }
            }
        }
    }
    CHECK(differences == 0);
}

TEST_CASE("the offset is that of the first byte of the first ill-formed subpart", "[utf8]") {
    CHECK(bedrock::find_invalid_utf8("") == std::string_view::npos);
    CHECK(bedrock::find_invalid_utf8("plain") == std::string_view::npos);
    CHECK(bedrock::find_invalid_utf8("caf\xC3\xA9 \xF0\x9F\x98\x80") == std::string_view::npos);
    CHECK(bedrock::find_invalid_utf8("ab\xFF") == 2);
    CHECK(bedrock::find_invalid_utf8("\xC3\xA9\xE2\x82") == 2);
    CHECK(bedrock::find_invalid_utf8(std::string(100, 'a') + "\xC3\xA9\xC3") == 102);
}

TEST_CASE("the pieces in front of an error are well-formed, and the error is real", "[utf8]") {
    std::mt19937 random(6);
    std::string_view const pieces[] = {"a",    "some ascii text",  "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F",
                                       "\x98", "\xF0\x9F\x98\x80", "\xED\xA0"};
    for (int round = 0; round != 3000; ++round) {
        std::string text;
        for (auto count = random() % 9; count != 0; --count) {
            // Mostly the well-formed pieces, so that errors stand late as well.
            auto const piece = random() % 12;
            text += pieces[piece < 8 ? piece : piece % 4];
        }
        guarded_buffer const buffer(text);
        auto const at = bedrock::find_invalid_utf8(buffer.text());
        if (at == std::string_view::npos) {
            REQUIRE(oracle_accepts(text));
        } else {
            REQUIRE(oracle_accepts(text.substr(0, at)));
            auto const step = bedrock::decode_utf8(buffer.text().substr(at));
            REQUIRE_FALSE(step.valid);
            REQUIRE(step.code_point == bedrock::replacement_character);
            REQUIRE_FALSE(oracle_accepts(text));
        }
    }
}

TEST_CASE("a character cut short is incomplete at every split, a broken one is not", "[utf8]") {
    for (std::string_view const whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xF0\x9F\x98\x80"}) {
        for (std::size_t size = 1; size <= whole.size(); ++size) {
            guarded_buffer const buffer(whole.substr(0, size));
            auto const step = bedrock::decode_utf8(buffer.text());
            CHECK(step.length == size);
            CHECK(step.valid == (size == whole.size()));
            CHECK(step.incomplete == (size != whole.size()));
        }
    }
    for (std::string_view const broken : {"\x80", "\xC0\x80", "\xE0\x80", "\xED\xA0", "\xF4\x90", "\xF5", "\xC3("}) {
        auto const step = bedrock::decode_utf8(broken);
        CHECK_FALSE(step.valid);
        CHECK_FALSE(step.incomplete);
        CHECK(step.length == 1);
    }
    CHECK(bedrock::decode_utf8("").length == 0);
    CHECK_FALSE(bedrock::decode_utf8("").valid);
}

TEST_CASE("repairs are those of another decoder", "[utf8]") {
    for (auto const& row : replacements) {
        auto const text = bytes_of(row.text);
        guarded_buffer const buffer(text);
        CHECK(bedrock::encode_hex(bedrock::as_bytes(sanitized(buffer.text()))) == row.repaired);
        CHECK(bedrock::valid_utf8(text) == (std::string_view(row.text) == row.repaired));
    }
}

TEST_CASE("a repair appends, and leaves well-formed text alone", "[utf8]") {
    std::string out = "before ";
    bedrock::append_sanitized_utf8(out, "caf\xC3\xA9\xFF!");
    CHECK(out == "before caf\xC3\xA9\xEF\xBF\xBD!");
    CHECK(sanitized("") == "");
    std::string const text(1000, 'x');
    CHECK(sanitized(text) == text);
}

TEST_CASE("a byte order mark in front is skipped, once", "[utf8]") {
    CHECK(bedrock::skip_byte_order_mark("\xEF\xBB\xBF{}") == "{}");
    CHECK(bedrock::skip_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBF") == "\xEF\xBB\xBF");
    CHECK(bedrock::skip_byte_order_mark("\xEF\xBB") == "\xEF\xBB");
    CHECK(bedrock::skip_byte_order_mark("a\xEF\xBB\xBF") == "a\xEF\xBB\xBF");
    CHECK(bedrock::skip_byte_order_mark("") == "");
}
