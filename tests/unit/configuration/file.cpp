#include "bedrock/configuration/file.hpp"

#include "support/catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

using namespace bedrock;

namespace {

struct scratch {
    scratch() {
        folder = ::mkdtemp(pattern.data());
        path = folder + "/conf.json5";
    }
    ~scratch() {
        ::unlink(path.c_str());
        ::rmdir(folder.c_str());
    }
    void write(std::string_view text) const { std::ofstream(path, std::ios::binary) << text; }
    std::string read() const {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string set(std::string_view key, std::string_view value) const {
        auto const done = set_in_configuration(path, key, value);
        return done ? "" : done.error().message + " | " + done.error().hint;
    }

    std::string pattern = "/tmp/bedrock-conf-XXXXXX";
    std::string folder;
    std::string path;
};

}  // namespace

TEST_CASE("configuration: a file is loaded, and named where it cannot be", "[configuration]") {
    scratch const at;
    auto const missing = load_configuration(at.path);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::invalid_input);
    CHECK(missing.error().message == "cannot read " + at.path + ": no such file or directory");
    CHECK(load_configuration(at.folder).error().message == "cannot read " + at.folder + ": is a directory");
    at.write("{models: {bedrockDiscovery: {region: 'eu-west-1'}}}");
    CHECK(load_configuration(at.path)->discovery.region == "eu-west-1");
    at.write("{models: 1}");
    CHECK(load_configuration(at.path).error().message ==
          at.path + ", line 1, column 10: models: expected an object, found a number");
    at.write(std::string(std::size_t{5} << 20, ' '));
    CHECK(load_configuration(at.path).error().message == "cannot read " + at.path + ": larger than 4194304 bytes");
}

TEST_CASE("configuration: setting a value changes that value alone", "[configuration]") {
    scratch const at;
    at.write(
        "// mine\n{\n    models: { // all\n        bedrockDiscovery: {\n            enabled: false, // not yet\n"
        "        },\n    },\n}\n");
    CHECK(at.set("models.bedrockDiscovery.enabled", "true") == "");
    CHECK(at.read() ==
          "// mine\n{\n    models: { // all\n        bedrockDiscovery: {\n            enabled: true, // not yet\n"
          "        },\n    },\n}\n");
    CHECK(at.set("models.bedrockDiscovery.region", "eu-west-1") == "");
    CHECK(at.read() ==
          "// mine\n{\n    models: { // all\n        bedrockDiscovery: {\n            enabled: true, // not yet\n"
          "            region: \"eu-west-1\",\n        },\n    },\n}\n");
    CHECK(at.set("models.bedrockDiscovery.providerFilter", " ['meta'] // why") == "");
    CHECK(find_in_configuration(at.read(), "models.bedrockDiscovery.providerFilter").value() == "[\"meta\"]");
}

TEST_CASE("configuration: a file is made where there is none", "[configuration]") {
    scratch at;
    CHECK(at.set("agents.defaults.model.primary", "amazon-bedrock/m") == "");
    CHECK(at.read() ==
          "{\n  agents: {\n    defaults: {\n      model: {\n        primary: \"amazon-bedrock/m\"\n      }\n    }\n"
          "  }\n}\n");
    at.write("// nothing yet");
    CHECK(at.set("models.mode", "merge") == "");
    CHECK(at.read() == "// nothing yet\n{\n  models: {\n    mode: \"merge\"\n  }\n}\n");
    at.write("");
    CHECK(at.set("gateway.port", "0x10") == "");
    CHECK(at.read() == "{\n  gateway: {\n    port: 0x10\n  }\n}\n");
}

TEST_CASE("configuration: what would be wrong is not written", "[configuration]") {
    scratch const at;
    std::string const good = "{models: {bedrockDiscovery: {refreshInterval: 1}}, list: [1]}";
    at.write(good);
    CHECK(at.set("models.bedrockDiscovery.refreshInterval", "1h") ==
          "not changed: it would be wrong in " + at.path +
              ", line 1, column 47: models.bedrockDiscovery.refreshInterval: expected a whole number, found a string | "
              "write seconds, 0 for no cache");
    CHECK(at.set("models.bedrockDiscovery.refreshInterval.x", "1") ==
          at.path +
              ", line 1, column 47: models.bedrockDiscovery.refreshInterval.x: what stands here is no object | set "
              "or remove it first");
    CHECK(at.set("list[3]", "1") ==
          at.path + ", line 1, column 58: list.3: the array here has no such element | set or remove it first");
    CHECK(at.set("a..b", "1").starts_with("\"a..b\" is not a key | write names"));
    CHECK(at.set("a.\xFF", "1").starts_with("\"a.\xEF\xBF\xBD\" is not a key"));
    CHECK(at.set("a", "\xFF") == "the value is not UTF-8 | ");
    CHECK(at.read() == good);

    at.write("{models: }");
    CHECK(at.set("models.mode", "x") == at.path + ", line 1, column 10: unexpected character | ");
    CHECK(at.read() == "{models: }");
    // Who repairs one of several mistakes is let.
    at.write("{models: {bedrockDiscovery: {refreshInterval: 'x', enabled: 1}}}");
    CHECK(at.set("models.bedrockDiscovery.enabled", "true") == "");
    CHECK(at.read() == "{models: {bedrockDiscovery: {refreshInterval: 'x', enabled: true}}}");
    auto const noted = set_in_configuration(at.path, "models.bedrockDiscovery", "{refreshIntervall: 1}");
    REQUIRE(noted);
    CHECK(noted->size() == 1);

    CHECK(set_in_configuration(at.folder, "a", "1").error().message == "cannot read " + at.folder + ": is a directory");
    CHECK(set_in_configuration(at.path + "/x/c", "a", "1").error().message ==
          "cannot write " + at.path + "/x/c: a part of the path is not a directory");
}

TEST_CASE("configuration: values are found by key", "[configuration]") {
    std::string const text = "{a: {'b.c': 'it\\'s', n: +.5, list: [1, {x: null}], inf: Infinity}, s: ''}";
    auto const find = [&](std::string_view key) { return find_in_configuration(text, key, "f").value_or("none"); };
    CHECK(find("a['b.c']") == "it's");
    CHECK(find("a.n") == "0.5");
    CHECK(find("a.list") == "[1,{\"x\":null}]");
    CHECK(find("a.list[1].x") == "null");
    CHECK(find("a.inf") == "Infinity");
    CHECK(find("s") == "");
    CHECK(find_in_configuration(text, "a.b", "f").error().message == "a.b is not set in f");
    CHECK(find_in_configuration("", "a.b", "f").error().message == "a.b is not set in f");
    CHECK(find_in_configuration("{", "a", "f").error().message == "f, line 1, column 2: the text ends too early");
}
