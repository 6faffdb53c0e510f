// Reads the cases of the conformance vectors about the shared config and credentials files.
#pragma once

#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>

namespace shared_config_vectors {

struct vector_case {
    std::string id;
    std::string kind;
    json_file::value root;
};

// Calls `use(case)` for each; without vectors the test says so and goes on.
template <class Use>
void for_each(Use use) {
    auto const vectors = vectors_dir();
    if (!vectors) {
        WARN("no conformance vectors (-Dvectors=DIR)");
        return;
    }
    auto const folder = *vectors + "/shared-config/";
    simdjson::dom::parser index_parser;
    auto const index = json_file::load(index_parser, folder + "index.json");
    REQUIRE(index);
    simdjson::dom::parser parser;
    for (auto const& entry : json_file::list(*index, "cases")) {
        auto const root = json_file::load(parser, folder + json_file::text_or_empty(entry, "file"));
        REQUIRE(root);
        auto const id = json_file::text_or_empty(entry, "id");
        INFO(id);
        use(vector_case{id, json_file::text_or_empty(entry, "kind"), *root});
    }
}

// The profiles and sign-ins of a chain's input as the config file that has them.
inline std::string config_text(json_file::value const& input) {
    std::string text;
    for (auto const& [kind, prefix] : {std::pair{"profiles", "profile"}, std::pair{"sso_sessions", "sso-session"}})
        for (auto const& [name, properties] : json_file::members(json_file::member(input, kind))) {
            text.append("[").append(prefix).append(" ").append(name).append("]\n");
            for (auto const& [key, value] : json_file::members(properties))
                text.append(key).append(" = ").append(json_file::text(value).value_or("?")).append("\n");
        }
    return text;
}

}  // namespace shared_config_vectors
