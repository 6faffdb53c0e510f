#!/usr/bin/env python3
"""Compares the working tree's headers with those of another revision: this tree's benchmark programs, built on both,
run in turns. Prints the best round of each row, and the ratio.

    compare.py --base REF [--rounds N] [PROGRAM]...       programs: crc32 decode codecs sigv4; without one, all
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROGRAMS = ("crc32", "decode", "codecs", "sigv4")


def build(compiler, tree, program, target):
    include = ["-I" + os.path.join(tree, "include"), "-I" + HERE]
    source = os.path.join(HERE, program + ".cpp")
    done = subprocess.run([*compiler, "-std=c++20", "-O3", *include, source, "-o", target, "-lcrypto"],
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print("\nskipped: %s does not compile on %s:\n%s" % (program, tree, done.stderr[:2000]))
    return done.returncode == 0


def best_of(program, rounds_so_far):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([program, "--json", file.name], check=True, stdout=subprocess.DEVNULL)
        with open(file.name, encoding="utf-8") as text:
            for row in json.load(text):
                key = (row["table"], row["candidate"])
                rounds_so_far[key] = min(row["best_ns"], rounds_so_far.get(key, row["best_ns"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, metavar="REF")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    arguments = parser.parse_args()
    compiler = os.environ.get("CXX", "c++").split()
    for program in arguments.programs:
        if program not in PROGRAMS:
            parser.error("no program %s: there are %s" % (program, " ".join(PROGRAMS)))
    with tempfile.TemporaryDirectory() as folder:
        base = os.path.join(folder, "base")
        os.mkdir(base)
        archive = subprocess.run(["git", "-C", ROOT, "archive", arguments.base, "include"], stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", base], input=archive.stdout, check=True)
        for program in arguments.programs or PROGRAMS:
            sides = []
            for name, tree in (("before", base), ("after", ROOT)):
                target = os.path.join(folder, program + "-" + name)
                if build(compiler, tree, program, target):
                    sides.append((target, {}))
            if len(sides) != 2:
                continue
            for _ in range(arguments.rounds):
                for target, found in sides:
                    best_of(target, found)
            table = None
            for key, before in sides[0][1].items():
                if key[0] != table:
                    table = key[0]
                    print("\n%s" % table)
                after = sides[1][1][key]
                print("  %-52s %12.2f -> %12.2f ns  %5.2f x" % (key[1], before, after, after / before))
    return 0


if __name__ == "__main__":
    sys.exit(main())
