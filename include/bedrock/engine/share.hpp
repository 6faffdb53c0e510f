// SPDX-License-Identifier: MIT
// Owns what the engines of one client share: DNS answers and TLS sessions, and libcurl's own beginning.
// Never shares a connection: libcurl forbids that across threads.
#ifndef BEDROCK_ENGINE_SHARE_HPP
#define BEDROCK_ENGINE_SHARE_HPP

#include "bedrock/config.hpp"
#include "bedrock/home_process.hpp"
#include "bedrock/os/windows.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>

#include <curl/curl.h>

namespace bedrock::inline BEDROCK_ABI {

/// DNS answers and TLS sessions, shared by all engines of a client through locks. Connections are not: libcurl forbids
/// that across threads.
/// **Thread safety:** full. **Lifetime:** engines hold it by shared_ptr.
class engine_share {
  public:
    engine_share();
    engine_share(engine_share const&) = delete;
    engine_share& operator=(engine_share const&) = delete;
    ~engine_share();
    CURLSH* handle() const noexcept { return handle_; }

  private:
    home_process home_;
    // Called from inside libcurl, through which nothing may be thrown.
    static void lock(CURL*, curl_lock_data what, curl_lock_access, void* self) noexcept;
    static void unlock(CURL*, curl_lock_data what, void* self) noexcept;
    std::array<std::mutex, CURL_LOCK_DATA_LAST> locks_;
    CURLSH* handle_ = nullptr;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// libcurl's global state, once a process; counts as done when the host program did it before. A failure is not kept:
/// memory may be there the next time.
inline bool curl_ready() {
    static std::atomic<bool> ready{false};
    static std::mutex guard;
    if (ready.load(std::memory_order_acquire)) return true;
    std::lock_guard const lock(guard);
    if (!ready.load()) ready.store(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, std::memory_order_release);
    return ready.load();
}

}  // namespace detail

inline engine_share::engine_share() {
    if (!detail::curl_ready()) return;
    handle_ = curl_share_init();
    if (!handle_) return;
    curl_share_setopt(handle_, CURLSHOPT_USERDATA, this);
    curl_share_setopt(handle_, CURLSHOPT_LOCKFUNC, &engine_share::lock);
    curl_share_setopt(handle_, CURLSHOPT_UNLOCKFUNC, &engine_share::unlock);
    curl_share_setopt(handle_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(handle_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

inline engine_share::~engine_share() {
    // In a forked child, handles that are left in memory refer to it.
    if (handle_ && home_.is_here()) curl_share_cleanup(handle_);
}

inline void engine_share::lock(CURL*, curl_lock_data what, curl_lock_access, void* self) noexcept {
    static_cast<engine_share*>(self)->locks_[static_cast<std::size_t>(what)].lock();
}

inline void engine_share::unlock(CURL*, curl_lock_data what, void* self) noexcept {
    static_cast<engine_share*>(self)->locks_[static_cast<std::size_t>(what)].unlock();
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
