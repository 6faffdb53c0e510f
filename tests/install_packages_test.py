#!/usr/bin/env python3
"""Runs install_packages.sh on pretended machines: folders that are the whole PATH, with programs that answer as told."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent / "install_packages.sh"
PACKAGES = ["g++", "meson", "libcurl4-openssl-dev", "libsimdjson-dev"]


class Machine:
    """The programs that every machine has, and those of the case."""

    def __init__(self, folder, programs):
        self.folder = pathlib.Path(folder)
        self.log = self.folder / "log"
        self.log.touch()
        for name in ("bash", "awk", "grep", "cat"):
            (self.folder / name).symlink_to(shutil.which(name))
        for name, text in programs.items():
            file = self.folder / name
            file.write_text("#!%s\n%s\n" % (shutil.which("bash"), text))
            file.chmod(0o755)

    def run(self, *packages):
        return subprocess.run([shutil.which("bash"), str(SCRIPT), *packages], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, env={"PATH": str(self.folder), "LOG": str(self.log)})


def answers(*known):
    """A program that succeeds when its last argument is one of these."""
    return 'case "${@: -1}" in %s) echo "install ok installed" ;; *) exit 1 ;; esac' % ("|".join(known) or "''")


ROOT, USER = {"id": "echo 0"}, {"id": "echo 1000"}
APT = {"apt-get": 'echo "apt-get $*" >>"$LOG"'}


class InstallPackages(unittest.TestCase):
    def machine(self, *programs):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Machine(folder.name, {name: text for group in programs for name, text in group.items()})

    def test_installs_what_is_missing_on_debian_as_root(self):
        machine = self.machine(ROOT, APT, {"dpkg-query": answers("g++", "meson")})
        self.assertEqual(machine.run(*PACKAGES).returncode, 0)
        commands = machine.log.read_text().splitlines()
        self.assertEqual(len(commands), 2)
        self.assertIn("update", commands[0])
        self.assertTrue(commands[1].endswith("libcurl4-openssl-dev libsimdjson-dev"), commands[1])
        self.assertNotIn("meson", commands[1])

    def test_a_failed_installation_is_a_failure(self):
        machine = self.machine(ROOT, {"apt-get": "echo no network >&2; exit 100", "dpkg-query": answers()})
        done = machine.run(*PACKAGES)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no network", done.stderr)

    def test_does_nothing_where_all_packages_are_installed(self):
        machine = self.machine(ROOT, APT, {"dpkg-query": answers(*PACKAGES)})
        done = machine.run(*PACKAGES)
        self.assertEqual((done.returncode, done.stdout, done.stderr, machine.log.read_text()), (0, "", "", ""))

    def test_without_root_it_lists_what_is_missing(self):
        machine = self.machine(USER, APT, {"dpkg-query": answers("g++"), "g++": "exit 1"})
        done = machine.run(*PACKAGES)
        self.assertEqual((done.returncode, machine.log.read_text()), (1, ""))
        self.assertIn("sudo apt-get install meson libcurl4-openssl-dev libsimdjson-dev\n", done.stderr)

    def test_without_debian_it_lists_the_names_of_other_package_managers(self):
        done = self.machine(USER).run(*PACKAGES)
        self.assertEqual(done.returncode, 1)
        for line in ("Missing: g++ meson libcurl4-openssl-dev libsimdjson-dev.",
                     "  sudo apt-get install g++ meson libcurl4-openssl-dev libsimdjson-dev\n",
                     "  sudo dnf install gcc-c++ meson libcurl-devel simdjson-devel\n",
                     "  brew install gcc meson curl simdjson\n",
                     "  sudo apk add g++ meson curl-dev simdjson-dev\n",
                     "  vcpkg install curl simdjson\n"):
            self.assertIn(line, done.stderr)

    def test_root_without_apt_gets_the_list_too(self):
        self.assertEqual(self.machine(ROOT).run(*PACKAGES).returncode, 1)

    def test_what_pkg_config_knows_is_not_missing(self):
        machine = self.machine(USER, {"c++": "exit 1", "meson": "", "pkg-config": answers("libcurl", "simdjson")})
        done = machine.run(*PACKAGES)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_what_the_compiler_sees_is_not_missing(self):
        compiler = 'read -r line; case $line in *curl/curl.h* | *simdjson.h*) ;; *) exit 1 ;; esac'
        done = self.machine(USER, {"g++": compiler, "meson": ""}).run(*PACKAGES)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_package_that_the_table_does_not_have_is_named_as_it_is(self):
        done = self.machine(USER, {"g++": ""}).run("g++", "valgrind")
        self.assertEqual(done.returncode, 1)
        self.assertIn("sudo apt-get install valgrind\n", done.stderr)


if __name__ == "__main__":
    unittest.main()
