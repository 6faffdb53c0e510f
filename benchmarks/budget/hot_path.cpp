// What the budget counts: `hot_path WORK TIMES` does the work so many times, and nothing else that depends on TIMES.
// Each work is a function that is not inlined, because g++ makes main() small, not fast.
// `hot_path allocations` prints how often memory was asked for while an answer's events were decoded a second time.
#include "bedrock/event_stream.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/stream_parser.hpp"

#include "../corpus.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

namespace {

using namespace bedrock;

std::size_t allocations = 0;
std::size_t seen = 0;

[[gnu::noinline]] std::size_t decode_frames(std::string_view bytes) {
    std::size_t messages = 0;
    event_stream::decoder decoder;
    event_stream::message message;
    decoder.feed(as_bytes(bytes));
    for (; decoder.next(message); ++messages) seen += message.payload.size();
    return messages;
}

// The same to kind, index and text.
[[gnu::noinline]] std::size_t decode_events(std::string_view bytes) {
    std::size_t events = 0;
    event_stream::decoder decoder;
    event_stream::message message;
    stream_event event;
    decoder.feed(as_bytes(bytes));
    for (; decoder.next(message); ++events) {
        if (!event.parse(message.text(":event-type"), as_text(message.payload))) break;
        seen += event.text().size() + event.tool_input().size() + static_cast<std::size_t>(event.index());
    }
    return events;
}

struct arriving final : http::transfer {};

// The events of one answer from a receive buffer that has all of it.
[[gnu::noinline]] std::size_t parse_events(stream_parser& parser, http::transfer& from) {
    std::size_t events = 0;
    error_context const context{};
    for (; parser.next(from, context) == stream_progress::event; ++events) {
        auto const& event = parser.event();
        seen += event.text().size() + event.tool_input().size() + static_cast<std::size_t>(event.index());
    }
    return events;
}

int count_allocations(std::string_view bytes) {
    arriving from;
    stream_parser parser;
    from.buffer.append(as_bytes(bytes));
    from.buffer.append(as_bytes(bytes));
    // The first answer makes room for the longest text with escapes. Events of other kinds than the common deltas
    // build structures of their own.
    error_context const context{};
    std::size_t in_deltas = 0;
    std::size_t deltas = 0;
    for (;;) {
        auto const before = allocations;
        if (parser.next(from, context) != stream_progress::event) break;
        bool const common = parser.event().delta() != delta_kind::none && parser.event().delta() != delta_kind::other;
        if (!common || from.buffer.size() > bytes.size()) continue;
        ++deltas;
        in_deltas += allocations - before;
    }
    if (deltas == 0) return 1;
    std::printf("%zu\n", in_deltas);
    return 0;
}

int sign(std::size_t times) {
    http::header_list const headers{{"Host", "bedrock-runtime.us-east-1.amazonaws.com"},
                                    {"Content-Type", "application/json"},
                                    {"Accept", "application/vnd.amazon.eventstream"}};
    std::string const token(900, 'T');
    std::string const body(1024, 'x');
    sigv4::request request;
    request.method = "POST";
    request.target = "/model/us.anthropic.claude-opus-4-6-v1/converse-stream";
    request.headers = headers;
    request.body = as_bytes(body);
    sigv4::signer signer;
    sigv4::signature signature;
    for (std::size_t i = 0; i < times; ++i) {
        auto const state = signer.sign(request, {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token},
                                       {"us-east-1", "bedrock", 1440938160}, {}, signature);
        if (!state.ok()) return 1;
        seen += signature.hex.size();
    }
    return 0;
}

}  // namespace

void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    std::abort();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

int main(int count, char** arguments) {
    std::string_view const work = count > 1 ? arguments[1] : "";
    auto const times = static_cast<std::size_t>(count > 2 ? std::atol(arguments[2]) : 0);
    if (work == "sign") return sign(times);
    auto const corpus = bench::make_converse(1000);
    if (work == "allocations") return count_allocations(corpus.bytes);
    std::size_t done = 0;
    arriving all[4];
    for (auto& from : all) from.buffer.append(as_bytes(corpus.bytes));
    for (std::size_t i = 0; i < times && i < std::size(all); ++i) {
        stream_parser parser;
        done += work == "frames"    ? decode_frames(corpus.bytes)
                : work == "decoded" ? decode_events(corpus.bytes)
                                    : parse_events(parser, all[i]);
    }
    std::printf("%zu %zu\n", corpus.messages, seen);
    return done == times * corpus.messages ? 0 : 1;
}
