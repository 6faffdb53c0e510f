// Defines BEDROCK_TEST_IS_SANITIZED if a sanitizer replaces the memory allocator, and keeps what is freed.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define BEDROCK_TEST_IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BEDROCK_TEST_IS_SANITIZED 1
#endif
