#!/usr/bin/env bash
# Passes the tests of this folder with the programs of a build: AWS's own JavaScript packages are the other side.
# The packages are installed into the build, by install.sh; where that exits 77, so does this.
# usage: tests/interop/run.sh BUILD_DIR
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
export BEDROCK_TOOL=$build/examples/bedrock BEDROCK_MOCK=$build/tests/mock-bedrock
for program in "$BEDROCK_TOOL" "$BEDROCK_MOCK"; do
    if [[ ! -x $program ]]; then
        echo "$program is missing: ninja -C $1 examples/bedrock tests/mock-bedrock" >&2
        exit 2
    fi
done

there=$build/interop
./install.sh "$there"
rm -f "$there"/*.js
cp ./*.js "$there"
cd "$there"
exec node --test --test-reporter=tap
