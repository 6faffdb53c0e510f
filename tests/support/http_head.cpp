#include "support/http_head.hpp"

#include <algorithm>

namespace mock {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Cuts the first line off `rest`; false where no line end is left.
bool take_line(std::string_view& rest, std::string_view& line) {
    auto const end = rest.find('\n');
    if (end == std::string_view::npos) return false;
    line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return true;
}

bool parse_request_line(std::string_view line, request_head& head) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return false;
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    head.version = line.substr(last + 1);
    return !head.method.empty() && !head.target.empty() && head.target.find(' ') == std::string::npos &&
           head.version.rfind("HTTP/1.", 0) == 0;
}

}  // namespace

bool parse_request_head(std::string_view text, request_head& head) {
    head = {};
    std::string_view line;
    if (!take_line(text, line) || !parse_request_line(line, head)) return false;
    while (take_line(text, line)) {
        if (line.empty()) return true;
        if (line.front() == ' ' || line.front() == '\t') {
            if (head.headers.empty()) return false;
            auto& value = head.headers.back().second;
            value += ' ';
            value += without_blanks_around(line);
            continue;
        }
        auto const colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) return false;
        head.headers.emplace_back(line.substr(0, colon), without_blanks_around(line.substr(colon + 1)));
    }
    return false;
}

bool same_name(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

bool has_header(header_list const& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](auto const& header) { return same_name(header.first, name); });
}

std::string header_value(header_list const& headers, std::string_view name) {
    for (auto const& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return {};
}

std::vector<std::string> header_values(header_list const& headers, std::string_view name) {
    std::vector<std::string> found;
    for (auto const& [key, value] : headers) {
        if (same_name(key, name)) found.push_back(value);
    }
    return found;
}

std::string_view without_blanks_around(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && text.size() - i > 2 && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty() && path.front() == '/') {
        path.remove_prefix(1);
        auto const end = path.find('/');
        parts.push_back(percent_decoded(path.substr(0, end)));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    }
    return parts;
}

std::string query_value(std::string_view target, std::string_view name) {
    auto const mark = target.find('?');
    auto query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    while (!query.empty()) {
        auto const pair = query.substr(0, query.find('&'));
        query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
        auto const equals = pair.find('=');
        if (percent_decoded(pair.substr(0, equals)) == name)
            return equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1));
    }
    return {};
}

}  // namespace mock
