#!/usr/bin/env python3
"""Builds for Windows the unit tests that need neither POSIX nor the mock server, as one program, and runs it under wine.

    unit.py --build DIR --compiler COMMAND --link FLAGS --catch2 DIR [--vectors DIR] [FILE]...

The files that are left out are named. The last line is `N passed, N failed`: test cases.
"""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)
sys.path[:0] = [TESTS, os.path.join(ROOT, "single_include")]
import amalgamate  # noqa: E402
import portability  # noqa: E402

POSIX = re.compile(r"(unistd|fcntl|poll|signal|spawn|pwd|dlfcn|pthread|sched|termios|httplib|netdb)\.h$|(sys|arpa|netinet)/")
POSIX_FUNCTION = re.compile(r"::(gmtime_r|timegm|localtime_r|newlocale|strtod_l|setenv|unsetenv|mkdtemp|mkstemp)\b")
FLAGS = "-O0 -g0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-subobject-linkage -Wa,-mbig-obj"
# What holds on POSIX alone, and why.
LEFT_OUT = {
}
BATCH = 12


class Files(portability.Files):
    def needs(self, source):
        """(the sources to be linked, the POSIX headers that are included) of a test."""
        sources, posix, seen, pending = [source], set(), set(), [os.path.join(TESTS, source)]
        while pending:
            path = pending.pop()
            if path in seen:
                continue
            seen.add(path)
            for line, conditions in self.conditional_includes(path):
                quoted, name = line
                if quoted and not name.startswith("bedrock/"):
                    pending.append(os.path.join(TESTS, name))
                    body = re.sub(r"\.hpp$", ".cpp", name)
                    if body not in sources and os.path.exists(os.path.join(TESTS, body)):
                        sources.append(body)
                        pending.append(os.path.join(TESTS, body))
                elif not quoted and not conditions and POSIX.search(name):
                    posix.add(name)
            if not path.startswith(os.path.join(ROOT, "include")):
                with open(path, encoding="utf-8") as file:
                    posix.update(POSIX_FUNCTION.findall(file.read()))
        return sources, posix

    def conditional_includes(self, path):
        """((quoted, name), whether it is below an #if) of each #include."""
        depth, found = 0, []
        with open(path, encoding="utf-8") as file:
            for line in file:
                condition = amalgamate.CONDITIONAL.match(line)
                if condition:
                    depth += {"if": 1, "ifdef": 1, "ifndef": 1, "endif": -1}.get(condition[1], 0)
                include = amalgamate.INCLUDE.match(line)
                if include:
                    found.append(((include[1] == '"', include[2]), depth > 0))
        return found


def select(files):
    sources, left_out = [], []
    for folder, folders, names in os.walk(os.path.join(TESTS, "unit")):
        folders.sort()
        for name in sorted(names):
            test = os.path.relpath(os.path.join(folder, name), TESTS)
            needed, posix = files.needs(test)
            if test in LEFT_OUT or posix:
                left_out.append("%s (%s)" % (test, LEFT_OUT.get(test) or ", ".join(sorted(posix))))
            else:
                sources += [source for source in needed if source not in sources]
    return sources, left_out


def write_ninja(folder, arguments, sources):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "pch.hpp"), "w", encoding="utf-8") as file:
        file.write("#include \"support/catch.hpp\"\n#include <bedrock/bedrock.hpp>\n")
    flags = "%s -isystem %s -I%s -I%s '-DBEDROCK_TEST_SCRIPTS=\"%s\"'" % (
        FLAGS, arguments.catch2, os.path.join(ROOT, "include"), TESTS, TESTS)
    if arguments.vectors:
        flags += " '-DBEDROCK_TEST_VECTORS=\"%s\"'" % os.path.abspath(arguments.vectors)
    batch = os.path.join(TESTS, "batch.py")
    plan = subprocess.run([sys.executable, batch, "--plan", str(BATCH), TESTS] + sources, check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split("\n")
    lines = ["ninja_required_version = 1.8",
             "rule compile",
             "  command = %s %s $how -MMD -MF $out.d -c $in -o $out" % (arguments.compiler, flags),
             "  depfile = $out.d",
             "  deps = gcc",
             "rule join",
             "  command = %s %s %s $members > $out" % (sys.executable, batch, TESTS),
             "rule link",
             "  command = %s $in %s -o $out" % (arguments.compiler, arguments.link),
             "build pch.hpp.gch: compile pch.hpp",
             "  how = -x c++-header"]
    objects = ["main.o"]
    lines.append("build main.o: compile %s" % os.path.join(TESTS, "main.cpp"))
    for members in filter(None, (line.split() for line in plan)):
        name = re.sub(r"\W", "-", members[0])
        source = os.path.join(TESTS, members[0])
        if len(members) > 1:
            source = "batch-%s.cpp" % name
            lines += ["build %s: join %s" % (source, " ".join(os.path.join(TESTS, member) for member in members)),
                      "  members = " + " ".join(members)]
        objects.append(name + ".o")
        lines.append("build %s.o: compile %s | pch.hpp.gch" % (name, source))
        lines.append("  how = -Winvalid-pch -include pch.hpp")
    lines.append("build tests.exe: link " + " ".join(objects))
    with open(os.path.join(folder, "build.ninja"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("build", "compiler", "link", "catch2"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--vectors")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("files", nargs="*", metavar="FILE")
    arguments = parser.parse_args()
    sources, left_out = (arguments.files, []) if arguments.files else select(Files())
    print("%d sources; without %s" % (len(sources), ", ".join(left_out) or "none"), flush=True)
    write_ninja(arguments.build, arguments, sources)
    if subprocess.run(["ninja", "-C", arguments.build, "-j", str(arguments.jobs), "-k", "0", "--quiet"]).returncode != 0:
        print("0 passed, 1 failed")
        return 1
    target = portability.Target("", "", "", ["wine"])
    os.replace(os.path.join(arguments.build, "tests.exe"), os.path.join(arguments.build, "tests"))
    passed, failed, words = portability.run(target, arguments.build)
    os.replace(os.path.join(arguments.build, "tests"), os.path.join(arguments.build, "tests.exe"))
    print("%s\n%d passed, %d failed" % (words, passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
