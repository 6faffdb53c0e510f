// Owns what the tool needs of Windows: its console in UTF-16, its arguments, and Ctrl-C.
// Never included on other systems.
#pragma once

#include <bedrock/bedrock.hpp>

#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <shellapi.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#if defined(_MSC_VER)
#pragma comment(lib, "shell32")
#endif

namespace cli::windows {

/// The handle of a standard descriptor (0, 1 or 2) if that is a console, which takes and gives UTF-16; else null.
inline HANDLE find_console(int file) {
    DWORD mode = 0;
    HANDLE const handle = reinterpret_cast<HANDLE>(::_get_osfhandle(file));
    return handle != INVALID_HANDLE_VALUE && ::GetConsoleMode(handle, &mode) ? handle : nullptr;
}

/// Standard descriptors get every byte as it is; those that are closed are opened on NUL; a console that shows text
/// obeys escape sequences.
inline void prepare_standard_streams() {
    for (int const file : {0, 1, 2}) {
        if (::_get_osfhandle(file) < 0) {
            int const nothing = ::_wopen(L"NUL", (file == 0 ? _O_WRONLY : _O_RDONLY) | _O_BINARY);
            if (nothing >= 0 && nothing != file) {
                ::_dup2(nothing, file);
                ::_close(nothing);
            }
        }
        ::_setmode(file, _O_BINARY);
        DWORD mode = 0;
        HANDLE const console = file == 0 ? nullptr : find_console(file);
        if (console && ::GetConsoleMode(console, &mode))
            ::SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    }
}

/// The words of the command line in UTF-8, the program's name first.
inline std::vector<std::string> find_arguments() {
    std::vector<std::string> words;
    int count = 0;
    wchar_t** const all = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    for (int i = 0; all && i < count; ++i) words.push_back(bedrock::from_utf16(std::wstring_view(all[i])));
    ::LocalFree(all);
    return words;
}

/// Writes text to a console. False on failure.
inline bool write_console(HANDLE console, std::string_view text) {
    constexpr std::size_t most = 8192;
    auto const wide = bedrock::to_utf16<wchar_t>(text);
    std::wstring_view rest = wide;
    while (!rest.empty()) {
        auto size = (std::min)(rest.size(), most);
        bool const splits_pair = size < rest.size() && rest[size - 1] >= 0xD800 && rest[size - 1] <= 0xDBFF;
        if (splits_pair) --size;
        DWORD written = 0;
        if (!::WriteConsoleW(console, rest.data(), static_cast<DWORD>(size), &written, nullptr)) return false;
        rest.remove_prefix(written);
    }
    return true;
}

/// Reads what was typed, up to a line: appends it in UTF-8. False on failure; nothing is appended at Ctrl-Z.
inline bool read_console(HANDLE console, std::string& to) {
    wchar_t line[4096];
    DWORD size = 0;
    constexpr wchar_t end_of_input = 0x1A;
    do {
        ::SetLastError(ERROR_SUCCESS);
        if (!::ReadConsoleW(console, line, static_cast<DWORD>(std::size(line)), &size, nullptr)) return false;
    } while (size == 0 && ::GetLastError() == ERROR_OPERATION_ABORTED);  // Ctrl-C, which the handler judges
    if (size != 0 && line[0] != end_of_input) to += bedrock::from_utf16(std::wstring_view(line, size));
    return true;
}

}  // namespace cli::windows
