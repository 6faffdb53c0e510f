#!/usr/bin/env python3
"""Sees each rule of check_tree.py, of amalgamate.py --check and of readme_samples.py broken once: a small tree that keeps
them all, one change to it, and the breach that must be reported."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_tree  # noqa: E402
import readme_samples  # noqa: E402
from check_tree import amalgamate  # noqa: E402


def header(path, includes="", body="", below=""):
    guard = amalgamate.guard_of(path)
    border = check_tree.BORDER + "\n\n" + below + "\n\n" if below else ""
    return (amalgamate.LICENSE_LINE + "\n// Owns one thing.\n// Never does another.\n#ifndef %s\n#define %s\n\n%s\n\n%s\n\n%s#endif\n"
            % (guard, guard, includes, body, border))


def own(*paths):
    return "\n".join('#include "bedrock/%s"' % path for path in paths)


def clean_tree():
    headers = {
        "config.hpp": header("config.hpp", body="#define BEDROCK_ABI v0_ex"),
        "version.hpp": header("version.hpp", own("config.hpp"), "inline constexpr int version_major = 1;\n"
                              "inline constexpr int version_minor = 2;\ninline constexpr int version_patch = 3;\n"
                              'inline constexpr char version_text[] = "1.2.3";'),
        "bytes.hpp": header("bytes.hpp", own("config.hpp") + "\n\n#include <cstddef>\n#include <span>", "int bytes();",
                            "inline int bytes() { return (std::min)(1, 2); }"),
        "hex.hpp": header("hex.hpp", own("bytes.hpp", "config.hpp"), "int hex();"),
        "json/reader.hpp": header("json/reader.hpp", own("hex.hpp"), "enum class kind { none, text };"),
        "json/writer.hpp": header("json/writer.hpp", own("json/reader.hpp") + "\n\n#include <string>", "int write();"),
        "json.hpp": header("json.hpp", own("json/reader.hpp", "json/writer.hpp")),
        "event_stream/decoder.hpp": header("event_stream/decoder.hpp", own("bytes.hpp"), "int decode();"),
        "event_stream.hpp": header("event_stream.hpp", own("event_stream/decoder.hpp")),
        "crypto.hpp": header("crypto.hpp", "#include <openssl/evp.h>", "int digest();"),
        "crypto/es256.hpp": header("crypto/es256.hpp", "#include <openssl/pem.h>", "int sign();"),
        "credentials.hpp": header("credentials.hpp", own("crypto.hpp", "crypto/es256.hpp", "json/reader.hpp"), "int keys();"),
        "model/content.hpp": header("model/content.hpp", own("json/writer.hpp") + "\n\n#include <functional>", "int text();"),
        "engine.hpp": header("engine.hpp", "#include <curl/curl.h>", "int run();"),
        "client.hpp": header("client.hpp", own("credentials.hpp", "engine.hpp", "version.hpp") + "\n\n#if BEDROCK_EXCEPTIONS\n"
                             "#include <exception>\n#endif", "int client();"),
        "core.hpp": header("core.hpp", own("event_stream.hpp", "json.hpp", "model/content.hpp")),
        "bedrock.hpp": header("bedrock.hpp", own("client.hpp", "core.hpp")),
        "testing/loopback.hpp": header("testing/loopback.hpp", own("bedrock.hpp") + "\n\n#include <httplib.h>", "int serve();"),
    }
    files = {"include/bedrock/" + path: text for path, text in headers.items()}
    for path, text in headers.items():
        if path not in ("config.hpp", "version.hpp") and "();" in text or "enum" in text:
            files["tests/unit/%s.cpp" % path[:-4]] = '#include "bedrock/%s"\n' % path
    files["LICENSE"] = "Some license\n"
    files["meson.build"] = "project('bedrock', 'cpp',\n  version: '1.2.3',\n  license: 'MIT')\n"
    files["examples/packaging/vcpkg/bedrock/vcpkg.json"] = '{\n  "version-semver": "1.2.3"\n}\n'
    files["examples/packaging/alpine/APKBUILD"] = "pkgname=bedrock\npkgver=1.2.3\n"
    files["examples/packaging/meson/bedrock.wrap"] = "[wrap-git]\nrevision = v1.2.3\n"
    return files


class Rules(unittest.TestCase):
    def problems(self, change, stale=False):
        """The problems of the clean tree after `change`, a function of its files; joined headers are fresh or `stale`."""
        with tempfile.TemporaryDirectory() as root:
            files = clean_tree()

            def write():
                for path, text in files.items():
                    whole = os.path.join(root, path)
                    os.makedirs(os.path.dirname(whole), exist_ok=True)
                    with open(whole, "w", encoding="utf-8", newline="") as file:
                        file.write(text)

            def join():
                amalgamate.write(amalgamate.Tree(root))

            if stale:
                write()
                join()
            removed = set(files)
            change(files)
            removed -= set(files)
            write()
            for path in removed:
                if os.path.exists(os.path.join(root, path)):
                    os.remove(os.path.join(root, path))
            if not stale:
                join()
            return amalgamate.check(amalgamate.Tree(root)) + check_tree.check(root)

    def finds(self, expected, change, stale=False):
        problems = self.problems(change, stale)
        self.assertTrue(any(expected in problem for problem in problems), "%r is not in:\n%s" % (expected, "\n".join(problems)))

    def finds_in(self, expected, path, old, new, stale=False):
        def change(files):
            key = path if "/" in path and path.split("/")[0] in check_tree.CODE_FOLDERS else "include/bedrock/" + path
            self.assertIn(old, files[key])
            files[key] = files[key].replace(old, new, 1)
        self.finds(expected, change, stale)

    def test_clean(self):
        self.assertEqual(self.problems(lambda files: None), [])

    # amalgamate.py --check

    def test_upward_include(self):
        self.finds_in("hex.hpp:7: upward include: floor 0 (ground) includes json/reader.hpp of floor 1 (text)",
                      "hex.hpp", own("bytes.hpp", "config.hpp"), own("json/reader.hpp"))

    def test_later_on_the_floor(self):
        self.finds_in("bytes.hpp:7: includes hex.hpp, which stands after it", "bytes.hpp", own("config.hpp"), own("hex.hpp"))

    def test_siblings_are_blind(self):
        self.finds_in("model/content.hpp:7: the model and the ambient floor do not see each other", "model/content.hpp",
                      own("json/writer.hpp"), own("credentials.hpp"))

    def test_cycle(self):
        def change(files):
            files["include/bedrock/json/reader.hpp"] = header("json/reader.hpp", own("json/writer.hpp"), "int x();")
        self.finds("cycle: json/reader.hpp -> json/writer.hpp -> json/reader.hpp", change)

    def test_missing_include(self):
        self.finds_in("hex.hpp:7: includes bedrock/gone.hpp, which does not exist", "hex.hpp", own("bytes.hpp"), own("gone.hpp"))

    def test_no_floor(self):
        self.finds("novel.hpp: no floor", lambda files: files.update(
            {"include/bedrock/novel.hpp": header("novel.hpp", body="int x();")}))

    def test_orphan(self):
        self.finds("uri.hpp: orphan", lambda files: files.update(
            {"include/bedrock/uri.hpp": header("uri.hpp", body="int x();")}))

    def test_apart(self):
        def change(files):
            files["include/bedrock/json5.hpp"] = header("json5.hpp", body="int x();")
            files["include/bedrock/core.hpp"] = header("core.hpp", own("event_stream.hpp", "json.hpp", "json5.hpp", "model/content.hpp"))
        self.finds("json5.hpp: the umbrella bedrock.hpp is to leave it out", change)

    def test_library_in_core(self):
        self.finds_in("crypto.hpp:7: <openssl/evp.h> comes with core.hpp", "core.hpp", own("event_stream.hpp"),
                      own("crypto.hpp", "event_stream.hpp"))

    def test_leftover_macro(self):
        self.finds_in("hex.hpp:10: leaves the macro BEDROCK_LEFT defined", "hex.hpp", "int hex();", "#define BEDROCK_LEFT(x) x")

    def test_macro_undefined_again(self):
        def change(files):
            files["include/bedrock/hex.hpp"] = header("hex.hpp", own("bytes.hpp"), "#define BEDROCK_X 1\nint hex();\n#undef BEDROCK_X")
        self.assertEqual(self.problems(change), [])

    def test_stale(self):
        self.finds_in("single_include/bedrock/json.hpp is stale", "hex.hpp", "int hex();", "long hex();", stale=True)
        self.finds_in("single_include/bedrock/event_stream.hpp is stale", "event_stream/decoder.hpp", "int decode();",
                      "long decode();", stale=True)

    def test_readme_names_a_header_that_is_not_generated(self):
        self.finds("README.md: bedrock/hex.hpp is not in single_include", lambda files: files.update(
            {"README.md": "Include `bedrock/json.hpp` or `bedrock/hex.hpp`.\n"}))

    def test_library_in_a_single_header(self):
        def change(files):  # core.hpp does without it in the tree, but a part of it is in a file that has it
            for path in ("fwd.hpp", "result.hpp"):
                files["include/bedrock/" + path] = header(path, own("config.hpp"))
            files["include/bedrock/fwd.hpp"] = header("fwd.hpp", own("config.hpp") + "\n\n#include <openssl/evp.h>")
        self.finds("fwd.hpp:9: <openssl/evp.h> comes with core.hpp", change)

    def test_missing_umbrella(self):
        self.finds("core.hpp: the umbrella is missing", lambda files: files.pop("include/bedrock/core.hpp"))

    # check_tree.py

    def test_no_mirror(self):
        self.finds("json/reader.hpp:1: mirror: has no tests/unit/json/reader.cpp",
                   lambda files: files.pop("tests/unit/json/reader.cpp"))

    def test_mirror_includes_first(self):
        self.finds_in("tests/unit/hex.cpp:1: mirror: must include bedrock/hex.hpp", "tests/unit/hex.cpp", "#include",
                      "#include <string>\n#include")

    def test_guard(self):
        self.finds_in("hex.hpp:4: guard: #ifndef BEDROCK_HEX_HPP", "hex.hpp", "#ifndef BEDROCK_HEX_HPP", "#ifndef HEX_HPP")
        self.finds_in("hex.hpp:5: guard: #pragma once", "hex.hpp", "#define", "#pragma once\n#define")

    def test_opening(self):
        self.finds_in("hex.hpp:2: opening", "hex.hpp", "// Never does another.\n", "")

    def test_license(self):
        self.finds_in("hex.hpp:1: license", "hex.hpp", amalgamate.LICENSE_LINE + "\n", "")

    def test_border(self):
        self.finds_in("bytes.hpp:14: border: is // and dashes to column 120", "bytes.hpp", check_tree.BORDER, check_tree.BORDER + "-")
        self.finds_in("bytes.hpp:15: border: one a header", "bytes.hpp", check_tree.BORDER,
                      check_tree.BORDER + "\n" + check_tree.BORDER)

    def test_text(self):
        self.finds_in("hex.hpp:1: text", "hex.hpp", "int hex();", "int hex();\r")

    def test_include_spelling(self):
        self.finds_in("hex.hpp:7: include: an own header is named by its full path", "hex.hpp", '"bedrock/bytes.hpp"', '"bytes.hpp"')
        self.finds_in("hex.hpp:7: include: an own header is quoted", "hex.hpp", '"bedrock/bytes.hpp"', "<bedrock/bytes.hpp>")

    def test_include_order(self):
        self.finds_in("bytes.hpp:10: order: cstddef is to stand before span", "bytes.hpp", "#include <cstddef>\n#include <span>",
                      "#include <span>\n#include <cstddef>")
        self.finds_in("order: own headers come before others", "bytes.hpp", own("config.hpp"), "#include <array>\n" + own("config.hpp"))
        self.finds_in("order: span is included twice", "bytes.hpp", "#include <span>", "#include <span>\n#include <span>")

    def test_banned(self):
        for name in sorted(check_tree.BANNED_LOW):
            self.finds_in("banned: <%s> on floor 0" % name, "hex.hpp", own("bytes.hpp"), own("bytes.hpp") + "\n\n#include <%s>" % name)
        for name in sorted(check_tree.BANNED):
            self.finds_in("banned: <%s> on floor 5" % name, "engine.hpp", "#include <curl", "#include <%s>\n#include <curl" % name)

    def test_banned_under_a_condition(self):
        self.finds_in("banned: <mutex>", "hex.hpp", "int hex();", "#if defined(_WIN32)\n#include <mutex>\n#endif")

    def test_libraries(self):
        for name, home in (("curl/curl.h", "engine.hpp, engine/"), ("openssl/evp.h", "crypto.hpp, crypto/"), ("simdjson.h", "simdjson.hpp"),
                           ("httplib.h", "testing/"), ("nlohmann/json.hpp", "no header")):
            self.finds_in("library: <%s> belongs in %s alone" % (name, home), "client.hpp", "#if", "#include <%s>\n#if" % name)

    def test_words(self):
        for word in sorted(check_tree.WORDS) + ["__AVX2__", "__SSE4_2__", "__AVX512BW__"]:
            self.finds_in("hex.hpp:10: word: %s" % word, "hex.hpp", "int hex();", "int hex(int %s);" % word)

    def test_words_in_comments_and_strings(self):
        def change(files):
            files["include/bedrock/hex.hpp"] = header(
                "hex.hpp", own("bytes.hpp"), "// assert ERROR\n/* NDEBUG */ int hex(char const* = \"ERROR\", char = '\"');\n"
                "int far_off(char const* = R\"x(assert \" )x\", int = 1'000'000); // min(")
        self.assertEqual(self.problems(change), [])

    def test_hostile_names(self):
        for word in sorted(check_tree.HOSTILE):
            self.finds_in("hex.hpp:10: hostile: %s is a macro" % word, "hex.hpp", "int hex();", "int %s;" % word)
        for word in sorted(check_tree.HOSTILE_CALLS):
            self.finds_in("hex.hpp:10: hostile: %s( is a macro" % word, "hex.hpp", "int hex();", "int %s();" % word)
        self.finds_in("hostile: min( is a macro", "bytes.hpp", "(std::min)(", "std::min(")
        self.finds_in("hostile: max( is a macro", "bytes.hpp", "(std::min)(", "std::numeric_limits<int>::max (")

    def test_functions_that_may_be_macros(self):
        for bad in ("::sigemptyset(&set);", "::sigaddset (&set, 1);", "::sigismember(&set, 1);", "::htons(1);", "::ntohl(1);"):
            self.finds_in("hex.hpp:10: macro: ::", "hex.hpp", "int hex();", "int hex();" + bad)
        for good in ("(::sigemptyset)(&set);", "htons(1);", "std::fputs(\"\", stdout);"):
            self.assertEqual(self.problems(lambda files: files.update({"tests/unit/hex.cpp": '#include "bedrock/hex.hpp"\n' + good})), [])

    def test_enumerators(self):
        self.finds_in("json/reader.hpp:9: enumerator: NONE", "json/reader.hpp", "none, text", "NONE, text")
        self.finds_in("json/reader.hpp:9: enumerator: TEXT_2", "json/reader.hpp", "none, text", "none = 1, TEXT_2 = 2")

    def test_coroutines(self):
        bad = "auto reply = co_await ask(request{1});"
        self.finds_in("include/bedrock/client.hpp:16: coroutine: a {", "client.hpp", "int client();", "int client();\n" + bad)
        self.finds("tests/unit/client.cpp:3: coroutine: a {", lambda files: files.update(
            {"tests/unit/client.cpp": '#include "bedrock/client.hpp"\n\nco_await child(\n    {.a = 1});\n'}))

    def test_threads(self):
        body = "#include \"bedrock/client.hpp\"\n\nTEST_CASE(\"one\"%s) {\n    std::thread other(run);\n}\n"
        self.finds("tests/unit/client.cpp:3: threads: ", lambda files: files.update(
            {"tests/unit/client.cpp": body % ', "[client]"'}))
        self.assertEqual(self.problems(lambda files: files.update(
            {"tests/unit/client.cpp": body % ', "[client][threads]"'})), [])

    def test_protocols(self):
        bad = "inline exchange<int> ask();"
        self.finds_in("include/bedrock/client.hpp:16: protocol: ", "client.hpp", "int client();", "int client();\n" + bad)

    def test_good_coroutines(self):
        def change(files):
            files["tests/unit/client.cpp"] = ('#include "bedrock/client.hpp"\n// co_await child({});\n'
                                              'auto a = co_await b("{");\nif (a) { c(); }\n')
        self.assertEqual(self.problems(change), [])

    def test_single_include_holds_what_is_written_and_no_more(self):
        def stray(files):
            files["single_include/bedrock/stray.hpp"] = "int stray();\n"
        self.finds("single_include/bedrock/stray.hpp is written by nobody", stray)

        def opt_in(files):
            files["include/bedrock/recorded.hpp"] = files["include/bedrock/hex.hpp"].replace("HEX", "RECORDED").replace("hex", "recorded")
            files["tests/unit/recorded.cpp"] = '#include "bedrock/recorded.hpp"\n'
        self.finds("single_include/bedrock/recorded.hpp is stale", opt_in, stale=True)
        with tempfile.TemporaryDirectory() as root:
            files = clean_tree()
            opt_in(files)
            for path, text in files.items():
                amalgamate.write_if_changed(os.path.join(root, path), text)
            text = dict(amalgamate.written(amalgamate.Tree(root)))["recorded.hpp"]
            self.assertIn('\n#include "bytes.hpp"\n', text)
            self.assertIn("int recorded();", text)

    # check_tree.py: the version

    def test_version(self):
        self.finds_in('include/bedrock/version.hpp:1: version: the numbers say "1.2.4", version_text says "1.2.3"', "version.hpp",
                      "version_patch = 3", "version_patch = 4")
        for path, expected in (("meson.build", "1.2.4"), ("examples/packaging/alpine/APKBUILD", "1.2.4"),
                               ("examples/packaging/meson/bedrock.wrap", "1.2.4"),
                               ("examples/packaging/vcpkg/bedrock/vcpkg.json", "1.2.4")):
            self.finds('%s:1: version: is "%s", include/bedrock/version.hpp says "1.2.3"' % (path, expected),
                       lambda files, path=path: files.update({path: files[path].replace("1.2.3", "1.2.4")}))
            self.finds('%s:1: version: is "", include/bedrock/version.hpp says "1.2.3"' % path,
                       lambda files, path=path: files.pop(path))

    # What the single headers contain

    def test_single_headers(self):
        with tempfile.TemporaryDirectory() as root:
            for path, text in clean_tree().items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8", newline="") as file:
                    file.write(text)
            tree = amalgamate.Tree(root)
            texts = dict(amalgamate.written(tree))
            single = amalgamate.Single(tree)
            amalgamate.write_forwarding(tree, os.path.join(root, "forwarding"))
            forwarding = sorted(os.path.relpath(os.path.join(at, name), os.path.join(root, "forwarding", "bedrock"))
                                for at, _, names in os.walk(os.path.join(root, "forwarding")) for name in names)
        every = "".join(texts.values())
        for path in tree.headers:  # each exactly once, or forwarded to
            self.assertEqual(every.count("#ifndef %s\n" % amalgamate.guard_of(path)), 1, path)
            self.assertEqual(path in texts, path not in forwarding, path)
        self.assertIn("bytes.hpp of bedrock 1.2.3.", texts["bytes.hpp"])
        self.assertIn("// Some license\n", texts["bytes.hpp"])
        self.assertEqual(set(single.closure("bedrock.hpp")), set(tree.closure(["bedrock.hpp"])))
        whole = texts["bedrock.hpp"]
        self.assertIn('#include "core.hpp"\n#include "credentials.hpp"\n', whole)
        self.assertNotIn('#include "json.hpp"', whole)  # core.hpp includes it
        self.assertNotIn('#include "bedrock/', every)
        self.assertIn("#if BEDROCK_EXCEPTIONS\n#include <exception>\n#endif", whole)
        self.assertIn('#include "../bedrock.hpp"', texts["testing/loopback.hpp"])
        self.assertEqual(texts["client.hpp"], amalgamate.LICENSE_LINE + '\n// Contained in another single header.\n#include "bedrock.hpp"\n')
        self.assertIn("int decode();", texts["event_stream.hpp"])
        for absent in ("curl", "openssl", "int hex();"):
            self.assertNotIn(absent, texts["event_stream.hpp"])


class Readme(unittest.TestCase):
    def problems(self, readme):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "examples"))
            for path, text in (("README.md", readme), ("examples/a.cpp", "int main() {\n    f(1);\n    g();\n}\n")):
                with open(os.path.join(root, path), "w", encoding="utf-8", newline="") as file:
                    file.write(text)
            return list(readme_samples.check(root))

    def test_good(self):
        self.assertEqual(self.problems("<!-- file: examples/a.cpp -->\n```cpp\nint main() {\n    f(1);\n    g();\n}\n```\n"
                                       "```sh\nls\n```\n<!-- from: examples/a.cpp -->\n```cpp\nf(1);\ng();\n```\n"), [])

    def test_breaches(self):
        for readme, expected in (
                ("<!-- file: examples/a.cpp -->\n```cpp\nint main() {}\n```\n", "README.md:2: is not examples/a.cpp"),
                ("```cpp\nf(1);\n```\n", "README.md:1: a sample without"),
                ("<!-- from: examples/a.cpp -->\n```cpp\nf(2);\n```\n", "README.md:2: examples/a.cpp does not hold"),
                ("<!-- from: examples/b.cpp -->\n```cpp\nf(2);\n```\n", "README.md:2: examples/b.cpp is not a file"),
                ("no sample", "README.md:1: no sample"),
                ("```cmake\nproject(a)\n```\n", "README.md:1: a sample without"),
                ("```meson\nproject('a')\n```\n", "README.md:1: a sample without")):
            self.assertTrue(self.problems(readme)[0].startswith(expected) or expected in self.problems(readme)[0], readme)


if __name__ == "__main__":
    unittest.main()
