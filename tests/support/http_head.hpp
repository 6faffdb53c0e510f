// Owns the head of an HTTP/1.1 request as it stood on the wire: target and header values undecoded, order and
// duplicates kept. Never reads a socket and never interprets a header.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mock {

/// Header lines in wire order: name as written, value without the blanks around it.
using header_list = std::vector<std::pair<std::string, std::string>>;

struct request_head {
    std::string method{};
    std::string target{};
    std::string version{};
    header_list headers{};
};

/// Reads request line and header lines up to and including the empty line. False for anything that is not HTTP/1.x.
bool parse_request_head(std::string_view text, request_head& head);

bool same_name(std::string_view one, std::string_view other);
bool has_header(header_list const& headers, std::string_view name);
/// The first value of that name, "" where there is none.
std::string header_value(header_list const& headers, std::string_view name);
/// Every value of that name, in wire order.
std::vector<std::string> header_values(header_list const& headers, std::string_view name);

std::string_view without_blanks_around(std::string_view text);
/// Percent-escapes undone; a `%` without two hex digits stays. `+` stays a plus sign.
std::string percent_decoded(std::string_view text);

/// The parts between a path's slashes, percent-escapes undone after the splitting.
std::vector<std::string> segments_of(std::string_view path);
/// The first value of that name in a target's query, percent-escapes undone; "" where there is none.
std::string query_value(std::string_view target, std::string_view name);

}  // namespace mock
