// Frames, and frames down to the event: whole, in pieces, and by the portable checksums; simdjson as the other reader.
#include "bedrock/event_stream.hpp"
#include "bedrock/model/stream.hpp"
#include "bedrock/stream_parser.hpp"

#include "corpus.hpp"
#include "harness.hpp"

#ifdef BENCH_WITH_SIMDJSON
#include <simdjson.h>
#endif

#ifdef BENCH_WITH_AWS_C
#include <aws/event-stream/event_stream.h>
#endif

#include <memory>

namespace {

using namespace bedrock;

std::uint64_t mix(std::uint64_t sum, std::uint64_t value) {
    return sum * 31 + value;
}

template <class Use>
void decode(std::string_view bytes, std::size_t piece, crc32_path path, Use use) {
    event_stream::decoder decoder({}, path);
    event_stream::message message;
    for (; !bytes.empty(); bytes.remove_prefix((std::min)(piece, bytes.size()))) {
        decoder.feed(as_bytes(bytes.substr(0, piece)));
        while (decoder.next(message)) use(message);
    }
    if (!decoder.finish().ok()) std::abort();
}

std::uint64_t sum_frames(std::string_view bytes, std::size_t piece, crc32_path path) {
    std::uint64_t sum = 0;
    decode(bytes, piece, path, [&](event_stream::message const& message) {
        sum = mix(sum, message.payload.size() * 256 + message.headers_length);
    });
    return sum;
}

std::uint64_t mix_event(std::uint64_t sum, event_kind kind, std::int64_t index, std::string_view text) {
    sum = mix(sum, static_cast<std::uint64_t>(kind));
    sum = mix(sum, static_cast<std::uint64_t>(index));
    return mix(sum, text.size() * 256 + (text.empty() ? 0 : static_cast<unsigned char>(text.back())));
}

std::uint64_t sum_events(std::string_view bytes, std::size_t piece, crc32_path path) {
    std::uint64_t sum = 0;
    stream_event event;
    decode(bytes, piece, path, [&](event_stream::message const& message) {
        if (!event.parse(message.text(":event-type"), as_text(message.payload))) std::abort();
        sum = mix_event(sum, event.kind(), event.index(),
                        event.delta() == delta_kind::tool_input ? event.tool_input() : event.text());
    });
    return sum;
}

// The way of the client: a receive buffer, filled piece by piece, decoded in place.
std::uint64_t sum_parsed(std::string_view bytes, std::size_t piece) {
    struct arriving final : http::transfer {};
    arriving from;
    stream_parser parser;
    error_context const context{};
    std::uint64_t sum = 0;
    for (; !bytes.empty(); bytes.remove_prefix((std::min)(piece, bytes.size()))) {
        from.buffer.append(as_bytes(bytes.substr(0, piece)));
        while (parser.next(from, context) == stream_progress::event) {
            auto const& event = parser.event();
            sum = mix_event(sum, event.kind(), event.index(),
                            event.delta() == delta_kind::tool_input ? event.tool_input() : event.text());
        }
    }
    return sum;
}

#ifdef BENCH_WITH_SIMDJSON
class simdjson_events {
  public:
    std::uint64_t mix(std::uint64_t sum, std::string_view type, std::string_view payload) {
        namespace on_demand = simdjson::ondemand;
        auto const kind = detail::kind_of_event(type);
        padded_.reserve(payload.size() + simdjson::SIMDJSON_PADDING);
        padded_.assign(payload);
        on_demand::document document;
        if (parser_.iterate(padded_.data(), padded_.size(), padded_.capacity()).get(document) != simdjson::SUCCESS)
            std::abort();
        std::int64_t index = -1;
        std::string_view text;
        on_demand::object delta;
        if (kind == event_kind::content_block_start || kind == event_kind::content_block_delta ||
            kind == event_kind::content_block_stop)
            if (document["contentBlockIndex"].get(index) != simdjson::SUCCESS) std::abort();
        if (kind == event_kind::content_block_delta) {
            if (document["delta"].get(delta) != simdjson::SUCCESS) std::abort();
            if (delta["text"].get(text) != simdjson::SUCCESS &&
                delta["toolUse"]["input"].get(text) != simdjson::SUCCESS)
                std::abort();
        }
        return mix_event(sum, kind, index, text);
    }

  private:
    simdjson::ondemand::parser parser_;
    std::string padded_;
};

std::uint64_t sum_by_simdjson(std::string_view bytes) {
    std::uint64_t sum = 0;
    simdjson_events events;
    decode(bytes, bytes.size(), best_crc32_path(), [&](event_stream::message const& message) {
        sum = events.mix(sum, message.text(":event-type"), as_text(message.payload));
    });
    return sum;
}
#endif

#if defined(BENCH_WITH_AWS_C) && defined(BENCH_WITH_SIMDJSON)
// What a program makes of AWS's streaming decoder: the type and the payload of a message, put together.
struct aws_c_events {
    simdjson_events events;
    std::uint64_t sum = 0;
    std::string type;
    std::string payload;

    void end() {
        sum = events.mix(sum, type, payload);
        payload.clear();
    }
};

aws_c_events& events_of(void* user) {
    return *static_cast<aws_c_events*>(user);
}

std::uint64_t sum_by_aws_c(std::string_view bytes, std::size_t piece) {
    aws_c_events events;
    aws_event_stream_streaming_decoder_options options{};
    options.on_payload_segment = [](aws_event_stream_streaming_decoder*, aws_byte_buf* part, std::int8_t, void* user) {
        events_of(user).payload.append(reinterpret_cast<char const*>(part->buffer), part->len);
    };
    options.on_prelude = [](aws_event_stream_streaming_decoder*, aws_event_stream_message_prelude*, void*) {};
    options.on_header = [](aws_event_stream_streaming_decoder*, aws_event_stream_message_prelude*,
                           aws_event_stream_header_value_pair* header, void* user) {
        std::string_view const name(header->header_name, header->header_name_len);
        if (name != ":event-type") return;
        events_of(user).type.assign(reinterpret_cast<char const*>(header->header_value.variable_len_val),
                                    header->header_value_len);
    };
    options.on_complete = [](aws_event_stream_streaming_decoder*, std::uint32_t, void* user) { events_of(user).end(); };
    options.on_error = [](aws_event_stream_streaming_decoder*, aws_event_stream_message_prelude*, int, char const*,
                          void*) { std::abort(); };
    options.user_data = &events;
    aws_event_stream_streaming_decoder decoder;
    aws_event_stream_streaming_decoder_init_from_options(&decoder, aws_default_allocator(), &options);
    for (; !bytes.empty(); bytes.remove_prefix((std::min)(piece, bytes.size()))) {
        auto const part = bytes.substr(0, piece);
        auto const buffer = aws_byte_buf_from_array(part.data(), part.size());
        if (aws_event_stream_streaming_decoder_pump(&decoder, &buffer) != 0) std::abort();
    }
    aws_event_stream_streaming_decoder_clean_up(&decoder);
    return events.sum;
}
#endif

}  // namespace

int main(int count, char** arguments) {
    bench::report report(count, arguments);
#ifdef BENCH_WITH_AWS_C
    aws_common_library_init(aws_default_allocator());
#endif
    auto const best = best_crc32_path();
    if (!report.export_folder().empty()) {
        std::string answers;
        for (auto const& corpus : bench::load_all()) {
            if (corpus.name == "chunk") continue;
            report.export_file(corpus.name + ".bin", corpus.bytes);
            answers += (answers.empty() ? "{\"" : ",\n\"") + corpus.name + R"(": {"messages": )" +
                       std::to_string(corpus.messages) + R"(, "answer": ")" +
                       std::to_string(sum_events(corpus.bytes, corpus.bytes.size(), best)) + "\"}";
        }
        report.export_file("decode.json", answers + "}\n");
        return report.finish();
    }
    for (auto const& corpus : bench::load_all()) {
        std::string_view const bytes = corpus.bytes;
        auto const messages = static_cast<double>(corpus.messages);
        std::vector<bench::candidate> frames;
        std::vector<bench::candidate> events;
        for (std::size_t const piece : {bytes.size(), std::size_t{16384}, std::size_t{1400}}) {
            auto const how = piece == bytes.size() ? std::string("whole") : "pieces of " + std::to_string(piece);
            frames.push_back({"decoder, " + how, [=] { return sum_frames(bytes, piece, best); }});
            events.push_back({"decoder and event, " + how, [=] { return sum_events(bytes, piece, best); }});
            if (piece != bytes.size())
                events.push_back({"receive buffer and parser, " + how, [=] { return sum_parsed(bytes, piece); }});
        }
        if (best == crc32_path::vpclmul) {
            frames.push_back(
                {"decoder, whole, pclmul", [=] { return sum_frames(bytes, bytes.size(), crc32_path::pclmul); }});
            events.push_back({"decoder and event, whole, pclmul",
                              [=] { return sum_events(bytes, bytes.size(), crc32_path::pclmul); }});
        }
        frames.push_back(
            {"decoder, whole, portable", [=] { return sum_frames(bytes, bytes.size(), crc32_path::portable); }});
        events.push_back({"decoder and event, whole, portable",
                          [=] { return sum_events(bytes, bytes.size(), crc32_path::portable); }});
#ifdef BENCH_WITH_SIMDJSON
        events.push_back({"decoder and simdjson on demand, whole", [=] { return sum_by_simdjson(bytes); }});
#ifdef BENCH_WITH_AWS_C
        events.push_back({"aws-c-event-stream and simdjson, whole", [=] { return sum_by_aws_c(bytes, bytes.size()); }});
        events.push_back(
            {"aws-c-event-stream and simdjson, pieces of 16384", [=] { return sum_by_aws_c(bytes, 16384); }});
#endif
#endif
        auto const size = static_cast<double>(bytes.size());
        report.compare({"frames, " + corpus.name, "message", messages, size}, frames);
        if (corpus.name != "chunk")
            report.compare({"frames to (kind, index, text), " + corpus.name, "message", messages, size}, events);
    }
#ifndef BENCH_WITH_SIMDJSON
    report.skip("simdjson");
#endif
#ifndef BENCH_WITH_AWS_C
    report.skip("aws-c-event-stream (-Dpeers=DIR)");
#endif
    return report.finish();
}
