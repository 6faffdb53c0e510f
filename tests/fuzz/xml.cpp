// Any text as an answer of STS: what the reader says is balanced, bounded and UTF-8; written out again it is read
// alike; and a search by path finds what a walk finds.
#include "bedrock/xml.hpp"
#include "fuzz/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

namespace xml = bedrock::xml;

/// One element: where it stands, and the text of its own.
struct element {
    std::vector<std::string> path{};
    std::string text{};

    bool operator==(element const&) const = default;
};

struct document {
    bool is_good = false;
    std::vector<element> elements{};  // in the order of their starts
    std::string written{};            // of a good one: the same without attributes, comments and shorter forms
};

void append_escaped(std::string& to, std::string_view text) {
    for (char const c : text) {
        if (c == '&')
            to += "&#38;";
        else if (c == '<')
            to += "&lt;";
        else if (c == ']')
            to += "&#x5D;";
        else
            to += c;
    }
}

document walk(std::string_view text) {
    document found;
    std::vector<std::size_t> open;
    std::vector<std::string> path;
    xml::reader reader(text);
    for (std::size_t steps = 0;; ++steps) {
        BEDROCK_FUZZ_CHECK(steps <= 2 * text.size() + 1);
        auto const event = reader.next();
        if (event == xml::event::start) {
            BEDROCK_FUZZ_CHECK(!reader.name().empty());
            path.emplace_back(reader.name());
            open.push_back(found.elements.size());
            found.elements.push_back({path, {}});
            found.written.append("<").append(reader.name()).append(">");
        } else if (event == xml::event::text) {
            BEDROCK_FUZZ_CHECK(!reader.text().empty() && !open.empty());
            BEDROCK_FUZZ_CHECK(bedrock::valid_utf8(reader.text()));
            found.elements[open.back()].text += reader.text();
            append_escaped(found.written, reader.text());
        } else if (event == xml::event::end) {
            BEDROCK_FUZZ_CHECK(!open.empty() && path.back() == reader.name());
            open.pop_back();
            path.pop_back();
            found.written.append("</").append(reader.name()).append(">");
        } else {
            found.is_good = event == xml::event::done;
            BEDROCK_FUZZ_CHECK(!found.is_good || (open.empty() && !found.elements.empty()));
            BEDROCK_FUZZ_CHECK(reader.next() == event && reader.next() == event);
            return found;
        }
        BEDROCK_FUZZ_CHECK(reader.depth() == open.size() && open.size() <= xml::reader::max_depth);
    }
}

bool find(std::string_view text, std::vector<std::string> const& path, std::string& out) {
    switch (path.size()) {
        case 1:
            return xml::find_text(text, {path[0]}, out);
        case 2:
            return xml::find_text(text, {path[0], path[1]}, out);
        default:
            return xml::find_text(text, {path[0], path[1], path[2]}, out);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const read = walk(text);
    if (read.is_good) {
        auto const again = walk(read.written);
        BEDROCK_FUZZ_CHECK(again.is_good && again.elements == read.elements && again.written == read.written);
    }
    std::size_t asked = 0;
    for (auto const& one : read.elements) {
        if (one.path.size() > 3) continue;
        if (++asked > 8) break;
        std::string found = "what stood there before";
        BEDROCK_FUZZ_CHECK(find(text, one.path, found) == read.is_good);
        auto const* first = &one;
        for (auto const& other : read.elements)
            if (other.path == one.path) {
                first = &other;
                break;
            }
        BEDROCK_FUZZ_CHECK(found == (read.is_good ? first->text : std::string()));
    }
    return 0;
}
