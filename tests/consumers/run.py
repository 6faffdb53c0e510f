#!/usr/bin/env python3
"""Builds and runs a small project for each way of using bedrock: copied headers, Meson, pkg-config, CMake, and the recipes of
examples/packaging. Prints a line for each check and `N passed, N failed`; exits 1 if one failed.

    run.py [--build DIR] [NAME]...    only the checks whose names contain one of NAME

The projects get a copy of the files that a release needs, not this tree. CXX chooses the compiler.
"""
import argparse
import concurrent.futures
import filecmp
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGING = ROOT / "examples" / "packaging"
VERSION = re.search(r'version_text\[\] = "([^"]+)"', (ROOT / "include/bedrock/version.hpp").read_text())[1]
CXX = shlex.split(os.environ.get("CXX", "c++"))
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
MODES = {1: "", 0: "-fno-exceptions -fno-rtti"}  # value of BEDROCK_EXCEPTIONS: flags
HIDDEN = ["-DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON"]

checks = {}


class Failed(Exception):
    pass


def check(name):
    """Registers a function of a new folder as a check."""
    def register(function):
        assert name not in checks
        checks[name] = function
        return function
    return register


def environment(**changes):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("AWS_", "CMAKE_PREFIX", "PKG_CONFIG", "bedrock_")) and name not in (
                "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "DESTDIR")}
    kept.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="example", AWS_EC2_METADATA_DISABLED="true")
    kept.update({name: str(value) for name, value in changes.items()})
    return kept


def run(*command, cwd=None, fails=False, **variables):
    """Runs a command and returns all that it printed. It must exit with 0, or with something else if `fails`."""
    command = [str(word) for word in command]
    done = subprocess.run(command, cwd=cwd, env=environment(**variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=600, check=False)
    if (done.returncode != 0) != fails:
        raise Failed("%s: exit status %d\n%s" % (shlex.join(command), done.returncode, done.stdout[-6000:]))
    return done.stdout


def expect(condition, message):
    if not condition:
        raise Failed(message)


def words(text):
    return " ".join(text.split())  # CMake breaks the lines of messages


def expect_output(program, which, mode):
    printed = run(program)
    expect("%s exceptions=%d\n" % (which, mode) in printed, "%s printed: %s" % (program, printed))


def copy_release(to):
    """What a release needs: without tests, benchmarks and example programs."""
    for name in ("CMakeLists.txt", "meson.build", "meson_options.txt", "LICENSE"):
        to.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to / name)
    shutil.copytree(ROOT / "include", to / "include")
    shutil.copytree(ROOT / "single_include" / "bedrock", to / "single_include" / "bedrock")
    shutil.copytree(PACKAGING / "installed", to / "examples" / "packaging" / "installed")
    return to


def project(folder, name, program):
    """A copy of the project `name` of this folder, with a program of programs/ or examples/ as its app.cpp."""
    shutil.copytree(HERE / name, folder, dirs_exist_ok=True)
    if program:
        source = HERE / "programs" / (program + ".cpp")
        shutil.copy(source if source.exists() else ROOT / "examples" / (program + ".cpp"), folder / "app.cpp")
    return folder


def cmake(folder, *options, mode=1, fails=False, **variables):
    flags = "-DCMAKE_CXX_FLAGS=%s %s" % (WARNINGS, MODES[mode])
    return run("cmake", "-S", folder, "-B", folder / "b", "-G", "Ninja", flags, *options, fails=fails, **variables)


def build(folder, which, mode):
    run("cmake", "--build", folder / "b")
    expect_output(folder / "b" / "app", which, mode)


def meson(folder, *options, mode=1, fails=False, **variables):
    exceptions = [] if mode else ["-Dcpp_eh=none", "-Dcpp_rtti=false"]
    return run("meson", "setup", "-Dcpp_args=" + WARNINGS, *exceptions, *options, folder / "b", folder, fails=fails, **variables)


def ninja(folder, which, mode):
    run("ninja", "-C", folder / "b")
    expect_output(folder / "b" / "app", which, mode)


def compile_program(folder, program, which, mode, *flags, libraries=("-lcurl", "-lcrypto")):
    run(*CXX, "-std=c++20", *WARNINGS.split(), *MODES[mode].split(), *flags, program, *libraries, "-o", folder / "app")
    expect_output(folder / "app", which, mode)


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


# ---- the headers alone

for each_mode in MODES:
    @check("single header, client, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        shutil.copytree(ROOT / "single_include" / "bedrock", folder / "third_party" / "bedrock")
        compile_program(folder, HERE / "programs" / "client.cpp", "client", mode, "-I%s" % (folder / "third_party"))

    @check("tree, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        shutil.copytree(ROOT / "include", folder / "third_party")
        include = "-I%s" % (folder / "third_party")
        compile_program(folder, HERE / "programs" / "libraries.cpp", "libraries", mode, include)
        compile_program(folder, HERE / "programs" / "core.cpp", "core", mode, include, libraries=())


@check("tree, client, exceptions=0")
def _(folder):
    compile_program(folder, HERE / "programs" / "client.cpp", "client", 0, "-I%s" % (ROOT / "include"))


# ---- Meson

NO_LIBRARIES = ("pkgconfig", "pkg-config", "cmake")


def meson_project(folder, name, program, without=()):
    project(folder, name, program)
    copy_release(folder / "subprojects" / "bedrock")
    (folder / "machine.ini").write_text("[binaries]\n" + "".join("%s = '/nonexistent'\n" % tool for tool in without))
    return ["--native-file", folder / "machine.ini"]


for each_mode in MODES:
    @check("Meson subproject, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        options = meson_project(folder, "meson_subproject", "libraries")
        said = meson(folder, *options, mode=mode)
        expect("Program python" not in said, "a subproject must not look for Python:\n" + said)
        ninja(folder, "libraries", mode)


@check("Meson subproject, client, single header")
def _(folder):
    options = meson_project(folder, "meson_subproject", "client")
    meson(folder, *options, "-Dbedrock:single_include=true")
    ninja(folder, "client", 1)


@check("Meson subproject installs nothing unless asked to")
def _(folder):
    options = meson_project(folder, "meson_subproject", "libraries")
    meson(folder, *options, "--prefix", "/usr")
    run("meson", "install", "-C", folder / "b", DESTDIR=folder / "without")
    expect(files_of(folder / "without") == [], "installed: %s" % files_of(folder / "without"))
    run("meson", "configure", folder / "b", "-Dbedrock:install=enabled")
    run("meson", "install", "-C", folder / "b", DESTDIR=folder / "with")
    installed = files_of(folder / "with")
    for name in ("include/bedrock/bedrock.hpp", "share/cmake/bedrock/bedrock-config.cmake", "share/licenses/bedrock/LICENSE"):
        expect("usr/" + name in installed, "%s is not in %s" % (name, installed))


for each_mode in MODES:
    @check("Meson subproject, bedrock-core without libcurl, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        options = meson_project(folder, "meson_subproject_core", "core", NO_LIBRARIES)
        meson(folder, *options, mode=mode)
        ninja(folder, "core", mode)


@check("Meson subproject, message without libcurl")
def _(folder):
    options = meson_project(folder, "meson_subproject", "libraries", NO_LIBRARIES)
    said = words(meson(folder, *options, fails=True))
    expect("bedrock needs libcurl: install libcurl4-openssl-dev" in said, said)


@check("Meson subproject, system headers")
def _(folder):
    options = meson_project(folder, "meson_subproject", "core")
    build_file = folder / "meson.build"
    build_file.write_text(build_file.read_text().replace("'bedrock_dep']", "'bedrock_dep'], include_type: 'system'"))
    meson(folder, *options)
    command = json.loads((folder / "b" / "compile_commands.json").read_text())[0]["command"]
    expect("-isystem../subprojects/bedrock/include" in command.replace("-isystem ", "-isystem"), command)


@check("Meson wrap")
def _(folder):
    options = meson_project(folder, "meson_subproject_core", "core")
    release = folder / "subprojects" / "bedrock"
    repository, tag = git_repository(folder, release)
    shutil.rmtree(release)
    wrap = (PACKAGING / "meson" / "bedrock.wrap").read_text()
    wrap, count = re.subn(r"(?m)^url = .*$", "url = " + repository, wrap)
    expect(count == 1 and "revision = %s\n" % tag in wrap, "bedrock.wrap: no url, or its revision is not " + tag)
    (folder / "subprojects" / "bedrock.wrap").write_text(wrap)
    # [provide] of the wrap replaces the fallback.
    (folder / "meson.build").write_text((folder / "meson.build").read_text().replace(", fallback: 'bedrock'", ""))
    meson(folder, *options)
    ninja(folder, "core", 1)


# ---- installed

class Installed:
    """The prefixes of both build systems, installed once and then moved."""

    def __init__(self, folder):
        self.release = copy_release(folder / "release")
        self.prefixes = {}
        for name in ("meson", "cmake"):
            self.prefixes[name] = install(name, self.release, folder / name)

    def __iter__(self):
        return iter(self.prefixes.items())


def install(name, release, folder, single=False, datadir="", includedir=""):
    prefix = folder / "prefix"
    if name == "meson":
        directories = [option % value for option, value in (("--datadir=%s", datadir), ("--includedir=%s", includedir)) if value]
        run("meson", "setup", folder / "build", release, "-Dtests=disabled", "-Dexamples=disabled", "--prefix", prefix,
            "-Dsingle_include=%s" % ("true" if single else "false"), *directories)
        run("meson", "install", "-C", folder / "build")
    else:
        directories = [option % value for option, value in (("-DCMAKE_INSTALL_DATADIR=%s", datadir),
                                                            ("-DCMAKE_INSTALL_INCLUDEDIR=%s", includedir)) if value]
        run("cmake", "-S", release, "-B", folder / "build", "-G", "Ninja", "-DCMAKE_INSTALL_PREFIX=%s" % prefix,
            "-DBEDROCK_SINGLE_INCLUDE=%s" % ("ON" if single else "OFF"), *directories)
        run("cmake", "--build", folder / "build")
        run("cmake", "--install", folder / "build")
    shutil.rmtree(folder / "build")
    moved = folder / "moved"
    prefix.rename(moved)
    return moved


def expect_same(one, other):
    expect(files_of(one) == files_of(other), "%s\nand %s\nare not the same files" % (files_of(one), files_of(other)))
    different = filecmp.cmpfiles(one, other, files_of(one), shallow=False)[1:]
    expect(different == ([], []), "these files differ: %s" % (different,))


def for_each_installed(name):
    """Registers a check of (folder, prefix, mode) for both build systems and both modes."""
    def register(function):
        for build_system in ("meson", "cmake"):
            for each_mode in MODES:
                @check("%s, installed by %s, exceptions=%d" % (name, build_system, each_mode))
                def _(folder, build_system=build_system, mode=each_mode):
                    function(folder, installed().prefixes[build_system], mode)
        return function
    return register


@check("Meson and CMake install the same files")
def _(folder):
    one, other = (prefix for _, prefix in installed())
    expect_same(one, other)
    headers = files_of(ROOT / "include")
    expected = ["include/" + name for name in headers] + [
        "share/cmake/bedrock/bedrock-config-version.cmake", "share/cmake/bedrock/bedrock-config.cmake",
        "share/licenses/bedrock/LICENSE", "share/pkgconfig/bedrock-core.pc", "share/pkgconfig/bedrock.pc"]
    expect(files_of(one) == sorted(expected), "installed: %s" % files_of(one))
    for path in files_of(one):
        expect(str(folder.parent) not in (one / path).read_text(), "%s contains the folder of the build" % path)


@check("Meson and CMake install the same files, single header, other folders")
def _(folder):
    prefixes = [install(name, installed().release, folder / name, single=True, datadir="lib/shared", includedir="inc/cpp")
                for name in ("meson", "cmake")]
    expect_same(*prefixes)
    expect((prefixes[0] / "inc/cpp/bedrock/bedrock.hpp").read_text() == (ROOT / "single_include/bedrock/bedrock.hpp").read_text(),
           "not the single header")
    folder = project(folder / "app", "cmake_core", "core")
    cmake(folder, *HIDDEN, "-Dbedrock_DIR=%s" % (prefixes[0] / "lib/shared/cmake/bedrock"))
    build(folder, "core", 1)


@for_each_installed("pkg-config")
def _(folder, prefix, mode):
    path = prefix / "share" / "pkgconfig"
    expect(run("pkg-config", "--modversion", "bedrock", "bedrock-core", PKG_CONFIG_PATH=path).split() == [VERSION] * 2, "version")
    flags = run("pkg-config", "--cflags", "--libs", "bedrock", PKG_CONFIG_PATH=path).split()
    compile_program(folder, HERE / "programs" / "libraries.cpp", "libraries", mode, libraries=flags)
    # No other package can be found.
    flags = run("pkg-config", "--cflags", "--libs", "bedrock-core", PKG_CONFIG_LIBDIR=path).split()
    expect(len(flags) == 1, "bedrock-core: flags %s" % flags)
    compile_program(folder, HERE / "programs" / "core.cpp", "core", mode, libraries=flags)


@for_each_installed("Meson with pkg-config")
def _(folder, prefix, mode):
    for name, program in (("bedrock", "libraries"), ("bedrock-core", "core")):
        app = project(folder / name, "meson_installed", program)
        meson(app, "-Dname=" + name, mode=mode, PKG_CONFIG_PATH=prefix / "share" / "pkgconfig")
        ninja(app, program, mode)


@for_each_installed("CMake find_package")
def _(folder, prefix, mode):
    project(folder, "cmake_installed", "libraries")
    cmake(folder, "-DCMAKE_PREFIX_PATH=%s" % prefix, mode=mode)
    build(folder, "libraries", mode)


@for_each_installed("CMake find_package COMPONENTS core without libraries")
def _(folder, prefix, mode):
    project(folder, "cmake_core", "core")
    cmake(folder, *HIDDEN, "-DCMAKE_PREFIX_PATH=%s" % prefix, mode=mode)
    build(folder, "core", mode)


@check("CMake find_package, messages")
def _(folder):
    prefix = installed().prefixes["cmake"]
    for hidden, message in (("CURL", "needs libcurl: install libcurl4-openssl-dev"), ("OpenSSL", "needs OpenSSL: install libssl-dev")):
        app = project(folder / hidden, "cmake_installed", "libraries")
        said = words(cmake(app, "-DCMAKE_PREFIX_PATH=%s" % prefix, "-DCMAKE_DISABLE_FIND_PACKAGE_%s=ON" % hidden, fails=True))
        expect("bedrock::bedrock " + message in said, said)
        expect(said.count("needs") == 1, said)


# ---- CMake

def cmake_project(folder, name, program):
    project(folder, name, program)
    copy_release(folder / "bedrock")


@check("CMake as README shows it")
def _(folder):
    cmake_project(folder, "cmake_subdirectory", "converse")
    expect(len((folder / "CMakeLists.txt").read_text().splitlines()) == 5, "README promises five lines")
    run("cmake", "-S", ".", "-B", "b", cwd=folder)
    run("cmake", "--build", "b", cwd=folder)
    said = run(folder / "b" / "app", fails=True, AWS_ENDPOINT_URL="not a URL")
    expect("endpoint" in said, said)


for each_mode in MODES:
    @check("CMake add_subdirectory, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        cmake_project(folder, "cmake_subdirectory", "libraries")
        cmake(folder, mode=mode)
        build(folder, "libraries", mode)

    @check("CMake add_subdirectory, core without libraries, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        cmake_project(folder, "cmake_core", "core")
        cmake(folder, *HIDDEN, "-DBEDROCK_WAY=subdirectory", mode=mode)
        build(folder, "core", mode)

    @check("CMake FetchContent, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        project(folder, "cmake_fetchcontent", "libraries")
        repository, tag = git_repository(folder, copy_release(folder / "release"))
        cmake(folder, "-DBEDROCK_REPOSITORY=" + repository, "-DBEDROCK_TAG=" + tag, mode=mode)
        build(folder, "libraries", mode)

    @check("CMake FetchContent from a folder, exceptions=%d" % each_mode)
    def _(folder, mode=each_mode):
        project(folder, "cmake_fetchcontent", "core")
        cmake(folder, "-DFETCHCONTENT_SOURCE_DIR_BEDROCK=%s" % copy_release(folder / "release"), "-DBEDROCK_SINGLE_INCLUDE=OFF",
              mode=mode)
        build(folder, "core", mode)


@check("CMake add_subdirectory installs nothing unless asked to")
def _(folder):
    cmake_project(folder, "cmake_library", "core")
    cmake(folder, "-DCMAKE_INSTALL_PREFIX=/usr")
    run("cmake", "--build", folder / "b")
    run("cmake", "--install", folder / "b", DESTDIR=folder / "without")
    installed_files = files_of(folder / "without")
    expect("usr/lib/liblibrary.a" in installed_files, installed_files)
    expect(not any("bedrock" in path for path in installed_files), "installed: %s" % installed_files)
    cmake(folder, "-DCMAKE_INSTALL_PREFIX=/usr", "-DBEDROCK_INSTALL=ON")
    run("cmake", "--build", folder / "b")
    run("cmake", "--install", folder / "b", DESTDIR=folder / "with")
    expect("usr/share/cmake/bedrock/bedrock-config.cmake" in files_of(folder / "with"), files_of(folder / "with"))


@check("CMake add_subdirectory, messages")
def _(folder):
    for hidden, message in (("CURL", "needs libcurl: install libcurl4-openssl-dev"), ("OpenSSL", "needs OpenSSL: install libssl-dev")):
        app = folder / hidden
        cmake_project(app, "cmake_subdirectory", "libraries")
        said = words(cmake(app, "-DCMAKE_DISABLE_FIND_PACKAGE_%s=ON" % hidden, fails=True))
        expect("bedrock::bedrock " + message in said, said)


for each_way in ("subdirectory", "meson", "cmake"):
    @check("CMake properties, " + each_way)
    def _(folder, way=each_way):
        if way == "subdirectory":
            cmake_project(folder, "cmake_properties", "core")
            include = folder / "bedrock" / "include"
            cmake(folder, "-DBEDROCK_WAY=subdirectory")
        else:
            project(folder, "cmake_properties", "core")
            prefix = installed().prefixes[way]
            include = prefix / "include"
            cmake(folder, "-DCMAKE_PREFIX_PATH=%s" % prefix)
        commands = {}
        for entry in json.loads((folder / "b" / "compile_commands.json").read_text()):
            commands["msvc" if "msvc.dir" in entry["command"] else "plain"] = shlex.split(entry["command"])
        for option in ("/bigobj", "/utf-8", "/Zc:__cplusplus"):
            expect(option in commands["msvc"] and option not in commands["plain"], "%s: %s" % (option, commands))
        plain = commands["plain"]
        expect(str(include) in plain and plain[plain.index(str(include)) - 1] == "-isystem", "not a system folder: %s" % plain)


# ---- a namespace bedrock of the project's own

@check("a project with a namespace bedrock of its own")
def _(folder):
    cmake_project(folder, "own_namespace", "")
    cmake(folder)
    run("cmake", "--build", folder / "b")
    expect(run(folder / "b" / "app") == "own granite 3 7\n", "the names of the project itself")


# ---- the recipes of examples/packaging

@check("vcpkg port, with vcpkg's functions replaced")
def _(folder):
    port = copy_release(folder / "release") / "examples" / "packaging" / "vcpkg" / "bedrock"
    shutil.copytree(PACKAGING / "vcpkg" / "bedrock", port)
    json.loads((port / "vcpkg.json").read_text())
    run("cmake", "-DPORT_FOLDER=%s" % port, "-DPACKAGES=%s" % (folder / "packages"), "-DWORK=%s" % (folder / "work"),
        "-P", HERE / "vcpkg_functions.cmake")
    installed_files = files_of(folder / "packages")
    expect("include/bedrock/bedrock.hpp" in installed_files and "share/bedrock/copyright" in installed_files, installed_files)
    expect(not any(path.startswith(("share/cmake", "share/licenses", "debug")) for path in installed_files), installed_files)
    app = project(folder / "app", "cmake_installed", "libraries")
    cmake(app, "-Dbedrock_DIR=%s" % (folder / "packages" / "share" / "bedrock"))
    build(app, "libraries", 1)


@check("APKBUILD, with abuild's variables")
def _(folder):
    recipe = PACKAGING / "alpine" / "APKBUILD"
    run("sh", "-n", recipe)
    release = copy_release(folder / ("bedrock-" + VERSION))
    said = run("sh", "-euc", '. "$1"; echo "$pkgname $pkgver $builddir"; cd "$builddir"; build; package', "sh", recipe,
               srcdir=folder, pkgdir=folder / "package", CARCH="x86_64")
    expect("bedrock %s %s" % (VERSION, release) in said, said)
    expect_same(folder / "package" / "usr", installed().prefixes["cmake"])


@check("Conan recipe, syntax")
def _(folder):
    for path in sorted((PACKAGING / "conan").rglob("conanfile.py")):
        compile(path.read_text(), str(path), "exec")


# ---- the machinery

def git_repository(folder, release):
    """A repository with the release and its tag."""
    tag = "v" + VERSION
    git = ["git", "-c", "user.name=Consumer", "-c", "user.email=consumer@example.com", "-C", release]
    run(*git, "init", "--quiet")
    run(*git, "add", "--all")
    run(*git, "commit", "--quiet", "--message", "Release")
    run(*git, "tag", tag)
    run("git", "clone", "--quiet", "--bare", release, folder / "repository.git")
    return (folder / "repository.git").as_uri(), tag


_installed = []


def installed():
    return _installed[0]


def run_check(name, folder):
    folder.mkdir(parents=True)
    begin = time.monotonic()
    problem = None
    try:
        checks[name](folder)
    except Failed as failure:
        problem = str(failure)
    except Exception:  # pylint: disable=broad-except
        problem = traceback.format_exc()
    print("%-4s %5.1f s  %s" % ("ok" if problem is None else "FAIL", time.monotonic() - begin, name), flush=True)
    if problem is not None:
        print(problem, flush=True)
    return problem is None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-consumers")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    build_folder = arguments.build.resolve()
    shutil.rmtree(build_folder, ignore_errors=True)
    names = [name for name in checks if not arguments.names or any(part in name for part in arguments.names)]
    _installed.append(Installed(build_folder / "installed"))
    names.sort(key=lambda name: "client" not in name and "README" not in name)  # the longest first
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda name: run_check(name, build_folder / re.sub(r"\W+", "-", name)), names))
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
