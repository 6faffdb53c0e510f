#!/usr/bin/env bash
# Builds and passes the tests: on a fresh Debian 12 or 13 as root, or where the packages below are installed.
# usage: tests/run.sh [MESON_OPTION]...      for example -Dvectors=DIR
set -euo pipefail
cd "$(dirname "$0")/.."

tests/install_packages.sh meson g++ pkg-config python3 libcurl4-openssl-dev libssl-dev catch2 libsimdjson-dev libcpp-httplib-dev
again=()
[[ -f build/build.ninja ]] && again=(--reconfigure)
# Without debugging information, unless asked for (-Dcpp_args=-g): a fifth of the work.
# Files are compiled in batches: half the work where all of them are new.
meson setup "${again[@]}" build -Dtests=enabled -Dcpp_args=-g0 -Dtest_batch=36 "$@"
exec meson test -C build --print-errorlogs
