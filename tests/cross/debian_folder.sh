#!/usr/bin/env bash
# Unpacks packages of a Debian suite, with everything they depend on, into a folder: libraries and headers of another
# release or another architecture, beside this machine's. Needs apt, but neither root nor debootstrap; no package is
# configured. FOLDER/libraries has all shared libraries but those of the C and C++ compilers, for programs that are linked
# with, or run with, others of these. Does nothing if the folder already has these packages. The mirror is this machine's.
# usage: tests/cross/debian_folder.sh SUITE ARCHITECTURE FOLDER PACKAGE...
set -euo pipefail
suite=$1 architecture=$2 folder=$3
shift 3

content="$suite $architecture $*"
[[ -f $folder/.content && $(<"$folder/.content") == "$content" ]] && exit
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | awk '/\/debian\/*$/ && !found++')
rm -rf "$folder"
mkdir -p "$folder"/.apt/{lists,cache,state} "$folder"/usr/{bin,sbin,lib,lib32,lib64}
apt=$(cd "$folder/.apt" && pwd)
: >"$apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$apt/sources.list"
# The date of validity is not checked: the Release file of an archived suite has expired.
options=(-qq -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o APT::Install-Recommends=false
    -o APT::Sandbox::User=root -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/nonexistent
    -o "Dir::State=$apt/state" -o "Dir::State::Lists=$apt/lists" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
    -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false)
apt-get "${options[@]}" update
apt-get "${options[@]}" --download-only -y install "$@"
# One folder of programs and one of libraries, as in every Debian since 12.
for name in bin sbin lib lib32 lib64; do ln -s "usr/$name" "$folder/$name"; done
unpack() { dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$folder"; }
for package in "$apt"/cache/archives/*.deb; do
    case ${package##*/} in libc6_* | libc6-dev_* | libgcc-s1_* | libstdc++6_*) ;; *) unpack "$package" ;; esac
done
mkdir "$folder/libraries"
find "$(cd "$folder" && pwd)"/usr/lib -maxdepth 2 -name 'lib*.so*' -exec ln -sf {} "$folder/libraries/" \;
for package in "$apt"/cache/archives/{libc6,libc6-dev,libgcc-s1,libstdc++6}_*.deb; do
    if [[ -e $package ]]; then unpack "$package"; fi
done
rm -rf "$apt"
echo "$content" >"$folder/.content"
