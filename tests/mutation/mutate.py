#!/usr/bin/env python3
"""Changes the headers in small ways, one at a time, and looks whether a test notices.

    mutate.py [--seed N] [--count N] [--jobs N] [--only PATH]... [--build DIR] [--list] [--report FILE]

A mutant is one operator, constant, condition or statement of include/bedrock that is another one. It is tried with the
tests nearest to it first: the mirror test of its header, then tests that include the header or what includes it, then the
whole suite. `killed`: one fails, crashes or does not end. `survived`: all pass, which is a hole in the tests, unless the
mutant means the same as the code; equivalents.txt lists those with the reason. What does not compile does not count.

Needs a build folder whose tests were built (tests/run.sh), whose libraries and tool the trials use. The same seed gives the
same mutants of the same tree. The last line is `N passed, N failed`: killed or equivalent, and survived; the exit status is 1
below 96 % killed.
"""
import argparse
import concurrent.futures
import os
import pathlib
import queue
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "single_include"))
import amalgamate  # noqa: E402

GOAL = 0.96
LIBRARIES = ["-lcpp-httplib", "-lsimdjson", "-lcurl", "-lssl", "-lcrypto", "-lpthread"]
COMPILER = ["g++", "-std=c++20", "-O0", "-g0", "-w"]
MOST_NEAR_TESTS = 6
SECONDS_OF_A_TEST = 120

SWAPS = {
    " == ": " != ", " != ": " == ", " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ",
    " && ": " || ", " || ": " && ", " + ": " - ", " - ": " + ", " += ": " -= ", " -= ": " += ",
    " & ": " | ", " | ": " & ", " << ": " >> ", " >> ": " << ", "++": "--", "--": "++",
}
NO_MUTANT = re.compile(r"\s*(#|//|static_assert|using |template|namespace |friend |public:|private:|extern |case .*:$|default:$)")
STATEMENT = re.compile(r"^(\s+)((?:[\w:>.\[\]*()-]+(?:\.|->))?\w+\(.*\)|[\w.>\[\]*-]+ (?:=|\+=|-=|\|=|&=) .*|\+\+\w+|return|break|continue);$")
CONDITION = re.compile(r"\b(if|while) \((?!auto |std::|constexpr )(.*)\)(?= |$)")
NUMBER = re.compile(r"(?<![\w.'\"])(\d+)(?![\w.'\"])")
WORD = re.compile(r"\b(true|false)\b")


class Mutant:
    def __init__(self, path, line, before, after):
        self.path, self.line, self.before, self.after = path, line, before, after

    def __str__(self):
        return "%s:%d: %s => %s" % (self.path, self.line, self.before.strip(), self.after.strip() or "(nothing)")

    def key(self):
        return "%s: %s => %s" % (self.path, self.before.strip(), self.after.strip() or "(nothing)")


def closes(text, opening):
    """The place of the bracket that closes the one at `opening`, or -1."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return -1


def changes_of(line, bare):
    """Every mutant of a line; `bare` is the line with blanks in place of comments, strings and characters."""
    for old, new in SWAPS.items():
        at = bare.find(old)
        while at >= 0:
            yield line[:at] + new + line[at + len(old):]
            at = bare.find(old, at + 1)
    for found in NUMBER.finditer(bare):
        yield line[:found.start()] + str(int(found[1]) + 1) + line[found.end():]
    for found in WORD.finditer(bare):
        yield line[:found.start()] + ("false" if found[1] == "true" else "true") + line[found.end():]
    for found in CONDITION.finditer(bare):
        opening = found.start(2) - 1
        end = closes(bare, opening)
        if end > 0 and ";" not in bare[opening:end]:
            yield line[:opening + 1] + "!(" + line[opening + 1:end] + ")" + line[end:]
    if STATEMENT.match(bare.rstrip()):
        yield re.match(r"\s*", line)[0] + ";"


# What this machine does not compile.
ELSEWHERE = re.compile(r"_WIN32|_MSC_VER|__APPLE__|__ARM|__aarch64__|BIG_ENDIAN")
ELSEWHERE_FILE = re.compile(r"windows|(^|/)arm\.hpp$|winsock")


def compiled_lines(lines):
    """For each line, whether this machine compiles it, as far as its conditions name another machine."""
    elsewhere = []
    for line in lines:
        found = amalgamate.CONDITIONAL.match(line)
        if found and found[1] == "endif":
            elsewhere.pop()
        elif found:
            if found[1] in ("elif", "else"):
                elsewhere.pop()
            elsewhere.append(found[1] in ("if", "ifdef", "elif") and "!" not in line and bool(ELSEWHERE.search(line)))
        yield not any(elsewhere)


def mutants_of(path, header):
    if ELSEWHERE_FILE.search(path):
        return
    code = header.code.split("\n")
    for number, (line, bare, here) in enumerate(zip(header.lines, code, compiled_lines(code)), 1):
        if here and bare.startswith("    ") and not NO_MUTANT.match(bare):
            for changed in changes_of(line, bare):
                yield Mutant(path, number, line, changed)


class Trees:
    """Copies of the tree, one for each job."""

    def __init__(self, folder, jobs):
        self.free = queue.Queue()
        for job in range(jobs):
            tree = folder / str(job)
            for name in ("include", "tests", "examples", "single_include", "benchmarks"):
                shutil.copytree(ROOT / name, tree / name)
            for name in ("meson.build", "meson_options.txt", "README.md", "LICENSE", "CMakeLists.txt", "CHANGELOG.md"):
                shutil.copy(ROOT / name, tree / name)
            self.free.put(tree)


class Trial:
    def __init__(self, build, vectors):
        self.build, self.vectors = build, vectors
        self.headers = amalgamate.Tree(str(ROOT)).headers
        self.tests = sorted(path.relative_to(ROOT / "tests").as_posix()
                            for folder in ("unit", "integration") for path in (ROOT / "tests" / folder).rglob("*.cpp"))
        self.includes = {test: set(re.findall(r'#include "bedrock/([^"]+)"', (ROOT / "tests" / test).read_text()))
                         for test in self.tests}

    def near_tests(self, path):
        mirror = "unit/" + path[:-len(".hpp")] + ".cpp"
        above = {path} | {other for other, header in self.headers.items()
                          if any(include.own and include.name == path for include in header.includes)}
        direct = [test for test in self.tests if path in self.includes[test] and test != mirror]
        further = [test for test in self.tests if self.includes[test] & above and test != mirror and test not in direct]
        return ([mirror] if mirror in self.tests else []) + (direct + further)[:MOST_NEAR_TESTS]

    def run(self, command, seconds, cwd):
        """The exit status, or None where it had to be stopped."""
        child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return None

    def one_test(self, tree, test):
        """"invalid" where it does not compile, "killed" or "survived"."""
        program = tree / "trial"
        define = ['-DBEDROCK_TEST_SCRIPTS="%s"' % (tree / "tests"), '-DBEDROCK_TOOL="%s"' % (self.build / "examples/bedrock")]
        if self.vectors:
            define.append('-DBEDROCK_TEST_VECTORS="%s"' % self.vectors)
        command = COMPILER + define + ["-Iinclude", "-Itests", "tests/" + test, str(self.build / "tests/libtests-main.a"),
                                       str(self.build / "tests/libmock.a")] + LIBRARIES + ["-o", str(program)]
        if self.run(command, 600, tree) != 0:
            return "invalid"
        return "survived" if self.run([str(program)], SECONDS_OF_A_TEST, tree) == 0 else "killed"

    def whole_suite(self, tree):
        build = tree / "build"
        if not (build / "build.ninja").exists():
            setup = ["meson", "setup", str(build), "-Dtests=enabled", "-Dcpp_args=-g0", "-Dtest_batch=36"]
            if self.vectors:
                setup.append("-Dvectors=" + str(self.vectors))
            if self.run(setup, 600, tree) != 0:
                raise SystemExit("mutate.py: `%s` fails in a copy of the tree" % shlex.join(setup))
        if self.run(["ninja", "-C", str(build)], 3600, tree) != 0:
            return "invalid"
        tests = ["meson", "test", "-C", str(build), "--suite", "unit", "--suite", "fuzz", "--no-rebuild", "--maxfail", "1"]
        return "survived" if self.run(tests, 1200, tree) == 0 else "killed"

    def judge(self, tree, mutant):
        target = tree / "include" / "bedrock" / mutant.path
        original = target.read_text(encoding="utf-8")
        lines = original.split("\n")
        lines[mutant.line - 1] = mutant.after
        target.write_text("\n".join(lines), encoding="utf-8")
        try:
            for test in self.near_tests(mutant.path):
                found = self.one_test(tree, test)
                if found != "survived":
                    return found, test
            return self.whole_suite(tree), "the whole suite"
        finally:
            target.write_text(original, encoding="utf-8")


def read_equivalents():
    path = pathlib.Path(__file__).with_name("equivalents.txt")
    entries = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            mutant, separator, reason = line.rpartition("  # ")
            if not separator or not reason.strip():
                raise SystemExit("equivalents.txt: no reason: " + line)
            entries[mutant] = reason
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=250)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", action="append", default=[], help="a header, or a folder of them")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--vectors", type=pathlib.Path)
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    parser.add_argument("--report", type=pathlib.Path, help="also writes each result there at once")
    options = parser.parse_args()

    trial = Trial(options.build.resolve(), options.vectors and options.vectors.resolve())
    candidates = [mutant for path in sorted(trial.headers) for mutant in mutants_of(path, trial.headers[path])
                  if not options.only or any(path.startswith(only) for only in options.only)]
    random.Random(options.seed).shuffle(candidates)
    equivalents = read_equivalents()
    if options.list:
        for mutant in candidates[:options.count]:
            print(mutant)
        return 0
    if not (trial.build / "tests/libtests-main.a").exists():
        raise SystemExit("mutate.py: %s has no built tests: run tests/run.sh first" % trial.build)

    results = {"killed": 0, "survived": 0, "equivalent": 0, "invalid": 0}
    with tempfile.TemporaryDirectory(prefix="bedrock-mutants-") as folder:
        trees = Trees(pathlib.Path(folder), options.jobs)

        def judge(mutant):
            if mutant.key() in equivalents:
                return mutant, "equivalent", equivalents[mutant.key()], 0.0
            tree, begin = trees.free.get(), time.monotonic()
            try:
                return (mutant, *trial.judge(tree, mutant), time.monotonic() - begin)
            finally:
                trees.free.put(tree)

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            waiting, rest = set(), iter(candidates)
            while True:
                counted = results["killed"] + results["survived"] + results["equivalent"]
                while len(waiting) < options.jobs and counted + len(waiting) < options.count:
                    mutant = next(rest, None)
                    if mutant is None:
                        break
                    waiting.add(pool.submit(judge, mutant))
                if not waiting:
                    break
                done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    mutant, result, by, seconds = future.result()
                    results[result] += 1
                    line = "%-10s %6.1f s  %s  [%s]" % (result, seconds, mutant, by)
                    if result != "invalid":
                        print(line, flush=True)
                    if options.report:
                        with options.report.open("a", encoding="utf-8") as file:
                            file.write(line + "\n")

    judged = results["killed"] + results["survived"]
    share = results["killed"] / judged if judged else 0.0
    print("seed %d: %.1f %% of %d mutants killed; %d equivalent, %d that do not compile" % (
        options.seed, 100 * share, judged, results["equivalent"], results["invalid"]))
    print("%d passed, %d failed" % (results["killed"] + results["equivalent"], results["survived"]))
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
