#!/usr/bin/env bash
# Installs the Debian packages that are named and missing. Without root, or on another system, it names them instead.
set -euo pipefail

missing=()
for package in "$@"; do
    dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit
if ! command -v apt-get >/dev/null || [[ $(id -u) -ne 0 ]]; then
    echo "These Debian packages, or what they are called here, are needed and not found: ${missing[*]}" >&2
    command -v apt-get >/dev/null && echo "Try: sudo apt-get install ${missing[*]}" >&2
    exit 0 # they may be there without being packages
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends "${missing[@]}"
