#!/usr/bin/env python3
"""Lists the files below a folder that match one of the patterns, sorted, so that a new test needs no second entry.

    sources.py FOLDER PATTERN...            prints them, one a line
    sources.py FOLDER PATTERN... -- FILE... compares them with those that the build was configured with
"""
import pathlib
import sys


def main(arguments):
    configured = None
    if "--" in arguments:
        configured = arguments[arguments.index("--") + 1:]
        arguments = arguments[:arguments.index("--")]
    folder = pathlib.Path(arguments[0])
    found = sorted({path.relative_to(folder).as_posix() for pattern in arguments[1:] for path in folder.glob(pattern)})
    if configured is None:
        print("\n".join(found))
        return 0
    changes = ["new: " + path for path in found if path not in configured]
    changes += ["gone: " + path for path in configured if path not in found]
    if changes:
        print("\n".join(changes) + "\nThe build does not know: run meson setup --reconfigure")
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
