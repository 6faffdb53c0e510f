// Makes random JSON that a described type takes, from its field table: every field, arm and explicit empty form, and an
// unknown member in every structure. Then checks that reading and writing it again loses nothing.
#pragma once

#include "bedrock/base64.hpp"
#include "bedrock/json/fields.hpp"
#include "support/json_equal.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

class random_json {
  public:
    explicit random_json(std::uint32_t seed) : engine_(seed) {}

    std::string make(bedrock::json::descriptor const& of, int depth = 0) {
        using bedrock::json::shape;
        switch (of.kind) {
            case shape::text:
                return text();
            case shape::blob: {
                bedrock::byte_buffer bytes(below(5));
                for (auto& byte : bytes) byte = static_cast<std::byte>(below(256));
                return "\"" + bedrock::encode_base64(bytes) + "\"";
            }
            case shape::boolean:
                return below(2) ? "true" : "false";
            case shape::int32:
                return pick({"0", "1", "-7", "2147483647", "-2147483648", "12.0", "3e2"});
            case shape::int64:
                return pick({"0", "9007199254740993", "-9223372036854775807", "42"});
            case shape::float32:
                return pick({"0", "0.5", "1", "0.25", "-2.5"});
            case shape::float64:
                return pick({"0", "0.1", "1e-300", "0.30000000000000004", "-2.5e10"});
            case shape::document:
                return pick({"null", "{}", "[1,{\"a\":null}]", "\"x\"", "-0.5", "{\"k\":[true,false]}"});
            case shape::lazy:
                return pick({"{}", "{\"later\":[1,2]}"});
            case shape::open_enum:
                return below(4) == 0 ? pick({"\"\"", "\"of_tomorrow\""})
                                     : "\"" + std::string(names(of)[below(of.count)]) + "\"";
            case shape::optional:
                return make(*of.inner, depth);
            case shape::list:
                return list(of, depth);
            case shape::map:
                return map(of, depth);
            case shape::structure:
                return structure(of, depth);
            case shape::union_of:
                return any_arm(of, depth);
            case shape::boxed:
                if (below(8) == 0) return "{\"of_tomorrow\":{\"a\":1}}";
                return "{\"" + std::string(names(of)[0]) + "\":" + make(*of.inner, depth) + "}";
        }
        return "null";
    }

    // An object with the arm of this place, 0-based; one behind the last is unknown.
    std::string arm(bedrock::json::descriptor const& of, std::size_t place, int depth = 0) {
        if (place == of.count) return "{\"armOfTomorrow\":{\"x\":[1,null]}}";
        return "{\"" + std::string(names(of)[place]) + "\":" + make(*of.arms[place], depth + 1) + "}";
    }

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }

  private:
    static std::string_view const* names(bedrock::json::descriptor const& of) {
        return static_cast<std::string_view const*>(of.table);
    }

    std::string pick(std::initializer_list<std::string_view> from) {
        return std::string(from.begin()[below(from.size())]);
    }

    std::string text() {
        return pick({"\"\"", "\"plain\"", "\"\\u0000\\n\\\"\"", "\"\xc3\xa9\xf0\x9f\x98\x80\"", "\"a longer text\""});
    }

    std::string list(bedrock::json::descriptor const& of, int depth) {
        std::string out = "[";
        for (std::size_t i = below(depth > 6 ? 1 : 3); i > 0; --i)
            out += (out.size() > 1 ? "," : "") + make(*of.inner, depth + 1);
        return out + "]";
    }

    std::string map(bedrock::json::descriptor const& of, int depth) {
        std::string out = "{";
        for (std::size_t i = below(3); i > 0; --i)
            out += (out.size() > 1 ? ",\"key" : "\"key") + std::to_string(i) + "\":" + make(*of.inner, depth + 1);
        return out + "}";
    }

    std::string structure(bedrock::json::descriptor const& of, int depth) {
        auto const* const fields = static_cast<bedrock::json::field const*>(of.table);
        std::string out = "{";
        for (std::size_t i = 0; i < of.count; ++i) {
            bool const required = (fields[i].flags & bedrock::json::required_field) != 0;
            if (fields[i].of == nullptr || (!required && below(3) == 0)) continue;
            out +=
                (out.size() > 1 ? ",\"" : "\"") + std::string(fields[i].name) + "\":" + make(*fields[i].of, depth + 1);
        }
        if (of.offset != bedrock::json::no_unknown)
            out += std::string(out.size() > 1 ? "," : "") + "\"memberOfTomorrow\":{\"b\":[1,2,{}]}";
        return out + "}";
    }

    std::string any_arm(bedrock::json::descriptor const& of, int depth) { return arm(of, below(of.count + 1u), depth); }

    std::mt19937 engine_;
};

inline void check_round_trip(bedrock::json::descriptor const& of, void* at, std::string const& text) {
    INFO(text);
    auto const read = bedrock::json::read_erased(of, at, text, {});
    INFO((read ? std::string() : read.error().message));
    REQUIRE(read.has_value());
    std::string again;
    auto const written = bedrock::json::write_erased(of, at, again, {});
    INFO((written ? again : written.error().message));
    REQUIRE(written.has_value());
    CHECK(json_difference(text, again) == "");
}

// Random values of T that survive reading and writing.
template <class T>
void check_random_round_trips(int count = 40) {
    auto const& of = bedrock::json::type_of<T>;
    random_json random(20260102);
    for (int i = 0; i < count; ++i) {
        T value{};
        check_round_trip(of, &value, random.make(of));
    }
    if (of.kind != bedrock::json::shape::union_of) return;
    for (std::size_t place = 0; place <= of.count; ++place) {
        T value{};
        check_round_trip(of, &value, random.arm(of, place));
        CHECK(bedrock::json::detail::elements_of(of, &value).count == place + 1);
    }
}

// The text after reading it as a T and writing it again, or the message of the error.
template <class T>
std::string rewritten(std::string_view text) {
    auto const value = bedrock::json::read<T>(text);
    if (!value) return value.error().message;
    auto const out = bedrock::json::write(*value);
    return out ? *out : out.error().message;
}
