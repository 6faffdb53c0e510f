#!/usr/bin/env bash
# Compiles every header, every example and the tool, with all warnings as errors, by the g++, clang, libcurl and OpenSSL of a
# Debian suite, at C++20, 23 and 26. Builds the tool with -O2 by each compiler and runs it against the loopback Bedrock.
# In a folder that is entered with chroot: needs root.
# BEDROCK_EXAMPLES ("bedrock.cpp game_loop.cpp") names some of the examples.
# usage: tests/cross/newest.sh BUILD_FOLDER MOCK [SUITE [COMPILER...]]     the last line is `N passed, N failed`
#        for example ... trixie g++-14 clang++-19; without them: sid g++ clang++
set -euo pipefail
cross=$(cd "$(dirname "$0")" && pwd)
root=${cross%/tests/cross}
suite=${3:-sid}
compilers=("${@:4}")
[[ ${#compilers[@]} -gt 0 ]] || compilers=(g++ clang++)
mkdir -p "$1"
out=$(cd "$1" && pwd)
mock=$2
if [[ $(id -u) -ne 0 ]]; then
    echo "WARNING: skipped newest: chroot needs root"
    exit
fi

folder=$out/$suite-amd64
# The newest of today, not of the day of the first run.
if [[ -n $(find "$folder/.content" -mtime +7 2>/dev/null) ]]; then rm -rf "$folder"; fi
"$cross/debian_folder.sh" "$suite" amd64 "$folder" bash coreutils sed libcurl4-openssl-dev libssl-dev "${compilers[@]/clang++/clang}"
rm -rf "$folder/project"
mkdir -p "$folder/project" "$folder/tmp" "$folder/dev"
[[ -e $folder/dev/null ]] || mknod -m 666 "$folder/dev/null" c 1 3 || : >"$folder/dev/null"
cp -r "$root/include" "$root/examples" "$folder/project/"
"$root/single_include/amalgamate.py" --list |
    sed -nE '/ (simdjson|extern|extern_definitions)\.hpp$/d; s/^[0-9] (.*)/#include "bedrock\/\1"/p' >"$folder/project/all.hpp"
grep -q async_client "$folder/project/all.hpp"

cat >"$folder/project/compile.sh" <<'END_OF_SCRIPT'
set -uo pipefail
compiler=$1 standard=$2 result=0
cd /project
flags=("-std=$standard" -g0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude)
# What all examples include is compiled once. g++ knows a precompiled header by its name.
case $compiler in
clang*) precompiled=(-include-pch all.pch) target=all.pch ;;
*) precompiled=(-Winvalid-pch -include all.hpp) target=all.hpp.gch ;;
esac
rm -f all.pch all.hpp.gch
"$compiler" "${flags[@]}" -x c++-header all.hpp -o "$target" || exit 1
check() { "$compiler" "${flags[@]}" "${precompiled[@]}" -fsyntax-only "$1" || { echo "FAILED: $1"; return 1; }; }
count=0
for name in ${3:-$(cd examples && echo *.cpp)}; do
    count=$((count + 1))
    # Two at a time.
    if [[ $((count % 2)) -eq 1 ]]; then
        check "examples/$name" &
    else
        check "examples/$name" || result=1
        wait "$!" || result=1
    fi
done
wait -n || [[ $? -eq 127 ]] || result=1
[[ $result -eq 0 ]] && echo "$compiler $("$compiler" -dumpfullversion 2>/dev/null || "$compiler" -dumpversion), $standard: $count programs without a warning"
exit "$result"
END_OF_SCRIPT
inside() { chroot "$folder" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp bash "$@"; }

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

inside -c 'sed -n "s/^#define LIBCURL_VERSION  */libcurl /p" /usr/include/*/curl/curlver.h
    sed -n "s/^# *define OPENSSL_VERSION_STR  */OpenSSL /p" /usr/include/*/openssl/opensslv.h /usr/include/openssl/opensslv.h 2>/dev/null' || true
for compiler in "${compilers[@]}"; do
    for standard in c++20 c++23 c++26; do
        # Compilers before g++ 14 and clang 17 know it by its draft's name.
        inside -c "echo | $compiler -std=$standard -x c++ -fsyntax-only - 2>/dev/null" || standard=${standard/c++26/c++2c}
        check "$compiler, $standard" inside /project/compile.sh "$compiler" "$standard" "${BEDROCK_EXAMPLES:-}"
    done
    # What only an optimizing compiler warns of, and whole calls with the new libraries.
    check "tool, $compiler -O2" inside -c "cd /project && $compiler -std=c++20 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
        -Iinclude examples/bedrock.cpp -lcurl -lcrypto -o bedrock-$compiler"
    check "converse, $compiler" "$cross/converse.sh" "$mock" chroot "$folder" "/project/bedrock-$compiler"
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
