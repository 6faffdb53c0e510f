#!/usr/bin/env bash
# Installs AWS's JavaScript packages into a folder, at the versions of package-lock.json, unless they are there. Where
# the registry cannot be reached, or a proxy shows a certificate of its own, says so and exits 77.
# usage: tests/interop/install.sh FOLDER
set -euo pipefail
mkdir -p "$1"
there=$(cd "$1" && pwd)
cd "$(dirname "$0")"
cp package.json package-lock.json .npmrc "$there"
cd "$there"
if cmp -s package-lock.json node_modules/installed; then
    exit 0
fi
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
