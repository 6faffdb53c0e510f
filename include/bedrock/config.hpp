// Owns the ABI tag, the one fact about the compiler that changes it (whether exceptions are on), and the mark of cold
// code. Never lets any other macro change a layout or a body.
#ifndef BEDROCK_CONFIG_HPP
#define BEDROCK_CONFIG_HPP

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
