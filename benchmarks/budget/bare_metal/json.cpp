// Reads a document, strictly, and writes another.
#include "bedrock/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>

int main() {
    std::string_view key;
    std::string_view text;
    std::int64_t count = 0;
    bedrock::json::reader reader(R"({"text":"caf\u00e9","count":42,"more":[1,{"a":null}]})");
    for (reader.begin_object(); reader.next_member(key);) {
        if (key == "text") {
            if (!reader.read_string(text) || text != "caf\xc3\xa9") return 1;
        } else if (key == "count") {
            reader.read_int64(count);
        } else {
            reader.skip();
        }
    }
    if (!reader.finish() || count != 42) return 2;

    bedrock::json::reader broken("[1,]");
    broken.skip();
    if (broken.finish()) return 3;

    std::string out;
    bedrock::json::writer writer(out);
    writer.begin_object();
    writer.key("n");
    writer.number(std::int64_t{7});
    writer.end_object();
    return out == R"({"n":7})" ? 0 : 4;
}
