#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

// ThreadSanitizer brings operators of its own, which cannot be replaced: nothing is counted and nothing fails there.
#if defined(__SANITIZE_THREAD__)
#define BEDROCK_TEST_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BEDROCK_TEST_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef BEDROCK_TEST_COUNTS_ALLOCATIONS
#define BEDROCK_TEST_COUNTS_ALLOCATIONS 1
#endif

namespace {

// In front of each block, as wide as the strictest fundamental alignment.
constexpr std::size_t prefix = alignof(std::max_align_t);
static_assert(prefix >= sizeof(std::size_t));

thread_local std::size_t taken = 0;
thread_local std::ptrdiff_t held = 0;
thread_local std::ptrdiff_t most_held = 0;
thread_local std::size_t found_in_freed = 0;
thread_local std::size_t until_failure = 0;  // 0: none fails
thread_local bool has_failed = false;
thread_local std::string_view watched{};

#if BEDROCK_TEST_COUNTS_ALLOCATIONS
void* take(std::size_t size) noexcept {
    if (until_failure != 0 && --until_failure == 0) {
        has_failed = true;
        return nullptr;
    }
    auto* const block = static_cast<char*>(std::malloc(prefix + size));
    if (block == nullptr) return nullptr;
    *reinterpret_cast<std::size_t*>(block) = size;
    ++taken;
    held += static_cast<std::ptrdiff_t>(size);
    if (held > most_held) most_held = held;
    return block + prefix;
}

void* take_or_fail(std::size_t size) {
    if (void* const memory = take(size)) return memory;
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
    throw std::bad_alloc();
#else
    std::abort();
#endif
}

void give_back(void* memory) noexcept {
    if (memory == nullptr) return;
    auto* const bytes = static_cast<char*>(memory);
    auto* const block = bytes - prefix;
    auto const size = *reinterpret_cast<std::size_t*>(block);
    held -= static_cast<std::ptrdiff_t>(size);
    std::string_view const text(bytes, size);
    if (!watched.empty() && text.find(watched) != std::string_view::npos) ++found_in_freed;
    std::free(block);
}

#endif

}  // namespace

#if BEDROCK_TEST_COUNTS_ALLOCATIONS
void* operator new(std::size_t size) {
    return take_or_fail(size);
}
void* operator new[](std::size_t size) {
    return take_or_fail(size);
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    return take(size);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
    return take(size);
}
void operator delete(void* memory) noexcept {
    give_back(memory);
}
void operator delete[](void* memory) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::nothrow_t const&) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::nothrow_t const&) noexcept {
    give_back(memory);
}

#endif

namespace allocations {

std::size_t count() noexcept {
    return taken;
}

peak::peak() noexcept : before_(held) {
    most_held = held;
}

std::size_t peak::bytes() const noexcept {
    return static_cast<std::size_t>(most_held - before_);
}

watch::watch(std::string_view needle) noexcept {
    watched = needle;
    found_in_freed = 0;
}

watch::~watch() {
    watched = {};
}

std::size_t watch::found() const noexcept {
    return found_in_freed;
}

failure::failure(std::size_t nth) noexcept {
    until_failure = nth;
    has_failed = false;
}

failure::~failure() {
    until_failure = 0;
}

bool failure::has_come() const noexcept {
    return has_failed;
}

}  // namespace allocations
