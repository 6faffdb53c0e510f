// Owns files that go along with a prompt: images known by their first bytes, documents by their extension.
// Never checks what Bedrock checks itself: sizes, counts, whether the model can see.
#pragma once

#include <bedrock/bedrock.hpp>

#include "io.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

/// `image_format::unknown` for what is none of PNG, JPEG, GIF and WebP.
bedrock::image_format detect_image_format(std::string_view bytes);

/// `document_format::unknown` where the extension (any case) is none that Bedrock knows.
bedrock::document_format find_document_format(std::string_view path);

/// The file's name without folder and extension, as Bedrock takes it: up to 200 letters, digits, hyphens, parentheses,
/// square brackets and single spaces, and different from all of `taken`.
std::string make_document_name(std::string_view path, std::span<std::string const> taken);

/// **Errors:** invalid_input, naming the file.
bedrock::result<bedrock::image_block> load_image(std::string const& path);
bedrock::result<bedrock::document_block> load_document(std::string const& path, std::span<std::string const> taken);

// ---------------------------------------------------------------------------------------------------------------------

inline bedrock::image_format detect_image_format(std::string_view bytes) {
    using bedrock::image_format;
    if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return image_format::png;
    if (bytes.starts_with("\xff\xd8\xff")) return image_format::jpeg;
    if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return image_format::gif;
    if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return image_format::webp;
    return image_format::unknown;
}

namespace detail {

inline std::string_view file_name(std::string_view path) {
#if defined(_WIN32)
    constexpr std::string_view separators = "/\\:";
#else
    constexpr std::string_view separators = "/";
#endif
    return path.substr(path.find_last_of(separators) + 1);  // npos + 1 is 0
}

}  // namespace detail

inline bedrock::document_format find_document_format(std::string_view path) {
    auto const name = detail::file_name(path);
    auto const dot = name.rfind('.');
    if (dot == std::string_view::npos) return bedrock::document_format::unknown;
    std::string extension(name.substr(dot + 1));
    for (auto& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return bedrock::json::open_enum<bedrock::document_format>(extension).value();
}

inline std::string make_document_name(std::string_view path, std::span<std::string const> taken) {
    constexpr std::size_t longest = 200;  // DocumentBlock in the Converse API reference
    auto const file = detail::file_name(path);
    auto const dot = file.rfind('.');
    std::string name;
    for (char const c : file.substr(0, dot == 0 ? file.size() : dot)) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-()[]").find(c) != std::string_view::npos;
        char const kept = plain ? c : ' ';
        if (kept != ' ' || (!name.empty() && name.back() != ' ')) name += kept;
    }
    name.resize((std::min)(name.size(), longest));
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (name.empty()) name = "document";

    auto unique = name;
    auto const is_taken = [&] { return std::find(taken.begin(), taken.end(), unique) != taken.end(); };
    for (int number = 2; is_taken(); ++number) {
        auto const suffix = " (" + std::to_string(number) + ")";
        unique = name.substr(0, longest - suffix.size()) + suffix;
    }
    return unique;
}

inline bedrock::result<bedrock::image_block> load_image(std::string const& path) {
    auto const bytes = read_file(path);
    if (!bytes) return bedrock::unexpected{bytes.error()};
    auto const format = detect_image_format(*bytes);
    if (format == bedrock::image_format::unknown)
        return bedrock::fail(bedrock::errc::invalid_input,
                             quoted(path) + " is not a PNG, JPEG, GIF or WebP image, going by its first bytes");
    auto const view = bedrock::as_bytes(*bytes);
    return bedrock::image_block{.format = format, .source = bedrock::byte_buffer(view.begin(), view.end())};
}

inline bedrock::result<bedrock::document_block> load_document(std::string const& path,
                                                              std::span<std::string const> taken) {
    auto const format = find_document_format(path);
    if (format == bedrock::document_format::unknown)
        return bedrock::fail(bedrock::errc::invalid_input,
                             quoted(path) +
                                 " has none of the extensions of a document that Bedrock reads: .pdf .csv "
                                 ".doc .docx .xls .xlsx .html .txt .md");
    using bedrock::document_format;
    bool const is_text = format == document_format::csv || format == document_format::html ||
                         format == document_format::txt || format == document_format::md;
    auto const bytes = is_text ? read_text_file(path) : read_file(path);
    if (!bytes) return bedrock::unexpected{bytes.error()};
    auto const view = bedrock::as_bytes(*bytes);
    return bedrock::document_block{.format = format,
                                   .name = make_document_name(path, taken),
                                   .source = bedrock::byte_buffer(view.begin(), view.end())};
}

}  // namespace cli
