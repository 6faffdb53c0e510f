// SPDX-License-Identifier: MIT
// Owns `exchange<T>`, the coroutine type that protocols are written in, and the asks by which they reach the world.
// Never does I/O: it suspends with an ask, and whichever runner drives it answers and steps it on.
#ifndef BEDROCK_EXCHANGE_HPP
#define BEDROCK_EXCHANGE_HPP

#include "bedrock/config.hpp"
#include "bedrock/http.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

namespace detail {

/// Overwrites all memory of a text, its spare capacity too, and empties it. `crypto::secure_wipe` needs OpenSSL, which
/// this header does without.
inline void wipe(std::string& secret) noexcept {
    secret.resize(secret.capacity());  // within the capacity: cannot throw, and brings all of it in reach
#if defined(__GNUC__)
    std::memset(secret.data(), 0, secret.size());
    __asm__ __volatile__("" : : "r"(secret.data()) : "memory");  // read by something, as far as the compiler knows
#else
    volatile char* const bytes = secret.data();
    for (std::size_t i = 0; i != secret.size(); ++i) bytes[i] = 0;
#endif
    secret.clear();
}

}  // namespace detail

enum class ask_kind : unsigned char { http, open, receive, pause, file, replace, process, wait, network };

/// What a suspended exchange waits for. A runner switches over `kind`, casts to the type of that name, fills in the
/// answer members and steps the exchange.
struct ask {
    ask_kind const kind;

  protected:
    explicit ask(ask_kind what) noexcept : kind(what) {}
    ~ask() = default;
};

/// Sends a request and wants the complete answer.
struct http_ask : ask {
    explicit http_ask(http::request what) : ask(ask_kind::http), request(std::move(what)) {}
    http::request request;
    /// Answer: set when there is no complete response.
    http::failure failure{};
    /// Answer.
    http::response response{};
};

/// Sends a request and wants its head, the body to be received piece by piece.
struct open_ask : ask {
    explicit open_ask(http::request what) : ask(ask_kind::open), request(std::move(what)) {}
    http::request request;
    /// Answer: set when no head arrived.
    http::failure failure{};
    /// Answer: the open transfer, head filled in; null on failure.
    std::unique_ptr<http::transfer> transfer{};
};

/// Wants more bytes in an open transfer's buffer, or its end: look into the buffer first, bytes may have come with the
/// head. Answered in the transfer itself.
struct receive_ask : ask {
    receive_ask(http::transfer& source, bool first) noexcept
        : ask(ask_kind::receive), from(source), first_event(first) {}
    http::transfer& from;
    /// No event has been decoded yet: the first-event clock runs, not the idle clock.
    bool first_event;
};

/// Wants time to pass.
struct pause_ask : ask {
    explicit pause_ask(std::int64_t how_long) noexcept : ask(ask_kind::pause), milliseconds(how_long) {}
    std::int64_t milliseconds;
};

/// By what one sees that a file has changed.
struct file_stamp {
    std::int64_t size = -1;
    std::int64_t modified_ns = 0;
    std::uint64_t inode = 0;
    friend bool operator==(file_stamp const&, file_stamp const&) = default;
};

enum class file_outcome : unsigned char { found, unchanged, missing, unreadable };

/// Wants the text of a file, unless it is as the asker knows it.
struct file_ask : ask {
    explicit file_ask(std::string which) : ask(ask_kind::file), path(std::move(which)) {}
    file_ask(file_ask const&) = default;
    ~file_ask() { detail::wipe(text); }
    std::string path;
    /// Most bytes that are read; a larger file is unreadable. Default: far above any configuration.
    std::size_t max_bytes = std::size_t{4} << 20;
    file_stamp known{};
    /// In a folder that is sticky or that anyone may write to, links and files of other users than this one and root
    /// make it unreadable.
    bool is_cache = false;
    /// Answer.
    file_outcome outcome = file_outcome::missing;
    file_stamp stamp{};
    std::string text{};
    /// Answer: why it is unreadable or missing.
    std::string reason{};
};

/// Wants a file's text replaced at one stroke.
struct replace_ask : ask {
    replace_ask(std::string which, std::string with)
        : ask(ask_kind::replace), path(std::move(which)), text(std::move(with)) {}
    replace_ask(replace_ask const&) = default;
    ~replace_ask() { detail::wipe(text); }
    std::string path;
    std::string text;
    /// As the asker knows the file: one that is no longer so stays as it is. A stamp of no file (the default one) is
    /// for a file that must not be there yet. Unset: whatever there is, is replaced.
    std::optional<file_stamp> known{};
    /// Makes the directories that are missing, for their owner alone.
    bool make_directories = false;
    /// An existing file loses the access rights of everyone but its owner.
    bool owner_only = false;
    /// Answer.
    bool done = false;
    /// Answer: it was `owner_only` that took rights away.
    bool was_open_to_others = false;
    /// Answer: it was not `known` any more.
    bool changed = false;
    std::string reason{};
};

enum class process_failure : unsigned char { none, not_started, timed_out, too_much_output, unknown_status };

/// Wants a command run by the system's shell.
struct process_ask : ask {
    explicit process_ask(std::string what) : ask(ask_kind::process), command(std::move(what)) {}
    process_ask(process_ask const&) = default;
    ~process_ask() { detail::wipe(output); }
    std::string command;
    std::int64_t timeout_ms = 60'000;
    /// Node's limit, which AWS's JavaScript SDK inherits.
    std::size_t max_output = std::size_t{1} << 20;
    /// Answer.
    process_failure failure = process_failure::none;
    int exit_status = 0;
    std::string output{};
    /// Answer: the first 4 KiB of what it wrote to stderr, or why it was not started.
    std::string error_output{};
};

/// Something that a running call may be asleep in. `wake` may be called from any thread, also when nobody sleeps.
class waker {
  public:
    virtual ~waker() = default;
    virtual void wake() noexcept = 0;
};

/// Something that another call brings about, such as credentials that it is fetching.
/// **Thread safety:** all members, from any thread.
class awaited {
  public:
    virtual ~awaited() = default;
    virtual bool ready() const noexcept = 0;
    /// Has the sleeper woken when `ready` changes; false when it is ready already.
    virtual bool add_sleeper(std::shared_ptr<waker> bed) = 0;
    virtual void remove_sleeper(std::shared_ptr<waker> const& bed) noexcept = 0;
};

/// Wants another call's result, for at most so long.
struct wait_ask : ask {
    wait_ask(std::shared_ptr<awaited> what, std::int64_t at_most_ms)
        : ask(ask_kind::wait), on(std::move(what)), timeout_ms(at_most_ms) {}
    std::shared_ptr<awaited> on;
    /// 0: no limit of its own.
    std::int64_t timeout_ms;
};

/// Says how hosts are reached from now on, by requests that do not say it themselves.
struct network_ask : ask {
    explicit network_ask(http::network by) : ask(ask_kind::network), how(std::move(by)) {}
    http::network how;
};

/// A protocol: a coroutine that may `co_await` asks (named variables, never temporaries) and other exchanges, and
/// returns a `T`. Nothing runs before the first `step()`.
///
/// A protocol in a header is a template of nothing, `template <class = void>`, and so is the class that has it as a
/// member, `basic_x` with `using x = basic_x<void>`; what calls one likewise, up to `client`. Otherwise each unit that
/// includes it compiles it, with all that it calls, whether it is used or not: g++ gives a coroutine's frame functions
/// no inline linkage and writes them out (-O0), clang++ writes out virtual functions.
///
/// **Lifetime:** destroying it destroys the coroutine and every exchange nested in it, wherever they stand. What it was
/// given by reference must outlive it.
/// **Thread safety:** one thread at a time.
template <class T>
class [[nodiscard]] exchange;

namespace detail {

/// Where one tree of nested exchanges stands: the coroutine to resume, and the ask it is waiting for.
struct exchange_position {
    std::coroutine_handle<> leaf{};
    ask* pending = nullptr;
};

struct exchange_promise_base {
    exchange_position* position = nullptr;
    std::coroutine_handle<> parent{};

    std::suspend_always initial_suspend() const noexcept { return {}; }
    auto final_suspend() const noexcept {
        struct to_parent {
            exchange_position* position;
            std::coroutine_handle<> parent;
            bool await_ready() const noexcept { return false; }
            void await_suspend(std::coroutine_handle<>) const noexcept { position->leaf = parent; }
            void await_resume() const noexcept {}
        };
        return to_parent{position, parent};
    }
    void unhandled_exception() {
#if BEDROCK_EXCEPTIONS
        throw;  // out of step(), to whoever runs this
#else
        std::abort();
#endif
    }

    struct answered {
        exchange_position* position;
        ask* wanted;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept { position->pending = wanted; }
        void await_resume() const noexcept {}
    };
    template <class Ask>
    requires std::is_base_of_v<ask, Ask> answered await_transform(Ask& wanted)
    const noexcept {
        return {position, &wanted};
    }

    template <class U>
    struct nested;
    template <class U>
    nested<U> await_transform(exchange<U>&& child) const noexcept {
        return {{position, child}};
    }
};

/// An exchange, whatever it returns: what follows is compiled once, not for each T.
class exchange_base {
  public:
    exchange_base(exchange_base&& other) noexcept
        : coroutine_(std::exchange(other.coroutine_, nullptr)),
          promise_(other.promise_),
          position_(std::move(other.position_)) {}
    exchange_base& operator=(exchange_base&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        std::swap(promise_, other.promise_);
        std::swap(position_, other.position_);
        return *this;
    }

    /// Runs until the next ask, which it returns, or to the end: null, and `take()` has the value. The ask before must
    /// have been answered.
    ask* step();

  protected:
    exchange_base(std::coroutine_handle<> coroutine, exchange_promise_base& promise) noexcept
        : coroutine_(coroutine), promise_(&promise) {}
    ~exchange_base() {
        if (coroutine_) coroutine_.destroy();
    }
    exchange_promise_base& promise() const noexcept { return *promise_; }

  private:
    friend struct nested_base;

    std::coroutine_handle<> coroutine_;
    exchange_promise_base* promise_;
    // Only the root of a tree has one; on the heap, so that an exchange may move between steps.
    std::unique_ptr<exchange_position> position_{};
};

}  // namespace detail

template <class T>
class [[nodiscard]] exchange : public detail::exchange_base {
  public:
    struct promise_type;

    /// The returned value; call it once, after `step()` gave null.
    T take() { return std::move(static_cast<promise_type&>(promise()).value); }

  private:
    using exchange_base::exchange_base;
};

// ---------------------------------------------------------------------------------------------------------------------

// Not a std::optional: one for each T would be a thousand functions more in a program at -O0.
template <class T>
struct exchange<T>::promise_type : detail::exchange_promise_base {
    promise_type() noexcept {}
    promise_type(promise_type const&) = delete;
    promise_type& operator=(promise_type const&) = delete;
    ~promise_type() {
        if (has_value) value.~T();
    }
    exchange get_return_object() noexcept {
        return exchange(std::coroutine_handle<promise_type>::from_promise(*this), *this);
    }
    template <class U>
    void return_value(U&& returned) {
        ::new (static_cast<void*>(&value)) T(std::forward<U>(returned));
        has_value = true;
    }

    union {
        T value;
    };
    bool has_value = false;
};

namespace detail {

// No symmetric transfer: the loop in step() resumes the leaf, so depth of nesting never becomes depth of stack.
struct nested_base {
    exchange_position* position;
    exchange_base& child;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const noexcept {
        child.promise_->position = position;
        child.promise_->parent = awaiting;
        position->leaf = child.coroutine_;
    }
};

template <class U>
struct exchange_promise_base::nested : nested_base {
    U await_resume() const { return static_cast<exchange<U>&>(child).take(); }
};

inline ask* exchange_base::step() {
    if (!position_) {
        position_ = std::make_unique<exchange_position>();
        position_->leaf = coroutine_;
        promise_->position = position_.get();
    }
    position_->pending = nullptr;
    while (!coroutine_.done() && !position_->pending) position_->leaf.resume();
    return position_->pending;
}

}  // namespace detail

}  // namespace bedrock::inline BEDROCK_ABI

#endif
