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
