#include "support/fault.hpp"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace mock {
namespace {

bool parse_number(std::string_view text, std::size_t& number) {
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool parse_range(std::string_view text, fault& parsed) {
    auto const dash = text.find('-');
    if (!parse_number(text.substr(0, dash), parsed.first)) return false;
    if (dash == std::string_view::npos) {
        parsed.last = parsed.first;
    } else if (!parse_number(text.substr(dash + 1), parsed.last)) {
        return false;
    }
    return parsed.first >= 1 && parsed.first <= parsed.last;
}

constexpr std::array<std::pair<std::string_view, fault::kind>, 9> kinds{{
    {"status", fault::kind::status},
    {"exception", fault::kind::exception},
    {"cut", fault::kind::cut},
    {"reset", fault::kind::reset},
    {"stall", fault::kind::stall},
    {"drip", fault::kind::drip},
    {"corrupt", fault::kind::corrupt},
    {"silent", fault::kind::silent},
    {"close", fault::kind::close},
}};

bool parse_arguments(std::vector<std::string_view> const& arguments, fault& parsed) {
    switch (parsed.what) {
        case fault::kind::silent:
        case fault::kind::close:
            return arguments.empty();
        case fault::kind::status:
            if (arguments.empty() || arguments.size() > 2 || !parse_number(arguments[0], parsed.number)) return false;
            if (arguments.size() == 2) parsed.name = arguments[1];
            return parsed.number >= 200 && parsed.number <= 599;
        case fault::kind::exception:
            if (arguments.empty() || arguments.size() > 2 || arguments[0].empty()) return false;
            parsed.name = arguments[0];
            parsed.number = 3;
            return arguments.size() == 1 || parse_number(arguments[1], parsed.number);
        case fault::kind::drip:
            return arguments.size() == 1 && parse_number(arguments[0], parsed.number) && parsed.number > 0;
        default:
            return arguments.size() == 1 && parse_number(arguments[0], parsed.number);
    }
}

}  // namespace

std::optional<fault> parse_fault(std::string_view text) {
    fault parsed;
    if (auto const at = text.find('@'); at != std::string_view::npos) {
        if (!parse_range(text.substr(at + 1), parsed)) return std::nullopt;
        text = text.substr(0, at);
    }
    std::vector<std::string_view> words;
    for (auto rest = text;;) {
        auto const colon = rest.find(':');
        words.push_back(rest.substr(0, colon));
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    for (auto const& [name, what] : kinds) {
        if (words[0] != name) continue;
        parsed.what = what;
        words.erase(words.begin());
        return parse_arguments(words, parsed) ? std::optional(parsed) : std::nullopt;
    }
    return std::nullopt;
}

std::string_view describe_faults() {
    return "  status:CODE[:TYPE]      answer with this HTTP status, and this AWS error type instead of the usual one\n"
           "  exception:TYPE[:COUNT]  break a stream with this exception (throttlingException) after COUNT events, 3 "
           "unless given\n"
           "  cut:N                   end the connection cleanly (FIN) after N bytes of its responses, heads included\n"
           "  reset:N                 the same with an RST\n"
           "  stall:N                 send nothing more after N bytes, and keep the connection open\n"
           "  drip:N                  send N bytes at a time\n"
           "  corrupt:N               invert the byte at offset N of the responses\n"
           "  silent                  accept the connection and never answer\n"
           "  close                   close the connection right after accepting it\n"
           "  FAULT@K, FAULT@K-L      only for request (status, exception) or connection (the others) K, or K to L\n";
}

std::string_view usual_error_type(std::size_t status) {
    switch (status) {
        case 400:
            return "ValidationException";
        case 403:
            return "AccessDeniedException";
        case 404:
            return "ResourceNotFoundException";
        case 408:
            return "ModelTimeoutException";
        case 424:
            return "ModelErrorException";
        case 429:
            return "ThrottlingException";
        case 500:
            return "InternalServerException";
        case 503:
            return "ServiceUnavailableException";
        default:
            return {};
    }
}

}  // namespace mock
