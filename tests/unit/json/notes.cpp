#include "bedrock/json/notes.hpp"

#include "support/catch.hpp"

#include <string>

namespace json = bedrock::json;

TEST_CASE("a list of notes keeps so many, and counts them all", "[json]") {
    json::note_list notes;
    CHECK(notes.empty());
    for (int i = 0; i != 100; ++i) notes.add("metrics.latencyMs", "expected an integer", "5.7");
    CHECK(notes.size() == json::note_list::max_notes);
    CHECK(notes.total() == 100);
    CHECK(notes[0].path == "metrics.latencyMs");
    CHECK(notes[0].problem == "expected an integer");
    CHECK(notes[0].raw == "5.7");

    json::note_list more;
    more.append("metadata", notes);
    CHECK(more.total() == 100);
    CHECK(more[0].path == "metadata.metrics.latencyMs");
    more.clear();
    CHECK(more.empty());
}

TEST_CASE("the JSON of a note is whole or not there", "[json]") {
    json::note_list notes;
    notes.add("[3]", "expected an object", std::string(json::note_list::max_raw, '1'));
    notes.add("", "expected an object", std::string(json::note_list::max_raw + 1, '1'));
    CHECK(notes[0].raw.size() == json::note_list::max_raw);
    CHECK(notes[1].raw.empty());

    json::note_list more;
    more.append("content", notes);
    CHECK(more[0].path == "content[3]");
    CHECK(more[1].path == "content");
}
