#!/usr/bin/env bash
# Copies the header files of libcurl and OpenSSL, and no others, from a root folder into an include folder: those of a
# Debian architecture stand in /usr/include/TRIPLET too. So a cross compiler sees them but not the C library beside them.
# usage: tests/cross/library_headers.sh ROOT_FOLDER INCLUDE_FOLDER      the root folder may be /
set -euo pipefail
from=${1%/}/usr/include into=$2

rm -rf "$into"
mkdir -p "$into"
for library in curl openssl; do
    for folder in "$from/$library" "$from"/*-linux-*/"$library"; do
        # curl is where a symbolic link leads to, in newer suites
        if [[ -d $folder ]]; then cp -rL --preserve=timestamps "$folder" "$into/"; fi
    done
    if [[ ! -d $into/$library ]]; then
        echo "no headers of $library below $from; install libcurl4-openssl-dev and libssl-dev" >&2
        exit 1
    fi
done
