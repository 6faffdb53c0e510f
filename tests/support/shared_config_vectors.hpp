// Reads the cases of the conformance vectors about the shared config and credentials files.
#pragma once

#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include <catch2/catch.hpp>

#include <string>

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

}  // namespace shared_config_vectors
