// SPDX-License-Identifier: MIT
// Windows' own headers, included without their worst macros, and what every use of them needs.
// On other systems this header is empty.
#ifndef BEDROCK_OS_WINDOWS_HPP
#define BEDROCK_OS_WINDOWS_HPP

#include "bedrock/config.hpp"
#include "bedrock/utf16.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cwchar>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#if defined(_WIN32)
// Before libcurl, whose header would include them with all of their macros. A <windows.h> that came earlier without
// WIN32_LEAN_AND_MEAN has brought <winsock.h>: MinGW-w64 can add <winsock2.h> to that, the SDK of Visual C++ cannot.
#if defined(_WINSOCKAPI_) && !defined(_WINSOCK2API_)
#if !defined(__MINGW32__)
#error "bedrock: <windows.h> was included without WIN32_LEAN_AND_MEAN: define that, or include <winsock2.h> first"
#endif
#undef _WINSOCKAPI_
#endif
#pragma push_macro("NOMINMAX")
#pragma push_macro("WIN32_LEAN_AND_MEAN")
#undef NOMINMAX
#undef WIN32_LEAN_AND_MEAN
#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#undef NOMINMAX
#undef WIN32_LEAN_AND_MEAN
#pragma pop_macro("WIN32_LEAN_AND_MEAN")
#pragma pop_macro("NOMINMAX")

namespace bedrock::inline BEDROCK_ABI::os::windows {

/// UTF-8 to UTF-16 as the functions whose names end in W take it.
std::wstring wide(std::string_view text);

/// UTF-16 to UTF-8.
std::string narrow(std::wstring_view text);

/// The errno that names the same problem as an error of Windows; EIO if there is none.
int errno_of(DWORD error) noexcept;

/// A handle that is closed when this is destroyed.
class unique_handle {
  public:
    unique_handle() = default;
    /// INVALID_HANDLE_VALUE counts as none.
    explicit unique_handle(HANDLE owned) noexcept : handle_(owned == INVALID_HANDLE_VALUE ? nullptr : owned) {}
    unique_handle(unique_handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    unique_handle& operator=(unique_handle&& other) noexcept {
        if (this != &other) reset(std::exchange(other.handle_, nullptr));
        return *this;
    }
    ~unique_handle() { reset(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    HANDLE get() const noexcept { return handle_; }
    void reset(HANDLE owned = nullptr) noexcept {
        if (handle_) ::CloseHandle(handle_);
        handle_ = owned;
    }

  private:
    HANDLE handle_ = nullptr;
};

/// Starts Winsock the first time it is called. False if it cannot be started. **Thread safety:** any.
bool start_sockets() noexcept;

/// A socket that no child process inherits; INVALID_SOCKET on failure.
SOCKET open_socket(int family, int type, int protocol) noexcept;

/// Makes the calls on a socket return at once. False on failure.
bool set_nonblocking(SOCKET which) noexcept;

/// An environment variable of the process; nullopt if it is not set.
std::optional<std::string> find_variable(std::string const& name);

/// The user's profile folder as the system's shell knows it; "" if it knows none.
std::string find_home();

// ---------------------------------------------------------------------------------------------------------------------

inline std::wstring wide(std::string_view text) {
    return to_utf16<wchar_t>(text);
}

inline std::string narrow(std::wstring_view text) {
    return from_utf16(text);
}

inline int errno_of(DWORD error) noexcept {
    switch (error) {
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
        case ERROR_INVALID_DRIVE:
            return ENOENT;
        case ERROR_DIRECTORY:
            return ENOTDIR;
        case ERROR_ACCESS_DENIED:
        case ERROR_SHARING_VIOLATION:
        case ERROR_LOCK_VIOLATION:
        case ERROR_PRIVILEGE_NOT_HELD:
            return EACCES;
        case ERROR_WRITE_PROTECT:
            return EROFS;
        case ERROR_FILE_EXISTS:
        case ERROR_ALREADY_EXISTS:
            return EEXIST;
        case ERROR_DISK_FULL:
        case ERROR_HANDLE_DISK_FULL:
            return ENOSPC;
        case ERROR_TOO_MANY_OPEN_FILES:
            return EMFILE;
        case ERROR_NOT_ENOUGH_MEMORY:
        case ERROR_OUTOFMEMORY:
            return ENOMEM;
        case ERROR_FILENAME_EXCED_RANGE:
            return ENAMETOOLONG;
        case ERROR_CANT_RESOLVE_FILENAME:
            return ELOOP;
        default:
            return EIO;
    }
}

inline bool start_sockets() noexcept {
    static bool const started = [] {
        WSADATA data{};
        return ::WSAStartup(MAKEWORD(2, 2), &data) == 0;
    }();
    return started;
}

inline SOCKET open_socket(int family, int type, int protocol) noexcept {
    if (!start_sockets()) return INVALID_SOCKET;
    return ::WSASocketW(family, type, protocol, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

inline bool set_nonblocking(SOCKET which) noexcept {
    u_long on = 1;
    return ::ioctlsocket(which, static_cast<long>(FIONBIO), &on) == 0;
}

inline std::optional<std::string> find_variable(std::string const& name) {
    auto const wide_name = wide(name);
    std::wstring value(256, L'\0');
    for (;;) {
        ::SetLastError(ERROR_SUCCESS);
        auto const size = ::GetEnvironmentVariableW(wide_name.c_str(), value.data(), static_cast<DWORD>(value.size()));
        if (size == 0 && ::GetLastError() != ERROR_SUCCESS) return std::nullopt;
        if (size < value.size()) return narrow({value.data(), size});
        value.resize(size);
    }
}

inline std::string find_home() {
    // Found at run time, so that programs need not be linked with shell32.
    using get_folder_path = HRESULT(WINAPI*)(HWND, int, HANDLE, DWORD, wchar_t*);
    constexpr int profile_folder = 0x28;  // CSIDL_PROFILE
    HMODULE const shell = ::LoadLibraryExW(L"shell32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (!shell) return {};
    std::string home;
    wchar_t path[MAX_PATH] = {};
    auto const get = reinterpret_cast<get_folder_path>(
        reinterpret_cast<void (*)()>(::GetProcAddress(shell, "SHGetFolderPathW")));
    if (get && get(nullptr, profile_folder, nullptr, 0, path) == S_OK) home = narrow({path, std::wcslen(path)});
    ::FreeLibrary(shell);
    return home;
}

}  // namespace bedrock::inline BEDROCK_ABI::os::windows

#endif

#endif
