// Owns what must hold of bedrock::json::partial at every point of every text, JSON or not; for its tests and its
// fuzzer. Never knows how a completion is made.
#pragma once

#include "bedrock/json/partial.hpp"
#include "bedrock/json/reader.hpp"
#include "support/json_oracle.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace partial_json {

// What is wrong with the completion of `arrived`; empty when all is well. `grown_from` is what was certain before.
inline std::string problem(bedrock::json::partial const& of, std::string_view arrived, std::string_view grown_from) {
    using bedrock::json::valid;
    auto const text = of.text();
    auto const certain = of.certain();
    if (!arrived.starts_with(certain)) return "what is certain has not arrived";
    if (!text.starts_with(certain)) return "the completion does not begin with what is certain";
    if (!certain.starts_with(grown_from)) return "what was certain has changed";
    if (text.empty() != certain.empty()) return "a completion of nothing";
    if (!text.empty() && !valid(text)) return "the completion is no JSON";
    if (!text.empty()) {
        if (auto difference = json_oracle::disagreement(text); !difference.empty()) return difference;
    }
    if (valid(arrived) != of.complete()) return "complete() is wrong";
    if (of.ok() != (of.state() == bedrock::json::status{})) return "ok() is wrong";
    if (of.state().offset > arrived.size()) return "the fault lies outside of the text";
    return {};
}

}  // namespace partial_json
