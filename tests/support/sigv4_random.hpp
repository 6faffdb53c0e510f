// Makes random requests: what a client may send, and what the specification makes of it.
#pragma once

#include "bedrock/sigv4.hpp"
#include "bedrock/time.hpp"
#include "support/sigv4_reference.hpp"
#include "support/sigv4_sample.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigv4_test {

// A random request, once as it goes on the wire and once as the reference describes it.
class random_request {
  public:
    explicit random_request(unsigned seed) : random_(seed) {
        static constexpr char const* methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
        wire.method = expected.method = methods[below(5)];
        wire.options.normalize_path = expected.normalize = below(2) == 0;
        wire.options.double_uri_encode = expected.encode_again = below(4) != 0;
        wire.options.sign_body = below(2) == 0;
        wire.options.omit_session_token = below(2) == 0;
        wire.expires_seconds = 1 + below(604800);
        if (below(2) == 0) wire.token = text("abcXYZ019+/=", 1 + below(900));
        wire.secret = expected.secret = text("abcXYZ019+/", 1 + below(90));
        wire.region = expected.region = text("abc-12", 1 + below(20));
        wire.service = expected.service = text("abc-12", 1 + below(20));
        make_path();
        make_query();
        make_headers();
        make_body();
        make_time();
    }

    sample wire{};
    sigv4_reference::request expected{};

  private:
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
    std::string text(std::string_view alphabet, int size) {
        std::string out;
        while (size-- > 0) out += alphabet[static_cast<std::size_t>(below(static_cast<int>(alphabet.size())))];
        return out;
    }
    std::string bytes(int most) {
        std::string out;
        for (int left = below(most + 1); left > 0; --left)
            out += below(3) == 0 ? static_cast<char>(below(256)) : text("aZ09-._~ %+&=?/:é", 1)[0];
        return out;
    }
    // As some client would: more is encoded than must be, in either case.
    std::string encoded(std::string_view decoded, std::string_view must) {
        std::string out;
        for (char const c : decoded) {
            bool const graphic = c > ' ' && c <= '~' && c != '%' && c != '#';
            if (graphic && must.find(c) == std::string_view::npos && below(4) != 0) {
                out += c;
                continue;
            }
            auto const* const digits = below(2) == 0 ? "0123456789abcdef" : "0123456789ABCDEF";
            out += '%';
            out += digits[static_cast<unsigned char>(c) / 16];
            out += digits[static_cast<unsigned char>(c) % 16];
        }
        return out;
    }

    void make_path() {
        wire.target.clear();
        for (int left = 1 + below(6); left > 0; --left) {
            auto const kind = below(8);
            // Once for the wire; what is not encoded again must have nothing left to encode.
            auto segment = kind == 0                        ? ""
                           : kind == 1                      ? "."
                           : kind == 2                      ? ".."
                           : wire.options.double_uri_encode ? encoded(bytes(12), "/?")
                                                            : sigv4_reference::uri_encode(bytes(12));
            wire.target += '/' + segment;
            expected.segments.push_back(std::move(segment));
        }
    }
    void make_query() {
        for (int left = below(6); left > 0; --left) {
            wire.target += wire.target.find('?') == std::string::npos ? '?' : '&';
            if (below(10) == 0) continue;  // an empty parameter, which is none
            auto name = below(3) == 0 ? text("ab", 1) : bytes(6);
            auto value = below(3) == 0 ? std::string() : bytes(12);
            bool const with_equals = !value.empty() || below(2) == 0 || name.empty();
            wire.target += encoded(name, "=&") + (with_equals ? "=" : "") + encoded(value, "&");
            expected.parameters.emplace_back(std::move(name), std::move(value));
        }
    }
    void make_headers() {
        wire.headers = {{"hOst", "bedrock.example"}};
        expected.headers["host"] = {{"bedrock.example"}};
        for (int left = below(8); left > 0; --left) {
            auto const name = "x-" + text("abc", 1 + below(2));
            std::string sent_name;
            for (char const c : name) sent_name += below(2) == 0 && c >= 'a' ? static_cast<char>(c - 32) : c;
            std::vector<std::string> words;
            auto value = blanks(0);
            for (int count = below(4); count > 0; --count) {
                words.push_back(text("abc\"\\,;=:%\xC3\xA9", 1 + below(20)));
                value += words.back() + blanks(count > 1 ? 1 : 0);
            }
            wire.headers.push_back({std::move(sent_name), std::move(value)});
            expected.headers[name].push_back(std::move(words));
        }
        if (below(2) == 0) wire.headers.push_back({"User-Agent", "never signed"});
    }
    std::string blanks(int least) {
        std::string out;
        for (int left = least + below(3); left > 0; --left) {
            static constexpr char const* blank[] = {" ", "\t", "\r\n ", "\r\n\t"};
            out += blank[below(4)];
        }
        return out;
    }
    void make_body() {
        wire.body = bytes(300);
        expected.payload_hash = sigv4_reference::hex(sigv4_reference::sha256(wire.body));
        if (below(4) == 0) wire.payload_hash = expected.payload_hash = sigv4::unsigned_payload;
    }
    void make_time() {
        auto const days = below(30000);  // until 2052
        auto const seconds = below(86400);
        wire.unix_seconds = std::int64_t{86400} * days + seconds;
        auto const civil = bedrock::to_civil_time({wire.unix_seconds, 0});
        auto const two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
        expected.date = std::to_string(civil.year) + two(civil.month) + two(civil.day);
        expected.time = two(seconds / 3600) + two(seconds / 60 % 60) + two(seconds % 60);
    }

    std::mt19937 random_;
};

}  // namespace sigv4_test
