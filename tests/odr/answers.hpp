// One translation unit's answers to a few questions that reach every floor: the same from each unit that is linked into
// the program, whatever it was compiled with. Included by units that have included bedrock before; BEDROCK_ODR_NAME is
// the name of the unit's function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

std::string BEDROCK_ODR_NAME();

namespace {

std::string answer_of_ground() {
    std::string text = bedrock::encode_hex(bedrock::as_bytes("\x01\xff")) + " " +
                       bedrock::encode_base64(bedrock::as_bytes("any carnal pleas")) + " " +
                       std::to_string(bedrock::crc32(bedrock::as_bytes("123456789")));
    bedrock::append_sanitized_utf8(text, " cut \xe2\x82 short");
    return text;
}

std::string answer_of_json() {
    // Longer than any vector register, so that each unit's own instructions are at work.
    std::string const text = R"({"name":")" + std::string(100, 'x') + R"(\u20ac","numbers":[1,2.5,-1e3]})";
    bedrock::json::reader reader(text);
    std::string out;
    std::string_view key;
    double sum = 0;
    reader.begin_object();
    while (reader.next_member(key)) {
        if (key == "name") {
            std::string name;
            if (reader.read_string(name)) out += std::to_string(name.size());
        } else {
            reader.begin_array();
            double number = 0;
            while (reader.next_element() && reader.read_double(number)) sum += number;
        }
    }
    bedrock::json::writer(out).number(sum);
    return out + (reader.finish() ? " whole" : " broken");
}

std::string answer_of_frames() {
    std::string bytes;
    bedrock::event_stream::encoder frame(bytes);
    frame.add_string(":event-type", "contentBlockDelta");
    if (!frame.finish(bedrock::as_bytes(R"({"delta":{}})")).ok()) return "not encoded";
    bedrock::event_stream::decoder decoder;
    bedrock::event_stream::message message;
    decoder.feed(bedrock::as_bytes(bytes));
    if (!decoder.next(message)) return "not decoded";
    return std::to_string(bytes.size()) + " " + std::string(bedrock::as_text(message.payload));
}

std::string answer_of_sigv4() {
    std::vector<bedrock::http::header> const headers{{"Host", "example.amazonaws.com"}};
    bedrock::sigv4::request request;
    request.method = "GET";
    request.target = "/";
    request.headers = headers;
    bedrock::sigv4::options options;
    options.sign_body = false;
    bedrock::sigv4::signature signature;
    auto const state = bedrock::sigv4::sign(
        request, {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}}, {"us-east-1", "service", 1440938160},
        options, signature);
    return state.ok() ? signature.hex : std::string(bedrock::sigv4::describe(state.code));
}

std::string answer_of_model() {
    bedrock::converse_request request;
    request.messages = {bedrock::user("Why?")};
    request.inference.max_tokens = 7;
    std::string body;
    auto const written = bedrock::write_converse_body(request, body);
    return written ? body : written.error().message;
}

std::string answer_of_result() {
    bedrock::result<int> const broken = bedrock::fail(bedrock::errc::timeout, "took too long");
    bedrock::result<int> const good = 7;
    std::string text = broken.error().name + " " + std::to_string(*good);
#if BEDROCK_EXCEPTIONS
    try {
        (void)broken.value();
    } catch (bedrock::exception const& thrown) {
        if (thrown.what() != broken.error().message) return "another exception";
    }
#endif
    return text;
}

}  // namespace

std::string BEDROCK_ODR_NAME() {
    return answer_of_ground() + "\n" + answer_of_json() + "\n" + answer_of_frames() + "\n" + answer_of_sigv4() + "\n" +
           answer_of_model() + "\n" + answer_of_result() + "\n";
}
