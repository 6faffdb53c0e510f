#!/usr/bin/env python3
"""Builds and runs unit tests for targets that this machine's compiler does not represent: layers 0 to 2 and the model.
A target has the libcurl and OpenSSL of a Debian suite and architecture (cross/debian_folder.sh), or none: then
tests/support/stand_in has the part of OpenSSL that tests need, as it has that of simdjson for every target. Tests that
need more of a library are listed and left out.

    portability.py [--build DIR] [--vectors DIR] [--jobs N] [--tests NAME,...] [TARGET]...

Without a target, all of them but oldest_gcc, which is part of cross/oldest.sh.

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
CROSS = os.path.abspath(os.environ.get("BEDROCK_CROSS", os.path.join(ROOT, "build-cross")))
MODEL = [name for name, _ in amalgamate.FLOORS].index("model")


class Target:
    def __init__(self, why, compiler, packages, runner=(), only=(), libraries=None, tests=()):
        self.why = why
        self.compiler = compiler
        self.packages = packages
        self.runner = list(runner)  # "{folder}": where the libraries were unpacked, "{lib}": its folder `libraries`
        self.only = only  # only tests of direct users of these headers
        self.libraries = libraries  # "SUITE ARCHITECTURE", SUITE "same" for this machine's
        self.tests = tests  # these tests, of any layer, instead of a selection


# What OpenSSL's and libcurl's versions change, and what shows that they work: whole calls to a server of ours on loopback.
LIBRARY_TESTS = ("crypto", "crypto/es256", "sigv4", "sigv4/key", "sigv4/request", "engine", "engine/request", "engine/share",
                 "connection_words", "blocking", "testing/loopback")
OLDEST = "Debian 11's libcurl 7.74 and OpenSSL 1.1.1w"
LIBRARY_PACKAGES = ["libcurl4-openssl-dev", "libssl-dev", "libstdc++6"]

# g++-multilib refuses to be beside a cross compiler; the package with the version in its name does not, but leaves it
# to us to find <asm/errno.h>.
TARGETS = {
    "i386": Target("32 bits, x87",
                   "g++ -m32 -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -idirafter /usr/include/x86_64-linux-gnu",
                   "g++ g++-12-multilib", ["{folder}/lib/ld-linux.so.2", "--library-path", "{lib}"], libraries="same i386"),
    "s390x": Target("big-endian", "s390x-linux-gnu-g++", "g++-s390x-linux-gnu qemu-user", ["qemu-s390x", "-L", "{folder}"],
                    libraries="same s390x"),
    "arm64": Target("NEON, CRC32 and PMULL, unsigned char", "aarch64-linux-gnu-g++ -static", "g++-aarch64-linux-gnu qemu-user",
                    ["qemu-aarch64"], only=("scan.hpp", "base64/arm.hpp", "crc32.hpp", "crc32/arm.hpp")),
    "libcxx": Target("libc++", "clang++ -stdlib=libc++", "clang libc++-14-dev libc++abi-14-dev"),
    "oldest_gcc": Target("g++ 12, " + OLDEST, "g++-12", "g++-12", ["env", "LD_LIBRARY_PATH={lib}"], libraries="bullseye amd64",
                         tests=LIBRARY_TESTS),
}
BY_NAME = ("oldest_gcc",)  # not by default


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

    def needs(self, source, there):
        """(the sources to be linked, the libraries that are missing) of a test. `there`: libraries of the target."""
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
                    stand_in = os.path.join(TESTS, STAND_IN, name)
                    if os.path.exists(stand_in):
                        pending.append(stand_in)
                    elif not name.startswith(there):
                        missing.add(name)
        return sources, missing


def select(tree, target, files):
    sources, left_out = [], []
    there = ("curl/", "openssl/") if target.libraries else ()
    if target.tests:
        for name in target.tests:
            needed, missing = files.needs("unit/%s.cpp" % name, there)
            if missing:
                sys.exit("%s needs %s, which this target does not have" % (name, ", ".join(sorted(missing))))
            sources += [source for source in needed if source not in sources]
        return sources, left_out
    for path in tree.ordered():
        test = "unit/%s.cpp" % path[:-len(".hpp")]
        floor = tree.floor(path)
        if floor is None or not (floor <= 2 or floor == MODEL) or not os.path.exists(os.path.join(TESTS, test)):
            continue
        if target.only and not {path, *(include.name for include in tree.headers[path].own_includes())} & set(target.only):
            continue
        needed, missing = files.needs(test, there)
        if missing:
            left_out.append("%s (%s)" % (test, ", ".join(sorted(missing))))
        else:
            sources += [source for source in needed if source not in sources]
    return sources, left_out


def this_suite():
    with open("/etc/os-release", encoding="utf-8") as file:
        return re.search(r"^VERSION_CODENAME=(\w+)", file.read(), re.M)[1]


def library_folder(libraries):
    """Unpacks the libraries of a target; the flags that compile and those that link with them, and where they are."""
    suite, architecture = libraries.split()
    suite = this_suite() if suite == "same" else suite
    folder = os.path.join(CROSS, "%s-%s" % (suite, architecture))
    cross = os.path.join(TESTS, "cross")
    subprocess.run([os.path.join(cross, "debian_folder.sh"), suite, architecture, folder] + LIBRARY_PACKAGES, check=True)
    include = folder + "-include"
    subprocess.run([os.path.join(cross, "library_headers.sh"), folder, include], check=True)
    # The libraries may be of a newer C library than the compiler's: the loader finds that of the folder.
    link = "-L%s/libraries -Wl,-rpath-link,%s/libraries -Wl,--allow-shlib-undefined -lcurl -lcrypto" % (folder, folder)
    return "-isystem " + include, link, folder


def write_ninja(folder, compiler, vectors, sources, include="", libraries=""):
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
    flags = "%s -isystem %s %s -isystem %s -I%s -I%s" % (
        FLAGS, folder, include, os.path.join(TESTS, STAND_IN), os.path.join(ROOT, "include"), TESTS)
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
             "  command = %s -pthread $in -o $out %s" % (compiler, libraries),
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


def run(target, folder, libraries):
    """(passed, failed, what was said) of the test cases."""
    runner = [word.format(folder=libraries, lib=libraries + "/libraries") for word in target.runner]
    done = subprocess.run(runner + [os.path.join(folder, "tests"), "~[oracle]"], stdout=subprocess.PIPE,
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
    parser.add_argument("--tests", metavar="NAME,...", help="these tests instead of all, for example crypto,sigv4/key")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=" ".join(TARGETS))
    arguments = parser.parse_args()
    chosen = arguments.targets or [name for name in TARGETS if name not in BY_NAME]
    for name in chosen:
        if name not in TARGETS:
            parser.error("no target %s: there are %s" % (name, " ".join(TARGETS)))
    packages = {package for name in chosen for package in TARGETS[name].packages.split()}
    install = [os.path.join(TESTS, "install_packages.sh"), "catch2", "ninja-build", "pkg-config"]
    subprocess.run(install + sorted(packages), check=True)

    tree, files = amalgamate.Tree(ROOT), Files()
    built, places = {}, {}
    for name in chosen:
        target = TARGETS[name]
        folder = os.path.join(os.path.abspath(arguments.build), name)
        if arguments.tests:
            target.tests = arguments.tests.split(",")
        sources, left_out = select(tree, target, files)
        print("%s (%s): %d sources; without %s" % (
            name, target.why, len(sources), ", ".join(left_out) or "none"), flush=True)
        include, link, places[name] = library_folder(target.libraries) if target.libraries else ("", "", "")
        write_ninja(folder, target.compiler, arguments.vectors, sources, include, link)
        command = ["ninja", "-C", folder, "-j", str(arguments.jobs), "-k", "0", "--quiet"]
        built[name] = folder if subprocess.run(command).returncode == 0 else None

    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = pool.map(lambda name: run(TARGETS[name], built[name], places[name]) if built[name] else (0, 1, "not built"), built)
        for name, (good, bad, words) in zip(built, runs):
            print("%s%s: %d passed, %d failed" % (words + "\n" if words else "", name, good, bad), flush=True)
            passed, failed = passed + good, failed + bad
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
