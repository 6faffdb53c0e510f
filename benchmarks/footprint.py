#!/usr/bin/env python3
"""What including and using the headers costs: seconds of compiling, and bytes of programs.

    footprint.py [--json FILE] [--quick] [--only times|sizes] [COMPILER]...     without a compiler: g++ and clang++

Times are processor seconds of one unit at -O0, the best of the runs, and the same in units of a file that includes
<string>, <vector>, <optional> and <variant>, measured in turns with the others: that ratio may be compared between
machines. Sizes are exact: programs at -Os with -ffunction-sections -fdata-sections -Wl,--gc-sections, curl and OpenSSL
as shared libraries, stripped; below each, where the bytes of the symbols of the same program come from.
"""
import argparse
import collections
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
INCLUDE = os.path.join(ROOT, "include")

STD4 = "<string> <vector> <optional> <variant>"
NOT_IN_EVERY = ("bedrock/testing/", "bedrock/simdjson.hpp", "bedrock/extern")  # need more libraries, or another unit

# The first area that has a header has what it defines.
AREAS = (
    ("model", r"model/"),
    ("chain", r"credentials|profile_|settings\.hpp|ini\.hpp|xml\.hpp|endpoint|target|client_state|environment|single_flight"),
    ("codec", r"event_stream|crc32|stream_parser"),
    ("JSON", r"json|scan\.hpp|utf8|base64"),
    ("crypto", r"crypto|sigv4|hex\.hpp"),
    ("transport", r"engine|blocking|os\.hpp|http\.hpp|network|cancellation|poll_set|sigpipe|transfer_wait|running_clock|"
                  r"connection_words|home_process|uri\.hpp|exchange\.hpp"),
    ("calls", r""),
)
NAMESPACES = {"json": "JSON", "event_stream": "codec", "crypto": "crypto", "sigv4": "crypto", "http": "transport", "os": "transport",
              "sts": "chain", "ini": "chain", "xml": "chain", "endpoint": "chain", "deadline": "transport"}


def fail(what, done):
    sys.exit("%s does not compile:\n%s" % (what, done.stderr[:2000]))


def headers():
    for folder, folders, files in os.walk(os.path.join(INCLUDE, "bedrock")):
        folders.sort()
        for name in sorted(files):
            yield os.path.relpath(os.path.join(folder, name), INCLUDE).replace(os.sep, "/")


# ---- times


def units():
    """Name and text of each unit, the one that all others are measured in first."""
    def including(*names):
        return "".join("#include %s\n" % name for name in names)
    yield STD4, including(*STD4.split())
    yield "event_stream.hpp", including("<bedrock/event_stream.hpp>")
    yield "bedrock.hpp", including("<bedrock/bedrock.hpp>")
    program = "#define main converse_main\n" + including('"converse.cpp"') + "#undef main\n" + including('"stream.cpp"')
    yield "converse and stream, a program", program
    yield "the same, with extern.hpp", including("<bedrock/extern.hpp>") + program
    every = ["<%s>" % name for name in headers() if not name.startswith(NOT_IN_EVERY)]
    yield "every header, and a client", including(*every) + "int main() { bedrock::client client; }\n"


def seconds(compiler, unit, target):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([*compiler.split(), "-std=c++20", "-O0", "-w", "-I" + INCLUDE, "-I" + os.path.join(ROOT, "examples"),
                           "-c", unit, "-o", target], stderr=subprocess.PIPE, text=True)
    if done.returncode:
        fail(unit, done)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def measure_times(compiler, rounds, folder):
    best = {}
    for _ in range(rounds):
        for number, (name, text) in enumerate(units()):
            unit = os.path.join(folder, "unit%d.cpp" % number)
            with open(unit, "w", encoding="utf-8") as file:
                file.write(text)
            # The small ones of a round are over in no time: more of them cost nothing and find a quiet moment.
            for _ in range(3 if number < 2 else 1):
                best[name] = min(seconds(compiler, unit, unit + ".o"), best.get(name, 1e9))
    return [{"unit": name, "seconds": round(time, 3), "std4": round(time / best[STD4], 1)} for name, time in best.items()]


# ---- sizes


PROGRAMS = (
    ("decoder only", os.path.join(HERE, "budget", "decoder_only.cpp"), []),
    ("signer only", os.path.join(ROOT, "examples", "sign.cpp"), ["-lcrypto"]),
    ("converse", os.path.join(ROOT, "examples", "converse.cpp"), ["-lcurl", "-lcrypto"]),
    ("stream", os.path.join(ROOT, "examples", "stream.cpp"), ["-lcurl", "-lcrypto"]),
)
SMALL = ["-Os", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"]


def area_of_names():
    """By the header that defines it: the area of each name of a namespace's scope."""
    areas = {}
    for header in headers():
        area = next(name for name, pattern in AREAS if re.search(pattern, header[len("bedrock/"):]))
        with open(os.path.join(INCLUDE, header), encoding="utf-8") as file:
            text = file.read()
        if re.search(r"^namespace bedrock::inline BEDROCK_ABI::\w", text, flags=re.M):
            continue  # a namespace of its own says it
        for found in re.finditer(r"^(?:class|struct|namespace|enum class) (?:\[\[\w+\]\] )?(?:\w+::)*(\w+)[^;\n]*\{|"
                                 r"^(?!using|namespace|return|#|//)\w[^\n(;={]*?\b(\w+)\(|"
                                 r"^inline const\w+ [^\n=;]*?(\w+)(?:\[\])? ?=", text, flags=re.M):
            name = found[1] or found[2] or found[3]
            if name not in ("bedrock", "detail", "requires"):
                areas.setdefault(name, area)
    return areas


def without_arguments(name):
    """`a<b>::c(d)` is `a::c`; what stands before the last blank outside of brackets is the type of what is returned."""
    kept, depth = [], 0
    name = name.replace("[abi:cxx11]", "")
    name = re.sub(r"operator(\(\)|<=>|<<|->|[<>]=?|[^\w\s]+)", "operator", name.replace("(anonymous namespace)::", ""))
    for c in name:
        if c == "(" and depth == 0:
            break
        depth += (c in "<{(") - (c in ">})")
        if depth == 0 and c not in ">})":
            kept.append(c)
    return "".join(kept).split(" ")[-1]


def attribute(name, areas):
    if re.match(r"(vtable|typeinfo( name)?|VTT|guard variable|construction vtable) for ", name):
        name = name.split(" for ", 1)[1]
    path = without_arguments(name).split("::")
    if path[0] in ("std", "__gnu_cxx"):
        return "standard library"
    if path[0] != "bedrock":
        return "the program" if path[0] == "main" else "the compiler's"
    for part in path[2:]:
        if part in NAMESPACES:
            return NAMESPACES[part]
        if part in areas:
            return areas[part]
    return "calls"


def symbols(program, areas):
    listed = subprocess.run(["nm", "-CS", "--defined-only", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    bytes_of, seen = collections.Counter(), set()
    for line in listed.splitlines():
        parts = line.split(" ", 3)
        if len(parts) < 4 or parts[2] in "bB" or parts[0] in seen:
            continue
        seen.add(parts[0])  # constructors have two names
        bytes_of[attribute(parts[3], areas)] += int(parts[1], 16)
    return dict(bytes_of.most_common())


def sections(program):
    listed = subprocess.run(["size", "-A", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = dict(line.split()[:2] for line in listed.splitlines() if line.startswith("."))

    def total(*names):
        return sum(int(found.get(name, 0)) for name in names)
    return {"code": total(".text"), "constants": total(".rodata", ".data.rel.ro", ".data"), "relocations": total(".rela.dyn", ".rela.plt"),
            "unwinding": total(".eh_frame", ".eh_frame_hdr", ".gcc_except_table")}


def measure_sizes(compiler, folder):
    areas = area_of_names()
    rows = []
    for name, source, libraries in PROGRAMS:
        program = os.path.join(folder, "program")
        done = subprocess.run([*compiler.split(), "-std=c++20", "-I" + INCLUDE, *SMALL, source, "-o", program, *libraries],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            fail(source, done)
        subprocess.run(["strip", "-o", program + ".stripped", program], check=True)
        rows.append({"program": name, "bytes": os.path.getsize(program + ".stripped"), "sections": sections(program + ".stripped"),
                     "symbols": symbols(program, areas)})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="one round instead of three")
    parser.add_argument("--only", choices=("times", "sizes"))
    parser.add_argument("compilers", nargs="*", metavar="COMPILER")
    arguments = parser.parse_args()
    results = []
    for compiler in arguments.compilers or ("g++", "clang++"):
        if not shutil.which(compiler.split()[0]):
            print("skipped: %s is not installed" % compiler)
            continue
        result = {"compiler": subprocess.run([*compiler.split(), "--version"], check=True, stdout=subprocess.PIPE,
                                             text=True).stdout.split("\n")[0]}
        results.append(result)
        print("\n" + result["compiler"])
        with tempfile.TemporaryDirectory() as folder:
            if arguments.only != "sizes":
                result["times"] = measure_times(compiler, 1 if arguments.quick else 3, folder)
                for row in result["times"]:
                    print("  %-40s %7.2f s %6.1f" % (row["unit"], row["seconds"], row["std4"]), flush=True)
            if arguments.only != "times":
                result["sizes"] = measure_sizes(compiler, folder)
                for row in result["sizes"]:
                    print("  %-40s %9d bytes" % (row["program"], row["bytes"]))
                    for what in ("sections", "symbols"):
                        print("      " + ", ".join("%s %d" % pair for pair in row[what].items()), flush=True)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
