// SPDX-License-Identifier: MIT
// A child process on Windows with its pipes, run by the command interpreter.
// On other systems this header is empty.
#ifndef BEDROCK_OS_WINDOWS_PROCESS_HPP
#define BEDROCK_OS_WINDOWS_PROCESS_HPP

#include "bedrock/config.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/os/error_text.hpp"
#include "bedrock/os/windows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#if defined(_WIN32)

namespace bedrock::inline BEDROCK_ABI::os::windows {

/// A command run by cmd.exe, its output collected up to a limit. Destroying it ends the command and what it started.
/// Anonymous pipes cannot be waited for on Windows: call `collect` again a little later.
class child_process {
  public:
    child_process() = default;
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;
    ~child_process() { stop(); }

    /// Returns "" or why the command could not be started. It inherits its standard handles and no other.
    std::string start(std::string const& command);
    /// Takes what the pipes hold. True once both are closed and the command has ended, or a limit was reached.
    bool collect(process_ask& into);

  private:
    void stop() noexcept;
    unique_handle process_;
    unique_handle job_;  // the command and what it started
    std::array<unique_handle, 2> pipes_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The attributes of a new process: the handles that it inherits.
class attribute_list {
  public:
    /// **Lifetime:** the handles must outlive this.
    explicit attribute_list(std::array<HANDLE, 3>& inherited) {
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        memory_ = std::make_unique<std::byte[]>(size);
        auto* const list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get());
        if (!::InitializeProcThreadAttributeList(list, 1, 0, &size)) return;
        list_ = list;
        is_set_ = ::UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited.data(),
                                              sizeof inherited, nullptr, nullptr) != 0;
    }
    attribute_list(attribute_list const&) = delete;
    attribute_list& operator=(attribute_list const&) = delete;
    ~attribute_list() {
        if (list_) ::DeleteProcThreadAttributeList(list_);
    }
    explicit operator bool() const noexcept { return is_set_; }
    LPPROC_THREAD_ATTRIBUTE_LIST get() const noexcept { return list_; }

  private:
    std::unique_ptr<std::byte[]> memory_;
    LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
    bool is_set_ = false;
};

/// Makes a pipe of which a child process inherits the end to write to.
inline bool make_pipe(unique_handle& read_end, unique_handle& write_end) {
    constexpr DWORD buffer_bytes = 65536;
    HANDLE ends[2] = {};
    if (!::CreatePipe(&ends[0], &ends[1], nullptr, buffer_bytes)) return false;
    read_end = unique_handle(ends[0]);
    write_end = unique_handle(ends[1]);
    return ::SetHandleInformation(ends[1], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) != 0;
}

/// The path of cmd.exe: never found by PATH or a variable.
inline std::wstring find_command_interpreter() {
    std::wstring folder(MAX_PATH, L'\0');
    auto const size = ::GetSystemDirectoryW(folder.data(), static_cast<UINT>(folder.size()));
    folder.resize((std::min)(static_cast<std::size_t>(size), folder.size()));
    return folder + L"\\cmd.exe";
}

}  // namespace detail

inline std::string child_process::start(std::string const& command) {
    auto const last_problem = [] { return os::detail::system_error_text(errno_of(::GetLastError())); };
    std::array<unique_handle, 2> write_ends;
    for (std::size_t i = 0; i != pipes_.size(); ++i)
        if (!detail::make_pipe(pipes_[i], write_ends[i])) return last_problem();
    SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, 1};
    unique_handle const nothing(::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable,
                                              OPEN_EXISTING, 0, nullptr));
    if (!nothing) return last_problem();

    std::array<HANDLE, 3> inherited{nothing.get(), write_ends[0].get(), write_ends[1].get()};
    detail::attribute_list const attributes(inherited);
    if (!attributes) return last_problem();
    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = inherited[0];
    startup.StartupInfo.hStdOutput = inherited[1];
    startup.StartupInfo.hStdError = inherited[2];
    startup.lpAttributeList = attributes.get();
    auto const interpreter = detail::find_command_interpreter();
    // With /s, cmd.exe takes the first and the last quotation mark off and leaves the others.
    auto line = L"\"" + interpreter + L"\" /d /s /c \"" + wide(command) + L"\"";
    constexpr std::size_t longest_line = 8191;
    if (line.size() > longest_line) return "the command line is too long";
    PROCESS_INFORMATION made{};
    constexpr DWORD flags = CREATE_SUSPENDED | CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT;
    if (!::CreateProcessW(interpreter.c_str(), line.data(), nullptr, nullptr, 1, flags, nullptr, nullptr,
                          &startup.StartupInfo, &made))
        return last_problem();
    process_ = unique_handle(made.hProcess);
    unique_handle const thread(made.hThread);
    job_ = unique_handle(::CreateJobObjectW(nullptr, nullptr));
    if (job_ && !::AssignProcessToJobObject(job_.get(), made.hProcess)) job_.reset();
    ::ResumeThread(thread.get());
    return {};
}

inline bool child_process::collect(process_ask& into) {
    constexpr std::size_t kept_of_stderr = 4096;
    std::array<char, 16384> piece;
    for (std::size_t i = 0; i != pipes_.size(); ++i) {
        while (pipes_[i]) {
            DWORD ready = 0, size = 0;
            if (!::PeekNamedPipe(pipes_[i].get(), nullptr, 0, nullptr, &ready, nullptr)) {
                pipes_[i].reset();  // closed by the command
                break;
            }
            if (ready == 0) break;
            auto const most = (std::min)(ready, static_cast<DWORD>(piece.size()));
            if (!::ReadFile(pipes_[i].get(), piece.data(), most, &size, nullptr)) {
                pipes_[i].reset();
                break;
            }
            if (i == 0) {
                into.output.append(piece.data(), size);
                if (into.output.size() > into.max_output) {
                    into.failure = process_failure::too_much_output;
                    stop();
                    return true;
                }
            } else if (into.error_output.size() < kept_of_stderr) {
                auto const room = kept_of_stderr - into.error_output.size();
                into.error_output.append(piece.data(), (std::min)(std::size_t{size}, room));
            }
        }
    }
    if (pipes_[0] || pipes_[1] || !process_) return false;
    if (::WaitForSingleObject(process_.get(), 0) != WAIT_OBJECT_0) return false;
    DWORD status = 0;
    ::GetExitCodeProcess(process_.get(), &status);
    into.exit_status = static_cast<int>(status);
    process_.reset();
    job_.reset();
    return true;
}

inline void child_process::stop() noexcept {
    constexpr UINT killed = 137;  // as a shell reports SIGKILL
    if (job_) ::TerminateJobObject(job_.get(), killed);
    if (process_) {
        ::TerminateProcess(process_.get(), killed);
        ::WaitForSingleObject(process_.get(), INFINITE);
    }
    process_.reset();
    job_.reset();
    for (auto& pipe : pipes_) pipe.reset();
}

}  // namespace bedrock::inline BEDROCK_ABI::os::windows

#endif

#endif
