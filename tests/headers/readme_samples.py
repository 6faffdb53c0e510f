#!/usr/bin/env python3
"""Checks that every C++, CMake and Meson sample of README.md is text that the build or a test uses.

A fenced ```cpp, ```cmake or ```meson block has one of these lines above it:
    <!-- file: PATH -->   the block is that whole file, byte for byte
    <!-- from: PATH -->   its lines are in that file, together and in order; a common indent may differ

PATH is a file of examples/, which are compiled, or of tests/consumers/, which are built.

    readme_samples.py [--root DIR]
"""
import argparse
import os
import re
import sys
import textwrap

MARK = re.compile(r"<!-- (file|from): (\S+) -->\s*$")


def samples(text):
    """(line number of the fence, kind, path, block) of each sample; kind and path are None without a mark."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        if not lines[number].startswith("```"):
            number += 1
            continue
        fence = number
        number += 1
        while number < len(lines) and lines[number].rstrip() != "```":
            number += 1
        if re.match(r"```(cpp|c\+\+|cmake|meson)\b", lines[fence]):
            mark = MARK.match(lines[fence - 1]) if fence else None
            yield (fence + 1, mark[1] if mark else None, mark[2] if mark else None,
                   "".join(line + "\n" for line in lines[fence + 1:number]))
        number += 1


def undented_windows(lines, size):
    for start in range(len(lines) - size + 1):
        yield textwrap.dedent("".join(lines[start:start + size]))


def check(root):
    with open(os.path.join(root, "README.md"), encoding="utf-8", newline="") as file:
        text = file.read()
    count = 0
    for line, kind, path, block in samples(text):
        count += 1
        where = "README.md:%d" % line
        if kind is None:
            yield "%s: a sample without <!-- file: PATH --> or <!-- from: PATH --> on the line above it" % where
            continue
        if not path.startswith(("examples/", "tests/consumers/")) or not os.path.isfile(os.path.join(root, path)):
            yield "%s: %s is not a file of examples/ or tests/consumers/, which are built" % (where, path)
            continue
        with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
            there = file.read()
        if kind == "file" and there != block:
            yield "%s: is not %s byte for byte" % (where, path)
        if kind == "from":
            wanted = textwrap.dedent(block)
            if wanted not in undented_windows(there.splitlines(keepends=True), block.count("\n")):
                yield "%s: %s does not hold these lines" % (where, path)
    if count == 0:
        yield "README.md:1: no sample"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    problems = list(check(parser.parse_args().root))
    print("\n".join(problems + ["%d problems" % len(problems)]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
