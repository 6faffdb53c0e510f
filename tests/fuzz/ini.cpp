// Any text as AWS's config file, as the credentials file and as both: lines lie in the text, faults stay, and what was
// understood, written out again, is understood alike.
#include "bedrock/ini.hpp"
#include "bedrock/profile_file.hpp"
#include "fuzz/check.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

namespace ini = bedrock::ini;
using bedrock::profile_file;

bool lies_in(std::string_view part, std::string_view text) {
    return part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

void check_lines(std::string_view text, ini::limits allowed) {
    ini::reader reader(text, allowed);
    std::size_t before = 0;
    std::size_t said = 0;
    bool in_section = false;
    ini::line line;
    while (reader.next(line)) {
        BEDROCK_FUZZ_CHECK(line.number > before);
        before = line.number;
        BEDROCK_FUZZ_CHECK(lies_in(line.key, text) && lies_in(line.value, text) && lies_in(line.text, text));
        bool const is_skipped = line.kind == ini::line_kind::skipped;
        BEDROCK_FUZZ_CHECK(line.text.empty() == is_skipped && line.text.size() <= allowed.line);
        BEDROCK_FUZZ_CHECK(!is_skipped || line.problem != ini::fault::none);
        BEDROCK_FUZZ_CHECK(line.text.find('\n') == std::string_view::npos);
        BEDROCK_FUZZ_CHECK(bedrock::ascii::trim(line.text) == line.text && bedrock::ascii::trim(line.value) == line.value);
        BEDROCK_FUZZ_CHECK(bedrock::valid_utf8(line.text));
        in_section = in_section || line.is_section;
        BEDROCK_FUZZ_CHECK((in_section || is_skipped) && line.kind != ini::line_kind::none);
        said += line.text.size();
    }
    BEDROCK_FUZZ_CHECK(said <= text.size());
    BEDROCK_FUZZ_CHECK(!reader.next(line) && line.kind == ini::line_kind::none);
    auto const state = reader.state();
    BEDROCK_FUZZ_CHECK(state.ok() || (state.offset <= text.size() && state.line + 1 > before));
}

void write(std::string& out, std::string_view kind, std::span<bedrock::profile_section const> sections) {
    for (auto const& section : sections) {
        BEDROCK_FUZZ_CHECK(!section.name().empty());
        out.append("[").append(kind);
        for (char const c : section.name()) out.append(1, '\\').append(1, c);  // as in a shell
        out.append("]\n");
        for (auto const& property : section.properties()) {
            out.append(property.key).append("=");
            for (char const c : property.value) out.append(c == '\n' ? "\n " : std::string(1, c));
            out.append("\n");
        }
    }
}

void check_alike(std::span<bedrock::profile_section const> left, std::span<bedrock::profile_section const> right) {
    BEDROCK_FUZZ_CHECK(left.size() == right.size());
    for (std::size_t i = 0; i != left.size(); ++i) {
        BEDROCK_FUZZ_CHECK(left[i].name() == right[i].name());
        BEDROCK_FUZZ_CHECK(i == 0 || left[i - 1].name() < left[i].name());
        auto const some = left[i].properties();
        BEDROCK_FUZZ_CHECK(some.size() == right[i].properties().size());
        for (std::size_t at = 0; at != some.size(); ++at) {
            auto const& property = right[i].properties()[at];
            BEDROCK_FUZZ_CHECK(some[at].key == property.key && some[at].value == property.value);
            BEDROCK_FUZZ_CHECK(some[at].block.size() == property.block.size());
            for (auto const& nested : some[at].block)
                BEDROCK_FUZZ_CHECK(right[i].value(property.key, nested.key) == nested.value);
            BEDROCK_FUZZ_CHECK(left[i].find(property.key) == &some[at]);
            BEDROCK_FUZZ_CHECK(left[i].find(property.key, some[at].from) == &some[at]);
        }
    }
}

void check_profiles(std::string_view config, std::string_view credentials, bedrock::profile_limits const& limits) {
    auto const first = bedrock::parse_profiles({.config = config, .credentials = credentials}, limits);
    if (!first) {
        BEDROCK_FUZZ_CHECK(first.error().code == bedrock::errc::credentials);
        BEDROCK_FUZZ_CHECK(first.error().message.starts_with("~/.aws/c"));
        return;
    }
    BEDROCK_FUZZ_CHECK(first->warnings().size() <= limits.warnings);
    for (auto const& warning : first->warnings()) BEDROCK_FUZZ_CHECK(bedrock::valid_utf8(warning.message));
    std::string again;
    write(again, "profile ", first->profiles());
    write(again, "sso-session ", first->sso_sessions());
    write(again, "services ", first->services());
    auto const second = bedrock::parse_profiles({.config = again});
    BEDROCK_FUZZ_CHECK(second.has_value());
    check_alike(first->profiles(), second->profiles());
    check_alike(first->sso_sessions(), second->sso_sessions());
    check_alike(first->services(), second->services());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    ini::limits const tight{.text = 200, .line = 40};
    check_lines(text, {});
    check_lines(text, tight);
    check_profiles(text, {}, {});
    check_profiles({}, text, {});
    check_profiles(text, text, {});
    check_profiles(text, text, {.file = tight, .sections = 4, .properties = 6, .warnings = 1});
    return 0;
}
