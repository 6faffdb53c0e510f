#!/usr/bin/env python3
"""Checks the house rules that a compiler does not: the mirror of tests, the shape of headers, what they may include and
say, and how coroutines are written. Prints each breach as FILE:LINE: RULE: words, and exits 1 where there is one.

    check_tree.py [--root DIR]

What concerns the joined headers and the floors is in single_include/amalgamate.py --check.
"""
import argparse
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "single_include"))
import amalgamate  # noqa: E402

WITHOUT_TEST = {"fwd.hpp", "config.hpp", "version.hpp"}  # and umbrellas, which declare nothing
LOW_FLOORS = 2
# Measured cost or wrong floor: clocks, locks and locales have no business below the runners.
BANNED_LOW = {"chrono", "regex", "filesystem", "mutex", "thread", "iostream", "locale", "sstream", "functional"}
BANNED = {"regex", "filesystem", "iostream", "thread", "cassert", "assert.h"}
LIBRARIES = (  # which headers may include a library's
    (re.compile(r"curl/"), {"engine.hpp", "engine/"}),
    (re.compile(r"openssl/"), {"crypto.hpp", "crypto/"}),
    (re.compile(r"simdjson"), {"simdjson.hpp"}),
    (re.compile(r"httplib"), {"testing/"}),
    (re.compile(r"nlohmann/|boost/|zlib\.h"), set()),
)
WITH_PROTOCOLS = {"catalogue.hpp"}  # who includes it uses it
BORDER = "// " + "-" * 117

WORDS = {  # identifiers that no header may hold, and why
    "NDEBUG": "no macro changes a body", "__has_include": "no macro changes a body", "assert": "no macro changes a body",
    "thread_local": "pins a library that is closed with dlclose",
    "strtod": "reads the locale", "strtof": "reads the locale", "strtold": "reads the locale", "atof": "reads the locale",
    "stod": "reads the locale", "stof": "reads the locale", "stold": "reads the locale", "sscanf": "reads the locale",
}
EXCUSED = {("json/number.hpp", "strtod")}  # gives it digits without a decimal point
# Macros of <windows.h>, Qt, Xlib and their kin, as seen in headers of others.
HOSTILE = {"ERROR", "interface", "GetMessage", "SendMessage", "CreateEvent", "GetObject", "DELETE", "IN", "OUT", "OPTIONAL",
           "near", "far", "small", "DOMAIN", "IGNORE", "STRICT", "TRUE", "FALSE", "VOID", "Bool", "Status", "Success",
           "major", "minor", "unix", "linux", "CONST", "CALLBACK", "PASCAL", "BOOL", "NO_ERROR", "OVERFLOW", "UNDERFLOW",
           "ECHO", "OK", "ERR", "COLS", "LINES", "True", "False", "None", "Always", "CursorShape", "Unsorted",
           "Below", "Above", "Convex", "Complex", "Absolute", "Expose", "KeyPress", "KeyRelease", "FocusIn", "FocusOut",
           "FontChange", "GrayScale", "emit", "slots", "signals", "forever", "nil", "Nil", "YES", "NO"}
# Macros with arguments elsewhere: a problem only before "(".
HOSTILE_CALLS = {"min", "max", "require", "check", "verify", "ensure", "assume", "foreach", "echo", "noecho", "timeout",
                 "refresh", "getch", "beep"}
VERSIONS = (  # further files that contain the version, and how
    ("meson.build", r"^  version: '([^']*)',$"),
    ("examples/packaging/alpine/APKBUILD", r"^pkgver=(.*)$"),
    ("examples/packaging/meson/bedrock.wrap", r"^revision = v(.*)$"),
    ("examples/packaging/vcpkg/bedrock/vcpkg.json", r'^  "version-semver": "([^"]*)",?$'),
)
# Functions that POSIX allows to be macros, and that are on macOS: after :: the macro's text makes no sense.
PERHAPS_MACROS = re.compile(r"(?<![(\w])::((?:sig(?:empty|fill|add|del)set|sigismember|(?:hton|ntoh)[sl])\s*\()")
CODE_FOLDERS = ("include", "examples", "tests", "benchmarks")


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def check_mirror(root, tree):
    for path in tree.ordered():
        header = tree.headers[path]
        if path in WITHOUT_TEST or header.declares_nothing():
            continue
        test = "tests/unit/%s.cpp" % path[:-len(".hpp")]
        try:
            with open(os.path.join(root, test), encoding="utf-8") as file:
                text = amalgamate.without_comments(file.read())
        except FileNotFoundError:
            yield "include/bedrock/%s:1: mirror: has no %s" % (path, test)
            continue
        first = amalgamate.INCLUDE.search(text)
        if not first or first[2] != "bedrock/" + path:
            yield "%s:%d: mirror: must include bedrock/%s before anything else" % (
                test, line_at(text, first.start(1)) if first else 1, path)


def check_shape(tree):
    for path in tree.ordered():
        header = tree.headers[path]
        where = "include/bedrock/%s" % path
        if not path.endswith(".hpp"):
            yield "%s:1: name: headers end in .hpp" % where
        if "\r" in header.text or not header.text.endswith("\n") or header.text.endswith("\n\n"):
            yield "%s:1: text: Unix lines, and one line end at the end" % where
        if header.lines[0] != amalgamate.LICENSE_LINE:
            yield "%s:1: license: begins with %s" % (where, amalgamate.LICENSE_LINE)
        begin = 1 if header.lines[0] == amalgamate.LICENSE_LINE else 0
        opening = []
        for line in header.lines[begin:]:
            if not line.startswith("// "):
                break
            opening.append(line[3:])
        if len(re.findall(r"[.:](?:\s|$)", " ".join(opening))) < 2:
            yield "%s:%d: opening: begins with two sentences as // lines: what it owns, what it never does" % (where, begin + 1)
        guard = amalgamate.guard_of(path)
        rest = [line for line in header.bare if line.strip()]
        if rest[:2] != ["#ifndef " + guard, "#define " + guard] or rest[-1] != "#endif":
            yield "%s:%d: guard: #ifndef %s and #define %s around all of it" % (where, begin + len(opening) + 1, guard, guard)
        borders = [number for number, line in enumerate(header.lines, 1) if re.match(r"\s*//\s?-{20,}", line)]
        for number in borders:
            if header.lines[number - 1] != BORDER:
                yield "%s:%d: border: is // and dashes to column 120" % (where, number)
        if len(borders) > 1:
            yield "%s:%d: border: one a header; a second says that the header is two" % (where, borders[1])


def check_includes(tree):
    for path in tree.ordered():
        header = tree.headers[path]
        floor = tree.floor(path)
        here = "include/bedrock/%s" % path
        previous = None
        for include in header.includes:
            where = "%s:%d" % (here, include.line)
            line = header.bare[include.line - 1].strip()
            quoted = '"' in line
            if quoted and not include.own:
                yield '%s: include: an own header is named by its full path, "bedrock/...": %s' % (where, line)
            if not quoted and include.name.startswith("bedrock/"):
                yield "%s: include: an own header is quoted: %s" % (where, line)
            if include.name in BANNED or (floor is not None and floor <= LOW_FLOORS and include.name in BANNED_LOW):
                yield "%s: banned: <%s> on floor %s" % (where, include.name, floor)
            for library, allowed in LIBRARIES:
                if include.own or not library.match(include.name):
                    continue
                if not any(path == name or (name.endswith("/") and path.startswith(name)) for name in allowed):
                    yield "%s: library: <%s> belongs in %s alone" % (
                        where, include.name, ", ".join(sorted(allowed)) or "no header")
            if include.conditions:
                continue
            if previous:
                if include.own and not previous.own:
                    yield "%s: order: own headers come before others: %s" % (where, line)
                between = header.lines[previous.line:include.line - 1]
                same_block = not any(not text.strip() for text in between)
                if include.own == previous.own and same_block and include.name < previous.name:
                    yield "%s: order: %s is to stand before %s" % (where, include.name, previous.name)
                if include.name == previous.name and include.own == previous.own:
                    yield "%s: order: %s is included twice" % (where, include.name)
            previous = include


def check_words(tree):
    for path in tree.ordered():
        header = tree.headers[path]
        code = re.sub(r"^[ \t]*#\s*include\b.*$", lambda found: amalgamate.blank(found[0]), header.code, flags=re.M)
        for found in re.finditer(r"\b[A-Za-z_]\w*", code):
            word = found[0]
            where = "include/bedrock/%s:%d" % (path, line_at(code, found.start()))
            if word in WORDS and (path, word) not in EXCUSED:
                yield "%s: word: %s: %s" % (where, word, WORDS[word])
            elif re.match(r"__(AVX|SSE[34]|SSSE|BMI|POPCNT|PCLMUL|FMA|F16C)", word):
                yield "%s: word: %s: no macro above the architecture's baseline" % (where, word)
            elif word in HOSTILE:
                yield "%s: hostile: %s is a macro elsewhere" % (where, word)
            elif word in HOSTILE_CALLS and re.match(r"\s*\(", code[found.end():]):
                yield "%s: hostile: %s( is a macro elsewhere: rename it, or write (std::%s)(" % (where, word, word)
        for found in re.finditer(r"^[ \t]*#\s*pragma\s+once", code, flags=re.M):
            yield "include/bedrock/%s:%d: guard: #pragma once does not know the joined file" % (
                path, line_at(code, found.start()))


def check_enumerators(tree):
    for path in tree.ordered():
        code = tree.headers[path].code
        for body in re.finditer(r"\benum\b[^;{}()]*\{([^}]*)\}", code):
            for name in re.finditer(r"(?:^|,)\s*([A-Za-z_]\w*)", body[1]):
                if re.fullmatch(r"[A-Z][A-Z0-9_]+", name[1]):
                    yield "include/bedrock/%s:%d: enumerator: %s is not snake_case" % (
                        path, line_at(code, body.start(1) + name.start(1)), name[1])


def check_protocols(tree):
    for path in tree.ordered():
        if path in WITH_PROTOCOLS or path.startswith("testing/"):
            continue
        code = tree.headers[path].code
        for found in re.finditer(r"^[ \t]*inline\s+exchange<", code, flags=re.M):
            yield "include/bedrock/%s:%d: protocol: each unit that includes it compiles it: make it a template of nothing (see exchange.hpp)" % (
                path, line_at(code, found.start()))


def check_code(root):
    for top in CODE_FOLDERS:
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(files):
                if not name.endswith((".hpp", ".cpp")):
                    continue
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    code = amalgamate.code_only(file.read())
                for found in PERHAPS_MACROS.finditer(code):
                    yield "%s:%d: macro: ::%s is a macro on macOS: write (::sigemptyset)(...), and htons(...) without ::" % (
                        os.path.relpath(path, root).replace(os.sep, "/"), line_at(code, found.start()), found[1].rstrip("( "))
                for found in re.finditer(r"\bco_await\b[^;{]*\{", code):
                    yield "%s:%d: coroutine: a { between co_await and ; (g++ 12 corrupts memory): name the value first" % (
                        os.path.relpath(path, root).replace(os.sep, "/"), line_at(code, found.start()))


def check_versions(root, tree):
    text = tree.headers["version.hpp"].text
    version = amalgamate.version_of(tree)
    numbers = ".".join(re.findall(r"^inline constexpr int version_(?:major|minor|patch) = (\d+);$", text, flags=re.M))
    if numbers != version:
        yield 'include/bedrock/version.hpp:1: version: the numbers say "%s", version_text says "%s"' % (numbers, version)
    for path, pattern in VERSIONS:
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                found = re.search(pattern, file.read(), flags=re.M)
        except FileNotFoundError:
            found = None
        if not found or found[1] != version:
            yield '%s:1: version: is "%s", include/bedrock/version.hpp says "%s"' % (path, found[1] if found else "", version)


TEST_CASE = re.compile(r"^(?:TEST_CASE|TEMPLATE_TEST_CASE)\w*\s*\(", re.M)


def check_threads(root):
    for top in ("unit", "integration"):
        for folder, folders, files in os.walk(os.path.join(root, "tests", top)):
            folders.sort()
            for name in sorted(files):
                if not name.endswith(".cpp"):
                    continue
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    text = amalgamate.without_comments(file.read())
                starts = [found.start() for found in TEST_CASE.finditer(text)] + [len(text)]
                for begin, end in zip(starts, starts[1:]):
                    case = text[begin:end]
                    if re.search(r"\bstd::(?:thread|jthread|async)\b", case) and "[threads]" not in case.split("{")[0]:
                        yield "%s:%d: threads: a test that starts a thread has the tag [threads]: the CI's leg finds it by that" % (
                            os.path.relpath(path, root).replace(os.sep, "/"), line_at(text, begin))


def check(root):
    tree = amalgamate.Tree(root)
    problems = []
    for part in (check_mirror(root, tree), check_shape(tree), check_includes(tree), check_words(tree),
                 check_enumerators(tree), check_protocols(tree), check_code(root), check_versions(root, tree),
                 check_threads(root)):
        problems += part
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    root = os.path.abspath(parser.parse_args().root)
    problems = check(root)
    for problem in problems:
        print(problem)
    print("%d problems" % len(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
