#include "bedrock/os/windows_file.hpp"

#include "support/catch.hpp"
#include <string>

#if defined(_WIN32)

#include "bedrock/os/file.hpp"

namespace {

namespace windows = bedrock::os::windows;

std::string const cyrillic = "\xd0\x94\xd0\xbc\xd0\xb8\xd1\x82\xd1\x80\xd0\xb8\xd0\xb9";

/// A folder with Cyrillic letters, removed with its files at the end.
class folder {
  public:
    folder() {
        wchar_t temporary[MAX_PATH + 1] = {};
        ::GetTempPathW(MAX_PATH, temporary);
        path_ = windows::narrow(temporary) + "bedrock " + cyrillic + " " + std::to_string(::GetCurrentProcessId());
        ::CreateDirectoryW(windows::wide(path_).c_str(), nullptr);
    }
    ~folder() {
        for (auto const& name : names()) ::DeleteFileW(windows::wide(path_ + "\\" + name).c_str());
        ::RemoveDirectoryW(windows::wide(path_).c_str());
    }
    std::string operator/(std::string const& name) const { return path_ + "\\" + name; }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        WIN32_FIND_DATAW entry{};
        HANDLE const all = ::FindFirstFileW(windows::wide(path_ + "\\*").c_str(), &entry);
        if (all == INVALID_HANDLE_VALUE) return found;
        do {
            auto const name = windows::narrow(entry.cFileName);
            if (name != "." && name != "..") found.push_back(name);
        } while (::FindNextFileW(all, &entry));
        ::FindClose(all);
        return found;
    }

  private:
    std::string path_;
};

bedrock::file_ask read(std::string const& path) {
    bedrock::file_ask wanted(path);
    bedrock::os::read_file(wanted);
    return wanted;
}

bedrock::replace_ask replace(bedrock::replace_ask wanted) {
    bedrock::os::replace_file(wanted);
    return wanted;
}

}  // namespace

TEST_CASE("a file in a folder of Cyrillic letters is replaced and read", "[windows]") {
    folder const in;
    auto const path = in / (cyrillic + ".json");
    CHECK(read(path).outcome == bedrock::file_outcome::missing);
    CHECK(read(path).reason == "no such file or directory");
    CHECK(read(in / "no folder\\file").outcome == bedrock::file_outcome::missing);
    auto const made = replace({path, "one\r\n\x1a two"});
    INFO(made.reason);
    CHECK(made.done);
    auto const first = read(path);
    CHECK(first.outcome == bedrock::file_outcome::found);
    CHECK(first.text == "one\r\n\x1a two");
    CHECK(first.stamp.size == 10);
    CHECK(replace({path, "three"}).done);
    CHECK(read(path).text == "three");
    CHECK(in.names() == std::vector{cyrillic + ".json"});  // nothing is left beside it
}

TEST_CASE("a stamp has 100 ns and knows a file that is as it was", "[windows]") {
    folder const in;
    REQUIRE(replace({in / "a", "text"}).done);
    auto const path = windows::wide(in / "a");
    windows::unique_handle file(
        ::CreateFileW(path.c_str(), FILE_WRITE_ATTRIBUTES, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    FILETIME const time{0xd53e8001, 0x019db1de};  // 1970-01-01T00:00:00.0000001Z
    REQUIRE(::SetFileTime(file.get(), nullptr, nullptr, &time));
    file.reset();
    auto const seen = read(in / "a");
    CHECK(seen.stamp.modified_ns == 100);
    bedrock::file_ask again(in / "a");
    again.known = seen.stamp;
    bedrock::os::read_file(again);
    CHECK(again.outcome == bedrock::file_outcome::unchanged);
    CHECK(again.text.empty());
}

TEST_CASE("a file that changed since it was read is not replaced", "[windows]") {
    folder const in;
    REQUIRE(replace({in / "a", "first"}).done);
    bedrock::replace_ask wanted(in / "a", "mine");
    wanted.known = read(in / "a").stamp;
    REQUIRE(replace({in / "a", "other"}).done);
    auto const late = replace(wanted);
    CHECK_FALSE(late.done);
    CHECK(late.changed);
    CHECK(read(in / "a").text == "other");

    bedrock::replace_ask fresh(in / "a", "mine");
    fresh.known = bedrock::file_stamp();
    CHECK(replace(fresh).changed);
    fresh.path = in / "b";
    CHECK(replace(fresh).done);
    CHECK(read(in / "b").text == "mine");
    wanted.known = read(in / "b").stamp;
    wanted.path = in / "b";
    CHECK(replace(wanted).done);
}

TEST_CASE("folders that are missing are made", "[windows]") {
    folder const in;
    bedrock::replace_ask wanted(in / (cyrillic + "/deep\\file"), "text");
    CHECK(replace(wanted).reason == "no such file or directory");
    wanted.make_directories = true;
    CHECK(replace(wanted).done);
    CHECK(read(wanted.path).text == "text");
    ::DeleteFileW(windows::wide(wanted.path).c_str());
    ::RemoveDirectoryW(windows::wide(in / (cyrillic + "\\deep")).c_str());
    ::RemoveDirectoryW(windows::wide(in / cyrillic).c_str());
}

TEST_CASE("what cannot be replaced says why and stays", "[windows]") {
    folder const in;
    REQUIRE(replace({in / "a", "text"}).done);
    auto const path = windows::wide(in / "a");
    ::SetFileAttributesW(path.c_str(), FILE_ATTRIBUTE_READONLY);
    CHECK(replace({in / "a", "other"}).reason == "permission denied");
    ::SetFileAttributesW(path.c_str(), FILE_ATTRIBUTE_NORMAL);
    CHECK(read(in / "a").text == "text");
    CHECK(replace({in / "", "other"}).reason == "is a directory");
    CHECK(replace({in / ".", "other"}).reason == "is a directory");
    CHECK(read(in / ".").reason == "is a directory");
    CHECK(replace({"NUL", "other"}).done == false);
    bedrock::file_ask large(in / "a");
    large.max_bytes = 3;
    bedrock::os::read_file(large);
    CHECK(large.outcome == bedrock::file_outcome::unreadable);
    CHECK(large.reason == "larger than 3 bytes");
    CHECK(in.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a file that another process holds open without sharing is reported", "[windows]") {
    folder const in;
    REQUIRE(replace({in / "a", "text"}).done);
    auto const path = windows::wide(in / "a");
    windows::unique_handle held(::CreateFileW(path.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    REQUIRE(held);
    CHECK(read(in / "a").reason == "permission denied");
    CHECK(replace({in / "a", "other"}).reason == "permission denied");
    held.reset();
    CHECK(replace({in / "a", "other"}).done);
}

TEST_CASE("the file that a link leads to is replaced, and the link stays", "[windows]") {
    folder const in;
    REQUIRE(replace({in / "a", "text"}).done);
    constexpr DWORD unprivileged = 0x2;  // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE
    auto const link = windows::wide(in / "link");
    ::CreateSymbolicLinkW(link.c_str(), windows::wide(in / "a").c_str(), unprivileged);
    if (::GetFileAttributesW(link.c_str()) == INVALID_FILE_ATTRIBUTES) {  // wine makes none and says that it did
        WARN("skipped: links cannot be made here");
        return;
    }
    auto const other = replace({in / "link", "other"});
    INFO(other.reason);
    CHECK(other.done);
    CHECK(read(in / "a").text == "other");
    CHECK(read(in / "link").text == "other");
}

TEST_CASE("a path may be longer than 260 characters", "[windows]") {
    folder const in;
    std::string const long_name(200, 'n');
    bedrock::replace_ask wanted(in / (long_name + "\\" + long_name), "text");
    wanted.make_directories = true;
    auto const made = replace(wanted);
    INFO(made.reason);
    CHECK(made.done);
    CHECK(read(wanted.path).text == "text");
    CHECK(replace({wanted.path, "other"}).reason == "");
    CHECK(read(wanted.path).text == "other");
    ::DeleteFileW(windows::wide_path(wanted.path).c_str());
    ::RemoveDirectoryW(windows::wide(in / long_name).c_str());
}

#else

TEST_CASE("files of Windows are not here", "[windows]") {
    WARN("skipped: this is not Windows");
}

#endif
