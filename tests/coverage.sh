#!/usr/bin/env bash
# Builds and passes the suite with counters in it, and says which lines of floors 0 to 2 no test has reached. Fails where
# fewer than 97 % were.
# usage: tests/coverage.sh [MESON_OPTION]...      for example -Dvectors=DIR
set -euo pipefail
cd "$(dirname "$0")/.."
threshold=97

tests/install_packages.sh meson g++ pkg-config python3 libcurl4-openssl-dev libssl-dev catch2 libsimdjson-dev gcovr
build=build-coverage
again=()
[[ -f $build/build.ninja ]] && again=(--reconfigure)
sources=unit/*.cpp,unit/json/*.cpp,unit/crypto/*.cpp,unit/event_stream/*.cpp,unit/sigv4/*.cpp
CXX=g++ meson setup "${again[@]}" "$build" -Dtests=enabled -Db_coverage=true -Dtest_batch=8 "-Dtest_sources=$sources" "$@"
find "$build" -name '*.gcda' -delete # the counts of an earlier run
result=0
meson test -C "$build" --print-errorlogs --suite unit --suite fuzz || result=$?
gcovr --root . --filter include/bedrock/ --json "$build/coverage.json" "$build"

python3 - "$build/coverage.json" "$threshold" <<'END_OF_PYTHON' || result=$?
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, "single_include")
import amalgamate

with open(sys.argv[1], encoding="utf-8") as file:
    found = {one["file"][len("include/bedrock/"):]: one["lines"] for one in json.load(file)["files"]}
tree = amalgamate.Tree(".")
all_hit = all_lines = 0
for path in tree.ordered():
    floor = tree.floor(path)
    if floor is None or floor > 2 or tree.headers[path].declares_nothing():
        continue
    lines = {}
    for line in found.get(path, ()):  # once for each instance of a template
        if not line.get("gcovr/noncode"):
            lines[line["line_number"]] = lines.get(line["line_number"], 0) + line["count"]
    missed = sorted(number for number, count in lines.items() if count == 0)
    all_hit += len(lines) - len(missed)
    all_lines += len(lines)
    share = "%5.1f %%" % (100 - 100 * len(missed) / len(lines)) if lines else "no code"
    print("%d %-28s %s  %s" % (floor, path, share, " ".join(map(str, missed))))
share = 100 * all_hit / max(all_lines, 1)
print("floors 0 to 2: %.2f %% of %d lines" % (share, all_lines))
sys.exit(0 if all_lines and share >= float(sys.argv[2]) else 1)
END_OF_PYTHON
exit "$result"
