#include "bedrock/profile_file.hpp"

#include "support/allocations.hpp"
#include "support/guarded_buffer.hpp"
#include "support/json_file.hpp"
#include "support/shared_config_vectors.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using bedrock::errc;
using bedrock::parse_profiles;
using bedrock::profile_file;
using bedrock::profile_limits;
using bedrock::profile_section;
using bedrock::profile_set;
using bedrock::profile_texts;

using namespace std::string_view_literals;
using shared_config_vectors::vector_case;

namespace {

profile_set parsed(profile_texts const& from, profile_limits const& limits = {}) {
    auto found = parse_profiles(from, limits);
    INFO((found ? "" : found.error().message));
    REQUIRE(found);
    return std::move(*found);
}

profile_set config(std::string_view text) {
    return parsed({.config = text});
}

profile_set credentials(std::string_view text) {
    return parsed({.credentials = text});
}

std::string failure(profile_texts const& from, profile_limits const& limits = {}) {
    auto const found = parse_profiles(from, limits);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::credentials);
    CHECK(found.error().name == "Credentials");
    return found.error().message;
}

std::vector<std::string> names(std::span<profile_section const> sections) {
    std::vector<std::string> found;
    for (auto const& section : sections) found.push_back(section.name());
    return found;
}

using texts = std::vector<std::string>;

// ---- conformance vectors

struct vector_input {
    std::string config;
    std::string credentials;
};

vector_input input_of(json_file::value const& root) {
    auto const input = json_file::member(root, "input");
    REQUIRE(input);
    REQUIRE_FALSE(json_file::member(*input, "config_b64"));
    return {json_file::text_or_empty(*input, "config"), json_file::text_or_empty(*input, "credentials")};
}

std::span<profile_section const> sections_of(profile_set const& set, std::string_view kind) {
    if (kind == "sso_sessions") return set.sso_sessions();
    if (kind == "services") return set.services();
    REQUIRE(kind == "profiles");
    return set.profiles();
}

profile_section const* section_of(profile_set const& set, std::string_view kind, std::string const& name) {
    if (kind == "sso_sessions") return set.find_sso_session(name);
    if (kind == "services") return set.find_services(name);
    return set.find(name);
}

void check_sections(profile_set const& set, std::string_view kind, json_file::value const& expect) {
    auto const expected = json_file::members(json_file::member(expect, kind));
    CHECK(sections_of(set, kind).size() == expected.size());
    for (auto const& [name, properties] : expected) {
        INFO(name);
        auto const* const section = section_of(set, kind, name);
        REQUIRE(section);
        auto const wanted = json_file::members(properties);
        CHECK(section->properties().size() == wanted.size());
        for (auto const& [key, value] : wanted) {
            INFO(key);
            auto const* const property = section->find(key);
            REQUIRE(property);
            if (auto const text = json_file::text(value)) {
                CHECK(property->value == *text);
                continue;
            }
            auto const block = json_file::members(value);
            CHECK(property->block.size() == block.size());
            for (auto const& [nested, text] : block) CHECK(section->value(key, nested) == json_file::text(text));
        }
    }
}

void check_one(profile_set const& set, json_file::value const& check) {
    auto const what = json_file::text_or_empty(check, "check");
    auto const kind = json_file::text_or_empty(check, "section");
    auto const count = json_file::integer(check, "count");
    auto const key = json_file::text_or_empty(check, "property");
    INFO(what << ' ' << kind << ' ' << key);
    if (what == "section_count") {
        CHECK(static_cast<std::int64_t>(sections_of(set, kind).size()) == count);
        return;
    }
    auto const* const section = section_of(set, kind, json_file::text_or_empty(check, "name"));
    REQUIRE(section);
    if (what == "section") return;
    if (what == "property_count") {
        CHECK(static_cast<std::int64_t>(section->properties().size()) == count);
        return;
    }
    auto const* const property = section->find(key);
    REQUIRE(property);
    if (what == "property") {
        CHECK(property->value == json_file::text(check, "value"));
    } else if (what == "sub_property_count") {
        CHECK(static_cast<std::int64_t>(property->block.size()) == count);
    } else {
        REQUIRE(what == "sub_property");
        auto const nested = json_file::text(check, "sub_property");
        REQUIRE(nested);
        CHECK(section->value(key, *nested) == json_file::text(check, "value"));
    }
}

}  // namespace

TEST_CASE("profile_file: the SDKs' shared parser vectors", "[profile_file]") {
    std::size_t parsed_well = 0;
    std::size_t refused = 0;
    shared_config_vectors::for_each([&](vector_case const& one) {
        if (one.kind != "parser" && one.kind != "parser-checks") return;
        auto const input = input_of(one.root);
        auto const found = parse_profiles({.config = input.config, .credentials = input.credentials});
        auto const expect = json_file::member(one.root, "expect");
        REQUIRE(expect);
        // Their names have characters that botocore takes, and AWS's other SDKs do not.
        for (auto const* const id : {"aws-c-invalid-profile-names-merge", "sep-invalid-profile-names-are-ignored",
                                     "sep-profile-names-support-alphanumeric-characters-and"})
            if (one.id == id) return;
        if (json_file::flag(*expect, "error") == true) {
            REQUIRE(found);  // a line that is not understood takes no profile away
            CHECK_FALSE(found->warnings().empty());
            ++refused;
            return;
        }
        REQUIRE(found);
        ++parsed_well;
        if (one.kind == "parser-checks") {
            auto const checks = json_file::list(*expect, "checks");
            REQUIRE_FALSE(checks.empty());
            for (auto const& check : checks) check_one(*found, check);
            return;
        }
        check_sections(*found, "profiles", *expect);
        check_sections(*found, "sso_sessions", *expect);
        check_sections(*found, "services", *expect);
    });
    if (vectors_dir()) {
        CHECK(parsed_well >= 62);
        CHECK(refused >= 15);
    }
}

TEST_CASE("profile_file: vectors of any dialect, cut short everywhere, as either file", "[profile_file]") {
    shared_config_vectors::for_each([&](vector_case const& one) {
        if (!one.kind.starts_with("parser")) return;
        auto const input = input_of(one.root);
        for (auto const& text : {input.config, input.credentials}) {
            for (std::size_t size = 0; size <= text.size(); ++size) {
                guarded_buffer const guarded(std::string_view(text).substr(0, size));
                for (auto const& from :
                     {profile_texts{.config = guarded.text()}, profile_texts{.credentials = guarded.text()}})
                    if (auto const found = parse_profiles(from); !found)
                        REQUIRE(found.error().message.find(", line ") != std::string::npos);
            }
        }
    });
}

TEST_CASE("profile_file: the profiles of the chain vectors, written as a file, are found whole", "[profile_file]") {
    shared_config_vectors::for_each([&](vector_case const& one) {
        if (one.kind != "profile-chain") return;
        auto const input = json_file::member(one.root, "input");
        REQUIRE(input);
        auto const set = config(shared_config_vectors::config_text(*input));
        check_sections(set, "profiles", *input);
        check_sections(set, "sso_sessions", *input);
        CHECK(set.warnings().empty());
    });
}

TEST_CASE("profile_file: sections of the config file", "[profile_file]") {
    auto const set = config(
        "[default]\na = 1\n[profile foo]\nb = 2\n[profile\tbar ]\n[sso-session work]\nc = 3\n[services local]\nd =\n"
        " e = 4\n[profile \"quoted\"]\n[profile 'single']\n");
    CHECK(names(set.profiles()) == texts{"bar", "default", "foo", "quoted", "single"});
    CHECK(names(set.sso_sessions()) == texts{"work"});
    CHECK(names(set.services()) == texts{"local"});
    CHECK(set.find("default")->value("a") == "1");
    CHECK(set.find("foo")->value("b") == "2");
    CHECK(set.find_sso_session("work")->value("c") == "3");
    CHECK(set.find_services("local")->value("d", "e") == "4");
    CHECK(set.warnings().empty());
    // Names are told apart by case and by kind.
    CHECK_FALSE(set.find("Foo"));
    CHECK_FALSE(set.find("work"));
    CHECK_FALSE(set.find_sso_session("local"));
    CHECK_FALSE(set.find_services("work"));
    CHECK_FALSE(set.find(""));
}

TEST_CASE("profile_file: sections of the config file that are passed over, each with a warning", "[profile_file]") {
    auto const set = config(
        "[foo]\nk = v\n w\n[profilefoo]\n[profile]\n[sso-session ]\n[plugins cli]\n[profile in valid]\ns3 =\n a = b\n"
        "[profile foo!]\n[]\n[profile \"a b\"]\n[profile \"]\n[DEFAULT]\n[profile good]\nk = v\n");
    CHECK(names(set.profiles()) == texts{"a b", "foo!", "good"});
    CHECK(set.sso_sessions().empty());
    CHECK(set.services().empty());
    std::vector<std::size_t> lines;
    for (auto const& warning : set.warnings()) {
        CHECK(warning.from == profile_file::config);
        lines.push_back(warning.line);
    }
    CHECK(lines == std::vector<std::size_t>{1, 4, 5, 6, 7, 8, 12, 14, 15});
    CHECK(set.warnings()[0].message ==
          "~/.aws/config, line 1: section [foo] ignored: a profile of the config file is written [profile NAME]");
    CHECK(set.warnings()[4].message ==
          "~/.aws/config, line 7: section [plugins cli] ignored: expected profile, sso-session or services before the "
          "name");
    CHECK(set.warnings()[5].message ==
          "~/.aws/config, line 8: section [profile in valid] ignored: a name is one word, or quoted: [profile \"two "
          "words\"]");
}

TEST_CASE("profile_file: sections of the credentials file", "[profile_file]") {
    auto const set = credentials(
        "[default]\n[ foo ]\nk = v\n[profile bar]\nk = v\n[sso-session s]\n[services x]\n[sso-sessionfoo]\n[profile]\n"
        "[in valid]\n[\"quoted\"]\n[]\n");
    CHECK(names(set.profiles()) == texts{"\"quoted\"", "default", "foo", "in valid", "profile", "sso-sessionfoo"});
    CHECK(set.sso_sessions().empty());
    CHECK(set.services().empty());
    std::vector<std::size_t> lines;
    for (auto const& warning : set.warnings()) {
        CHECK(warning.from == profile_file::credentials);
        lines.push_back(warning.line);
    }
    CHECK(lines == std::vector<std::size_t>{4, 6, 7, 12});
    CHECK(set.warnings()[0].message ==
          "~/.aws/credentials, line 4: section [profile bar] ignored: the credentials file has profiles only, as "
          "[NAME] without \"profile\"");
}

TEST_CASE("profile_file: [profile default] counts alone, in any order", "[profile_file]") {
    for (auto const* const text :
         {"[default]\na = 1\n[profile default]\nb = 2\n[default]\nc = 3\n[profile default]\nd = 4",
          "[profile default]\nb = 2\nd = 4\n[default]\na = 1\n"}) {
        auto const set = config(text);
        REQUIRE(names(set.profiles()) == texts{"default"});
        CHECK(set.profiles()[0].properties().size() == 2);
        CHECK(set.profiles()[0].value("b") == "2");
        CHECK(set.profiles()[0].value("d") == "4");
        REQUIRE(set.warnings().size() == 1);
        CHECK(set.warnings()[0].message.find("[default] ignored") != std::string::npos);
        CHECK(set.warnings()[0].line >= 3);
    }
    // The credentials file knows no prefix: its default is merged all the same.
    auto const set =
        parsed({.config = "[default]\na = 1\n[profile default]\nb = 2", .credentials = "[default]\na = 3"});
    CHECK(set.find("default")->value("a") == "3");
    CHECK(set.find("default")->value("b") == "2");
    CHECK_FALSE(set.find("default")->find("a", profile_file::config));
}

TEST_CASE("profile_file: keys", "[profile_file]") {
    auto const set = config("[default]\nRegion = a\nregion = b\nREGION= c\nx y = d\n w\n!=e\nOutput =\n");
    auto const& section = *set.find("default");
    CHECK(section.properties().size() == 2);
    CHECK(section.value("region") == "c");
    CHECK(section.value("ReGiOn") == "c");
    CHECK(section.find("REGION")->key == "region");
    CHECK(section.find("REGION")->line == 4);
    REQUIRE(section.find("output"));
    CHECK(section.value("output").empty());
    CHECK_FALSE(section.find("regio"));
    CHECK_FALSE(section.find("region2"));
    CHECK(section.value("missing").empty());
    REQUIRE(set.warnings().size() == 2);
    CHECK(set.warnings()[0].line == 5);
    CHECK(set.warnings()[1].line == 7);
}

TEST_CASE("profile_file: continuations", "[profile_file]") {
    auto const set = config("[default]\na = v\n  w # c\n\n\tx\nb = v\n  # c\na = new\n");
    auto const& section = *set.find("default");
    CHECK(section.value("a") == "new");
    CHECK(section.value("b") == "v\n# c");
    REQUIRE(set.warnings().size() == 1);
    CHECK(set.warnings()[0].line == 7);
    CHECK(config("[default]\na = v\n  w # c\n\n\tx\n").find("default")->value("a") == "v\nw # c\nx");
}

TEST_CASE("profile_file: blocks", "[profile_file]") {
    auto const set = config(
        "[default]\ns3 =\n  Style = path # kept\n  # passed over\n  style=virtual\n\n  empty =\n  two words = x\nk = "
        "v\n");
    auto const& section = *set.find("default");
    CHECK(section.properties().size() == 2);
    CHECK(section.value("s3") == "\nStyle = path # kept\nstyle=virtual\nempty =\ntwo words = x");
    REQUIRE(section.find("s3")->block.size() == 2);
    CHECK(section.value("S3", "STYLE") == "virtual");
    CHECK(section.value("s3", "empty").empty());
    CHECK(section.value("s3", "missing").empty());
    CHECK(section.value("k", "style").empty());
    CHECK(section.value("missing", "style").empty());
    REQUIRE(set.warnings().size() == 1);
    CHECK(set.warnings()[0].line == 8);
    CHECK(config("[default]\ns3 =\n  a = 1 # 2\n").find("default")->value("s3", "a") == "1 # 2");
    // The last block of a key counts as a whole.
    auto const twice = config("[default]\ns3 =\n a = 1\n[default]\ns3 =\n b = 2\n");
    CHECK(twice.find("default")->value("s3") == "\nb = 2");
    CHECK(twice.find("default")->value("s3", "a").empty());
}

TEST_CASE("profile_file: the credentials file overrides key by key, and both values stay", "[profile_file]") {
    auto const set = parsed({.config = "[profile foo]\nregion = a\nregion = b\noutput = json\n[profile other]\nk = v",
                             .credentials = "[foo]\nregion = c\n[foo]\nregion = d\nsecret = s\n[third]\n"});
    CHECK(names(set.profiles()) == texts{"foo", "other", "third"});
    auto const& foo = *set.find("foo");
    CHECK(foo.properties().size() == 3);
    CHECK(foo.value("region") == "d");
    CHECK(foo.find("region")->from == profile_file::credentials);
    CHECK(foo.find("region")->line == 4);
    CHECK(foo.find("region", profile_file::credentials) == foo.find("region"));
    REQUIRE(foo.find("region", profile_file::config));
    CHECK(foo.find("region", profile_file::config)->value == "b");
    CHECK(foo.find("region", profile_file::config)->line == 3);
    CHECK(foo.find("output")->from == profile_file::config);
    CHECK_FALSE(foo.find("output", profile_file::credentials));
    CHECK_FALSE(foo.find("secret", profile_file::config));
    CHECK_FALSE(foo.find("missing", profile_file::config));
}

TEST_CASE("profile_file: a line that is not understood is noted, and takes no profile away", "[profile_file]") {
    auto const noted = [](profile_texts const& from, std::string_view profile = "b") {
        auto const set = parsed(from);
        CHECK(set.find(profile));
        REQUIRE_FALSE(set.warnings().empty());
        return set.warnings()[0].message;
    };
    CHECK(noted({.config = "[default]\nregion\n[profile b]\nk=v\n", .config_name = "/home/u/.aws/config"}) ==
          "/home/u/.aws/config, line 2: the line is passed over: expected \"name = value\", but the line has no '='");
    CHECK(noted({.config = "[default]\n", .credentials = "\n[a\n[b]\n", .credentials_name = "C:\\creds\n"}) ==
          "C:\\creds, line 2: the line is passed over: the section begins with '[' but has no ']'; expected [name]");
    CHECK(noted({.config = "k = v\n[profile b]"}) ==
          "~/.aws/config, line 1: the line is passed over: expected a section such as [default] before the first "
          "property");
    CHECK(noted({.credentials = "[b]\nk = \xFF"}).find("UTF-8") != std::string::npos);
    CHECK(noted({.credentials = "[a\0]\n[b]"sv}).find("UTF-16") != std::string::npos);
    CHECK(noted({.credentials = "[b] junk\nk=v\n"}) ==
          "~/.aws/credentials, line 1: the text behind the section's ']' is passed over");
    // What follows a section that is not understood is not the section's before it.
    auto const set = parsed({.credentials = "[a]\nk = 1\n[b\nk = 2\nl =\n m = 3\n[c]\nwrong\n deeper\nk = 3\n"});
    CHECK(names(set.profiles()) == texts{"a", "c"});
    CHECK(set.find("a")->properties().size() == 1);
    CHECK(set.find("a")->value("k") == "1");
    CHECK(set.find("c")->value("k") == "3");
    CHECK(set.warnings().size() == 2);
    CHECK(parsed({.config = "[default]\ns3 =\n wrong\n = v\n a = b\n"}).find("default")->value("s3", "a") == "b");
}

TEST_CASE("profile_file: indented sections and keys are read, with a note", "[profile_file]") {
    auto const set = config(
        "  [default]\n  region = us-west-2\n  output = json\n\n  # c\n  [profile b]\n  s3 =\n    a = 1\n"
        "  region = eu-west-1\n    more\n[sso-session s]\n  x = y\n   z = w\n");
    CHECK(set.find("default")->value("region") == "us-west-2");
    CHECK(set.find("b")->value("s3", "a") == "1");
    CHECK(set.find("b")->value("region") == "eu-west-1\nmore");
    CHECK(set.find_sso_session("s")->value("x") == "y\nz = w");
    REQUIRE(set.warnings().size() == 1);
    CHECK(set.warnings()[0].message ==
          "~/.aws/config, line 1: an indented section or key is read; some AWS tools want it at the line's start");
    CHECK(set.find("default")->value("output") == "json");
}

TEST_CASE("profile_file: names of profiles are botocore's", "[profile_file]") {
    auto const set =
        parsed({.config = "[profile \xD1\x80\xD0\xB0]\n[profile \"a b\"]\n[profile c\\ d]\n[profile e'f 'g]\n"
                          "[profile h!$&*~]\n[profile i j]\n[profile \"k]\n[profile \"l\\\"m\\n\"]\n",
                .credentials = "[\xD1\x80\xD0\xB0]\nk=v\n[Foo Bar]\n"});
    CHECK(names(set.profiles()) == texts{"Foo Bar", "a b", "c d", "ef g", "h!$&*~", "l\"m\\n", "\xD1\x80\xD0\xB0"});
    CHECK(set.find("\xD1\x80\xD0\xB0")->value("k") == "v");
    CHECK(set.warnings().size() == 2);
}

TEST_CASE("profile_file: limits", "[profile_file]") {
    CHECK(failure({.config = "[a]"}, {.file = {.text = 2}}) ==
          "~/.aws/config: the file is larger than is allowed (profile_limits::file)");
    CHECK(failure({.config = "[default]\nlong=1\n"}, {.file = {.line = 5}}) ==
          "~/.aws/config, line 1: the line is longer than is allowed (profile_limits::file)");
    // Both files count together, and sections that are passed over count too.
    profile_texts const three{.config = "[default]\n[x]\n", .credentials = "[a]\n"};
    CHECK(parsed(three, {.sections = 3}).profiles().size() == 2);
    CHECK(failure(three, {.sections = 2}) ==
          "~/.aws/credentials, line 1: too many sections (profile_limits::sections)");
    profile_texts const four{.config = "[default]\na = 1\nb =\n c = 2\n", .credentials = "[a]\na = 1\n"};
    CHECK(parsed(four, {.properties = 4}).profiles().size() == 2);
    CHECK(failure(four, {.properties = 3}).find("credentials, line 2: too many properties") != std::string::npos);
    CHECK(failure(four, {.properties = 2}).find("config, line 4: too many properties") != std::string::npos);

    auto const set = parsed({.config = "[a]\n[b]\n[c]\n"}, {.warnings = 1});
    CHECK(set.warnings().size() == 1);
    CHECK(set.warnings_left_out() == 2);
    CHECK(parsed({.config = "[a]\n"}, {.warnings = 0}).warnings_left_out() == 1);
}

TEST_CASE("profile_file: a large file is read in time, however its names repeat", "[profile_file]") {
    std::string same = "[default]\n";
    std::string many;
    for (int i = 0; i != 20000; ++i) {
        auto const number = std::to_string(i * 7919 % 20000);
        same += "key" + number + " = " + number + "\n[default]\n";
        many += "[profile p" + number + "]\nk = " + number + "\n";
    }
    auto const one = config(same);
    REQUIRE(one.profiles().size() == 1);
    CHECK(one.profiles()[0].properties().size() == 20000);
    CHECK(one.profiles()[0].value("KEY19999") == "19999");
    auto const all = config(many);
    CHECK(all.profiles().size() == 20000);
    CHECK(all.find("p12345")->value("k") == "12345");
}

TEST_CASE("profile_file: no secret in a message, nor in memory that was given back", "[profile_file]") {
    constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    // Nothing that the test itself gives back holds the secret: a later block may lie where it was.
    auto const joined = [](std::initializer_list<std::string_view> parts) {
        std::string made;
        made.reserve(1000);
        for (auto const part : parts) made += part;
        return made;
    };
    auto const text = joined({"[default]\naws_secret_access_key = ", secret, "\naws_secret_access_key = ", secret, "\n",
                              secret, " x = y\n"});
    for (std::string_view const before : {"none", "", " # ", "= ", "["}) {
        auto const whole = before == "none" ? joined({text}) : joined({text, before, secret});
        auto const freed = [&] {
            allocations::watch const watched(secret);
            {
                auto const found = parse_profiles({.config = whole, .credentials = text});
                if (found) {
                    auto copy = *found;
                    copy = parsed({.config = whole});
                    bool is_told = false;
                    for (auto const& warning : found->warnings())
                        is_told = is_told || warning.message.find(secret) != std::string::npos;
                    CHECK_FALSE(is_told);
                } else {
                    CHECK(found.error().message.find(secret) == std::string::npos);
                }
            }
            return watched.found();
        }();
        CHECK(freed == 0);
    }
}

TEST_CASE("profile_file: a value is wiped when another takes its place", "[profile_file]") {
    constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    allocations::watch const watched(secret);
    {
        bedrock::profile_property longer;
        longer.value.assign(200, 'x');
        bedrock::profile_property property;
        property.value = secret;
        property = longer;
        CHECK(property.value == longer.value);
        property.value = std::string(secret);
        bedrock::profile_property other;
        other.value = secret;
        other = std::move(longer);
        CHECK(other.value.size() == 200);
    }
    CHECK(watched.found() == 0);
}

TEST_CASE("profile_file: a set that is moved keeps its sections, a copy has its own", "[profile_file]") {
    auto set = config("[default]\nregion = eu-west-1\n");
    auto const* const section = set.find("default");
    auto const copy = set;
    auto const moved = std::move(set);
    CHECK(moved.find("default") == section);
    CHECK(copy.find("default") != section);
    CHECK(copy.find("default")->value("region") == "eu-west-1");
    CHECK(moved.file_name(profile_file::config) == "~/.aws/config");
    CHECK(moved.file_name(profile_file::credentials) == "~/.aws/credentials");
}
