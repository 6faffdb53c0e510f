#!/usr/bin/env bash
# Passes the tests of this folder with the programs of a build: AWS's own JavaScript packages are the other side.
# The packages are installed into the build, at the versions of package-lock.json. Where the registry cannot be reached,
# or a proxy shows a certificate of its own, says so and exits 77.
# usage: tests/interop/run.sh BUILD_DIR
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
export BEDROCK_TOOL=$build/examples/bedrock BEDROCK_MOCK=$build/tests/mock-bedrock
for program in "$BEDROCK_TOOL" "$BEDROCK_MOCK"; do
    if [[ ! -x $program ]]; then
        echo "$program is missing: ninja -C $1 examples/bedrock tests/mock-bedrock" >&2
        exit 2
    fi
done

there=$build/interop
mkdir -p "$there"
rm -f "$there"/*.js
cp ./*.js package.json package-lock.json .npmrc "$there"
cd "$there"
if ! cmp -s package-lock.json node_modules/installed; then
    if ! npm ci --ignore-scripts --no-progress >npm.log 2>&1; then
        cat npm.log >&2
        unreachable='E(AI_AGAIN|CONN[A-Z]+|HOSTUNREACH|NETUNREACH|NOTFOUND|TIMEDOUT|5[0-9]{2})|ERR_SOCKET_TIMEOUT'
        not_trusted='(SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED)_CERT[A-Z_]*|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)[A-Z_]*'
        if grep -qE "code ($unreachable|$not_trusted)" npm.log; then
            echo "WARNING: skipped: the npm registry cannot be reached or is not trusted, AWS's packages are not there"
            exit 77
        fi
        exit 1
    fi
    cp package-lock.json node_modules/installed
fi
exec node --test --test-reporter=tap
