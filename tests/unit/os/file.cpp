#include "bedrock/os/file.hpp"

#include "support/catch.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace bedrock;

namespace {

struct scratch_folder {
    scratch_folder() {
        std::string pattern = "/tmp/bedrock-os-XXXXXX";
        path = ::mkdtemp(pattern.data());
    }
    ~scratch_folder() {
        for (auto const* name : {"a", "b"}) ::unlink((path + "/" + name).c_str());
        ::rmdir(path.c_str());
    }
    std::string write(std::string const& name, std::string const& text) const {
        std::ofstream(path + "/" + name, std::ios::binary) << text;
        return path + "/" + name;
    }
    std::size_t count(std::string const& below = {}) const {
        std::size_t files = 0;
        auto* const listing = ::opendir((path + below).c_str());
        while (auto const* const entry = ::readdir(listing)) files += entry->d_name[0] != '.' ? 1 : 0;
        ::closedir(listing);
        return files;
    }
    std::string path;
};

std::string slurp(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

file_ask read_cache(std::string path) {
    file_ask ask(std::move(path));
    ask.is_cache = true;
    os::read_file(ask);
    return ask;
}

std::string replace_problem(std::string path) {
    replace_ask ask(std::move(path), "new");
    os::replace_file(ask);
    return ask.done ? "done" : ask.reason;
}

file_ask read(std::string path, file_stamp known = {}, std::size_t most = 1 << 20) {
    file_ask ask(std::move(path));
    ask.known = known;
    ask.max_bytes = most;
    os::read_file(ask);
    return ask;
}

}  // namespace

TEST_CASE("os/file: a file is found, unchanged, changed, missing, unreadable", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", std::string("bytes\0here", 10));
    auto const first = read(path);
    CHECK(first.outcome == file_outcome::found);
    CHECK(first.text == std::string("bytes\0here", 10));
    auto const again = read(path, first.stamp);
    CHECK(again.outcome == file_outcome::unchanged);
    CHECK(again.text.empty());
    folder.write("a", "other text");
    CHECK(read(path, first.stamp).outcome == file_outcome::found);
    CHECK(read(folder.write("marked", "\xEF\xBB\xBFtext")).text == "text");

    auto const missing = read(folder.path + "/none");
    CHECK(missing.outcome == file_outcome::missing);
    CHECK(missing.reason == "no such file or directory");
    auto const directory = read(folder.path);
    CHECK(directory.outcome == file_outcome::unreadable);
    CHECK(directory.reason == "is a directory");
    auto const large = read(path, {}, 9);
    CHECK(large.outcome == file_outcome::unreadable);
    CHECK(large.reason == "larger than 9 bytes");
    CHECK(large.text.empty());
    CHECK(read(path, {}, 10).outcome == file_outcome::found);
    if (::geteuid() != 0) {
        ::chmod(path.c_str(), 0);
        CHECK(read(path).reason == "permission denied");
    }
}

TEST_CASE("os/file: a file is replaced at one stroke and keeps its mode", "[os]") {
    scratch_folder const folder;
    auto const fresh = folder.path + "/b";
    replace_ask made(fresh, "one");
    os::replace_file(made);
    REQUIRE(made.done);
    CHECK(slurp(fresh) == "one");
    struct stat info {};
    REQUIRE(::stat(fresh.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0600);

    ::chmod(fresh.c_str(), 0640);
    auto const inode = info.st_ino;
    replace_ask changed(fresh, std::string(100'000, 'x'));
    os::replace_file(changed);
    REQUIRE(changed.done);
    REQUIRE(::stat(fresh.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0640);
    CHECK(info.st_ino != inode);
    CHECK(slurp(fresh).size() == 100'000);

    replace_ask nowhere(folder.path + "/none/b", "x");
    os::replace_file(nowhere);
    CHECK_FALSE(nowhere.done);
    CHECK(nowhere.reason == "no such file or directory");
}

TEST_CASE("os/file: a file that is not as known stays as it is", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "one");
    auto const known = read(path).stamp;
    replace_ask first(path, "two");
    first.known = known;
    os::replace_file(first);
    CHECK(first.done);
    replace_ask second(path, "three");
    second.known = known;
    os::replace_file(second);
    CHECK_FALSE(second.done);
    CHECK(second.changed);
    CHECK(second.reason == "it was changed meanwhile");
    CHECK(slurp(path) == "two");

    replace_ask unexpected(path, "four");
    unexpected.known = file_stamp();
    os::replace_file(unexpected);
    CHECK(unexpected.changed);
    CHECK(slurp(path) == "two");
    {  // one that came between the look and the move
        os::detail::file_beside late(path);
        REQUIRE(late.handle() >= 0);
        CHECK(late.move_to(path, false) == EEXIST);
    }
    CHECK(slurp(path) == "two");
    replace_ask gone(folder.path + "/b", "five");
    gone.known = known;
    os::replace_file(gone);
    CHECK(gone.changed);
    CHECK(::access((folder.path + "/b").c_str(), F_OK) != 0);
    CHECK(folder.count() == 1);
}

TEST_CASE("os/file: of several who replace what they have read, none undoes another's change", "[os][threads]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "");
    constexpr int writers = 4, rounds = 250;
    std::array<std::string, writers> done;
    std::vector<std::thread> threads;
    for (int number = 0; number != writers; ++number)
        threads.emplace_back([&, number] {
            for (int round = 0; round != rounds; ++round) {
                auto const before = read(path);
                auto const line = std::to_string(number) + "." + std::to_string(round) + "\n";
                replace_ask change(path, before.text + line);
                change.known = before.stamp;
                os::replace_file(change);
                if (change.done) done[static_cast<std::size_t>(number)] += line;
            }
        });
    for (auto& one : threads) one.join();

    auto const whole = slurp(path);
    std::array<std::string, writers> found;
    for (std::size_t at = 0; at != whole.size();) {
        auto const end = whole.find('\n', at) + 1;
        found[static_cast<std::size_t>(whole[at] - '0')] += whole.substr(at, end - at);
        at = end;
    }
    CHECK((found == done));  // too long to be shown
    CHECK(folder.count() == 1);
}

TEST_CASE("os/file: who keeps the folder's lock for ever holds nobody up for ever", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "old");
    int const held = ::open(folder.path.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(::flock(held, LOCK_EX) == 0);
    replace_ask change(path, "new");
    change.known = read(path).stamp;
    os::replace_file(change);
    CHECK(change.done);
    CHECK(slurp(path) == "new");
    ::close(held);
}

TEST_CASE("os/file: a name that ends in a slash is a folder's", "[os]") {
    scratch_folder const folder;
    replace_ask change(folder.path + "/b/", "text");
    change.known = file_stamp();
    change.make_directories = true;
    os::replace_file(change);
    CHECK_FALSE(change.done);
    CHECK_FALSE(change.changed);
    CHECK(change.reason == "is a directory");
    CHECK(folder.count() == 0);
}

TEST_CASE("os/file: a new file and its folders are made", "[os]") {
    scratch_folder const folder;
    auto const path = folder.path + "/x/y/b";
    replace_ask made(path, "one");
    made.known = file_stamp();
    made.make_directories = true;
    os::replace_file(made);
    CHECK(made.reason == "");
    CHECK(made.done);
    CHECK(slurp(path) == "one");
    struct stat info {};
    REQUIRE(::stat((folder.path + "/x/y").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0700);
    CHECK(folder.count("/x/y") == 1);
    replace_ask through(path + "/z/b", "two");
    through.make_directories = true;
    os::replace_file(through);
    CHECK(through.reason == "a part of the path is not a directory");
    ::unlink(path.c_str());
    ::rmdir((folder.path + "/x/y").c_str());
    ::rmdir((folder.path + "/x").c_str());
}

TEST_CASE("os/file: links are followed, and stay", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "one");
    auto const link = folder.path + "/b";
    auto const alive = folder.path + "/alive";
    REQUIRE(::symlink("alive", link.c_str()) == 0);
    REQUIRE(::symlink(path.c_str(), alive.c_str()) == 0);
    replace_ask through(link, "two");
    os::replace_file(through);
    CHECK(through.done);
    CHECK(slurp(path) == "two");
    struct stat info {};
    REQUIRE(::lstat(link.c_str(), &info) == 0);
    CHECK(S_ISLNK(info.st_mode));

    ::unlink(path.c_str());  // to a file that is not there yet
    replace_ask fresh(link, "three");
    fresh.known = file_stamp();
    os::replace_file(fresh);
    CHECK(fresh.done);
    CHECK(slurp(path) == "three");
    REQUIRE(::lstat(alive.c_str(), &info) == 0);
    CHECK(S_ISLNK(info.st_mode));

    ::unlink(alive.c_str());
    REQUIRE(::symlink("b", alive.c_str()) == 0);
    replace_ask circle(link, "four");
    os::replace_file(circle);
    CHECK_FALSE(circle.done);
    CHECK(circle.reason == "too many symbolic links");
}

TEST_CASE("os/file: what cannot be written whole leaves the old file", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "one");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto const handler = ::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 1000;  // as a full disk: the write fails in the middle
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    replace_ask large(path, std::string(5000, 'x'));
    os::replace_file(large);
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, handler);
    CHECK_FALSE(large.done);
    CHECK(large.reason == "the file would be too large");
    CHECK(slurp(path) == "one");
    CHECK(folder.count() == 1);

    replace_ask directory(folder.path, "x");
    os::replace_file(directory);
    CHECK(directory.reason == "is a directory");
    replace_ask device("/dev/null", "x");
    os::replace_file(device);
    CHECK(device.reason == "it is not a regular file");
    if (::geteuid() == 0) {
        REQUIRE(::chown(path.c_str(), 1234, 4321) == 0);
        replace_ask owned(path, "two");
        os::replace_file(owned);
        CHECK(owned.done);
        struct stat info {};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        CHECK(info.st_uid == 1234);
        CHECK(info.st_gid == 4321);
    } else {
        ::chmod(path.c_str(), 0400);
        replace_ask protected_file(path, "two");
        os::replace_file(protected_file);
        CHECK(protected_file.reason == "permission denied");
    }
}

TEST_CASE("os/file: FIFOs, devices and sockets are refused without waiting for them", "[os]") {
    scratch_folder const folder;
    auto const path = folder.path + "/a";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    for (auto const& other : {path, std::string("/dev/zero"), std::string("/dev/tty")}) {
        CHECK(read(other).outcome == file_outcome::unreadable);
        CHECK(read(other).reason == "it is not a regular file");
        CHECK(read_cache(other).reason == "it is not a regular file");
        CHECK(replace_problem(other) == "it is not a regular file");
    }
    CHECK(read("/dev/null").outcome == file_outcome::found);
    CHECK(read("/dev/null").text == "");
    // What the process was given open is read: a shell's <(command).
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], "text", 4) == 4);
    ::close(ends[1]);
    auto const given = read("/dev/fd/" + std::to_string(ends[0]));
    CHECK(given.outcome == file_outcome::found);
    CHECK(given.text == "text");
    ::close(ends[0]);
}

TEST_CASE("os/file: a file that is longer than the system says is read whole", "[os]") {
    if (::access("/proc/self/maps", R_OK) != 0) {
        WARN("not tested: the system has no /proc/self/maps");
        return;
    }
    auto const maps = read("/proc/self/maps");
    CHECK(maps.outcome == file_outcome::found);
    CHECK(maps.text.size() > 100);
    CHECK(maps.text.ends_with('\n'));
    CHECK(read("/proc/self/maps", {}, 100).reason == "larger than 100 bytes");
}

TEST_CASE("os/file: another user's links and files in a shared folder are not trusted", "[os]") {
    if (::geteuid() != 0) {
        WARN("not tested: it takes root to give a file to another user");
        return;
    }
    constexpr ::uid_t stranger = 1234;
    auto const mode = GENERATE(static_cast<::mode_t>(01777), static_cast<::mode_t>(0777), static_cast<::mode_t>(01770));
    std::string const refused = " is owned by another user, in a folder to which others may write";
    scratch_folder const folder;
    auto const path = folder.write("a", "old");
    auto const link = folder.path + "/b";
    REQUIRE(::symlink("a", link.c_str()) == 0);
    REQUIRE(::chmod(folder.path.c_str(), mode) == 0);
    CHECK(read_cache(link).text == "old");
    CHECK(replace_problem(link) == "done");

    REQUIRE(::lchown(link.c_str(), stranger, stranger) == 0);
    CHECK(read_cache(link).outcome == file_outcome::unreadable);
    CHECK(read_cache(link).reason == "the link " + link + refused);
    CHECK(read_cache(path).text == "new");
    folder.write("a", "old");
    CHECK(replace_problem(link) == "the link " + link + refused);
    CHECK(slurp(path) == "old");
    CHECK(folder.count() == 2);

    REQUIRE(::unlink(link.c_str()) == 0);  // a link to a folder
    REQUIRE(::symlink(".", link.c_str()) == 0);
    CHECK(read_cache(link + "/a").text == "old");
    REQUIRE(::lchown(link.c_str(), stranger, stranger) == 0);
    CHECK(read_cache(link + "/a").reason == "the link " + link + refused);
    CHECK(replace_problem(link + "/a") == "the link " + link + refused);
    CHECK(replace_problem(link + "/new") == "the link " + link + refused);

    REQUIRE(::chown(path.c_str(), stranger, stranger) == 0);
    CHECK(read_cache(path).reason == "it" + refused);
    CHECK(read(path).text == "old");  // named by the user's settings, not found in a cache
    CHECK(replace_problem(path) == "it" + refused);
    CHECK(slurp(path) == "old");
    CHECK(folder.count() == 2);

    REQUIRE(::chmod(folder.path.c_str(), 0755) == 0);  // nobody else can have put them there
    CHECK(read_cache(link + "/a").text == "old");
    CHECK(replace_problem(link + "/a") == "done");
}

TEST_CASE("os/file: a file for its owner alone loses other rights", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "old");
    for (::mode_t const mode : {0644u, 0600u, 0640u, 0400u}) {
        ::chmod(path.c_str(), mode);
        replace_ask change(path, "new");
        change.owner_only = true;
        os::replace_file(change);
        if (mode == 0400 && ::geteuid() != 0) continue;  // not writable
        CHECK(change.done);
        CHECK(change.was_open_to_others == ((mode & 077) != 0));
        struct stat info {};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 07777) == 0600);
    }
}

TEST_CASE("os/file: what is written beside a file is its owner's alone and not inherited", "[os]") {
    scratch_folder const folder;
    auto const path = folder.write("a", "old");
    auto const before = ::umask(0);
    {
        os::detail::file_beside const first(path), second(path);
        for (int const handle : {first.handle(), second.handle()}) {
            REQUIRE(handle >= 0);
            CHECK((::fcntl(handle, F_GETFD) & FD_CLOEXEC) != 0);
            struct stat info {};
            REQUIRE(::fstat(handle, &info) == 0);
            CHECK((info.st_mode & 07777) == 0600);
        }
        CHECK(folder.count() == 3);
    }
    ::umask(before);
    CHECK(folder.count() == 1);
}
