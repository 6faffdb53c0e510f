#!/usr/bin/env bash
# Builds the programs of benchmarks/budget/bare_metal/ for a Cortex-M4 without an operating system, exceptions or RTTI, runs
# them in QEMU, and fails if one is more than 3 % larger than its budget (15 % with another compiler than the measured one).
# usage: tests/cross/bare_metal.sh BUILD_FOLDER
set -euo pipefail
cross=$(cd "$(dirname "$0")" && pwd)
root=${cross%/tests/cross}
programs=$root/benchmarks/budget/bare_metal
mkdir -p "$1"
out=$(cd "$1" && pwd)

"$cross/../install_packages.sh" gcc-arm-none-eabi libstdc++-arm-none-eabi-newlib qemu-system-arm
flags=(-mcpu=cortex-m4 -mthumb -std=c++20 -Os -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections --specs=nano.specs
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "-I$root/include"
    --specs=rdimon.specs -Wl,--gc-sections -T "$programs/link.ld")
allowed=115
if grep -q "g++ $(arm-none-eabi-g++ -dumpversion) " "$programs/budget.txt"; then allowed=103; fi

result=0 count=0
while read -r name budget; do
    count=$((count + 1))
    arm-none-eabi-g++ "${flags[@]}" "$programs/$name.cpp" "$programs/start.S" -o "$out/$name"
    size=$(arm-none-eabi-size "$out/$name" | awk 'NR == 2 { print $1 + $2 }')
    verdict=ok
    if [[ $((size * 100)) -gt $((budget * allowed)) ]]; then
        verdict=OVER
        result=1
    fi
    # main() returns which of its checks failed.
    status=0
    timeout 60 qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none -semihosting-config enable=on,target=native \
        -kernel "$out/$name" </dev/null || status=$?
    if [[ $status -ne 0 ]]; then
        verdict="$verdict, FAILED with $status"
        result=1
    fi
    printf '%-14s %8d of %8d bytes: %s\n' "$name" "$size" "$budget" "$verdict"
done < <(grep -v '^#' "$programs/budget.txt")
[[ $count -gt 0 ]]
exit "$result"
