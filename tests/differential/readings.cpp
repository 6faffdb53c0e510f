// Prints how the SDK reads documents, for a comparison with other readers: each case on standard input is a line
// "KIND SIZE [SIZE]" and that many bytes, each answer a line of JSON. It never judges an answer.
#include "bedrock/json/writer.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/xml.hpp"

#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

namespace {

namespace json = bedrock::json;

// A list of events: ["start","a"], ["text","x"], ["end","a"]; null for a document that is refused.
std::string read_xml(std::string_view document) {
    std::string text;
    json::writer out(text);
    bedrock::xml::reader in(document);
    out.begin_array();
    for (;;) {
        auto const event = in.next();
        if (event == bedrock::xml::event::fault) return "null";
        if (event == bedrock::xml::event::done) break;
        bool const is_text = event == bedrock::xml::event::text;
        out.begin_array();
        out.string(is_text ? "text" : event == bedrock::xml::event::start ? "start" : "end");
        out.string(is_text ? std::string_view(in.text()) : in.name());
        out.end_array();
    }
    out.end_array();
    return text;
}

// Profiles by name, each an object of its keys; a block is an object. null where the files are refused.
std::string read_profiles(std::string_view config, std::string_view credentials) {
    auto const set = bedrock::parse_profiles({.config = config, .credentials = credentials});
    if (!set) return "null";
    std::string text;
    json::writer out(text);
    out.begin_object();
    for (auto const& profile : set->profiles()) {
        out.key(profile.name());
        out.begin_object();
        for (auto const& property : profile.properties()) {
            out.key(property.key);
            if (property.block.empty()) {
                out.string(property.value);
                continue;
            }
            out.begin_object();
            for (auto const& nested : property.block) {
                out.key(nested.key);
                out.string(nested.value);
            }
            out.end_object();
        }
        out.end_object();
    }
    out.end_object();
    return text;
}

std::string read_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    std::cin.read(bytes.data(), static_cast<std::streamsize>(size));
    return bytes;
}

}  // namespace

int main() {
    std::string kind;
    while (std::cin >> kind) {
        std::size_t first = 0, second = 0;
        std::cin >> first >> second;
        std::cin.get();
        auto const one = read_bytes(first);
        auto const other = read_bytes(second);
        auto const answer = kind == "xml" ? read_xml(one) : read_profiles(one, other);
        std::printf("%s\n", answer.c_str());
        std::fflush(stdout);
    }
}
