#!/usr/bin/env bash
# Builds the whole tool with libcurl and OpenSSL for arm64, armhf and riscv64, all warnings as errors, and runs it in QEMU
# against the loopback Bedrock.
# usage: tests/cross/arm.sh BUILD_FOLDER MOCK [ARCHITECTURE...]      the last line is `N passed, N failed`
set -euo pipefail
cross=$(cd "$(dirname "$0")" && pwd)
root=${cross%/tests/cross}
mkdir -p "$1"
out=$(cd "$1" && pwd)
mock=$2
architectures=("${@:3}")
[[ ${#architectures[@]} -gt 0 ]] || architectures=(arm64 armhf riscv64)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")

"$cross/../install_packages.sh" qemu-user g++-aarch64-linux-gnu g++-arm-linux-gnueabihf g++-riscv64-linux-gnu
passed=0 failed=0
for architecture in "${architectures[@]}"; do
    release=$suite
    case $architecture in
    arm64) triple=aarch64-linux-gnu emulator=qemu-aarch64 ;;
    armhf) triple=arm-linux-gnueabihf emulator=qemu-arm ;;
    # In Debian since 13.
    riscv64) triple=riscv64-linux-gnu emulator=qemu-riscv64 release=${suite/bookworm/trixie} ;;
    *)
        echo "unknown architecture \"$architecture\"; use arm64, armhf or riscv64" >&2
        exit 2
        ;;
    esac
    folder=$out/$release-$architecture
    "$cross/debian_folder.sh" "$release" "$architecture" "$folder" libcurl4-openssl-dev libssl-dev libstdc++6
    "$cross/library_headers.sh" "$folder" "$folder-include"
    # The libraries may need a newer C library than the compiler's: the folder has it. psabi: g++ notes for armhf what g++ 6
    # did otherwise.
    if "$triple-g++" -std=c++20 -g0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-psabi \
        "-I$root/include" -isystem "$folder-include" \
        -c "$root/examples/bedrock.cpp" -o "$out/bedrock-$architecture.o" &&
        "$triple-g++" -pthread "$out/bedrock-$architecture.o" "-L$folder/libraries" "-Wl,-rpath-link,$folder/libraries" \
        -Wl,--allow-shlib-undefined -lcurl -lcrypto -o "$out/bedrock-$architecture" &&
        "$cross/converse.sh" "$mock" "$emulator" -L "$folder" "$out/bedrock-$architecture"; then
        echo "$architecture: passed"
        passed=$((passed + 1))
    else
        echo "$architecture: FAILED"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
