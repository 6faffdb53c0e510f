#!/usr/bin/env python3
"""Checks what Visual C++ needs of the headers, as far as that shows without it. Prints FILE:LINE: RULE: words for each breach
and exits 1 if there is one.

    msvc.py [--root DIR] [--compile COMMAND]

- literal: a string literal, with those that follow it directly, has at most 16,380 bytes (error C2026).
- ascii: a literal has no character beyond ASCII, so that /utf-8 is not needed.
- gnu: a construct of GNU's is inside an #if that asks for __GNUC__.

--compile also compiles a copy of the headers in which __GNUC__ is taken as not defined, so that the branches for other
compilers are the ones that are read.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "single_include"))
import amalgamate  # noqa: E402

MOST = 16380
LITERAL = re.compile(r'(?:u8|[uUL])?R"([^()\\\s]{0,16})\((.*?)\)\1"|(?:u8|[uUL])?"((?:\\.|[^"\\\n])*)"|\'(?:\\.|[^\'\\\n])+\'', re.S)
ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]+|[0-7]{1,3}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.S)
GNU = re.compile(r"__attribute__|__builtin_\w+|__asm__|\basm\b|__int128|__extension__|__typeof__|__restrict__|__PRETTY_FUNCTION__"
                 r"|^\s*#\s*(?:pragma\s+GCC|warning|include_next)", re.M)
CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b(.*)$", re.M)
IS_GNU = re.compile(r"__GNUC__|__clang__|__MINGW32__")


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def check_literals(where, text):
    bare = amalgamate.without_comments(text)
    end, size, begin = None, 0, 0
    for found in LITERAL.finditer(bare):
        content = found[2] if found[2] is not None else ESCAPE.sub("x", found[3]) if found[3] is not None else ""
        if found[0].startswith("'"):
            end = None
        elif end is not None and not bare[end:found.start()].strip():
            size += len(content.encode())
            end = found.end()
        else:
            size, begin, end = len(content.encode()), found.start(), found.end()
        if end is not None and size > MOST:
            yield "%s:%d: literal: %d bytes, more than %d" % (where, line_at(bare, begin), size, MOST)
            size = 0
        if not found[0].isascii():
            yield "%s:%d: ascii: write %s with escapes" % (where, line_at(bare, found.start()), found[0][:40])


def check_gnu(where, text):
    code = amalgamate.code_only(text)
    stack, guarded = [], []  # whether each open branch asks for GNU's compilers
    events = sorted([(found.start(), 0, found) for found in CONDITION.finditer(code)] +
                    [(found.start(), 1, found) for found in GNU.finditer(code)], key=lambda event: event[:2])
    for offset, kind, found in events:
        if kind == 1:
            if not any(stack):
                yield "%s:%d: gnu: %s is not inside an #if that asks for __GNUC__" % (
                    where, line_at(code, offset), found[0].strip())
        elif found[1] in ("if", "ifdef", "ifndef"):
            asks = bool(IS_GNU.search(found[2]))
            guarded.append(asks)
            stack.append(asks and found[1] != "ifndef" and "!defined(__GNUC__)" not in found[2])
        elif found[1] in ("elif", "else"):
            if stack:
                stack[-1] = bool(IS_GNU.search(found[2]))
        elif stack:
            stack.pop()
            guarded.pop()


def files(root):
    for top in ("include", "single_include"):
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".hpp"):
                    yield os.path.relpath(os.path.join(folder, name), root)


def compile_without_gnu(root, command):
    """True if the headers compile with the branches for other compilers."""
    tree = amalgamate.Tree(root)
    with tempfile.TemporaryDirectory() as folder:
        for path in tree.headers:
            copy = os.path.join(folder, "bedrock", path)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            text = tree.headers[path].text.replace("__GNUC__", "BEDROCK_COMPILER_OF_GNU")
            with open(copy, "w", encoding="utf-8") as file:
                file.write(text)
        source = os.path.join(folder, "all.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write("".join('#include "bedrock/%s"\n' % path for path in tree.ordered()
                               if path not in ("simdjson.hpp",) and not path.startswith("extern")))
        flags = "-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-invalid-offsetof"
        return subprocess.run(shlex.split(command) + flags.split() + ["-I", folder, source]).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    parser.add_argument("--compile", metavar="COMMAND")
    arguments = parser.parse_args()
    root = os.path.abspath(arguments.root)
    problems = []
    for path in files(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        problems += [*check_literals(path, text), *check_gnu(path, text)]
    for problem in problems:
        print(problem)
    print("%d problems" % len(problems))
    compiles = not arguments.compile or compile_without_gnu(root, arguments.compile)
    return 1 if problems or not compiles else 0


if __name__ == "__main__":
    sys.exit(main())
