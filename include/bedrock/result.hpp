// SPDX-License-Identifier: MIT
// Owns `result<T>`: a value or an `error`, with the names of std::expected, the same in both exception modes.
// Never throws unless `.value()` is called on a failure.
#ifndef BEDROCK_RESULT_HPP
#define BEDROCK_RESULT_HPP

#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/shared.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#if BEDROCK_EXCEPTIONS
#include <exception>
#endif

namespace bedrock::inline BEDROCK_ABI {

#if BEDROCK_EXCEPTIONS
/// What `.value()` throws on a failure; `what()` is the error's message.
class exception : public std::exception {
  public:
    explicit exception(error reason) : reason_(detail::share_new<error const>(std::move(reason))) {}
    char const* what() const noexcept override { return reason_->message.c_str(); }
    error const& reason() const noexcept { return *reason_; }

  private:
    std::shared_ptr<error const> reason_;  // shared, because copying an exception must not throw
};
#endif

/// Called by `.value()` on a failure where exceptions are off; must not return (abort follows if it does).
using fatal_hook = void (*)(error const&);

/// Replaces the fatal hook (default: print the message to stderr) and returns the one before.
/// **Thread safety:** set it before other threads use the library.
fatal_hook set_fatal_hook(fatal_hook hook) noexcept;

/// The failure side of a `result`, as std::unexpected: `return unexpected{make_error(...)};`
struct unexpected {
    bedrock::error reason;
};

/// Shorthand for `unexpected{make_error(code, message)}`.
inline unexpected fail(errc code, std::string message) {
    return {make_error(code, std::move(message))};
}

/// A `T` or an `error`. Reading the wrong side is undefined for `*`, `->` and `error()`, checked for `value()`.
template <class T>
class [[nodiscard]] result {
    static_assert(!std::is_reference_v<T> && !std::is_same_v<std::remove_cv_t<T>, bedrock::error>);

  public:
    using value_type = T;
    using error_type = bedrock::error;

    template <class U = T>
    requires(std::is_constructible_v<T, U&&> && !std::is_same_v<std::remove_cvref_t<U>, result> &&
             !std::is_same_v<std::remove_cvref_t<U>, unexpected>) result(U&& value)
        : has_value_(true) {  // NOLINT: implicit as std::expected's
        ::new (static_cast<void*>(&value_)) T(std::forward<U>(value));
    }
    result(unexpected failure) noexcept : has_value_(false) {
        ::new (static_cast<void*>(&error_)) bedrock::error(std::move(failure.reason));
    }
    result(result const& other) : has_value_(other.has_value_) { construct(other); }
    result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : has_value_(other.has_value_) {
        construct(std::move(other));
    }
    result& operator=(result other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        destroy();
        has_value_ = other.has_value_;
        construct(std::move(other));
        return *this;
    }
    ~result() { destroy(); }

    bool has_value() const noexcept { return has_value_; }
    explicit operator bool() const noexcept { return has_value_; }

    T& operator*() & noexcept { return value_; }
    T const& operator*() const& noexcept { return value_; }
    T&& operator*() && noexcept { return std::move(value_); }
    T* operator->() noexcept { return &value_; }
    T const* operator->() const noexcept { return &value_; }

    T& value() & { return require_value(), value_; }
    T const& value() const& { return require_value(), value_; }
    T&& value() && { return require_value(), std::move(value_); }

    bedrock::error& error() & noexcept { return error_; }
    bedrock::error const& error() const& noexcept { return error_; }
    bedrock::error&& error() && noexcept { return std::move(error_); }

    template <class U>
    T value_or(U&& fallback) const& {
        return has_value_ ? value_ : static_cast<T>(std::forward<U>(fallback));
    }
    template <class U>
    T value_or(U&& fallback) && {
        return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(fallback));
    }

    /// `f(value)`, which returns a result, or the error passed on.
    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
        if (has_value_) return std::forward<F>(f)(std::move(value_));
        return unexpected{std::move(error_)};
    }
    /// A result of `f(value)`, or the error passed on.
    template <class F>
    auto transform(F&& f) && -> result<std::remove_cvref_t<std::invoke_result_t<F, T&&>>> {
        if (has_value_) return std::forward<F>(f)(std::move(value_));
        return unexpected{std::move(error_)};
    }

  private:
    template <class Other>
    void construct(Other&& other) {
        if (has_value_)
            ::new (static_cast<void*>(&value_)) T(std::forward<Other>(other).value_);
        else
            ::new (static_cast<void*>(&error_)) bedrock::error(std::forward<Other>(other).error_);
    }
    void destroy() noexcept {
        if (has_value_)
            value_.~T();
        else
            std::destroy_at(&error_);
    }
    void require_value() const;

    union {
        T value_;
        bedrock::error error_;
    };
    bool has_value_;
};

/// Success without a value, or an `error`.
template <>
class [[nodiscard]] result<void> {
  public:
    using value_type = void;
    using error_type = bedrock::error;

    result() noexcept = default;
    result(unexpected failure) : error_(std::make_unique<bedrock::error>(std::move(failure.reason))) {}
    result(result&&) noexcept = default;
    result& operator=(result&&) noexcept = default;
    result(result const& other) : error_(other.error_ ? std::make_unique<bedrock::error>(*other.error_) : nullptr) {}
    result& operator=(result const& other) { return *this = result(other); }

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return !error_; }
    void value() const;

    bedrock::error& error() & noexcept { return *error_; }
    bedrock::error const& error() const& noexcept { return *error_; }
    bedrock::error&& error() && noexcept { return std::move(*error_); }

  private:
    std::unique_ptr<bedrock::error> error_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline fatal_hook& current_fatal_hook() noexcept {
    static fatal_hook hook = [](bedrock::error const& reason) {
        std::fprintf(stderr, "bedrock: %s: %s\n", reason.name.c_str(), reason.message.c_str());
    };
    return hook;
}

[[noreturn]] inline void value_of_failure(bedrock::error const& reason) {
#if BEDROCK_EXCEPTIONS
    throw bedrock::exception(reason);
#else
    current_fatal_hook()(reason);
    std::abort();
#endif
}

}  // namespace detail

inline fatal_hook set_fatal_hook(fatal_hook hook) noexcept {
    return std::exchange(detail::current_fatal_hook(), hook);
}

template <class T>
void result<T>::require_value() const {
    if (!has_value_) detail::value_of_failure(error_);
}

inline void result<void>::value() const {
    if (error_) detail::value_of_failure(*error_);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
