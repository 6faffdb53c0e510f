// Owns files and standard streams on Windows: wide paths, bytes as they are, a console in UTF-16.
// Never included by anything but io.hpp.
#pragma once

#include "windows.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cli {

inline void prepare_standard_streams() {
    windows::prepare_standard_streams();
}

inline bool is_terminal(int file) {
    return windows::find_console(file) != nullptr;
}

inline input::~input() {
    if (file_ > 0) ::_close(file_);
}

inline bedrock::result<input> input::open(std::string const& path) {
    if (path == "-") return input(0, "standard input");
    auto const wide = bedrock::to_utf16<wchar_t>(path);
    int const file = ::_wopen(wide.c_str(), _O_RDONLY | _O_BINARY | _O_NOINHERIT);
    auto const attributes = ::GetFileAttributesW(wide.c_str());
    bool const is_folder = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    if (file < 0 && is_folder)
        return bedrock::fail(bedrock::errc::invalid_input, "cannot read " + quoted(path) + ": Is a directory");
    if (file < 0)
        return bedrock::fail(bedrock::errc::invalid_input, "cannot open " + quoted(path) + ": " + std::strerror(errno));
    return input(file, quoted(path));
}

inline bedrock::result<std::size_t> input::read(std::span<std::byte> into) {
    HANDLE const console = file_ == 0 ? windows::find_console(0) : nullptr;
    if (!console) {
        auto const got = ::_read(file_, into.data(), static_cast<unsigned>((std::min)(into.size(), piece_size)));
        if (got >= 0) return static_cast<std::size_t>(got);
        return bedrock::fail(bedrock::errc::invalid_input, "cannot read " + name_ + ": " + std::strerror(errno));
    }
    if (typed_.empty() && !windows::read_console(console, typed_))
        return bedrock::fail(bedrock::errc::invalid_input, "cannot read " + name_);
    auto const size = (std::min)(into.size(), typed_.size());
    std::memcpy(into.data(), typed_.data(), size);
    typed_.erase(0, size);
    return size;
}

namespace detail {

inline void put_error(std::string_view text) {
    if (HANDLE const console = windows::find_console(2))
        windows::write_console(console, text);
    else
        std::fwrite(text.data(), 1, text.size(), stderr);
}

/// errno of a write that failed; a reader that went away has three errors of Windows, of which errno knows one.
inline int find_write_problem() {
    auto const error = _doserrno;
    bool const is_gone = error == ERROR_NO_DATA || error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED;
    return is_gone ? EPIPE : errno;
}

}  // namespace detail

inline void output::close() {
    if (ok() && ::_close(1) != 0) problem_ = errno;
}

inline void output::put(std::string_view text) {
    HANDLE const console = text.empty() ? nullptr : windows::find_console(1);
    auto& writing = detail::interrupts().writing;
    while (ok() && !text.empty()) {
        writing.store(true);
        if (interrupted()) {
            problem_ = EINTR;
        } else if (console) {
            if (!windows::write_console(console, text)) problem_ = EIO;
            text = {};
        } else {
            auto const written = ::_write(1, text.data(), static_cast<unsigned>((std::min)(text.size(), piece_size)));
            if (written >= 0)
                text.remove_prefix(static_cast<std::size_t>(written));
            else
                problem_ = detail::find_write_problem();
        }
        writing.store(false);
    }
}

}  // namespace cli
