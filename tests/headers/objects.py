#!/usr/bin/env python3
"""Checks what the headers cost a program that does not use them, and that the single headers are enough for the examples.

    objects.py [--root DIR] [--each] COMPILER [FLAG]...

A source file that only includes headers gives a small object at -O2: below 40 KB with all of them, for the tree, for the
single headers, and for these in reverse order, which also shows that any order works; with --each, also below 20 KB for
every header alone. Every program of examples/ compiles (syntax only) from single_include alone.
"""
import argparse
import concurrent.futures
import glob
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "single_include"))
import amalgamate  # noqa: E402

LARGEST_OF_ONE, LARGEST_OF_ALL = 20_000, 40_000
# Not small on purpose: the one source file that compiles the client for all others.
DEFINITIONS = "extern_definitions.hpp"
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("compiler", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    root = os.path.abspath(arguments.root)
    tree = amalgamate.Tree(root)
    single = amalgamate.Single(tree)
    included = {"include": [path for path in tree.ordered() if path != DEFINITIONS],
                "single_include": [path for path in single.parts if path != DEFINITIONS]}

    def compiles(text, include, *flags):
        """What the compiler said, "" where it was content, and the size of the object."""
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "unit.cpp"), os.path.join(folder, "unit.o")
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            command = arguments.compiler + FLAGS + [*flags, "-I", os.path.join(root, include), "-c", source, "-o", target]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode:
                return done.stdout or "failed", 0
            return "", os.path.getsize(target) if os.path.exists(target) else 0

    def object_unit(include, paths):
        said, size = compiles("".join('#include "bedrock/%s"\n' % path for path in paths), include, "-O2")
        largest = LARGEST_OF_ONE if len(paths) == 1 else LARGEST_OF_ALL
        if not said and size >= largest:
            said = "the object has %d bytes: it must stay below %d" % (size, largest)
        return said, "%d bytes" % size

    def example(path):
        return compiles('#include "%s"\n' % path, "single_include", "-fsyntax-only", "-I", os.path.join(root, "examples"))[0], ""

    units = []
    for include, paths in included.items():
        units.append((include + ", all", object_unit, (include, paths)))
        if arguments.each:
            units += [("%s/bedrock/%s" % (include, path), object_unit, (include, [path])) for path in paths]
    units.append(("single_include, all, in reverse order", object_unit, ("single_include", included["single_include"][::-1])))
    for pattern in ("examples/*.cpp", "examples/many_files/*.cpp"):
        units += [(os.path.relpath(path, root), example, (path,)) for path in sorted(glob.glob(os.path.join(root, pattern)))]

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (name, _, _), (said, size) in zip(units, pool.map(lambda unit: unit[1](*unit[2]), units)):
            failed += bool(said)
            print("%s%s%s" % ("FAILED " if said else "", name, "\n" + said if said else ": " + size if size else ""), flush=True)
    print("%d units, %d failed: %s" % (len(units), failed, " ".join(arguments.compiler)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
