#!/usr/bin/env python3
"""Compiles several test files as one, because most of a test's cost is what it includes. Each file has a namespace of
its own there, behind the includes of all; one that cannot bear that is compiled alone.

    batch.py --plan SIZE FOLDER FILE...   prints the files of one translation unit a line
    batch.py FOLDER FILE... >OUTPUT       writes the translation unit
"""
import pathlib
import re
import sys

# What belongs to the global namespace or to another one by its name, and macros that the next file would see.
ALONE = re.compile(r"template <>|extern |namespace \w|#\s*define")
DIRECTIVE = re.compile(r"\s*#")


def head(path):
    """The directives before the first declaration, or None where the file must be alone."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if any(ALONE.match(line) for line in lines):
        return None
    count = next((at for at, line in enumerate(lines)
                  if line.strip() and not line.startswith("//") and not DIRECTIVE.match(line)), len(lines))
    found = [line for line in lines[:count] if DIRECTIVE.match(line)]
    if any(re.match(r"\s*#\s*include", line) for line in lines[count:]):
        return None
    opened = sum(1 for line in found if re.match(r"\s*#\s*if", line))
    closed = sum(1 for line in found if re.match(r"\s*#\s*endif", line))
    return found if opened == closed else None


def plan(size, folder, files):
    alone = [file for file in files if size < 2 or head(folder / file) is None]
    together = [file for file in files if file not in alone]
    for file in alone:  # first, so that no long one is left for the end
        yield [file]
    for at in range(0, len(together), max(size, 1)):
        yield together[at:at + size]


def main(arguments):
    if arguments[0] == "--plan":
        size, folder, files = int(arguments[1]), pathlib.Path(arguments[2]), arguments[3:]
        for batch in plan(size, folder, files):
            print(" ".join(batch))
        return
    folder, files = pathlib.Path(arguments[0]), arguments[1:]
    for file in files:
        print("\n".join(head(folder / file)))
    for file in files:
        print('namespace %s {\n#include "%s"\n}' % (re.sub(r"\W", "_", file), file))


if __name__ == "__main__":
    main(sys.argv[1:])
