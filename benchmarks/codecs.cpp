// JSON and base64: reading, checking, writing; simdjson as the peer.
#include "bedrock/base64.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/json/writer.hpp"

#include "corpus.hpp"
#include "harness.hpp"

#ifdef BENCH_WITH_SIMDJSON
#include <simdjson.h>
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

std::uint64_t sum_texts(std::string_view document) {
    std::uint64_t sum = 0;
    json::reader in(document);
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

}  // namespace

int main(int count, char** arguments) {
    bench::report report(count, arguments);
    auto const document = make_document();
    auto const size = static_cast<double>(document.size());
    std::vector<bench::candidate> readers{{"json::reader", [&] { return sum_texts(document); }}};
#ifdef BENCH_WITH_SIMDJSON
    simdjson::padded_string const padded(document);
    readers.push_back(
        {"simdjson on demand, padded, unasked parts unchecked", [&] { return sum_texts_by_simdjson(padded); }});
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
    std::string const bytes(1 << 20, '\x5a');
    auto const encoded = encode_base64(as_bytes(bytes));
    byte_buffer decoded;
    auto const all = static_cast<double>(bytes.size());
    report.compare({"base64: encoding 1 MiB", "byte", all, all}, {{"append_base64", [&] {
                                                                       out.clear();
                                                                       append_base64(out, as_bytes(bytes));
                                                                       return out.size();
                                                                   }}});
    report.compare({"base64: decoding it", "byte", all, all}, {{"decode_base64", [&] {
                                                                    if (!decode_base64(encoded, decoded)) std::abort();
                                                                    return decoded.size();
                                                                }}});
    return report.finish();
}
