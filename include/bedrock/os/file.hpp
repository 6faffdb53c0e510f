// Owns the hands that runners have for files: read, and replaced at one stroke.
// Never leaves half a file, and never reads more than it was asked for.
#ifndef BEDROCK_OS_FILE_HPP
#define BEDROCK_OS_FILE_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/os/error_text.hpp"
#include "bedrock/os/windows_file.hpp"
#include "bedrock/utf8.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#if !defined(_WIN32)
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI::os {

/// Answers a file_ask: looks at the file, and reads it unless it is as the asker knows it. A byte order mark is
/// skipped.
void read_file(file_ask& wanted);

/// Answers a replace_ask: writes beside the file, to the disk, and renames, so that readers see the old or the new
/// text, never half, whenever the machine stops; who replaces a `known` file undoes no change that another call of this
/// function made since. Symbolic links are followed. A new file is readable by its owner alone; an existing one keeps
/// owner, group and mode, or stays as it is where that cannot be had.
void replace_file(replace_ask& wanted);

// ---------------------------------------------------------------------------------------------------------------------

#if defined(_WIN32)

inline void read_file(file_ask& wanted) {
    windows::read_file(wanted);
}

inline void replace_file(replace_ask& wanted) {
    windows::replace_file(wanted);
}

#else

namespace detail {

inline file_stamp stamp_of(struct stat const& info) noexcept {
    file_stamp stamp;
    stamp.size = static_cast<std::int64_t>(info.st_size);
    stamp.inode = static_cast<std::uint64_t>(info.st_ino);
#if defined(__APPLE__)
    stamp.modified_ns = std::int64_t{info.st_mtimespec.tv_sec} * 1'000'000'000 + info.st_mtimespec.tv_nsec;
#else
    stamp.modified_ns = static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
#endif
    return stamp;
}

}  // namespace detail

inline void read_file(file_ask& wanted) {
    struct stat info {};
    if (::stat(wanted.path.c_str(), &info) != 0) {
        wanted.outcome = errno == ENOENT || errno == ENOTDIR ? file_outcome::missing : file_outcome::unreadable;
        wanted.reason = detail::system_error_text(errno);
        return;
    }
    wanted.stamp = detail::stamp_of(info);
    if (wanted.known == wanted.stamp) {
        wanted.outcome = file_outcome::unchanged;
        return;
    }
    wanted.outcome = file_outcome::unreadable;
    if ((info.st_mode & S_IFMT) == S_IFDIR) {
        wanted.reason = detail::system_error_text(EISDIR);
        return;
    }
    std::FILE* const file = std::fopen(wanted.path.c_str(), "rb");
    if (!file) {
        wanted.reason = detail::system_error_text(errno);
        return;
    }
    std::array<char, 16384> piece;
    std::size_t got = 0;
    while (wanted.text.size() <= wanted.max_bytes && (got = std::fread(piece.data(), 1, piece.size(), file)) != 0)
        wanted.text.append(piece.data(), got);
    bool const failed = std::ferror(file) != 0;
    std::fclose(file);
    if (failed) {
        wanted.reason = "reading failed";
    } else if (wanted.text.size() > wanted.max_bytes) {
        wanted.text.clear();
        wanted.reason = "larger than " + std::to_string(wanted.max_bytes) + " bytes";
    } else {
        wanted.text.erase(0, wanted.text.size() - skip_byte_order_mark(wanted.text).size());
        wanted.outcome = file_outcome::found;
    }
}

namespace detail {

/// The folder of a path, with its slash; "./" where it names none.
inline std::string folder_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

/// Replaces `path` by what its links lead to, which need not exist. 0, or the system's error.
inline int follow_links(std::string& path) {
    constexpr int most_links = 40;  // Linux's own limit
    for (int i = 0; i != most_links; ++i) {
        struct stat info {};
        if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? 0 : errno;
        if (!S_ISLNK(info.st_mode)) return 0;
        std::array<char, 4096> there;
        auto const size = ::readlink(path.c_str(), there.data(), there.size());
        if (size < 0) return errno;
        if (static_cast<std::size_t>(size) == there.size()) return ENAMETOOLONG;
        std::string_view const next(there.data(), static_cast<std::size_t>(size));
        path = (next.starts_with('/') ? std::string() : folder_of(path)) + std::string(next);
    }
    return ELOOP;
}

inline int make_directories(std::string const& folder) {
    for (auto slash = folder.find('/', 1); slash != std::string::npos; slash = folder.find('/', slash + 1))
        if (::mkdir(folder.substr(0, slash).c_str(), 0700) != 0 && errno != EEXIST) return errno;
    return 0;
}

inline int write_all(int file, std::string_view rest) {
    while (!rest.empty()) {
        auto const written = ::write(file, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// Gives the new file what the old one has.
inline int copy_ownership(int file, struct stat const& old) {
    struct stat info {};
    if (::fstat(file, &info) != 0) return errno;
    bool const same = info.st_uid == old.st_uid && info.st_gid == old.st_gid;
    if (!same && ::fchown(file, old.st_uid, old.st_gid) != 0) return errno;
    return ::fchmod(file, old.st_mode & 07777) != 0 ? errno : 0;
}

/// A rename is on the disk when its folder is. What cannot be synced cannot be helped: the file is whole either way.
inline void sync_folder(std::string const& folder) {
    int const handle = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) return;
    ::fsync(handle);
    ::close(handle);
}

/// A file under way to another one's place; destroyed before it is there, it is gone.
class file_beside {
  public:
    explicit file_beside(std::string const& target) : path_(target + ".XXXXXX"), handle_(::mkstemp(path_.data())) {
        if (handle_ >= 0) ::fcntl(handle_, F_SETFD, FD_CLOEXEC);
    }
    file_beside(file_beside const&) = delete;
    file_beside& operator=(file_beside const&) = delete;
    ~file_beside() {
        if (handle_ >= 0) ::close(handle_);
        if (handle_ >= 0 && !path_.empty()) ::unlink(path_.c_str());
    }
    int handle() const noexcept { return handle_; }

    /// Onto the target, or only where there is none yet: nothing else makes sure of that.
    int move_to(std::string const& target, bool replaces) {
        if (!replaces) return ::link(path_.c_str(), target.c_str()) != 0 ? errno : 0;
        if (::rename(path_.c_str(), target.c_str()) != 0) return errno;
        path_.clear();
        return 0;
    }

  private:
    std::string path_;
    int handle_;
};

/// Keeps those out who replace files of a folder too, so that nobody's change comes between a look at a file and its
/// replacement. Advisory and gone with its holder. Who cannot have it goes on without: a look is then all there is.
class folder_lock {
  public:
    explicit folder_lock(std::string const& folder) : handle_(::open(folder.c_str(), O_RDONLY | O_CLOEXEC)) {
        constexpr int most_tries = 200, pause_ms = 1;  // it is held for a rename
        for (int i = 0; handle_ >= 0 && i != most_tries; ++i) {
            if (::flock(handle_, LOCK_EX | LOCK_NB) == 0) return;
            if (errno != EWOULDBLOCK && errno != EINTR) return;  // a file system without locks
            ::poll(nullptr, 0, pause_ms);
        }
    }
    folder_lock(folder_lock const&) = delete;
    folder_lock& operator=(folder_lock const&) = delete;
    ~folder_lock() {
        if (handle_ >= 0) ::close(handle_);
    }

  private:
    int handle_;
};

/// As `known`? A missing file has the stamp of no file.
inline bool is_as_known(std::string const& path, file_stamp const& known) {
    struct stat info {};
    return (::stat(path.c_str(), &info) == 0 ? stamp_of(info) : file_stamp()) == known;
}

}  // namespace detail

inline void replace_file(replace_ask& wanted) {
    auto const give_up = [&](int code) { wanted.reason = detail::system_error_text(code); };
    auto const give_way = [&] {
        wanted.changed = true;
        wanted.reason = "it was changed meanwhile";
    };
    auto target = wanted.path;
    if (int const code = detail::follow_links(target); code != 0) return give_up(code);
    if (target.ends_with('/')) return give_up(EISDIR);
    auto const folder = detail::folder_of(target);
    if (wanted.make_directories)
        if (int const code = detail::make_directories(folder); code != 0) return give_up(code);
    if (wanted.known && !detail::is_as_known(target, *wanted.known)) return give_way();

    struct stat old {};
    bool const exists = ::stat(target.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return give_up(EISDIR);
    if (exists && !S_ISREG(old.st_mode)) return static_cast<void>(wanted.reason = "it is not a regular file");
    if (exists && ::access(target.c_str(), W_OK) != 0) return give_up(errno);

    detail::file_beside fresh(target);  // mode 0600
    if (fresh.handle() < 0) return give_up(errno);
    int code = detail::write_all(fresh.handle(), wanted.text);
    if (code == 0 && exists) code = detail::copy_ownership(fresh.handle(), old);
    if (code == 0 && ::fsync(fresh.handle()) != 0) code = errno;
    if (code != 0) return give_up(code);
    {
        detail::folder_lock const held(folder);
        if (wanted.known && !detail::is_as_known(target, *wanted.known)) return give_way();
        bool const must_be_new = wanted.known && wanted.known == file_stamp();
        code = fresh.move_to(target, !must_be_new);
    }
    if (code == EEXIST) return give_way();
    if (code != 0) return give_up(code);
    detail::sync_folder(folder);
    wanted.done = true;
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::os

#endif
