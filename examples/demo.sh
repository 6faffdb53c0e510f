#!/usr/bin/env bash
# Builds the `bedrock` tool and streams an answer: from AWS where there are keys in the environment, else from a Bedrock
# on loopback that checks our signatures. On a fresh Debian 12 as root, or wherever the packages below are.
# usage: examples/demo.sh [PROMPT]
set -euo pipefail
cd "$(dirname "$0")/.."
prompt=${1:-Why is the sky blue?}
model=us.anthropic.claude-opus-4-6-v1

tests/install_packages.sh meson g++ pkg-config python3 libcurl4-openssl-dev libssl-dev catch2 libsimdjson-dev libcpp-httplib-dev
again=()
[[ -f build/build.ninja ]] && again=(--reconfigure)
meson setup "${again[@]}" build >/dev/null
ninja -C build examples/bedrock tests/mock-bedrock

if [[ -n ${AWS_BEARER_TOKEN_BEDROCK:-} || -n ${AWS_ACCESS_KEY_ID:-} || -n ${AWS_PROFILE:-} ]]; then
    exec build/examples/bedrock converse --model "$model" "$prompt"
fi

echo "No AWS keys in the environment: the answer comes from a Bedrock on loopback." >&2
coproc mock { exec build/tests/mock-bedrock; }
# shellcheck disable=SC2154 # coproc sets it
trap 'kill "$mock_PID"' EXIT
read -r line <&"${mock[0]}" # listening on http://127.0.0.1:PORT
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_REGION=us-east-1 NO_PROXY=127.0.0.1
build/examples/bedrock converse --endpoint "${line##* }" --model "$model" "$prompt"
