#!/usr/bin/env bash
# Installs the named Debian packages that are missing: as root where there is apt-get. Elsewhere what has another origin
# counts too, and where something is missing the script fails and lists it for the usual package managers.
# usage: tests/install_packages.sh PACKAGE...
set -euo pipefail

# Debian package | how it is found elsewhere | dnf | brew | apk | vcpkg; "-": nothing to install
table='
g++|compiler|gcc-c++|gcc|g++|-
meson|command meson|meson|meson|meson|-
ninja-build|command ninja|ninja-build|ninja|samurai|-
pkg-config|command pkg-config|pkgconf-pkg-config|pkgconf|pkgconf|pkgconf
python3|command python3|python3|python|python3|-
libcurl4-openssl-dev|library libcurl curl/curl.h|libcurl-devel|curl|curl-dev|curl
libssl-dev|library libssl openssl/ssl.h|openssl-devel|openssl|openssl-dev|openssl
catch2|library catch2 catch2/catch.hpp catch2/catch_test_macros.hpp|catch-devel|catch2|catch2-3|catch2
libsimdjson-dev|library simdjson simdjson.h|simdjson-devel|simdjson|simdjson-dev|simdjson
libcpp-httplib-dev|library cpp-httplib httplib.h|cpp-httplib-devel|cpp-httplib|cpp-httplib|cpp-httplib
'

column() { # PACKAGE NUMBER: what the table says; nothing for a package that it does not have
    awk -F'|' -v name="$1" -v number="$2" '$1 == name { print $number }' <<<"$table"
}

# shellcheck disable=SC2317 # called by name, from the table
compiler() { command -v "${CXX%% *}"; }

# shellcheck disable=SC2317
library() { # PKG_CONFIG_NAME HEADER...: found by pkg-config, or where the compiler looks
    local name=$1 header
    shift
    if command -v pkg-config && pkg-config --exists "$name"; then return 0; fi
    for header in "$@"; do
        if $CXX -E -x c++ - <<<"#if !__has_include(<$header>)
#error
#endif"; then return 0; fi
    done
    return 1
}

found() { # PACKAGE
    local probe
    # shellcheck disable=SC2016 # ${Status} is dpkg's
    if command -v dpkg-query && dpkg-query --show --showformat '${Status}' "$1" | grep -q 'ok installed'; then return 0; fi
    # On Debian only packages count, so that a build does not depend on what else is on the machine.
    if command -v apt-get && [[ $(id -u) -eq 0 ]]; then return 1; fi
    probe=$(column "$1" 2)
    # shellcheck disable=SC2086 # a function and its arguments
    [[ -n $probe ]] && $probe
}

CXX=${CXX:-$(command -v g++ || command -v c++ || echo g++)}
missing=()
for package in "$@"; do
    # The answers are the exit codes: what the probes print is not about a failure.
    found "$package" >/dev/null 2>&1 || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit

if command -v apt-get >/dev/null && [[ $(id -u) -eq 0 ]]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q -o Acquire::Languages=none
    exec apt-get install -qy --no-install-recommends -o Dpkg::Options::=--force-unsafe-io "${missing[@]}"
fi

list() { # COMMAND COLUMN
    local package name names=()
    for package in "${missing[@]}"; do
        name=$(column "$package" "$2")
        if [[ -n $name && $name != - ]]; then names+=("$name"); fi
    done
    if [[ ${#names[@]} -gt 0 ]]; then echo "  $1 ${names[*]}"; fi
}
{
    echo "Missing: ${missing[*]}. Install with one of these, then run the command again:"
    echo "  sudo apt-get install ${missing[*]}"
    list "sudo dnf install" 3
    list "brew install" 4
    list "sudo apk add" 5
    list "vcpkg install" 6
} >&2
exit 1
