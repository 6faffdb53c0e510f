#!/usr/bin/env python3
"""Measures what does not depend on the weather, and compares it with budget.json: instructions per message, event and
signature (callgrind), memory asked for by common deltas, bytes of small programs, bytes that a header includes.

    budget.py [--update] [--work DIR] COMPILER...        exits 1 where something is over its budget by more than 5 %

The budget is that of one compiler; with another one, or without valgrind, what depends on it is skipped.
--update writes what was measured.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILE = os.path.join(HERE, "budget.json")
ALLOWED = 1.05


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more).stdout


def build(compiler, source, target, *flags):
    include = "-I" + os.path.join(ROOT, "include")
    run(*compiler, "-std=c++20", include, os.path.join(HERE, source), "-o", target, *flags)


def small_size(compiler, source, folder, *libraries):
    program = os.path.join(folder, "small")
    build(compiler, source, program, "-Os", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-s", *libraries)
    return os.path.getsize(program)


def preprocessed_size(compiler, header, include="include"):
    text = run(*compiler, "-std=c++20", "-I" + os.path.join(ROOT, include), "-E", "-P", "-x", "c++", "-",
               input='#include "bedrock/%s"\n' % header)
    return len(text)


def instructions(program, work, times):
    """Per piece of work: the difference of two runs, so that start and end of the program do not count."""
    counts = []
    for repeat in (times, 2 * times):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, work, str(repeat)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
        refs = [line for line in done.stderr.split("\n") if "refs:" in line]
        counts.append(int(refs[0].split(":")[1].replace(",", "")))
    pieces = times if work == "sign" else times * int(done.stdout.split()[0])
    return round((counts[1] - counts[0]) / pieces)


def measure(compiler, folder):
    measured, skipped = {}, {}
    hot_path = os.path.join(folder, "hot_path")
    build(compiler, "hot_path.cpp", hot_path, "-O3", "-lcrypto")
    measured["allocations in common deltas"] = int(run(hot_path, "allocations"))

    examples = os.path.join(ROOT, "examples")
    measured["bytes of the decoder-only program, -Os, stripped"] = small_size(compiler, "decoder_only.cpp", folder)
    measured["bytes of the signer-only program, -Os, stripped"] = small_size(
        compiler, os.path.join(examples, "sign.cpp"), folder, "-lcrypto")
    measured["bytes of the converse program, -Os, stripped"] = small_size(
        compiler, os.path.join(examples, "converse.cpp"), folder, "-lcurl", "-lcrypto")
    measured["bytes that event_stream.hpp includes, preprocessed"] = preprocessed_size(compiler, "event_stream.hpp")
    umbrella = preprocessed_size(compiler, "bedrock.hpp")
    measured["bytes that bedrock.hpp includes, preprocessed"] = umbrella
    measured["single header bedrock.hpp, percent of those bytes"] = round(
        100 * preprocessed_size(compiler, "bedrock.hpp", "single_include") / umbrella)

    names = {"frames": "instructions per frame",
             "decoded": "instructions per event, its frame included, by decoder and parse()",
             "events": "instructions per event, its frame included"}
    for work, name in list(names.items()) + [("sign", "instructions per signature of 1 KiB, SHA-256 without SHA-NI")]:
        if shutil.which("valgrind"):
            measured[name] = instructions(hot_path, work, 2 if work != "sign" else 100)
        else:
            skipped[name] = "valgrind is not installed"
    return measured, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--work", metavar="DIR")
    parser.add_argument("compiler", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if not arguments.compiler:
        parser.error("no compiler is named")
    with open(FILE, encoding="utf-8") as file:
        budget = json.load(file)
    version = run(*arguments.compiler, "--version").split("\n")[0]
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        measured, skipped = measure(arguments.compiler, folder)
    if arguments.update:
        with open(FILE, "w", encoding="utf-8") as file:
            json.dump({"compiler": version, "budget": measured}, file, indent=2)
            file.write("\n")
        return 0
    same = version == budget["compiler"]
    if not same:
        print("skipped, but for allocations: the budget is of %s, this is %s" % (budget["compiler"], version))
    over = 0
    for name, allowed in budget["budget"].items():
        if name in skipped:
            print("%-70s skipped: %s" % (name, skipped[name]))
            continue
        compared = same or name.startswith("allocations")
        bad = compared and measured[name] > allowed * ALLOWED
        over += bad
        print("%-70s %9d of %9d%s" % (name, measured[name], allowed, "  OVER" if bad else "" if compared else "  (not compared)"))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
