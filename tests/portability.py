#!/usr/bin/env python3
"""Builds and passes, for targets that this machine's compiler does not stand for, the tests of all that needs the
standard library alone: floors 0 to 2 and the model. For simdjson and OpenSSL, which are not there for other targets,
tests/support/stand_in has what such tests ask of them; tests that need more of a library are named and left out.

    portability.py [--build DIR] [--vectors DIR] [--jobs N] [TARGET]...     without a target, all of them

The last line is `N passed, N failed`: test cases over all targets.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)
sys.path.insert(0, os.path.join(ROOT, "single_include"))
import amalgamate  # noqa: E402

FLAGS = "-std=c++20 -O0 -pthread -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
LIBRARY = re.compile(r"(curl|openssl)/|simdjson")
STAND_IN = "support/stand_in/"
MODEL = [name for name, _ in amalgamate.FLOORS].index("model")


class Target:
    def __init__(self, why, compiler, packages, runner=(), only=()):
        self.why = why
        self.compiler = compiler
        self.packages = packages
        self.runner = list(runner)
        self.only = only  # the headers of which alone the direct users are tested


# g++-multilib refuses to be beside a cross compiler; the package with the version in its name does not, but leaves it
# to us to find <asm/errno.h>.
TARGETS = {
    "i386": Target("32 bits, x87",
                   "g++ -m32 -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -idirafter /usr/include/x86_64-linux-gnu",
                   "g++ g++-12-multilib"),
    "s390x": Target("big-endian", "s390x-linux-gnu-g++ -static", "g++-s390x-linux-gnu qemu-user", ["qemu-s390x"]),
    "arm64": Target("NEON, CRC32 and PMULL, unsigned char", "aarch64-linux-gnu-g++ -static", "g++-aarch64-linux-gnu qemu-user",
                    ["qemu-aarch64"], only=("scan.hpp", "base64/arm.hpp", "crc32.hpp", "crc32/arm.hpp")),
    "libcxx": Target("libc++", "clang++ -stdlib=libc++", "clang libc++-14-dev libc++abi-14-dev"),
}


class Files:
    """The project's files that a test includes, and what it needs beside them."""

    def __init__(self):
        self.cache = {}

    def includes(self, path):
        if path not in self.cache:
            with open(path, encoding="utf-8") as file:
                self.cache[path] = [(found[1] == '"', found[2]) for found in
                                    map(amalgamate.INCLUDE.match, file.read().split("\n")) if found]
        return self.cache[path]

    def needs(self, source):
        """(the sources to be linked, the libraries that are missing) of a test."""
        sources, missing, seen, pending = [source], set(), set(), [os.path.join(TESTS, source)]
        while pending:
            path = pending.pop()
            if path in seen:
                continue
            seen.add(path)
            for quoted, name in self.includes(path):
                if name.startswith("bedrock/"):
                    pending.append(os.path.join(ROOT, "include", name))
                elif quoted:
                    pending.append(os.path.join(TESTS, name))
                    body = re.sub(r"\.hpp$", ".cpp", name)
                    if body not in sources and os.path.exists(os.path.join(TESTS, body)):
                        sources.append(body)
                        pending.append(os.path.join(TESTS, body))
                elif LIBRARY.match(name):
                    there = os.path.join(TESTS, STAND_IN, name)
                    if os.path.exists(there):
                        pending.append(there)
                    else:
                        missing.add(name)
        return sources, missing


def select(tree, target, files):
    sources, left_out = [], []
    for path in tree.ordered():
        test = "unit/%s.cpp" % path[:-len(".hpp")]
        floor = tree.floor(path)
        if floor is None or not (floor <= 2 or floor == MODEL) or not os.path.exists(os.path.join(TESTS, test)):
            continue
        if target.only and not {path, *(include.name for include in tree.headers[path].own_includes())} & set(target.only):
            continue
        needed, missing = files.needs(test)
        if missing:
            left_out.append("%s (%s)" % (test, ", ".join(sorted(missing))))
        else:
            sources += [source for source in needed if source not in sources]
    return sources, left_out


def write_ninja(folder, compiler, vectors, sources):
    """A build of one program: what most tests include is precompiled, core.hpp among it."""
    os.makedirs(folder, exist_ok=True)
    catch2 = subprocess.run(["pkg-config", "--variable=includedir", "catch2"], stdout=subprocess.PIPE, text=True)
    link = os.path.join(folder, "catch2")
    headers = os.path.join(catch2.stdout.strip() or "/usr/include", "catch2")
    if not os.path.exists(os.path.join(headers, "catch.hpp")):
        sys.exit("portability.py: needs Catch2 2, which is headers alone; the library of Catch2 3 is for this machine only")
    if not os.path.islink(link):  # a cross compiler is not to see more of this machine's headers
        os.symlink(headers, link)
    with open(os.path.join(folder, "pch.hpp"), "w", encoding="utf-8") as file:
        file.write("#include <catch2/catch.hpp>\n#include <bedrock/core.hpp>\n")
    flags = "%s -isystem %s -I%s -I%s -I%s" % (
        FLAGS, folder, os.path.join(TESTS, STAND_IN), os.path.join(ROOT, "include"), TESTS)
    if vectors:
        flags += ' \'-DBEDROCK_TEST_VECTORS="%s"\'' % os.path.abspath(vectors)
    clang = "clang" in compiler
    pch = "pch.hpp.pch" if clang else "pch.hpp.gch"
    objects = []
    lines = ["ninja_required_version = 1.8",
             "rule compile",
             "  command = %s %s $how -MMD -MF $out.d -c $in -o $out" % (compiler, flags),
             "  depfile = $out.d",
             "  deps = gcc",
             "rule link",
             "  command = %s -pthread $in -o $out" % compiler,
             "build %s: compile pch.hpp" % pch,
             "  how = -x c++-header"]
    for source in ["main.cpp"] + sources:
        name = source.replace("/", "-")[:-len(".cpp")] + ".o"
        objects.append(name)
        plain = source == "main.cpp"
        lines.append("build %s: compile %s%s" % (name, os.path.join(TESTS, source), "" if plain else " | " + pch))
        precompiled = "-include-pch " + pch if clang else "-Winvalid-pch -include pch.hpp"
        lines.append("  how = " + ("" if plain else precompiled))
    lines.append("build tests: link " + " ".join(objects))
    with open(os.path.join(folder, "build.ninja"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def run(target, folder):
    """(passed, failed, what was said) of the test cases."""
    done = subprocess.run(target.runner + [os.path.join(folder, "tests"), "~[oracle]"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    whole = re.search(r"All tests passed \(.* in (\d+) test cases?\)", done.stdout)
    if done.returncode == 0 and whole:
        return int(whole[1]), 0, ""
    words = done.stdout[-20000:] + "\nended by %d" % done.returncode
    some = re.search(r"^test cases: +(\d+) \|(?: +(\d+) passed \|)? +(\d+) failed", done.stdout, re.M)
    return (int(some[2] or 0), int(some[3]), words) if some else (0, 1, words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build-portability"), metavar="DIR")
    parser.add_argument("--vectors", metavar="DIR")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=" ".join(TARGETS))
    arguments = parser.parse_args()
    chosen = arguments.targets or list(TARGETS)
    for name in chosen:
        if name not in TARGETS:
            parser.error("no target %s: there are %s" % (name, " ".join(TARGETS)))
    packages = {package for name in chosen for package in TARGETS[name].packages.split()}
    install = [os.path.join(TESTS, "install_packages.sh"), "catch2", "ninja-build", "pkg-config"]
    subprocess.run(install + sorted(packages), check=True)

    tree, files = amalgamate.Tree(ROOT), Files()
    built = {}
    for name in chosen:
        target = TARGETS[name]
        folder = os.path.join(os.path.abspath(arguments.build), name)
        sources, left_out = select(tree, target, files)
        print("%s (%s): %d sources; without %s" % (
            name, target.why, len(sources), ", ".join(left_out) or "none"), flush=True)
        write_ninja(folder, target.compiler, arguments.vectors, sources)
        command = ["ninja", "-C", folder, "-j", str(arguments.jobs), "-k", "0", "--quiet"]
        built[name] = folder if subprocess.run(command).returncode == 0 else None

    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = pool.map(lambda name: run(TARGETS[name], built[name]) if built[name] else (0, 1, "not built"), chosen)
        for name, (good, bad, words) in zip(chosen, runs):
            print("%s%s: %d passed, %d failed" % (words + "\n" if words else "", name, good, bad), flush=True)
            passed, failed = passed + good, failed + bad
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
