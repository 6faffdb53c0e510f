// SPDX-License-Identifier: MIT
// Owns the ABI tag, the one fact about the compiler that changes it (whether exceptions are on), and the mark of cold
// code. Never lets any other macro change a layout or a body.
#ifndef BEDROCK_CONFIG_HPP
#define BEDROCK_CONFIG_HPP

// An unsupported compiler or standard gets one error before any other header is read. `#error` does not end a compilation
// of g++ or clang, so the include of a file that does not exist follows it.
#if defined(__clang__) && __clang_major__ < 14
#error bedrock needs clang 14 or newer
#include <stopped_by_the_error_above>
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12
#error bedrock needs g++ 12 or newer
#include <stopped_by_the_error_above>
#elif __cplusplus < 202002L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 202002L)
#error bedrock needs -std=c++20 or newer
#include <stopped_by_the_error_above>
#endif

/// 1 where exceptions are enabled. Part of the ABI tag, so that translation units of both modes link side by side.
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define BEDROCK_EXCEPTIONS 1
/// The inline namespace that carries the major version and the exception mode: `namespace bedrock::inline BEDROCK_ABI`.
#define BEDROCK_ABI v0_ex
#else
#define BEDROCK_EXCEPTIONS 0
#define BEDROCK_ABI v0_nx
#endif

/// Marks a function that is seldom called: it stays out of those that are called often, and is made small, not fast.
#if defined(__GNUC__)
#define BEDROCK_COLD __attribute__((cold))
#else
#define BEDROCK_COLD
#endif

#endif
