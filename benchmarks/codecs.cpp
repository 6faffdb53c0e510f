// JSON and base64: reading, checking, writing; simdjson and OpenSSL as the peers.
#include "bedrock/base64.hpp"
#include "bedrock/crc32.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"

#include "corpus.hpp"
#include "harness.hpp"

#include <openssl/evp.h>

#ifdef BENCH_WITH_SIMDJSON
#include "bedrock/simdjson.hpp"
#endif

namespace {

using namespace bedrock;

// An answer of Converse with much text.
std::string make_document() {
    bench::corpus_detail::maker make(5);
    std::string json = R"({"output":{"message":{"role":"assistant","content":[)";
    for (int block = 0; block < 200; ++block) {
        std::string text;
        for (int i = 0; i < 40; ++i) text += make.token();
        json += (block == 0 ? "{\"text\":" : ",{\"text\":") + bench::corpus_detail::quoted(text) + "}";
    }
    return json + R"(]}},"stopReason":"end_turn","usage":{"inputTokens":30,"outputTokens":628,"totalTokens":658}})";
}

template <class Reader>
std::uint64_t sum_texts(std::string_view document) {
    std::uint64_t sum = 0;
    Reader in(document);
    std::string_view key;
    std::string_view text;
    in.begin_object();
    while (in.next_member(key)) {
        if (key != "output") {
            in.skip();
            continue;
        }
        in.begin_object();
        in.next_member(key);
        in.begin_object();
        while (in.next_member(key)) {
            if (key != "content") {
                in.skip();
                continue;
            }
            in.begin_array();
            while (in.next_element()) {
                in.begin_object();
                in.next_member(key);
                in.read_string(text);
                sum = sum * 31 + text.size();
                in.next_member(key);
            }
        }
        in.next_member(key);
    }
    if (!in.finish()) std::abort();
    return sum;
}

#ifdef BENCH_WITH_SIMDJSON
std::uint64_t sum_texts_by_simdjson(simdjson::padded_string const& document) {
    std::uint64_t sum = 0;
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document root = parser.iterate(document);
    for (auto block : root["output"]["message"]["content"]) {
        std::string_view const text = block["text"];
        sum = sum * 31 + text.size();
    }
    return sum;
}
#endif

// By the processor's best path first, then by each that is here; into memory that is kept.
void compare_base64(bench::report& report, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i != size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
    auto const text = encode_base64(as_bytes(bytes));
    std::string out;
    byte_buffer decoded;
    std::vector<bench::candidate> writers;
    std::vector<bench::candidate> readers;
    auto const add = [&](std::string const& name, base64_path path) {
        writers.push_back({name, [&, path] {
                               out.clear();
                               append_base64(out, as_bytes(bytes), path);
                               return crc32(as_bytes(std::string_view(out).substr(0, 64)));
                           }});
        readers.push_back({name, [&, path] {
                               if (!decode_base64(text, decoded, path)) std::abort();
                               return crc32(byte_view(decoded).first(64));
                           }});
    };
    add("bedrock", best_base64_path());
    for (auto const path : {base64_path::avx2, base64_path::ssse3, base64_path::neon, base64_path::portable})
        if (has_base64_path(path)) add("bedrock, " + std::string(describe(path)), path);
    std::vector<unsigned char> raw(text.size() + 1);
    auto const unsigned_bytes = [](std::string const& from) {
        return reinterpret_cast<unsigned char const*>(from.data());
    };
    writers.push_back({"OpenSSL, EVP_EncodeBlock", [&] {
                           EVP_EncodeBlock(raw.data(), unsigned_bytes(bytes), static_cast<int>(size));
                           return crc32(std::as_bytes(std::span(raw).first(64)));
                       }});
    readers.push_back({"OpenSSL, EVP_DecodeBlock", [&] {
                           EVP_DecodeBlock(raw.data(), unsigned_bytes(text), static_cast<int>(text.size()));
                           return crc32(std::as_bytes(std::span(raw).first(64)));
                       }});
    auto const count = static_cast<double>(size);
    report.compare({"base64: writing " + std::to_string(size) + " bytes", "byte", count, count}, writers);
    report.compare({"base64: reading " + std::to_string(size) + " bytes", "byte", count, count}, readers);
}

}  // namespace

int main(int count, char** arguments) {
    bench::report report(count, arguments);
    auto const document = make_document();
    auto const size = static_cast<double>(document.size());
    std::vector<bench::candidate> readers{{"json::reader", [&] { return sum_texts<json::reader>(document); }}};
#ifdef BENCH_WITH_SIMDJSON
    simdjson::padded_string const padded(document);
    readers.push_back(
        {"simdjson on demand, padded, unasked parts unchecked", [&] { return sum_texts_by_simdjson(padded); }});
    readers.push_back({"json::simdjson_reader", [&] { return sum_texts<json::simdjson_reader>(document); }});
#else
    report.skip("simdjson");
#endif
    report.compare(
        {"JSON: the texts of an answer of " + std::to_string(document.size()) + " bytes", "byte", size, size}, readers);
    report.compare({"JSON: checking it whole", "byte", size, size},
                   {{"json::valid", [&] { return json::valid(document) ? 1u : 0u; }}});
    std::string out;
    report.compare({"JSON: writing it as one string", "byte", size, size}, {{"json::writer", [&] {
                                                                                 out.clear();
                                                                                 json::writer(out).string(document);
                                                                                 return out.size();
                                                                             }}});
    for (std::size_t const each : {200u, 1u << 10, 16u << 10, 1u << 20}) compare_base64(report, each);
    return report.finish();
}
