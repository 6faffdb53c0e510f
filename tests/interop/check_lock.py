#!/usr/bin/env python3
"""Checks that package-lock.json pins every package by version and by a SHA-512 of its contents.

    check_lock.py [FILE]      exits 1 and names each package that is not pinned
    check_lock.py --test      checks the check
"""
import json
import os
import re
import sys


def problems(lock):
    found = []
    packages = {name: entry for name, entry in lock.get("packages", {}).items() if name}
    if not packages:
        found.append("the lock file names no packages")
    for name, entry in packages.items():
        if not re.fullmatch(r"\d+\.\d+\.\d+\S*", entry.get("version", "")):
            found.append(f"{name}: no version")
        if not re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry.get("integrity", "")):
            found.append(f"{name}: no SHA-512 of its contents (integrity)")
        if entry.get("link"):
            found.append(f"{name}: is a link, not a package of the registry")
    return found


def test():
    good = {"version": "1.2.3", "integrity": "sha512-" + "A" * 86 + "=="}
    assert problems({"packages": {"": {}, "a": good}}) == []
    assert problems({}) and problems({"packages": {"": {}}})
    for bad in ({**good, "integrity": ""}, {**good, "integrity": "sha1-AAAA"}, {**good, "version": "^1"}, {**good, "link": True}):
        assert len(problems({"packages": {"": {}, "a": bad, "b": good}})) == 1, bad


if sys.argv[1:] == ["--test"]:
    test()
else:
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "package-lock.json")
    with open(path, encoding="utf-8") as file:
        said = problems(json.load(file))
    print("\n".join(said) or "every package is pinned")
    sys.exit(1 if said else 0)
