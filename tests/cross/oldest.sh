#!/usr/bin/env bash
# The oldest of everything that the README names: libcurl 7.74 and OpenSSL 1.1.1w (Debian 11's) with g++ 12 and clang 14.
# Builds the tool, async examples and every header, all warnings as errors; runs the tool against the loopback Bedrock, and
# the unit tests of what the versions of the libraries change.
# usage: tests/cross/oldest.sh BUILD_FOLDER MOCK      the last line is `N passed, N failed`
set -euo pipefail
cross=$(cd "$(dirname "$0")" && pwd)
root=${cross%/tests/cross}
mkdir -p "$1"
out=$(cd "$1" && pwd)
mock=$2

"$cross/../install_packages.sh" g++-12 catch2
# Debian 13 has no clang 14.
if ! command -v clang++-14 >/dev/null; then "$cross/../install_packages.sh" clang-14 || true; fi
export BEDROCK_CROSS=$out
folder=$out/bullseye-amd64
"$cross/debian_folder.sh" bullseye amd64 "$folder" libcurl4-openssl-dev libssl-dev libstdc++6
"$cross/library_headers.sh" "$folder" "$folder-include"
grep -q '^#define LIBCURL_VERSION "7\.74\.' "$folder-include/curl/curlver.h"
grep -q 'define OPENSSL_VERSION_TEXT *"OpenSSL 1\.1\.1w' "$folder-include/openssl/opensslv.h"
flags=(-std=c++20 -g0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "-I$root/include" -isystem "$folder-include")
libraries=("-L$folder/libraries" "-Wl,-rpath-link,$folder/libraries" -lcurl -lcrypto)

passed=0 failed=0
check() { # NAME COMMAND...
    if "${@:2}"; then
        echo "$1: passed"
        passed=$((passed + 1))
    else
        echo "$1: FAILED"
        failed=$((failed + 1))
    fi
}

build_tool() { # COMPILER
    "$1" "${flags[@]}" -c "$root/examples/bedrock.cpp" -o "$out/oldest-bedrock-$1.o" &&
        "$1" "$out/oldest-bedrock-$1.o" "${libraries[@]}" -o "$out/oldest-bedrock-$1"
}
run_tool() { # COMPILER
    env "LD_LIBRARY_PATH=$folder/libraries" ldd "$out/oldest-bedrock-$1" | grep -q "$folder/libraries/libcrypto.so.1.1" &&
        "$cross/converse.sh" "$mock" env "LD_LIBRARY_PATH=$folder/libraries" "$out/oldest-bedrock-$1"
}
# The examples of what the tool does not use: many calls on one thread. With all headers.
build_examples() { # COMPILER
    local name result=0
    "$root/single_include/amalgamate.py" --list |
        sed -nE '/ (simdjson|extern|extern_definitions)\.hpp$/d; s/^[0-9] (.*)/#include "bedrock\/\1"/p' >"$out/all.hpp"
    grep -q async_client "$out/all.hpp" || return 1
    for name in game_loop many_streams; do
        "$1" "${flags[@]}" -include "$out/all.hpp" -c "$root/examples/$name.cpp" -o "$out/oldest-$name.o" || result=1
    done
    return "$result"
}

for compiler in g++-12 clang++-14; do
    if ! command -v "$compiler" >/dev/null; then
        echo "$compiler: not tried, not in this suite"
        continue
    fi
    check "tool, $compiler" build_tool "$compiler"
    check "converse, $compiler" run_tool "$compiler"
done
check "examples, g++-12" build_examples g++-12

if [[ -f $(pkg-config --variable=includedir catch2)/catch2/catch.hpp ]]; then
    "$root/tests/portability.py" --build "$out/portability" oldest_gcc | tee "$out/oldest.said" || true
    unit_passed=0 unit_failed=1
    read -r unit_passed unit_failed < <(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out/oldest.said") || true
    passed=$((passed + ${unit_passed:-0})) failed=$((failed + ${unit_failed:-1}))
else
    echo "unit tests: not tried, they need Catch2 2"
fi
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
