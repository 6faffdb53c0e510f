// SPDX-License-Identifier: MIT
// Reading and replacing files on Windows: wide paths, stamps of 100 ns, atomic replacement.
// On other systems this header is empty.
#ifndef BEDROCK_OS_WINDOWS_FILE_HPP
#define BEDROCK_OS_WINDOWS_FILE_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/os/error_text.hpp"
#include "bedrock/os/windows.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#if defined(_WIN32)

namespace bedrock::inline BEDROCK_ABI::os::windows {

/// Answers a file_ask.
void read_file(file_ask& wanted);

/// Answers a replace_ask. An existing file keeps its access rights and attributes; a new one has those of its folder.
void replace_file(replace_ask& wanted);

/// The path as the W functions take it, absolute and prefixed if it is too long for them otherwise.
std::wstring wide_path(std::string_view path);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

constexpr std::size_t longest_path = MAX_PATH - 14;  // a folder must leave room for a short name

}  // namespace detail

inline std::wstring wide_path(std::string_view path) {
    auto given = wide(path.substr(0, path.find('\0')));
    if (given.size() < detail::longest_path || given.starts_with(L"\\\\?\\")) return given;
    std::wstring whole(given.size() + MAX_PATH, L'\0');
    auto const size = ::GetFullPathNameW(given.c_str(), static_cast<DWORD>(whole.size()), whole.data(), nullptr);
    if (size == 0 || size >= whole.size()) return given;
    whole.resize(size);
    return whole.starts_with(L"\\\\") ? L"\\\\?\\UNC" + whole.substr(1) : L"\\\\?\\" + whole;
}

namespace detail {

constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

inline std::uint64_t join(DWORD high, DWORD low) noexcept {
    return static_cast<std::uint64_t>(high) << 32 | low;
}

inline file_stamp stamp_of(BY_HANDLE_FILE_INFORMATION const& info) noexcept {
    constexpr std::int64_t ticks_before_1970 = 116'444'736'000'000'000;  // from 1601, 100 ns each
    auto const written = info.ftLastWriteTime;
    auto const ticks = static_cast<std::int64_t>(join(written.dwHighDateTime, written.dwLowDateTime));
    file_stamp stamp;
    stamp.size = static_cast<std::int64_t>(join(info.nFileSizeHigh, info.nFileSizeLow));
    stamp.inode = join(info.nFileIndexHigh, info.nFileIndexLow);
    stamp.modified_ns = (ticks - ticks_before_1970) * 100;
    return stamp;
}

inline bool is_folder(BY_HANDLE_FILE_INFORMATION const& info) noexcept {
    return (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

/// What a path leads to, through links. The error is ERROR_SUCCESS if there is something.
struct found_file {
    unique_handle handle{};
    BY_HANDLE_FILE_INFORMATION info{};
    DWORD error = ERROR_SUCCESS;

    bool is_missing() const noexcept { return errno_of(error) == ENOENT || errno_of(error) == ENOTDIR; }
    file_stamp stamp() const noexcept { return error == ERROR_SUCCESS ? stamp_of(info) : file_stamp(); }
};

inline found_file find_file(std::wstring const& path, DWORD access) {
    found_file found;
    // With FILE_FLAG_BACKUP_SEMANTICS folders can be opened, and be told from files that are not accessible.
    found.handle = unique_handle(::CreateFileW(path.c_str(), access | FILE_READ_ATTRIBUTES, share_all, nullptr,
                                               OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    if (!found.handle || !::GetFileInformationByHandle(found.handle.get(), &found.info)) found.error = ::GetLastError();
    return found;
}

/// The file that a path leads to, which is not a link itself; the path as it is if the file system cannot tell.
inline std::wstring final_path(found_file const& found, std::wstring const& path) {
    std::wstring target(1024, L'\0');
    for (;;) {
        auto const size = ::GetFinalPathNameByHandleW(found.handle.get(), target.data(),
                                                      static_cast<DWORD>(target.size()), FILE_NAME_NORMALIZED);
        if (size == 0) return path;
        bool const fits = size < target.size();
        target.resize(size);
        if (fits) break;
    }
    constexpr std::wstring_view prefix = L"\\\\?\\", share = L"\\\\?\\UNC\\";
    if (target.size() >= longest_path || !target.starts_with(prefix)) return target;
    return target.starts_with(share) ? L"\\\\" + target.substr(share.size()) : target.substr(prefix.size());
}

/// The folder of a path with its separator; "" if the path names none.
inline std::wstring_view folder_of(std::wstring_view path) noexcept {
    auto const separator = path.find_last_of(L"\\/");
    return path.substr(0, separator == std::wstring_view::npos ? 0 : separator + 1);
}

/// Makes the folders of a path that ends in a separator, the outermost first.
inline DWORD make_directories(std::wstring_view folder) {
    while (!folder.empty() && (folder.back() == L'\\' || folder.back() == L'/')) folder.remove_suffix(1);
    if (folder.empty() || folder.back() == L':') return ERROR_SUCCESS;
    std::wstring const path(folder);
    if (::GetFileAttributesW(path.c_str()) != INVALID_FILE_ATTRIBUTES) return ERROR_SUCCESS;
    if (auto const outer = folder_of(folder); !outer.empty())
        if (DWORD const error = make_directories(outer); error != ERROR_SUCCESS) return error;
    if (::CreateDirectoryW(path.c_str(), nullptr) || ::GetLastError() == ERROR_ALREADY_EXISTS) return ERROR_SUCCESS;
    return ::GetLastError();
}

/// A new file beside its target; removed if it was not moved there.
class new_file {
  public:
    explicit new_file(std::wstring const& target) {
        constexpr int most_tries = 100;
        LARGE_INTEGER ticks{};
        ::QueryPerformanceCounter(&ticks);
        auto const unique = std::to_wstring(::GetCurrentProcessId()) + L'-' + std::to_wstring(::GetCurrentThreadId()) +
                            L'-' + std::to_wstring(ticks.QuadPart);
        for (int i = 0; i != most_tries; ++i) {
            path_ = target + L'.' + unique + L'-' + std::to_wstring(i) + L".tmp";
            handle_ = unique_handle(::CreateFileW(path_.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW,
                                                  FILE_ATTRIBUTE_NORMAL, nullptr));
            error_ = handle_ ? ERROR_SUCCESS : ::GetLastError();
            if (error_ != ERROR_FILE_EXISTS && error_ != ERROR_ALREADY_EXISTS) break;
        }
        is_there_ = error_ == ERROR_SUCCESS;
    }
    new_file(new_file const&) = delete;
    new_file& operator=(new_file const&) = delete;
    ~new_file() {
        handle_.reset();
        if (is_there_) ::DeleteFileW(path_.c_str());
    }
    DWORD error() const noexcept { return error_; }

    /// Writes the text to the disk and closes the file.
    DWORD write(std::string_view text) {
        constexpr std::size_t most = std::size_t{1} << 20;
        while (!text.empty()) {
            DWORD written = 0;
            auto const size = static_cast<DWORD>((std::min)(text.size(), most));
            if (!::WriteFile(handle_.get(), text.data(), size, &written, nullptr)) return ::GetLastError();
            text.remove_prefix(written);
        }
        if (!::FlushFileBuffers(handle_.get())) return ::GetLastError();
        handle_.reset();
        return ERROR_SUCCESS;
    }

    /// Moves it onto an existing target, or to where no file is yet.
    DWORD move_to(std::wstring const& target, bool exists) {
        constexpr int most_tries = 200, pause_ms = 1;  // virus scanners and indexers hold new files for a moment
        for (int i = 0;; ++i) {
            if (exists ? ::ReplaceFileW(target.c_str(), path_.c_str(), nullptr, 0, nullptr, nullptr)
                       : ::MoveFileExW(path_.c_str(), target.c_str(), MOVEFILE_WRITE_THROUGH)) {
                is_there_ = false;
                return ERROR_SUCCESS;
            }
            DWORD const error = ::GetLastError();
            bool const is_held = error == ERROR_SHARING_VIOLATION || error == ERROR_ACCESS_DENIED ||
                                 error == ERROR_UNABLE_TO_REMOVE_REPLACED;
            if (is_held && i != most_tries) {
                ::Sleep(pause_ms);
                continue;
            }
            return error == ERROR_UNABLE_TO_REMOVE_REPLACED ? ERROR_ACCESS_DENIED : error;
        }
    }

  private:
    std::wstring path_;
    unique_handle handle_;
    DWORD error_ = ERROR_SUCCESS;
    bool is_there_ = false;
};

/// Keeps out others that replace files of the same folder, so that no change comes between a look at a file and its
/// replacement. Advisory, and released when its process ends. Without it the look is all there is.
class folder_lock {
  public:
    explicit folder_lock(std::wstring_view folder) {
        constexpr DWORD longest_ms = 200;  // it is held for a rename
        std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
        for (wchar_t const c : folder) {
            wchar_t const plain = c == L'/' ? L'\\' : c >= L'A' && c <= L'Z' ? static_cast<wchar_t>(c + 32) : c;
            hash = (hash ^ plain) * 0x100000001b3;
        }
        auto const name = L"Global\\bedrock-" + std::to_wstring(hash);
        mutex_ = unique_handle(::CreateMutexW(nullptr, 0, name.c_str()));
        if (!mutex_) return;
        DWORD const outcome = ::WaitForSingleObject(mutex_.get(), longest_ms);
        is_held_ = outcome == WAIT_OBJECT_0 || outcome == WAIT_ABANDONED;
    }
    folder_lock(folder_lock const&) = delete;
    folder_lock& operator=(folder_lock const&) = delete;
    ~folder_lock() {
        if (is_held_) ::ReleaseMutex(mutex_.get());
    }

  private:
    unique_handle mutex_;
    bool is_held_ = false;
};

}  // namespace detail

inline void read_file(file_ask& wanted) {
    auto const fail = [&](DWORD error) { wanted.reason = os::detail::system_error_text(errno_of(error)); };
    auto const found = detail::find_file(wide_path(wanted.path), FILE_READ_DATA);
    if (found.error != ERROR_SUCCESS) {
        wanted.outcome = found.is_missing() ? file_outcome::missing : file_outcome::unreadable;
        return fail(found.error);
    }
    wanted.stamp = found.stamp();
    if (wanted.known == wanted.stamp) {
        wanted.outcome = file_outcome::unchanged;
        return;
    }
    wanted.outcome = file_outcome::unreadable;
    if (detail::is_folder(found.info)) return static_cast<void>(wanted.reason = os::detail::system_error_text(EISDIR));
    std::array<char, 16384> piece;
    while (wanted.text.size() <= wanted.max_bytes) {
        DWORD size = 0;
        if (!::ReadFile(found.handle.get(), piece.data(), static_cast<DWORD>(piece.size()), &size, nullptr))
            return static_cast<void>(wanted.reason = "reading failed");
        if (size == 0) break;
        wanted.text.append(piece.data(), size);
    }
    if (wanted.text.size() > wanted.max_bytes) {
        wanted.text.clear();
        wanted.reason = "larger than " + std::to_string(wanted.max_bytes) + " bytes";
    } else {
        wanted.outcome = file_outcome::found;
    }
}

inline void replace_file(replace_ask& wanted) {
    auto const fail = [&](int code) { wanted.reason = os::detail::system_error_text(code); };
    auto const yield_to_other = [&] {
        wanted.changed = true;
        wanted.reason = "it was changed meanwhile";
    };
    auto target = wide_path(wanted.path);
    if (target.ends_with(L'\\') || target.ends_with(L'/')) return fail(EISDIR);
    if (wanted.make_directories)
        if (DWORD const error = detail::make_directories(detail::folder_of(target)); error != ERROR_SUCCESS)
            return fail(errno_of(error));
    {
        auto const old = detail::find_file(target, 0);
        if (old.error != ERROR_SUCCESS && !old.is_missing()) return fail(errno_of(old.error));
        if (old.error == ERROR_SUCCESS) {
            if (detail::is_folder(old.info)) return fail(EISDIR);
            if (::GetFileType(old.handle.get()) != FILE_TYPE_DISK)
                return static_cast<void>(wanted.reason = "it is not a regular file");
            if ((old.info.dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0) return fail(EACCES);
            target = detail::final_path(old, target);
        } else if (::GetFileAttributesW(target.c_str()) != INVALID_FILE_ATTRIBUTES) {
            return fail(errno_of(old.error));  // a link to nothing
        }
        if (wanted.known && old.stamp() != *wanted.known) return yield_to_other();
    }
    detail::new_file fresh(target);
    if (fresh.error() != ERROR_SUCCESS) return fail(errno_of(fresh.error()));
    if (DWORD const error = fresh.write(wanted.text); error != ERROR_SUCCESS) return fail(errno_of(error));

    DWORD error = ERROR_SUCCESS;
    {
        detail::folder_lock const held(detail::folder_of(target));
        auto const is_new = [&] { return detail::find_file(target, 0).error != ERROR_SUCCESS; };
        if (wanted.known && detail::find_file(target, 0).stamp() != *wanted.known) return yield_to_other();
        bool const must_be_new = wanted.known && wanted.known == file_stamp();
        error = fresh.move_to(target, !must_be_new && !is_new());
        // Another process made or removed the file meanwhile.
        if (!must_be_new && (errno_of(error) == EEXIST || errno_of(error) == ENOENT))
            error = fresh.move_to(target, !is_new());
    }
    if (errno_of(error) == EEXIST) return yield_to_other();
    if (error != ERROR_SUCCESS) return fail(errno_of(error));
    wanted.done = true;
}

}  // namespace bedrock::inline BEDROCK_ABI::os::windows

#endif

#endif
