#!/usr/bin/env python3
"""Compiles every header alone with a standard and with compilers that bedrock does not support: each has to end with one
error that says what is needed, before anything else is read.

    unsupported.py [--include DIR]... COMPILER [FLAG]...

Without --include: the headers of include/.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MOST_LINES = 20  # g++ and clang name every header on the way, and show the line
STANDARD = "bedrock needs -std=c++20 or newer"
OLD_COMPILERS = (
    (["-std=c++20", "-U__GNUC__", "-D__GNUC__=11"], "bedrock needs g++ 12 or newer"),
    (["-std=c++20", "-U__clang_major__", "-D__clang_major__=13"], "bedrock needs clang 14 or newer"),
)


def headers(folder):
    for at, _, names in os.walk(os.path.join(folder, "bedrock")):
        for name in names:
            yield os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")


def problem_of(command, file, expected):
    """What is wrong with the diagnostics of a compilation, or "" if they are as expected."""
    done = subprocess.run(command + ["-fsyntax-only", file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = done.stdout.splitlines()
    errors = [line for line in lines if "error: " in line]
    if done.returncode == 0:
        return "compiles"
    if not errors or expected not in errors[0]:
        return "the first error is not '%s'" % expected
    if len(errors) > 2:  # #error, and the missing header that ends the compilation
        return "%d errors" % len(errors)
    if len(lines) > MOST_LINES:
        return "%d lines of diagnostics" % len(lines)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", action="append", metavar="DIR")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("compiler", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    is_clang = "clang" in subprocess.run(arguments.compiler + ["--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    flags, old_compiler = OLD_COMPILERS[is_clang]

    with tempfile.TemporaryDirectory() as scratch:
        units = []
        for folder in arguments.include or [os.path.join(ROOT, "include")]:
            found = sorted(headers(folder))
            if not found:
                sys.exit("%s: no headers below bedrock/" % folder)
            for name in found:
                file = os.path.join(scratch, "%d.cpp" % len(units))
                with open(file, "w", encoding="utf-8") as to:
                    to.write('#include "%s"\n' % name)
                command = arguments.compiler + ["-I", folder]
                units.append((name + ", -std=c++17", command + ["-std=c++17"], file, STANDARD))
                if name in ("bedrock/bedrock.hpp", "bedrock/core.hpp"):
                    units.append((name + ", " + " ".join(flags), command + flags, file, old_compiler))
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for (name, *_), problem in zip(units, pool.map(lambda unit: problem_of(*unit[1:]), units)):
                if problem:
                    failed += 1
                    print("FAILED %s: %s" % (name, problem))
    print("%d units, %d failed: %s" % (len(units), failed, " ".join(arguments.compiler)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
