#!/usr/bin/env bash
# Runs a tool against the loopback Bedrock, which recomputes its signatures: one response streamed, one not.
# usage: tests/cross/converse.sh MOCK TOOL_COMMAND...      for example .../mock-bedrock qemu-aarch64 -L FOLDER .../bedrock
set -euo pipefail
mock=$1
shift

coproc mock_server { exec "$mock"; }
# shellcheck disable=SC2154 # coproc sets it
trap 'kill "$mock_server_PID" 2>/dev/null' EXIT
read -r line <&"${mock_server[0]}" # listening on http://127.0.0.1:PORT
unset AWS_PROFILE AWS_BEARER_TOKEN_BEDROCK AWS_SESSION_TOKEN
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_REGION=us-east-1 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
model=us.anthropic.claude-opus-4-6-v1
for option in "" --no-stream; do
    # shellcheck disable=SC2086 # nothing for the empty one
    response=$("$@" converse $option --endpoint "${line##* }" --model "$model" "Say hello.")
    if [[ $response != "You said: Say hello." ]]; then
        echo "converse $option: unexpected text: $response" >&2
        exit 1
    fi
    echo "converse $option: $response"
done
