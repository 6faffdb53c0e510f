// Owns Ctrl-C on Windows: a console control handler, which the system runs on a thread of its own.
// Never included by anything but interrupt.hpp.
#pragma once

#include "windows.hpp"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

namespace cli {

namespace detail {

/// What the control handler can reach.
struct interrupt_state {
    std::atomic<bool> seen{false};
    std::atomic<bool> writing{false};  // the main thread is in a write, which may wait for a reader
    std::mutex guard{};
    std::optional<bedrock::cancellation> call{};
    HANDLE main_thread = nullptr;
};

/// Never destroyed: the handler may run while the process ends.
inline interrupt_state& interrupts() {
    static auto& state = *new interrupt_state;
    return state;
}

/// True if a call was there to be canceled.
inline bool cancel_call(interrupt_state& state) {
    std::lock_guard const lock(state.guard);
    if (!state.call) return false;
    state.call->cancel();
    return true;
}

[[noreturn]] inline void end_at_once() {
    constexpr std::string_view farewell = "bedrock: Cancelled: interrupted\n";
    DWORD written = 0;
    HANDLE const to = ::GetStdHandle(STD_ERROR_HANDLE);
    ::WriteFile(to, farewell.data(), static_cast<DWORD>(farewell.size()), &written, nullptr);
    ::TerminateProcess(::GetCurrentProcess(), exit_interrupted);
    std::abort();  // not reached
}

inline BOOL WINAPI on_interrupt(DWORD kind) {
    if (kind != CTRL_C_EVENT && kind != CTRL_BREAK_EVENT) return 0;
    auto& state = interrupts();
    bool const again = state.seen.exchange(true);
    if (again || !cancel_call(state)) end_at_once();
    // Again and again, because the flag is set a moment before the write begins.
    constexpr int most_tries = 100;
    constexpr DWORD pause_ms = 10;
    for (int i = 0; state.writing.load(); ++i) {
        if (i == most_tries) end_at_once();  // a write that cannot be canceled, as under wine
        ::CancelSynchronousIo(state.main_thread);
        ::Sleep(pause_ms);
    }
    return 1;
}

}  // namespace detail

inline void catch_interrupts() {
    auto& state = detail::interrupts();
    ::DuplicateHandle(::GetCurrentProcess(), ::GetCurrentThread(), ::GetCurrentProcess(), &state.main_thread, 0, 0,
                      DUPLICATE_SAME_ACCESS);
    ::SetConsoleCtrlHandler(nullptr, 0);  // also if the parent ignores Ctrl-C
    ::SetConsoleCtrlHandler(detail::on_interrupt, 1);
}

inline bool interrupted() noexcept {
    return detail::interrupts().seen.load();
}

inline interrupt_watch::interrupt_watch(bedrock::cancellation call) {
    auto& state = detail::interrupts();
    std::lock_guard const lock(state.guard);
    state.call.emplace(std::move(call));
}

inline interrupt_watch::~interrupt_watch() {
    auto& state = detail::interrupts();
    std::lock_guard const lock(state.guard);
    state.call.reset();
}

}  // namespace cli
