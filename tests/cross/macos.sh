#!/usr/bin/env bash
# Compiles the tool, an async example and every header for macOS (arm64 and x86-64), all warnings as errors. Nothing is
# linked or run. The SDK of macOS comes with Zig; the headers of libcurl and OpenSSL are this machine's.
# usage: tests/cross/macos.sh BUILD_FOLDER      prints "WARNING: skipped" if Zig cannot be had
set -euo pipefail
cross=$(cd "$(dirname "$0")" && pwd)
root=${cross%/tests/cross}
mkdir -p "$1"
out=$(cd "$1" && pwd)

result=0
zig=$("$cross/zig.sh" "$out/zig") || result=$?
if [[ $result -eq 77 ]]; then
    echo "WARNING: skipped macos: no Zig"
    exit
fi
[[ $result -eq 0 ]] || exit "$result"
export ZIG_GLOBAL_CACHE_DIR=$out/zig-cache ZIG_LOCAL_CACHE_DIR=$out/zig-cache
"$cross/library_headers.sh" / "$out/include"

# simdjson.hpp needs its library. The separately compiled client would be a second definition of the other.
"$root/single_include/amalgamate.py" --list |
    sed -nE '/ (simdjson|extern|extern_definitions)\.hpp$/d; s/^[0-9] (.*)/#include "bedrock\/\1"/p' >"$out/all.hpp"
grep -q async_client "$out/all.hpp"

compile() { # TARGET EXAMPLE OPTION...
    # Not -g: half of the time.
    if "$zig" c++ -target "$1" -g0 -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "${@:3}" \
        -I"$root/include" -isystem "$out/include" -c "$root/examples/$2.cpp" -o "$out/$1-$2.o"; then
        echo "$1 $2: compiled"
    else
        echo "$1 $2: FAILED"
        return 1
    fi
}

# Two compilers at a time.
for target in aarch64-macos x86_64-macos; do
    compile "$target" bedrock &
    first=$!
    compile "$target" game_loop -include "$out/all.hpp" &
    second=$!
    wait "$first" || result=1
    wait "$second" || result=1
done
exit "$result"
