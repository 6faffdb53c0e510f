// SPDX-License-Identifier: MIT
// Owns how an exception becomes an error: that of a function of the caller's, and a failed allocation.
// Never throws, and never needs memory to say that there is none.
#ifndef BEDROCK_EXCEPTION_ERROR_HPP
#define BEDROCK_EXCEPTION_ERROR_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/result.hpp"

#include <cstddef>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::detail {

/// The error of a failed allocation. **Allocates:** nothing: its texts fit into a short string.
error out_of_memory_error() noexcept;

/// The error of the exception that is being handled, to be called in a `catch`. std::bad_alloc is out_of_memory;
/// anything else can only come from a function of the caller's and is callback_failed, with the exception's text.
error current_exception_error() noexcept;

/// Calls a function that returns a `result`; what it throws is returned as an error.
template <class Function>
auto catch_errors(Function&& function) -> decltype(function());

// ---------------------------------------------------------------------------------------------------------------------

inline error out_of_memory_error() noexcept {
    error made;
    made.code = errc::out_of_memory;
    made.name = own_error_name(errc::out_of_memory);
    made.message = "out of memory";
    return made;
}

inline error current_exception_error() noexcept {
#if BEDROCK_EXCEPTIONS
    try {
        constexpr std::size_t longest = 1000;  // bytes: enough for a reason, too little for a dump
        std::string message = "a function of the caller's threw an exception";
        try {
            throw;
        } catch (std::bad_alloc const&) {
            return out_of_memory_error();
        } catch (std::exception const& thrown) {
            message += ": \"";
            append_clean_line(message, thrown.what(), longest);
            message += '"';
        } catch (...) {
            message += " that is not a std::exception";
        }
        message += "; look at the observers, the credentials providers and the environment in client_options";
        return make_error(errc::callback_failed, std::move(message));
    } catch (...) {  // there is no memory for the message
    }
#endif
    return out_of_memory_error();
}

template <class Function>
auto catch_errors(Function&& function) -> decltype(function()) {
#if BEDROCK_EXCEPTIONS
    try {
        return function();
    } catch (...) {
        return unexpected{current_exception_error()};
    }
#else
    return function();
#endif
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
