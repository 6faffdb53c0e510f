#!/usr/bin/env python3
"""Runs AWS's JavaScript and Python on the very work of bench-decode and bench-sigv4, and puts their times beside ours.

    codecs.py [--quick] [--json FILE] [--python PROGRAM]... BUILD_DIR

BUILD_DIR is a release build with -Dbenchmarks=enabled. The packages of tests/interop/package-lock.json are installed into
BUILD_DIR/interop; botocore and awscrt are taken from any Python named, this one and /usr/bin/python3. Every peer has to
give our checksum of the events or our signature; who does not makes this fail. What is not there is named and skipped.
Times are of the processor, all threads together; x is the ratio of the best rounds.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
INSTALL = os.path.join(os.path.dirname(os.path.dirname(HERE)), "tests", "interop", "install.sh")


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def install_node_packages(build):
    """The folder with the packages, or why there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None, "node and npm are not here"
    folder = os.path.join(build, "interop")
    done = subprocess.run([INSTALL, folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (folder, None) if done.returncode == 0 else (None, (done.stdout.strip().split("\n") or [""])[-1])


def our_rows(build, folder, quick):
    """The rows of both programs; their work and answers are written into the folder."""
    rows = []
    for name in ("decode", "sigv4"):
        program = os.path.join(build, "benchmarks", "bench-" + name)
        subprocess.run([program, "--export", folder], check=True)
        file = os.path.join(folder, "ours.json")
        subprocess.run([program, "--json", file] + (["--quick"] if quick else []), check=True, stdout=subprocess.DEVNULL)
        with open(file, encoding="utf-8") as text:
            rows += json.load(text)
    return rows


def peer_rows(arguments, folder, rounds):
    rows, skipped, found = [], [], set()
    packages, why = install_node_packages(arguments.build)
    if packages:
        rows += json.loads(run("node", os.path.join(HERE, "codecs.js"), folder, str(rounds), cwd=packages))
    else:
        skipped.append("AWS's JavaScript: " + why)
    for python in arguments.python + [sys.executable, "/usr/bin/python3"]:
        if not shutil.which(python):
            continue
        said = json.loads(run(python, os.path.join(HERE, "codecs_python.py"), folder, str(rounds)))
        rows += [row for row in said["rows"] if row["candidate"] not in found]
        found |= {row["candidate"] for row in said["rows"]}
    for module, word in (("botocore", "botocore"), ("awscrt", "awscrt")):
        if not any(word in name for name in found):
            skipped.append(module + ": no Python here has it")
    return rows, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round: for a look whether it runs")
    parser.add_argument("--json", metavar="FILE", help="write all rows, ours too")
    parser.add_argument("--python", action="append", default=[], metavar="PROGRAM")
    parser.add_argument("build", metavar="BUILD_DIR")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours = our_rows(arguments.build, folder, arguments.quick)
        peers, skipped = peer_rows(arguments, folder, 1 if arguments.quick else 11)
    for table in dict.fromkeys(row["table"] for row in peers):
        own = [row for row in ours if row["table"] == table]
        first = own[0]["best_ns"] if "SigV4" not in table else next(
            row["best_ns"] for row in own if row["candidate"].startswith("signer"))
        print("\n" + table)
        for row in own + [row for row in peers if row["table"] == table]:
            print("  %-52s %12.1f ns a %s %8.1f x%s" % (row["candidate"], row["best_ns"], row["item"], row["best_ns"] / first,
                                                        "" if row.get("right", True) else "  WRONG ANSWER"))
    for name in skipped:
        print("\nskipped: " + name)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(ours + peers, file, indent=1)
            file.write("\n")
    return 0 if all(row["right"] for row in peers) else 1


if __name__ == "__main__":
    sys.exit(main())
