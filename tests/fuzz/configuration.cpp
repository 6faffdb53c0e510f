// Any text as a configuration: what is said has a place in the text, what is understood keeps its promises, and a value
// that was set is found again.
#include "bedrock/configuration/reader.hpp"
#include "fuzz/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace bedrock;
    std::string const text(reinterpret_cast<char const*>(data), size);
    auto const read = parse_configuration(text, "f");
    if (!read) {
        auto const& why = read.error();
        BEDROCK_FUZZ_CHECK(why.code == errc::invalid_input && why.message.starts_with("f, line "));
        BEDROCK_FUZZ_CHECK(valid_utf8(why.message) && valid_utf8(why.hint));
        BEDROCK_FUZZ_CHECK(why.message.find('\n') == std::string::npos);
        return 0;
    }
    auto const lines = 1 + static_cast<std::size_t>(
                               std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }));
    for (auto const& note : read->notes) {
        BEDROCK_FUZZ_CHECK(note.line >= 1 && note.line <= lines && note.column >= 1 && note.column <= size + 1);
        BEDROCK_FUZZ_CHECK(valid_utf8(note.text()) && note.text().find('\n') == std::string::npos);
    }
    for (auto const& model : read->models) {
        BEDROCK_FUZZ_CHECK(!model.id.empty() && read->find_model(model.id) == &model);
        BEDROCK_FUZZ_CHECK(model.max_tokens >= 0 && model.context_window >= 0);
        if (model.cost) BEDROCK_FUZZ_CHECK(model.cost->input >= 0 && model.cost->cache_write >= 0);
        converse_request request{.model_id = model.id};
        read->complete(request);
        BEDROCK_FUZZ_CHECK(!request.inference.max_tokens || *request.inference.max_tokens > 0);
    }
    BEDROCK_FUZZ_CHECK(read->models.empty() || read->merge({}).size() == read->models.size());
    auto const& discovery = read->discovery;
    BEDROCK_FUZZ_CHECK(discovery.refresh_seconds.value_or(0) >= 0 && discovery.default_max_tokens.value_or(1) > 0);
    BEDROCK_FUZZ_CHECK(discovery.region.empty() || endpoint::is_valid_region(discovery.region));
    BEDROCK_FUZZ_CHECK(read->standard_region.empty() || read->base_url.empty());
    return 0;
}
