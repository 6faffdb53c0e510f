// Any status, error type and body, as an HTTP answer and as an event of a stream. The first line of the input is
// "STATUS TYPE", the rest is the body.
#include "bedrock/aws_error.hpp"
#include "fuzz/check.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

// One line of valid UTF-8 without controls, and about as short as was asked for.
void check_text(std::string_view text, std::size_t limit) {
    BEDROCK_FUZZ_CHECK(text.size() <= limit);
    BEDROCK_FUZZ_CHECK(bedrock::valid_utf8(text));
    for (char const c : text) BEDROCK_FUZZ_CHECK(!(static_cast<unsigned char>(c) < 0x20 || c == '\x7f'));
}

void check_error(bedrock::error const& made) {
    bedrock::error_limits const limits;
    BEDROCK_FUZZ_CHECK(made.code != bedrock::errc::none);
    BEDROCK_FUZZ_CHECK(!made.name.empty() && !made.message.empty());
    check_text(made.name, 128);
    check_text(made.message, 2 * limits.max_message + 100);
    check_text(made.hint, 300);
    check_text(made.request_id, 131);
    BEDROCK_FUZZ_CHECK(made.retryable == (bedrock::retry::classify(made) != bedrock::retry::cause::none));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    auto const line_end = (std::min)(input.find('\n'), input.size());
    auto const line = input.substr(0, line_end);
    auto const body = input.substr((std::min)(line_end + 1, input.size()));
    auto const space = (std::min)(line.find(' '), line.size());
    auto const type = line.substr((std::min)(space + 1, line.size()));
    int status = 0;
    std::from_chars(line.data(), line.data() + space, status);

    bedrock::http::header_list const typed{{"x-amzn-errortype", std::string(type)},
                                           {"x-amzn-requestid", std::string(type)}};
    auto const with_type = bedrock::parse_http_error(status, typed, bedrock::as_bytes(body));
    check_error(with_type);
    BEDROCK_FUZZ_CHECK(with_type.http_status == status);
    check_error(bedrock::parse_http_error(status, {}, bedrock::as_bytes(body)));
    check_error(bedrock::parse_exception_event(type, bedrock::as_bytes(body)));
    check_error(bedrock::parse_error_event(type, body));
    return 0;
}
