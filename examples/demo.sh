#!/usr/bin/env bash
# Builds the `bedrock` tool and streams an answer: from AWS where there are keys in the environment, else from a Bedrock
# on loopback that checks our signatures. On a fresh Debian 12 or 13 as root, or where a C++20 compiler and the libraries
# below are installed.
# usage: examples/demo.sh [PROMPT]
set -euo pipefail
cd "$(dirname "$0")/.."
prompt=${1:-Why is the sky blue?}
model=us.anthropic.claude-opus-4-6-v1
out=build-demo

loopback=true
if [[ -n ${AWS_BEARER_TOKEN_BEDROCK:-} || -n ${AWS_ACCESS_KEY_ID:-} || -n ${AWS_PROFILE:-} ]]; then loopback=false; fi

packages=(g++ libcurl4-openssl-dev libssl-dev)
if $loopback; then packages+=(libsimdjson-dev); fi
tests/install_packages.sh "${packages[@]}"

CXX=${CXX:-$(command -v g++ || command -v c++)}
flags_of() { # LIBRARY...: what links them; pkg-config knows where they are, if they are not where the compiler looks
    if command -v pkg-config >/dev/null && pkg-config --exists "$@"; then
        pkg-config --cflags --libs "$@"
    else
        printf -- '-l%s ' "${@#lib}"
    fi
}

build() { # PROGRAM LIBRARY...: compiles standard input, unless the program is newer than every source
    local program=$out/$1
    if [[ -x $program && -z $(find include examples tests/support -newer "$program" -name '*.[ch]pp') ]]; then return; fi
    echo "compiling $program" >&2
    # shellcheck disable=SC2046,SC2086 # flags are words
    $CXX -std=c++20 -O0 -g0 -w -I. -Iinclude -Itests -x c++ - -x none $(flags_of "${@:2}") -pthread -o "$program"
}

mkdir -p "$out"
if $loopback; then
    # One unit: most of the cost of each source is what it includes.
    for source in tests/support/*.cpp; do
        case $source in */allocations.cpp | */independent_client.cpp | */tls_server.cpp) ;; *) echo "#include \"$source\"" ;; esac
    done | build mock-bedrock simdjson libcrypto &
    mock_build=$!
fi
echo '#include "examples/bedrock.cpp"' | build bedrock libcurl libcrypto

if ! $loopback; then
    exec "$out/bedrock" converse --model "$model" "$prompt"
fi
wait "$mock_build"

echo "No AWS keys in the environment: the answer comes from a Bedrock on loopback." >&2
coproc mock { exec "$out/mock-bedrock"; }
# shellcheck disable=SC2154 # coproc sets it
trap 'kill "$mock_PID"' EXIT
read -r line <&"${mock[0]}" # listening on http://127.0.0.1:PORT
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_REGION=us-east-1 NO_PROXY=127.0.0.1
"$out/bedrock" converse --endpoint "${line##* }" --model "$model" "$prompt"
