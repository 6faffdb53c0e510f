// SPDX-License-Identifier: MIT
// Owns the hands that runners have for files: read, and replaced at one stroke.
// Never leaves half a file, and never reads more than it was asked for.
#ifndef BEDROCK_OS_FILE_HPP
#define BEDROCK_OS_FILE_HPP

#include "bedrock/config.hpp"
#include "bedrock/crypto.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/os/error_text.hpp"
#include "bedrock/os/windows_file.hpp"
#include "bedrock/utf8.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#if !defined(_WIN32)
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI::os {

/// Answers a file_ask: looks at the file, and reads it unless it is as the asker knows it. A byte order mark is skipped.
/// FIFOs and devices are not opened; /dev/null is an empty file, and /dev/stdin and /dev/fd/N are read for 10 seconds at
/// most.
void read_file(file_ask& wanted);

/// Answers a replace_ask: writes beside the file, to the disk, and renames, so that readers see the old or the new
/// text, never half, whenever the machine stops; who replaces a `known` file undoes no change that another call of this
/// function made since. Symbolic links are followed, except another user's in a folder that is sticky or that anyone may
/// write to; nor is another user's file in one replaced. A new file is readable by its owner alone; an existing one keeps
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

/// The folder of a path, with its slash; "./" where it names none.
inline std::string folder_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

/// Whether others may put entries into a folder, where one of theirs is not to be trusted.
inline bool is_shared(struct stat const& folder) noexcept {
    return (folder.st_mode & (S_ISVTX | S_IWOTH)) != 0;
}

inline bool is_trusted(::uid_t owner) noexcept {
    return owner == 0 || owner == ::geteuid();
}

/// Why the links in the folders of a path, and it if it is one itself, must not be followed; "" if they may: a link of
/// another user in a shared folder leads wherever that user likes.
inline std::string find_untrusted_link(std::string const& path) {
    auto slash = path.find_first_not_of('/');
    while (slash != std::string::npos) {
        slash = path.find('/', slash);
        auto const part = path.substr(0, slash);
        struct stat info {}, folder {};
        if (::lstat(part.c_str(), &info) != 0) return {};  // for the caller to find out
        if (S_ISLNK(info.st_mode) && !is_trusted(info.st_uid) && ::stat(folder_of(part).c_str(), &folder) == 0 &&
            is_shared(folder))
            return "the link " + part + " is owned by another user, in a folder to which others may write";
        if (slash != std::string::npos) slash = path.find_first_not_of('/', slash);
    }
    return {};
}

/// Why a file of a cache must not be used; "" if it may.
inline std::string find_untrusted_owner(std::string const& path, struct stat const& file) {
    struct stat folder {};
    if (is_trusted(file.st_uid) || ::stat(folder_of(path).c_str(), &folder) != 0) return {};
    if (!is_shared(folder) || file.st_uid == folder.st_uid) return {};
    return "it is owned by another user, in a folder to which others may write";
}

/// Replaces `path` by what its links lead to, which need not exist. Returns "" or why that cannot be done.
inline std::string follow_links(std::string& path) {
    constexpr int most_links = 40;  // Linux's own limit
    for (int i = 0; i != most_links; ++i) {
        if (auto why = find_untrusted_link(path); !why.empty()) return why;
        struct stat info {};
        if (::lstat(path.c_str(), &info) != 0)
            return errno == ENOENT || errno == ENOTDIR ? std::string() : system_error_text(errno);
        if (!S_ISLNK(info.st_mode)) return {};
        std::array<char, 4096> there;
        auto const size = ::readlink(path.c_str(), there.data(), there.size());
        if (size < 0) return system_error_text(errno);
        if (static_cast<std::size_t>(size) == there.size()) return system_error_text(ENAMETOOLONG);
        std::string_view const next(there.data(), static_cast<std::size_t>(size));
        path = (next.starts_with('/') ? std::string() : folder_of(path)) + std::string(next);
    }
    return system_error_text(ELOOP);
}

/// Opening a FIFO or a device may wait for ever or do things; standard input, and what else the process was given open,
/// is open already.
inline bool may_open(std::string const& path, struct stat const& info) noexcept {
    return S_ISREG(info.st_mode) || path == "/dev/null" || path == "/dev/stdin" || path.starts_with("/dev/fd/");
}

class open_file {
  public:
    open_file(std::string const& path, int flags) : handle_(::open(path.c_str(), flags | O_CLOEXEC)) {}
    open_file(open_file const&) = delete;
    open_file& operator=(open_file const&) = delete;
    ~open_file() {
        if (handle_ >= 0) ::close(handle_);
    }
    int handle() const noexcept { return handle_; }

  private:
    int handle_;
};

/// Appends what a file has, up to a limit and a byte. Returns 0 or the system's error; ETIMEDOUT if it is a pipe to which
/// nobody writes.
inline int read_all(int file, std::size_t size, file_ask& into) {
    constexpr std::int64_t longest_wait_ms = 10'000;
    constexpr std::size_t piece_size = 16384;
    auto const end_ms = steady_milliseconds_now() + longest_wait_ms;
    while (into.text.size() <= into.max_bytes) {
        auto const before = into.text.size();
        auto const piece = before <= size ? size + 1 - before : piece_size;
        crypto::resize_wiping(into.text, before + piece);
        auto const got = ::read(file, into.text.data() + before, piece);
        int const problem = got < 0 ? errno : 0;
        into.text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got == 0) return 0;
        if (problem == EAGAIN || problem == EWOULDBLOCK) {
            auto const left_ms = end_ms - steady_milliseconds_now();
            if (left_ms <= 0) return ETIMEDOUT;
            pollfd watched{file, POLLIN, 0};
            ::poll(&watched, 1, static_cast<int>(left_ms));
        } else if (problem != 0 && problem != EINTR) {
            return problem;
        }
    }
    return 0;
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

/// Gives the new file the owner and group of the old one, and a mode.
inline int copy_ownership(int file, struct stat const& old, ::mode_t mode) {
    struct stat info {};
    if (::fstat(file, &info) != 0) return errno;
    bool const same = info.st_uid == old.st_uid && info.st_gid == old.st_gid;
    if (!same && ::fchown(file, old.st_uid, old.st_gid) != 0) return errno;
    return ::fchmod(file, mode) != 0 ? errno : 0;
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
    /// Never one that is there already, whatever it is; for its owner alone.
    explicit file_beside(std::string const& target) {
        constexpr int most_tries = 100;
        static std::atomic<unsigned> count{0};
        for (int i = 0; i != most_tries; ++i) {
            auto const number = static_cast<std::uint64_t>(::getpid()) << 32 ^
                                static_cast<std::uint64_t>(steady_milliseconds_now()) << 12 ^ count++;
            constexpr std::uint64_t spread = 0x9e37'79b9'7f4a'7c15;  // neighbors become strangers
            path_ = target + '.' + std::to_string((number * spread) >> 32);
            handle_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
            if (handle_ >= 0 || errno != EEXIST) return;
        }
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
    std::string path_{};
    int handle_ = -1;
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

inline void read_file(file_ask& wanted) {
    wanted.outcome = file_outcome::unreadable;
    auto const refuse = [&](int code) {
        if (code == ENOENT || code == ENOTDIR) wanted.outcome = file_outcome::missing;
        wanted.reason = detail::system_error_text(code);
    };
    auto path = wanted.path;
    if (wanted.is_cache)
        if (wanted.reason = detail::follow_links(path); !wanted.reason.empty()) return;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return refuse(errno);
    wanted.stamp = detail::stamp_of(info);
    if (wanted.known == wanted.stamp) {
        wanted.outcome = file_outcome::unchanged;
        return;
    }
    if (S_ISDIR(info.st_mode)) return refuse(EISDIR);
    if (!detail::may_open(path, info)) return static_cast<void>(wanted.reason = "it is not a regular file");
    int const no_links = wanted.is_cache ? O_NOFOLLOW : 0;
    detail::open_file const file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | no_links);
    // Another file may be there by now.
    if (file.handle() < 0 || ::fstat(file.handle(), &info) != 0) return refuse(errno);
    if (!detail::may_open(path, info)) return static_cast<void>(wanted.reason = "it is not a regular file");
    wanted.stamp = detail::stamp_of(info);
    if (wanted.is_cache)
        if (wanted.reason = detail::find_untrusted_owner(path, info); !wanted.reason.empty()) return;

    auto const size = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
    bool is_too_large = size > wanted.max_bytes;
    int const code = is_too_large ? 0 : detail::read_all(file.handle(), static_cast<std::size_t>(size), wanted);
    is_too_large = is_too_large || wanted.text.size() > wanted.max_bytes;
    if (code == 0 && !is_too_large) {
        wanted.text.erase(0, wanted.text.size() - skip_byte_order_mark(wanted.text).size());
        wanted.outcome = file_outcome::found;
        return;
    }
    crypto::secure_wipe(wanted.text);
    if (is_too_large) wanted.reason = "larger than " + std::to_string(wanted.max_bytes) + " bytes";
    else wanted.reason = code == ETIMEDOUT ? "nothing was written to it in time" : "reading failed";
}

inline void replace_file(replace_ask& wanted) {
    auto const give_up = [&](int code) { wanted.reason = detail::system_error_text(code); };
    auto const give_way = [&] {
        wanted.changed = true;
        wanted.reason = "it was changed meanwhile";
    };
    auto target = wanted.path;
    if (wanted.reason = detail::follow_links(target); !wanted.reason.empty()) return;
    if (target.ends_with('/')) return give_up(EISDIR);
    auto const folder = detail::folder_of(target);
    if (wanted.make_directories)
        if (int const code = detail::make_directories(folder); code != 0) return give_up(code);
    if (wanted.known && !detail::is_as_known(target, *wanted.known)) return give_way();

    struct stat old {};
    bool const exists = ::stat(target.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return give_up(EISDIR);
    if (exists && !S_ISREG(old.st_mode)) return static_cast<void>(wanted.reason = "it is not a regular file");
    if (exists)
        if (wanted.reason = detail::find_untrusted_owner(target, old); !wanted.reason.empty()) return;
    if (exists && ::access(target.c_str(), W_OK) != 0) return give_up(errno);

    detail::file_beside fresh(target);  // mode 0600
    if (fresh.handle() < 0) return give_up(errno);
    int code = detail::write_all(fresh.handle(), wanted.text);
    auto const mode = static_cast<::mode_t>(wanted.owner_only ? 0600 : old.st_mode & 07777);
    if (code == 0 && exists) code = detail::copy_ownership(fresh.handle(), old, mode);
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
    wanted.was_open_to_others = exists && wanted.owner_only && (old.st_mode & 077) != 0;
}

#endif

}  // namespace bedrock::inline BEDROCK_ABI::os

#endif
