#!/usr/bin/env python3
"""Compiles every header alone: first in its translation unit and included twice; and all of them after macros with the
names that other people's headers define. Syntax only, two compilers at a time.

    self_contained.py [--root DIR] [--only PATH]... COMPILER [FLAG]...

The flags hold what the libraries need and the mode (-fno-exceptions -fno-rtti); -std=c++20 and the warnings as errors
are given here. A header whose library is missing (simdjson, httplib) is named and skipped.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "single_include"))
import amalgamate  # noqa: E402
import check_tree  # noqa: E402

FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
OPTIONAL = re.compile(r"(simdjson|httplib)\.h$")
# Macros of <windows.h>, <sys/sysmacros.h>, Xlib, curses, Qt and AssertMacros.h. check_tree.py refuses
# the same names.
HOSTILE_WORDS = sorted(check_tree.HOSTILE)
HOSTILE_CALLS = sorted(check_tree.HOSTILE_CALLS)
# As their owners define them, for code that would compile with the nonsense of the others by chance.
AS_DEFINED = """
#define Q_SIGNALS public
#define Q_SLOTS
#define Q_EMIT
#define Q_FOREACH(variable, container) for (variable : container)
#define BOOST_FOREACH(variable, container) for (variable : container)
#define Bool int
#define Status int
#define True 1
#define False 0
#define None 0L
#define Success 0
#define signals public
#define slots
#define emit
#define foreach(variable, container) for (variable : container)
#define forever for (;;)
#define small char
#define interface struct
#define near
#define far
#define IN
#define OUT
#define ERROR 0
#define require(condition) ((void)(condition))
#define check(condition) ((void)(condition))
#define verify(condition) ((void)(condition))
"""


def preamble(tree, paths):
    """What the headers include of others, under the conditions that they state."""
    lines = ['#include "bedrock/config.hpp"']
    for path in tree.closure(paths):
        for include in tree.headers[path].includes:
            if include.own:
                continue
            for level in include.conditions:
                lines += level
            lines.append("#include <%s>" % include.name)
            lines += ["#endif"] * len(include.conditions)
    return "\n".join(lines) + "\n"


def sources(tree, paths):
    """(name, text) of each translation unit."""
    for path in paths:
        yield path, '#include "bedrock/%s"\n#include "bedrock/%s"\n' % (path, path)
    everything = "".join('#include "bedrock/%s"\n' % path for path in paths if path != "config.hpp")
    words = "".join("#define %s hostile %s\n" % (word, word) for word in HOSTILE_WORDS)
    words += "".join("#define %s(...) hostile %s, spelled out\n" % (word, word) for word in HOSTILE_CALLS)
    yield "hostile macros", preamble(tree, paths) + words + everything
    yield "macros as others define them", preamble(tree, paths) + AS_DEFINED + everything


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("--only", action="append", metavar="PATH")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("compiler", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    tree = amalgamate.Tree(os.path.abspath(arguments.root))
    command = arguments.compiler + FLAGS + ["-I", os.path.join(tree.root, "include")]
    paths = arguments.only or list(tree.ordered())

    with tempfile.TemporaryDirectory() as folder:
        def compiles(name, text):
            file = os.path.join(folder, re.sub(r"\W", "_", name) + ".cpp")
            with open(file, "w", encoding="utf-8") as to:
                to.write(text)
            done = subprocess.run(command + [file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            return done.returncode == 0, done.stdout

        libraries = {include.name for path in paths for include in tree.headers[path].includes if OPTIONAL.search(include.name)}
        missing = {name for name in libraries if not compiles("library " + name, "#include <%s>\n" % name)[0]}
        skipped = [path for path in paths if any(include.name in missing for member in tree.closure([path])
                                                 for include in tree.headers[member].includes)]
        for path in skipped:
            print("%s: skipped: its library is missing" % path)
        units = list(sources(tree, [path for path in paths if path not in skipped]))
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for (name, _), (good, output) in zip(units, pool.map(lambda unit: compiles(*unit), units)):
                if not good:
                    failed += 1
                    print("FAILED %s\n%s" % (name, output))
    print("%d units, %d failed, %d headers skipped: %s" % (len(units), failed, len(skipped), " ".join(arguments.compiler)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
