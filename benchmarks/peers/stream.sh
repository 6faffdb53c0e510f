#!/usr/bin/env bash
# Runs the end-to-end benchmark with those of AWS's clients that can be had: the JavaScript packages are installed into
# the build, botocore is the one of `python3`.
# usage: benchmarks/peers/stream.sh BUILD_DIR PROGRAM [ARGUMENT...]
set -euo pipefail
packages=$1/interop
shift
here=$(cd "$(dirname "$0")" && pwd)
peers=()
if command -v npm >/dev/null && "$here/../../tests/interop/install.sh" "$packages"; then
    export NODE_PATH=$packages/node_modules
    peers+=(--js "$here/stream.js")
fi
if python3 -c 'import botocore' 2>/dev/null; then
    peers+=(--python "$here/stream.py")
fi
exec "$@" "${peers[@]}"
