// SPDX-License-Identifier: MIT
// Owns the canonical form of a request: its path, query and headers, and the canonical request that they make.
// Never sends, changes or re-encodes the request itself: the target is read as it goes on the wire.
#ifndef BEDROCK_SIGV4_CANONICAL_HPP
#define BEDROCK_SIGV4_CANONICAL_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/hex.hpp"
#include "bedrock/http.hpp"
#include "bedrock/sigv4/request.hpp"
#include "bedrock/uri.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::sigv4 {

/// True unless the header (any case) belongs to a connection or is rewritten on the way: those are never signed.
bool is_signed_header(std::string_view name) noexcept;

/// Appends the canonical form of a target's path; an empty path is `/`.
void append_canonical_path(std::string& out, std::string_view path, options const& how);

/// Appends the canonical form of a target's query (without `?`): decoded, encoded again, sorted by name, then value; a
/// name without a value gets an empty one. A `%` that escapes nothing, and a `+`, stand for themselves.
void append_canonical_query(std::string& out, std::string_view query);

/// Appends "name:value\n" for each name and the names joined by `;`, of both lists together, unsigned ones left out.
void append_canonical_headers(std::string& out, std::string& signed_names, std::span<http::header const> sent,
                              std::span<http::header const> added);

/// Writes canonical requests, one after the other, in memory that is reused: the second one of a size allocates nothing
/// but what `out` needs. **Thread safety:** one thread at a time.
class canonical_writer {
  public:
    canonical_writer() = default;
    // Moving would leave secrets behind in the short strings of the old place.
    canonical_writer(canonical_writer const&) = delete;
    canonical_writer& operator=(canonical_writer const&) = delete;
    /// Wipes: a session token may be a query parameter.
    ~canonical_writer();

    /// Takes the headers of the next request, those that it has and those that the signer adds.
    /// **Lifetime:** of both lists, until the next call.
    void take_headers(std::span<http::header const> sent, std::span<http::header const> added = {});
    /// Appends the names of the headers taken that are signed: lower case, sorted, joined by `;`.
    void append_signed_names(std::string& out) const;
    /// Appends "name:value\n" for each of them, the values of repeated names joined by `,` in their order.
    void append_headers(std::string& out) const;
    /// As the free function.
    void append_query(std::string& out, std::string_view query);
    /// Appends the canonical request: `what` without its headers, the headers taken and their `signed_names`.
    void append_request(std::string& out, request const& what, std::string_view signed_names,
                        std::string_view payload_hash, options const& how);

  private:
    struct field {
        std::string_view name;
        std::string_view value;
    };
    // By a pointer: std::sort is there once for both orders.
    static void sort(std::vector<field>& fields, bool (*before)(field const&, field const&)) {
        std::sort(fields.begin(), fields.end(), before);
    }

    std::string names_{};  // lower case; `headers_` views it
    std::vector<field> headers_{};
    std::string query_{};  // names and values encoded; `parameters_` views it
    std::vector<field> parameters_{};
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

// Makes room without leaving a session token in memory that is given back.
inline void prepare(std::string& text, std::size_t size) {
    if (text.capacity() < size) crypto::secure_wipe(text);
    text.clear();
    text.reserve(size);
}

// Outer blanks dropped, inner runs as one space, folds included.
inline void append_header_value(std::string& out, std::string_view value) {
    value = ascii::trim(value);
    if (is_graphic(value)) {
        out.append(value);
        return;
    }
    while (!value.empty()) {
        std::size_t word = 0;
        while (word != value.size() && !ascii::is_blank(value[word])) ++word;
        out.append(value.substr(0, word));
        value.remove_prefix(word);
        if (value.empty()) return;
        out.push_back(' ');
        while (ascii::is_blank(value.front())) value.remove_prefix(1);
    }
}

constexpr bool begins_with_escape(std::string_view text) noexcept {
    return text.size() > 2 && text[0] == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

// Percent-encodes what may not stand in a path and leaves the `%XX` that are there.
inline void append_encoded_once(std::string& out, std::string_view path) {
    while (!path.empty()) {
        bool const escape = begins_with_escape(path);
        auto const size = escape ? 3 : (std::min)(path.find('%', 1), path.size());
        if (escape)
            out.append(path.substr(0, size));
        else
            append_percent_encoded_path(out, path.substr(0, size));
        path.remove_prefix(size);
    }
}

// What the server makes of a name or value of the query, encoded.
inline void append_recoded(std::string& out, std::string_view text) {
    while (!text.empty()) {
        bool const escape = begins_with_escape(text);
        auto const size = escape ? 3 : (std::min)(text.find('%', 1), text.size());
        if (escape) {
            char const decoded = static_cast<char>(hex_value(text[1]) << 4 | hex_value(text[2]));
            append_percent_encoded(out, {&decoded, 1});
        } else {
            append_percent_encoded(out, text.substr(0, size));
        }
        text.remove_prefix(size);
    }
}

}  // namespace detail

inline bool is_signed_header(std::string_view name) noexcept {
    // The list of AWS's JavaScript signer.
    static constexpr std::string_view never[] = {
        "authorization",  "cache-control", "connection", "expect",  "from",    "keep-alive", "max-forwards",
        "pragma",         "referer",       "te",         "trailer", "upgrade", "user-agent", "transfer-encoding",
        "x-amzn-trace-id"};
    char const first = name.empty() ? '\0' : ascii::to_lower(name.front());
    for (auto const unsigned_name : never)
        if (first == unsigned_name.front() && http::equal_names(name, unsigned_name)) return false;
    return !http::equal_names(name.substr(0, 6), "proxy-") && !http::equal_names(name.substr(0, 4), "sec-");
}

inline void append_canonical_path(std::string& out, std::string_view path, options const& how) {
    auto* const append = how.double_uri_encode ? append_percent_encoded_path : detail::append_encoded_once;
    if (path.empty()) path = "/";
    if (!how.normalize_path) {
        append(out, path);
        return;
    }
    auto const start = out.size();
    bool const ends_with_slash = path.back() == '/';
    while (!path.empty()) {
        auto const slash = (std::min)(path.find('/'), path.size());
        auto const segment = path.substr(0, slash);
        path.remove_prefix((std::min)(slash + 1, path.size()));
        if (segment.empty() || segment == ".") continue;
        if (segment == "..") {
            if (out.size() != start) out.resize(out.rfind('/'));
            continue;
        }
        out.push_back('/');
        append(out, segment);
    }
    if (ends_with_slash || out.size() == start) out.push_back('/');
}

inline void append_canonical_query(std::string& out, std::string_view query) {
    canonical_writer writer;
    writer.append_query(out, query);
}

inline void append_canonical_headers(std::string& out, std::string& signed_names, std::span<http::header const> sent,
                                     std::span<http::header const> added) {
    canonical_writer writer;
    writer.take_headers(sent, added);
    writer.append_headers(out);
    writer.append_signed_names(signed_names);
}

inline canonical_writer::~canonical_writer() {
    crypto::secure_wipe(query_);
}

inline void canonical_writer::take_headers(std::span<http::header const> sent, std::span<http::header const> added) {
    std::size_t size = 0;
    for (auto const list : {sent, added})
        for (auto const& header : list) size += header.name.size();
    names_.clear();
    names_.reserve(size);  // no growth below: the fields view it
    headers_.clear();
    headers_.reserve(sent.size() + added.size());
    for (auto const list : {sent, added}) {
        for (auto const& header : list) {
            if (list.data() == sent.data() && !is_signed_header(header.name)) continue;
            auto const start = names_.size();
            names_.append(header.name);
            for (char& c : std::span(names_).subspan(start)) c = ascii::to_lower(c);
            headers_.push_back({std::string_view(names_).substr(start), header.value});
        }
    }
    // Equal names stand in `names_` in the order of their headers.
    sort(headers_, [](field const& left, field const& right) {
        auto const order = left.name.compare(right.name);
        return order != 0 ? order < 0 : left.name.data() < right.name.data();
    });
}

inline void canonical_writer::append_signed_names(std::string& out) const {
    out.reserve(out.size() + names_.size() + headers_.size());
    for (std::size_t at = 0; at != headers_.size(); ++at) {
        if (at != 0 && headers_[at].name == headers_[at - 1].name) continue;
        if (at != 0) out.push_back(';');
        out.append(headers_[at].name);
    }
}

inline void canonical_writer::append_headers(std::string& out) const {
    for (std::size_t at = 0; at != headers_.size(); ++at) {
        if (at != 0 && headers_[at].name == headers_[at - 1].name)
            out.back() = ',';
        else
            out.append(headers_[at].name).push_back(':');
        detail::append_header_value(out, headers_[at].value);
        out.push_back('\n');
    }
}

inline void canonical_writer::append_query(std::string& out, std::string_view query) {
    detail::prepare(query_, 3 * query.size());  // no growth below: the fields view it
    parameters_.clear();
    auto const recode = [this](std::string_view text) {
        auto const start = query_.size();
        detail::append_recoded(query_, text);
        return std::string_view(query_).substr(start);
    };
    while (!query.empty()) {
        auto const end = (std::min)(query.find('&'), query.size());
        auto const parameter = query.substr(0, end);
        query.remove_prefix((std::min)(end + 1, query.size()));
        if (parameter.empty()) continue;
        auto const equals = (std::min)(parameter.find('='), parameter.size());
        auto const name = recode(parameter.substr(0, equals));
        parameters_.push_back({name, recode(parameter.substr((std::min)(equals + 1, parameter.size())))});
    }
    sort(parameters_, [](field const& left, field const& right) {
        auto const order = left.name.compare(right.name);
        return order != 0 ? order < 0 : left.value < right.value;
    });
    for (auto const& parameter : parameters_) {
        if (&parameter != parameters_.data()) out.push_back('&');
        out.append(parameter.name).append(1, '=').append(parameter.value);
    }
}

inline void canonical_writer::append_request(std::string& out, request const& what, std::string_view signed_names,
                                             std::string_view payload_hash, options const& how) {
    auto const question = (std::min)(what.target.find('?'), what.target.size());
    out.append(what.method).push_back('\n');
    append_canonical_path(out, what.target.substr(0, question), how);
    out.push_back('\n');
    if (question != what.target.size()) append_query(out, what.target.substr(question + 1));
    out.push_back('\n');
    append_headers(out);
    out.push_back('\n');
    out.append(signed_names).push_back('\n');
    out.append(payload_hash);
}

}  // namespace bedrock::inline BEDROCK_ABI::sigv4

#endif
