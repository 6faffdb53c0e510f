// `bedrock decode` and `bedrock encode` as child processes, against the event-stream vectors.
#include "support/tool.hpp"

#include "support/catch.hpp"

#include "support/event_stream_vectors.hpp"
#include "support/frames.hpp"

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using bedrock::event_stream::fault;
using words = std::vector<std::string>;

std::string_view kind_of(fault code) {
    switch (code) {
        case fault::prelude_crc:
            return "PreludeCrc";
        case fault::message_crc:
            return "MessageCrc";
        case fault::invalid_length:
            return "InvalidLength";
        case fault::too_large:
            return "TooLarge";
        case fault::invalid_header:
            return "InvalidHeader";
        default:
            return "Truncated";
    }
}

std::string text_of(simdjson::dom::element from, char const* key) {
    std::string_view text;
    return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

std::string base64_of(simdjson::dom::element from, std::string const& key) {
    if (auto exact = text_of(from, (key + "_b64").c_str()); !exact.empty()) return exact;
    return bedrock::encode_base64(bedrock::as_bytes(text_of(from, key.c_str())));
}

// The JSON type of each value is part of the format.
event_stream_test::seen_header read_header(simdjson::dom::element from) {
    event_stream_test::seen_header seen{{}, text_of(from, "type"), {}};
    bedrock::byte_buffer name;
    REQUIRE(bedrock::decode_base64(base64_of(from, "name"), name));
    seen.name = bedrock::as_text(name);
    bool flag = false;
    std::int64_t number = 0;
    if (seen.type.starts_with("bool_")) {
        REQUIRE(from["value"].get(flag) == simdjson::SUCCESS);
        CHECK(flag == (seen.type == "bool_true"));
    } else if (seen.type == "byte" || seen.type == "short" || seen.type == "integer") {
        REQUIRE(from["value"].get(number) == simdjson::SUCCESS);
        seen.value = std::to_string(number);
    } else {
        seen.value = seen.type == "string" ? base64_of(from, "value") : text_of(from, "value");
    }
    return seen;
}

struct read_message {
    std::vector<event_stream_test::seen_header> headers{};
    std::string payload{};
};

read_message read_line(std::string const& line) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    INFO(line.substr(0, 300));
    REQUIRE(parser.parse(line).get(root) == simdjson::SUCCESS);
    read_message seen{{}, text_of(root, "payload")};
    simdjson::dom::array headers;
    REQUIRE(root["headers"].get(headers) == simdjson::SUCCESS);
    for (auto const one : headers) seen.headers.push_back(read_header(one));
    return seen;
}

process::outcome decode(std::string bytes) {
    return tool::run_with_input({"decode"}, std::move(bytes));
}

process::outcome encode(std::string text) {
    return tool::run_with_input({"encode", "-"}, std::move(text));
}

std::string big_endian(std::uint32_t value) {
    std::string bytes(4, '\0');
    bedrock::store_big_endian(reinterpret_cast<std::byte*>(bytes.data()), value);
    return bytes;
}

}  // namespace

TEST_CASE("decode and encode against all event-stream vectors", "[cli][codec][vectors]") {
    auto const cases = event_stream_test::load_vectors();
    if (!cases) {
        WARN("no -Dvectors: skipped");
        return;
    }
    REQUIRE(!cases->empty());
    std::string all_lines;
    std::string all_bytes;
    for (auto const& one : *cases) {
        INFO(one.id);
        auto const seen = decode(one.bytes);
        auto const& expected = one.expected;
        bool const clean = expected.end == fault::none;
        CHECK(seen.exit_status == (clean ? 0 : 1));
        if (clean)
            CHECK(seen.err == "");
        else
            CHECK(seen.err.starts_with("bedrock: " + std::string(kind_of(expected.end)) + ": byte " +
                                       std::to_string(expected.end_offset) + ": "));
        auto const lines = tool::lines(seen.out);
        REQUIRE(lines.size() == expected.messages.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            auto const message = read_line(lines[i]);
            CHECK((message.headers == expected.messages[i].headers));
            CHECK(message.payload == expected.messages[i].payload);
        }
        all_lines += seen.out;
        all_bytes += one.bytes.substr(0, expected.end_offset);
    }
    auto const restored = encode(all_lines);
    CHECK(restored.exit_status == 0);
    CHECK(restored.err == "");
    CHECK((restored.out == all_bytes));
}

TEST_CASE("decode prints the ten types as described", "[cli][codec]") {
    std::string const line =
        R"({"headers":[{"name":"t","type":"bool_true","value":true},{"name":"f","type":"bool_false","value":false},)"
        R"({"name":"b","type":"byte","value":-128},{"name":"s","type":"short","value":-32768},)"
        R"({"name":"i","type":"integer","value":2147483647},{"name":"l","type":"long","value":"-9223372036854775808"},)"
        R"({"name":"a","type":"byte_array","value":"AP8="},{"name":"z","type":"string","value":"h\u0000\"é"},)"
        R"({"name":"d","type":"timestamp","value":"1700000000123"},)"
        R"({"name":"u","type":"uuid","value":"00112233-4455-6677-8899-aabbccddeeff"},)"
        R"({"name":"�","name_b64":"/w==","type":"string","value":"�","value_b64":"gA=="}],"payload":"aGk="})"
        "\n";
    auto const frame = encode(line);
    CHECK(frame.exit_status == 0);
    CHECK(frame.out.size() == 16 + 3 + 3 + 4 + 5 + 7 + 11 + 7 + 10 + 11 + 19 + 6 + 2);
    auto const seen = decode(frame.out);
    CHECK(seen.out == line);
}

TEST_CASE("encode reads a line in any order, and what may be left out", "[cli][codec]") {
    auto const usual = mock::raw_frame({{"a", "b"}}, "hi");
    auto const seen = encode(
        "\n \r\n{ \"payload\" : \"aGk=\", \"headers\": [ {\"value\":\"b\",\"type\":\"string\",\"name\":\"a\"} ] "
        "}\r\n{}\n{\"headers\":[{\"name\":\"l\",\"type\":\"long\",\"value\":5},{\"name\":\"t\",\"type\":"
        "\"bool_true\"}]}");
    CHECK(seen.exit_status == 0);
    CHECK(seen.err == "");
    CHECK(seen.out.substr(0, usual.size()) == usual);
    CHECK(seen.out.substr(usual.size(), 16) == mock::raw_frame({}, ""));
    CHECK(seen.out.size() == usual.size() + 16 + 16 + 11 + 3);
    CHECK(encode("").out == "");
}

TEST_CASE("encode refuses a bad line by its place, after the frames before it", "[cli][codec]") {
    auto const good = std::string(R"({"payload":"aGk="})") + '\n';
    auto const header = [](std::string const& members) { return R"({"headers":[{)" + members + R"(}]})"; };
    struct mistake {
        std::string line;
        char const* message;
    };
    for (auto const& [line, message] : {
             mistake{"nonsense", "InvalidInput: line 2: "},
             mistake{"[]", "InvalidInput: line 2: "},
             mistake{"{\"payload\":\"aGk\"}", "InvalidInput: line 2: payload: not base64 with padding"},
             mistake{"{\"payload\":\"aGk=\"} {}", "InvalidInput: line 2: "},
             mistake{"{\"payloud\":\"aGk=\"}", "InvalidInput: line 2: unknown member 'payloud'"},
             mistake{header(R"("name":"a")"), "InvalidInput: line 2: headers[0].type: none of the ten types"},
             mistake{header(R"("type":"byte","value":1)"), "InvalidInput: line 2: headers[0]: no name"},
             mistake{header(R"("name":"a","type":"byte","value":128)"), "InvalidInput: line 2: headers[0].value: not"},
             mistake{header(R"("name":"a","type":"byte","value":1.5)"), "InvalidInput: line 2: headers[0].value: not"},
             mistake{header(R"("name":"a","type":"long","value":"1x")"), "InvalidInput: line 2: headers[0].value: not"},
             mistake{header(R"("name":"a","type":"long","value":"9223372036854775808")"), "InvalidInput: line 2: "},
             mistake{header(R"("name":"a","type":"string","value":1)"), "InvalidInput: line 2: headers[0].value: not"},
             mistake{header(R"("name":"a","type":"string")"), "InvalidInput: line 2: headers[0].value: not"},
             mistake{header(R"("name":"a","type":"bool_true","value":false)"), "InvalidInput: line 2: headers[0]"},
             mistake{header(R"("name":"a","type":"uuid","value":"00112233445566778899aabbccddeeff")"),
                     "InvalidInput: line 2: headers[0].value: not a value of type uuid"},
             mistake{header(R"("name":"a","type":"byte_array","value":"AP8")"), "InvalidInput: line 2: headers[0]"},
             mistake{header(R"("name":"","type":"byte","value":1)"), "InvalidHeader: line 2: "},
             mistake{header(R"("name":")" + std::string(256, 'n') + R"(","type":"byte","value":1)"),
                     "InvalidHeader: line 2: "},
             mistake{header(R"("name":"a","type":"string","value":")" + std::string(65536, 'v') + "\""),
                     "TooLarge: line 2: "},
         }) {
        auto const seen = encode(good + line + '\n' + good);
        INFO(line.substr(0, 200));
        CHECK(seen.exit_status == 1);
        CHECK(seen.out == mock::raw_frame({}, "hi"));
        CHECK(seen.err.starts_with("bedrock: " + std::string(message)));
    }
}

TEST_CASE("decode refuses announced sizes before it holds them", "[cli][codec]") {
    std::string prelude = big_endian((16u << 20) + 1) + big_endian(0);
    prelude += big_endian(mock::table_crc32(prelude));
    auto const seen = decode(mock::golden_stream() + prelude + "and so on");
    CHECK(seen.exit_status == 1);
    CHECK(tool::lines(seen.out).size() == 6);
    CHECK(tool::first_line(seen.err) == "bedrock: TooLarge: byte " + std::to_string(mock::golden_stream().size()) +
                                            ": the frame is over the size limit");
}

TEST_CASE("decode prints a message as soon as it is there", "[cli][codec]") {
    // The pipe that it reads stays open: what it prints, it prints without an end of the input.
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto given = tool::call({"decode"});
    given.stdin_path = "/proc/self/fd/" + std::to_string(ends[0]);
    process::child decoding(given);
    auto const frame = mock::frame("first", "{}");
    REQUIRE(::write(ends[1], frame.data(), frame.size()) == static_cast<ssize_t>(frame.size()));
    CHECK(decoding.wait_for_output("\"payload\":\"e30=\"}\n"));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a large stream passes through both ways", "[cli][codec]") {
    std::string bytes;
    for (int i = 0; i < 40; ++i) bytes += mock::raw_frame({{"n", std::to_string(i)}}, std::string(1 << 18, 'x'));
    auto const text = decode(bytes);
    CHECK(text.exit_status == 0);
    auto const back = encode(text.out);
    CHECK(back.exit_status == 0);
    CHECK((back.out == bytes));
}

TEST_CASE("decode and encode report files and outputs that fail", "[cli][codec]") {
    tool::temporary_file const frames("frames", mock::golden_stream());
    tool::temporary_file const text("lines", "{}\n");
    CHECK(tool::lines(tool::run({"decode", frames.path()}).out).size() == 6);
    CHECK(tool::run({"encode", text.path()}).out == mock::raw_frame({}, ""));
    for (auto const& [command, file] : {std::pair{"decode", frames.path()}, std::pair{"encode", text.path()}}) {
        auto given = tool::call({command, file});
        given.stdout_path = "/dev/full";
        auto const full = tool::run(given);
        CHECK(full.exit_status == 1);
        CHECK(tool::first_line(full.err) ==
              "bedrock: Output: cannot write to standard output: No space left on device");
        auto const missing = tool::run({command, "/nowhere/file"});
        CHECK(missing.exit_status == 1);
        CHECK(tool::first_line(missing.err) ==
              "bedrock: InvalidInput: cannot open '/nowhere/file': No such file or directory");
        auto const folder = tool::run({command, frames.folder()});
        CHECK(folder.exit_status == 1);
        CHECK(tool::first_line(folder.err) ==
              "bedrock: InvalidInput: cannot read '" + frames.folder() + "': Is a directory");
    }
}
