#!/usr/bin/env python3
"""Generates the single headers, bedrock/*.hpp beside this script, from include/bedrock, and checks the layers of the tree.

The files are written in a fixed order: UMBRELLA, then APART and what is above the umbrella, by layer. Each has the name of
a header of the tree. It contains what that header needs and no earlier file contains, and includes the earlier files that
contain the rest. So the text of a header is in exactly one file, and the files can be included in any order, and together
with the tree.

    amalgamate.py                    writes the files
    amalgamate.py --check            compares instead; fails on an upward include, a cycle, an orphan, a header without
                                     a floor, a macro left defined, a library that a file should not need, a header that
                                     README names and that is not generated, a file that is not what would be written
    amalgamate.py --list             every header with its floor
    amalgamate.py --forwarding DIR   writes a forwarding header for each other header of the tree, so that the test suite
                                     runs on the single headers (-IDIR -Isingle_include)

--root DIR takes another project root.
"""
import argparse
import os
import re
import sys

# The floors, bottom first. A header includes headers of lower floors, and those that stand before it on its own floor.
# "folder/" stands for every header in a folder that is not named by itself; those may include each other.
LICENSE_LINE = "// SPDX-License-Identifier: MIT"

FLOORS = (
    ("ground", "config fwd version shared error result bytes ascii scan utf8 utf16 clean_text exception_error hex base64/ base64 crc32/ crc32 uri time"),
    ("text", "json/ json json5/ json5 ini xml"),
    ("protocol", "crypto crypto/ http clock_skew exchange event_stream/ event_stream retry aws_error_hint aws_error endpoint sigv4/ sigv4"),
    ("ambient", "os/windows environment network single_flight profile_location profile_file profile_source settings credentials credentials/"),
    ("model", "model_id model/ types"),
    ("runners", "cancellation running_clock connection_words sigpipe_guard home_process engine/share engine/request engine engine_pool os/ os recorded transfer_wait blocking poll_set loop/queue loop/signals loop/watches loop"),
    ("client", "observer options client_state target call call_watch stream_parser stream_call stream conversation_families conversation_rules conversation_json conversation_results conversation_policy "
               "conversation_report conversation_draft conversation_blocks conversation_turns conversation_media conversation_cache_points "
               "conversation client "
               "count_tokens apply_guardrail invoke embed async_invoke guardrail_checks control async_call async_stream async_client "
               "tool_functions tool_rounds toolbox"),
    ("products", "known_limits model_list catalogue_file catalogue model_traits reasoning model_fit prompt_cache cost "
                 "configuration/ configuration error_class agent_event agent_view agent_stream telemetry core bedrock"),
    ("separate", "extern extern_definitions"),
    ("testing", "simdjson testing/"),
)
MODEL = [name for name, _ in FLOORS].index("model")
AMBIENT = [name for name, _ in FLOORS].index("ambient")
LAST_JOINED = [name for name, _ in FLOORS].index("products")  # the floors above are not for every program

# The single headers that share the contents of the umbrella bedrock.hpp, in the order in which they are filled.
UMBRELLA = ("fwd result bytes utf8 uri event_stream json types retry endpoint core cancellation observer sigv4 "
            "credentials credentials/default_chain bedrock").split()

# What the umbrella bedrock.hpp leaves out on purpose. Each is a single header of its own.
APART = ("apply_guardrail", "async_invoke", "catalogue", "catalogue_file", "control", "count_tokens", "embed", "guardrail_checks", "invoke", "model/invoke",
         "credentials/iot", "credentials/sso_bearer", "json5", "recorded", "model/apply_guardrail", "model/async_invoke",
         "model/control", "model/count_tokens", "model/embed", "model/guardrail_checks", "model/guardrail_trace", "configuration",
         "conversation", "model_traits", "reasoning", "model_fit", "prompt_cache", "cost", "error_class", "agent_event", "agent_view",
         "agent_stream", "telemetry", "tool_functions", "tool_rounds", "toolbox", "async_call", "async_stream", "async_client", "loop", "loop/queue", "loop/signals", "loop/watches", "poll_set", "known_limits", "model_id")

ABOVE = ("extern", "extern_definitions", "simdjson", "testing/loopback", "testing/record")  # above the umbrella
# Names that lead to the single header that contains them; "folder/" stands for every other header in a folder.
FORWARDED = ("base64 client crc32 crypto engine environment error exchange options stream credentials/").split()

# With all that they include: the standard library alone, in the tree and as single headers.
WITHOUT_LIBRARIES = ("core.hpp", "endpoint.hpp", "event_stream.hpp", "fwd.hpp", "json.hpp", "json5.hpp", "retry.hpp", "types.hpp")

# The macros that a header may leave defined, beside its guard. Each is documented where it is defined.
MACROS = {
    "BEDROCK_ABI", "BEDROCK_CLIENT_CLASSES", "BEDROCK_COLD", "BEDROCK_EXCEPTIONS",
    "BEDROCK_JSON_FIELD", "BEDROCK_JSON_BOXED_FIELD", "BEDROCK_JSON_IGNORED",
}

# Groups 1: a comment, 2: a raw string, 3: a string or a character.
TOKEN = re.compile(r'(//[^\n]*|/\*.*?\*/)|(R"([^()\\\s]{0,16})\(.*?\)\3")|("(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])*\')',
                   re.S)
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
CONDITIONAL = re.compile(r'\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b')


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The text with blanks for its comments; lines and columns stay where they are."""
    return TOKEN.sub(lambda found: blank(found[1]) if found[1] else found[0], text)


def code_only(text):
    """The text with blanks for its comments, and for its strings and characters too."""
    return TOKEN.sub(lambda found: blank(found[0]), text)


def guard_of(path):
    """"json/reader.hpp" -> "BEDROCK_JSON_READER_HPP"."""
    return "BEDROCK_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper()


class Include:
    def __init__(self, own, name, line, conditions):
        self.own = own  # quoted, of this project
        self.name = name  # "json/reader.hpp" for an own one, "vector" or "curl/curl.h" for another
        self.line = line
        self.conditions = conditions  # the #if, #elif and #else lines that it stands under, the guard's aside


class Header:
    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.bare = without_comments(text).split("\n")
        self.code = code_only(text)
        self.includes = []
        guard = re.compile(r"\s*#\s*ifndef\s+" + guard_of(path) + r"\b")
        stack = []
        for number, line in enumerate(self.bare, 1):
            found = CONDITIONAL.match(line)
            if found:
                if found[1] == "endif":
                    if stack:
                        stack.pop()
                elif found[1] in ("elif", "else"):
                    if stack:
                        stack[-1].append(line.strip())
                else:
                    stack.append([] if guard.match(line) else [line.strip()])
            found = INCLUDE.match(line)
            if found:
                own = found[1] == '"' and found[2].startswith("bedrock/")
                name = found[2][len("bedrock/"):] if own else found[2]
                self.includes.append(Include(own, name, number, [list(level) for level in stack if level]))

    def own_includes(self):
        return [include for include in self.includes if include.own]

    def declares_nothing(self):
        """True of an umbrella: nothing but directives and comments."""
        return not re.sub(r"^\s*#(?:.*\\\n)*.*$", "", self.code, flags=re.M).strip()

    def macros_left(self):
        left = {}
        for number, line in enumerate(self.bare, 1):
            found = re.match(r"\s*#\s*(define|undef)\s+(\w+)", line)
            if found and found[1] == "define":
                left.setdefault(found[2], number)
            elif found:
                left.pop(found[2], None)
        return left


class Tree:
    def __init__(self, root):
        self.root = root
        self.headers = {}
        top = os.path.join(root, "include", "bedrock")
        for folder, folders, files in os.walk(top):
            folders.sort()
            for name in sorted(files):
                path = os.path.relpath(os.path.join(folder, name), top).replace(os.sep, "/")
                with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
                    self.headers[path] = Header(path, file.read())
        self.places = {}  # "json/" or "hex.hpp" -> (floor, position on it)
        for floor, (_, entries) in enumerate(FLOORS):
            for position, entry in enumerate(entries.split()):
                self.places[entry if entry.endswith("/") else entry + ".hpp"] = (floor, position)

    def place(self, path):
        """(floor, position on it), or None for a header that the table does not know."""
        if path in self.places:
            return self.places[path]
        folder = os.path.dirname(path)
        while folder:
            if folder + "/" in self.places:
                return self.places[folder + "/"]
            folder = os.path.dirname(folder)
        return None

    def floor(self, path):
        place = self.place(path)
        return None if place is None else place[0]

    def joined(self, path):
        floor = self.floor(path)
        return floor is not None and floor <= LAST_JOINED

    def closure(self, roots):
        """The roots and all that they include, each after what it includes."""
        order, seen = [], set()

        def visit(path):
            if path in seen or path not in self.headers:
                return
            seen.add(path)
            for include in self.headers[path].own_includes():
                visit(include.name)
            order.append(path)

        for root in roots:
            visit(root)
        return order

    def ordered(self):
        return sorted(self.headers, key=lambda path: (self.place(path) or (99, 99), path))


def floor_name(floor):
    return "%d (%s)" % (floor, FLOORS[floor][0])


def check_floors(tree):
    for path in tree.ordered():
        here = tree.place(path)
        if here is None:
            yield "%s: no floor: name it in the table of single_include/amalgamate.py" % path
            continue
        for include in tree.headers[path].own_includes():
            where = "%s:%d" % (path, include.line)
            if include.name not in tree.headers:
                yield "%s: includes bedrock/%s, which does not exist" % (where, include.name)
                continue
            there = tree.place(include.name)
            if there is None:
                continue
            if there[0] > here[0]:
                yield "%s: upward include: floor %s includes %s of floor %s" % (
                    where, floor_name(here[0]), include.name, floor_name(there[0]))
            elif there[0] == here[0] and there[1] > here[1]:
                yield "%s: includes %s, which stands after it on floor %s" % (where, include.name, floor_name(here[0]))
            elif (here[0], there[0]) == (MODEL, AMBIENT):
                yield "%s: the model and the ambient floor do not see each other: %s" % (where, include.name)


def check_cycles(tree):
    done, path_to_here = set(), []

    def visit(path):
        if path in path_to_here:
            yield "cycle: " + " -> ".join(path_to_here[path_to_here.index(path):] + [path])
            return
        if path in done or path not in tree.headers:
            return
        path_to_here.append(path)
        for include in tree.headers[path].own_includes():
            yield from visit(include.name)
        path_to_here.pop()
        done.add(path)

    for path in tree.ordered():
        yield from visit(path)


def check_orphans(tree):
    umbrellas = ("bedrock.hpp", "core.hpp")
    missing = [name for name in umbrellas if name not in tree.headers]
    for name in missing:
        yield "%s: the umbrella is missing" % name
    if missing:
        return
    apart = [name + ".hpp" for name in APART]
    reached = set(tree.closure(list(umbrellas) + apart))
    for path in tree.ordered():
        if tree.joined(path) and path not in reached:
            yield ("%s: orphan: neither bedrock.hpp nor core.hpp reaches it; include it there, or name it in APART of "
                   "single_include/amalgamate.py" % path)
    for path in tree.closure(["bedrock.hpp"]):
        if path in apart:
            yield "%s: the umbrella bedrock.hpp is to leave it out, but reaches it" % path


def is_standard(include):
    return not include.own and "/" not in include.name and not include.name.endswith(".h")


def check_libraries(tree):
    single = Single(tree)
    for root in WITHOUT_LIBRARIES:
        for path in single.closure(root) if root in single.parts else tree.closure([root]):
            for include in tree.headers[path].includes:
                if re.match(r"(curl|openssl)/", include.name):
                    yield "%s:%d: <%s> comes with %s, which is to do without" % (path, include.line, include.name, root)


def check_macros(tree):
    for path in tree.ordered():
        for name, line in tree.headers[path].macros_left().items():
            if name != guard_of(path) and name not in MACROS:
                yield "%s:%d: leaves the macro %s defined: #undef it, or allow it in single_include/amalgamate.py" % (
                    path, line, name)


def comment(text):
    return "".join(("// " + line).rstrip() + "\n" for line in text.split("\n"))


def version_of(tree):
    found = re.search(r'version_text\[\] = "([^"]+)"', tree.headers["version.hpp"].text)
    return found[1] if found else "unknown"


class Single:
    """Which single header contains which headers of the tree, and includes which other single headers."""

    def __init__(self, tree):
        self.tree = tree
        self.holder = {}  # header of the tree -> the single header that contains it
        self.parts = {}  # single header -> the headers of the tree that it contains, each after what it includes
        self.includes = {}  # single header -> the single headers that it includes
        names = [name + ".hpp" for name in UMBRELLA]
        later = {name + ".hpp" for name in APART + ABOVE}
        names += [path for path in tree.ordered() if path in later]
        for name in names:
            if name in tree.headers:
                self.add(name)

    def add(self, name):
        parts = [path for path in self.tree.closure([name]) if path not in self.holder]
        needed = {name} if name in self.holder else set()
        for path in parts:
            needed.update(include.name for include in self.tree.headers[path].own_includes())
        holders = {self.holder[path] for path in needed if path in self.holder}
        nested = set().union(*(self.files(other) - {other} for other in holders))
        self.includes[name] = [other for other in self.parts if other in holders - nested]
        self.parts[name] = parts
        self.holder.update((path, name) for path in parts)

    def files(self, name):
        """The single header and those that it includes."""
        return {name}.union(*(self.files(other) for other in self.includes[name]))

    def closure(self, name):
        """The headers of the tree that a single header contains or includes."""
        files = self.files(name)
        return [path for path in self.tree.ordered() if self.holder.get(path) in files]

    def forwarded(self):
        for path in self.tree.ordered():
            if path in self.holder and path not in self.parts:
                if path[:-len(".hpp")] in FORWARDED or os.path.dirname(path) + "/" in FORWARDED:
                    yield path

    def text(self, name):
        tree, parts = self.tree, self.parts[name]
        outer = "BEDROCK_SINGLE_INCLUDE_" + guard_of(name)[len("BEDROCK_"):]
        text = LICENSE_LINE + "\n" + comment("%s of bedrock %s. Generated by single_include/amalgamate.py from include/bedrock: do not edit." % (
            name, version_of(tree)))
        if name == next(iter(self.parts)):
            with open(os.path.join(tree.root, "LICENSE"), encoding="utf-8") as file:
                text += "//\n" + comment(file.read().strip())
        else:
            text += comment("MIT license: see %s." % next(iter(self.parts)))
        hoisted = set()
        bodies = []
        for path in parts:
            header = tree.headers[path]
            dropped = set()
            for include in header.includes:
                if include.own:
                    dropped.add(include.line)
                elif not include.conditions:
                    dropped.add(include.line)
                    hoisted.add(include.name)
            lines = [line for number, line in enumerate(header.lines, 1) if number not in dropped and line != LICENSE_LINE]
            body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
            title = "// ===== bedrock/%s " % path
            bodies.append(title + "=" * (120 - len(title)) + "\n" + body + "\n")
        text += "#ifndef %s\n#define %s\n\n" % (outer, outer)
        if self.includes[name]:
            text += "".join('#include "%s"\n' % relative(name, other) for other in self.includes[name]) + "\n"
        for standard in (False, True):
            names = sorted(name for name in hoisted if ("." not in name and "/" not in name) == standard)
            text += "".join("#include <%s>\n" % name for name in names) + ("\n" if names else "")
        return text + "".join(body + "\n" for body in bodies) + "#endif\n"


def relative(path, other):
    return os.path.relpath(other, os.path.dirname(path)).replace(os.sep, "/")


def written(tree):
    """(name, text) of each file below single_include/bedrock."""
    single = Single(tree)
    for name in single.parts:
        yield name, single.text(name)
    for path in single.forwarded():
        yield path, LICENSE_LINE + "\n// Contained in another single header.\n#include \"%s\"\n" % relative(path, single.holder[path])


def written_path(tree, name):
    return os.path.join(tree.root, "single_include", "bedrock", name)


def check_written(tree):
    expected = dict(written(tree))
    for name, text in expected.items():
        try:
            with open(written_path(tree, name), encoding="utf-8", newline="") as file:
                there = file.read()
        except FileNotFoundError:
            there = ""
        if there != text:
            yield "single_include/bedrock/%s is stale: run single_include/amalgamate.py and commit what it writes" % name
    folder = written_path(tree, "")
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")
            if path not in expected:
                yield "single_include/bedrock/%s is written by nobody: delete it" % path


def check_readme(tree):
    """Every header of the tree that README names is a single header."""
    expected = dict(written(tree))
    try:
        with open(os.path.join(tree.root, "README.md"), encoding="utf-8") as file:
            named = set(re.findall(r"[<\"`]bedrock/([\w/]+\.hpp)[>\"`]", file.read()))
    except FileNotFoundError:
        return
    for path in sorted(named):
        if path not in expected:
            yield "README.md: bedrock/%s is not in single_include: name it in single_include/amalgamate.py" % path


def check(tree):
    """The problems of the tree, each a line that names its place."""
    problems = []
    for part in (check_floors, check_cycles, check_orphans, check_macros):
        problems += part(tree)
    if not any("cycle:" in problem for problem in problems) and "version.hpp" in tree.headers:
        problems += [*check_libraries(tree), *check_readme(tree), *check_written(tree)]
    return problems


def write_if_changed(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def write(tree):
    for name, text in written(tree):
        write_if_changed(written_path(tree, name), text)


def write_forwarding(tree, folder):
    single = Single(tree)
    there = dict(written(tree))
    folder = os.path.join(folder, "bedrock")
    for path in tree.headers:
        file = os.path.join(folder, path)
        if path not in there:
            write_if_changed(file, '#include "bedrock/%s"\n' % single.holder[path])
        elif os.path.exists(file):
            os.remove(file)  # of an earlier run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--list", action="store_true")
    mode.add_argument("--forwarding", metavar="DIR")
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    if arguments.list:
        for path in tree.ordered():
            floor = tree.floor(path)
            print("-" if floor is None else floor, path)
        return 0
    if arguments.forwarding:
        write_forwarding(tree, arguments.forwarding)
        return 0
    if arguments.check:
        problems = check(tree)
        for problem in problems:
            print(problem)
        print("%d headers, %d problems" % (len(tree.headers), len(problems)))
        return 1 if problems else 0
    cycles = list(check_cycles(tree))
    if cycles:
        print("\n".join(cycles), file=sys.stderr)
        return 1
    write(tree)
    return 0


if __name__ == "__main__":
    sys.exit(main())
