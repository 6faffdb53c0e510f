// Streams to decode: the same bytes at every run, in the shape of Bedrock's answers, or files given by -Dcorpus=DIR.
#pragma once

#include "bedrock/base64.hpp"
#include "bedrock/event_stream.hpp"
#include "bedrock/json/writer.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

struct corpus {
    std::string name;
    std::string bytes;
    std::size_t messages = 0;
};

/// An event as Bedrock frames it.
inline void add_frame(std::string& to, std::string_view type, std::string_view json) {
    bedrock::event_stream::encoder frame(to);
    frame.add_string(":event-type", type);
    frame.add_string(":content-type", "application/json");
    frame.add_string(":message-type", "event");
    if (!frame.finish(bedrock::as_bytes(json)).ok()) std::abort();
}

namespace corpus_detail {

inline constexpr std::string_view words[] = {"the", "of",   "and",   "to",    "in",    "is",  "you",  "that", "it",
                                             "was", "have", "from",  "word",  "what",  "all", "when", "your", "said",
                                             "use", "each", "which", "their", "there", "if",  "will", "way",  "about"};
inline constexpr std::string_view padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
inline constexpr std::string_view other_scripts[] = {"\xc3\xa9", "\xe2\x80\x94", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"};

class maker {
  public:
    explicit maker(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t limit) { return random_() % limit; }

    void add(corpus& to, std::string_view type, std::string json) {
        json.pop_back();
        if (json.back() != '{') json += ',';
        json.append("\"p\":\"").append(padding.substr(0, below(61))).append("\"}");
        add_frame(to.bytes, type, json);
        ++to.messages;
    }

    /// 2 to 20 characters as a model gives them: 1 in 20 with an escape, 1 in 50 beyond ASCII.
    std::string token() {
        std::string text;
        auto const size = 2 + below(19);
        while (text.size() < size) (text += ' ') += words[below(std::size(words))];
        text.resize(size);
        auto const kind = below(100);
        if (kind < 4) text.back() = '\n';
        if (kind == 4) text.back() = '"';
        if (kind == 5 || kind == 6) text += other_scripts[below(std::size(other_scripts))];
        return text;
    }

  private:
    std::mt19937 random_;
};

inline std::string quoted(std::string_view text) {
    std::string json;
    bedrock::json::writer(json).string(text);
    return json;
}

inline std::string delta(std::size_t block, std::string const& member) {
    return "{\"contentBlockIndex\":" + std::to_string(block) + ",\"delta\":" + member + "}";
}

}  // namespace corpus_detail

/// One answer after the other: text, then often a tool use; 190 to 200 bytes a message.
inline corpus make_converse(std::size_t messages) {
    using namespace corpus_detail;
    corpus made{"converse", {}, 0};
    maker make(20260923);
    while (made.messages < messages) {
        make.add(made, "messageStart", R"({"role":"assistant"})");
        auto const blocks = 1 + make.below(2);
        for (std::size_t block = 0; block < blocks; ++block) {
            if (block == 1)
                make.add(made, "contentBlockStart",
                         R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"tooluse_kZJMlvQmRJ6eAyJE5GIl7Q",)"
                         R"("name":"get_weather"}}})");
            for (auto left = 120 + make.below(200); left != 0; --left) {
                auto const text = quoted(make.token());
                make.add(
                    made, "contentBlockDelta",
                    delta(block, block == 0 ? "{\"text\":" + text + "}" : "{\"toolUse\":{\"input\":" + text + "}}"));
            }
            make.add(made, "contentBlockStop", "{\"contentBlockIndex\":" + std::to_string(block) + "}");
        }
        make.add(made, "messageStop", blocks == 1 ? R"({"stopReason":"end_turn"})" : R"({"stopReason":"tool_use"})");
        make.add(made, "metadata",
                 R"({"metrics":{"latencyMs":4211},"usage":{"inputTokens":30,"outputTokens":250,"totalTokens":280}})");
    }
    return made;
}

/// One answer of text alone, and the text.
struct answer : corpus {
    std::vector<std::size_t> ends{};  // of its events
    std::string text{};
};

inline answer make_answer(std::size_t messages) {
    using namespace corpus_detail;
    answer made{{"answer", {}, 0}};
    maker make(4);
    auto const add = [&](std::string_view type, std::string json) {
        make.add(made, type, std::move(json));
        made.ends.push_back(made.bytes.size());
    };
    add("messageStart", R"({"role":"assistant"})");
    while (made.messages + 3 < messages) {
        auto const text = make.token();
        made.text += text;
        add("contentBlockDelta", delta(0, "{\"text\":" + quoted(text) + "}"));
    }
    add("contentBlockStop", R"({"contentBlockIndex":0})");
    add("messageStop", R"({"stopReason":"end_turn"})");
    add("metadata",
        R"({"metrics":{"latencyMs":4211},"usage":{"inputTokens":30,"outputTokens":250,"totalTokens":280}})");
    return made;
}

/// InvokeModelWithResponseStream: a model's own JSON in base64.
inline corpus make_chunk(std::size_t messages) {
    using namespace corpus_detail;
    corpus made{"chunk", {}, 0};
    maker make(2);
    while (made.messages < messages) {
        auto const inner = R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":)" +
                           quoted(make.token()) + "}}";
        make.add(made, "chunk", "{\"bytes\":\"" + bedrock::encode_base64(bedrock::as_bytes(inner)) + "\"}");
    }
    return made;
}

/// Frames of 64 KiB.
inline corpus make_large(std::size_t messages) {
    using namespace corpus_detail;
    corpus made{"64 KiB", {}, 0};
    maker make(3);
    while (made.messages < messages) {
        std::string text;
        while (text.size() < 65416) (text += ' ') += words[make.below(std::size(words))];
        make.add(made, "contentBlockDelta", delta(0, "{\"text\":" + quoted(text) + "}"));
    }
    return made;
}

/// The corpus made here, or DIR/`file`.bin where BENCH_CORPUS names a directory.
inline corpus load(std::string_view file, corpus made) {
#ifdef BENCH_CORPUS
    auto const path = std::string(BENCH_CORPUS "/") + std::string(file) + ".bin";
    std::FILE* const from = std::fopen(path.c_str(), "rb");
    if (from == nullptr) {
        std::printf("skipped: no %s; the corpus made here is used\n", path.c_str());
        return made;
    }
    made.bytes.clear();
    char buffer[65536];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, from)) != 0;) made.bytes.append(buffer, got);
    std::fclose(from);
    made.messages = 0;
    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    decoder.feed(bedrock::as_bytes(made.bytes));
    while (decoder.next(message)) ++made.messages;
#else
    static_cast<void>(file);
#endif
    return made;
}

inline std::vector<corpus> load_all() {
    return {load("converse", make_converse(10000)), load("chunk", make_chunk(10000)), load("large", make_large(160))};
}

}  // namespace bench
