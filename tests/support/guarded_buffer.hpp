// A copy of some bytes that ends right before an unreadable page: the first byte read past the end kills the test.
#pragma once

#if defined(_WIN32)
#include "bedrock/os/windows.hpp"
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

class guarded_buffer {
  public:
    explicit guarded_buffer(std::string_view bytes) : size_(bytes.size()) {
        auto const page = page_size();
        mapped_ = (size_ + page - 1) / page * page + page;
        auto* const guard = map(page);
        data_ = guard - size_;
        if (size_ != 0) std::memcpy(data_, bytes.data(), size_);
    }
    guarded_buffer(guarded_buffer const&) = delete;
    guarded_buffer& operator=(guarded_buffer const&) = delete;
    ~guarded_buffer() { unmap(); }

    std::string_view text() const { return {data_, size_}; }
    std::span<std::byte const> bytes() const { return {reinterpret_cast<std::byte const*>(data_), size_}; }
    char* data() { return data_; }

  private:
#if defined(_WIN32)
    static std::size_t page_size() { return 4096; }
    /// Returns the unreadable page behind what is mapped.
    char* map(std::size_t page) {
        base_ = ::VirtualAlloc(nullptr, mapped_, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
        if (base_ == nullptr) std::abort();
        auto* const guard = static_cast<char*>(base_) + (mapped_ - page);
        DWORD before = 0;
        if (!::VirtualProtect(guard, page, PAGE_NOACCESS, &before)) std::abort();
        return guard;
    }
    void unmap() { ::VirtualFree(base_, 0, MEM_RELEASE); }
#else
    static std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }
    /// Returns the unreadable page behind what is mapped.
    char* map(std::size_t page) {
        base_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (base_ == MAP_FAILED) std::abort();
        auto* const guard = static_cast<char*>(base_) + (mapped_ - page);
        if (::mprotect(guard, page, PROT_NONE) != 0) std::abort();
        return guard;
    }
    void unmap() { ::munmap(base_, mapped_); }
#endif

    std::size_t size_;
    std::size_t mapped_ = 0;
    void* base_ = nullptr;
    char* data_ = nullptr;
};
