// Any text as JSON5: what is JSON is taken, what is taken can be said as JSON where its numbers can, places lie in the
// text, and an edit changes the one value alone.
#include "bedrock/json5.hpp"
#include "bedrock/json/reader.hpp"
#include "fuzz/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

namespace json5 = bedrock::json5;

void check_edit(json5::document const& of, json5::path const& path) {
    constexpr std::string_view value = "'new'";
    std::string edited;
    auto const state = json5::append_with_value(edited, of, path, value);
    if (!state.ok()) {
        BEDROCK_FUZZ_CHECK(edited.empty() && state.offset <= of.text().size());
        return;
    }
    json5::document again;
    BEDROCK_FUZZ_CHECK(again.parse(edited, {.values = 200'000, .depth = 1'000}).ok());
    auto const found = again.root().find(path);
    BEDROCK_FUZZ_CHECK(found.text() == value);
    // Without what was put in, the text is as it was; a comma, a name and blanks may stand before a new member, and
    // the blanks in an object of nothing else may go.
    auto const before = of.root().find(path);
    if (before) {
        edited.replace(found.begin_offset(), value.size(), before.text());
        BEDROCK_FUZZ_CHECK(edited == of.text());
        return;
    }
    auto const is_blank = [](char c) { return c == ' ' || c == '\t'; };
    std::size_t at = 0;
    auto const pass_blanks = [&] {
        while (at != of.text().size() && is_blank(of.text()[at])) ++at;
    };
    for (char const c : edited) {
        pass_blanks();
        at += at != of.text().size() && of.text()[at] == c ? 1 : 0;
    }
    pass_blanks();
    BEDROCK_FUZZ_CHECK(at == of.text().size());
}

void check_places(json5::document const& of) {
    std::size_t before = 0;
    for (auto at = of.root(); at;) {
        BEDROCK_FUZZ_CHECK(at.begin_offset() >= before && at.end_offset() <= of.text().size());
        BEDROCK_FUZZ_CHECK(!at.text().empty());
        BEDROCK_FUZZ_CHECK(at.name_text().empty() || at.is_named(at.name()));
        before = at.begin_offset();
        if (at.first()) {
            at = at.first();
            continue;
        }
        while (at && !at.next()) at = at.parent();
        at = at.next();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    json5::document read;
    auto const state = read.parse(std::string(text));
    BEDROCK_FUZZ_CHECK(state.ok() == static_cast<bool>(read.root()) && state.offset <= size);
    bool const is_json = bedrock::json::valid(text);
    BEDROCK_FUZZ_CHECK(state.ok() || !is_json || state.code == json5::fault::too_large);
    auto const place = json5::locate(text, state.offset);
    BEDROCK_FUZZ_CHECK(place.line >= 1 && place.column >= 1 && place.line + place.column <= size + 2);

    json5::path steps;
    if (json5::parse_path(text, steps).ok()) {
        json5::path again;
        auto const shown = json5::format_path(steps);
        BEDROCK_FUZZ_CHECK(!bedrock::valid_utf8(text) || (json5::parse_path(shown, again).ok() && again == steps));
    }
    if (!state.ok()) {
        BEDROCK_FUZZ_CHECK(!json5::is_blank(text) || state.code == json5::fault::unexpected_end ||
                           state.code == json5::fault::invalid_utf8);
        return 0;
    }
    check_places(read);
    std::string json;
    auto const said = json5::append_json(json, read.root());
    BEDROCK_FUZZ_CHECK(said.ok() ? bedrock::json::valid(json) : json.empty() && !is_json);
    for (json5::path const& path : {json5::path{"a"}, {"a", "b"}, {"0"}, {"a", "0", "c-d"}, {"n", "o", "p"}})
        check_edit(read, path);
    return 0;
}
