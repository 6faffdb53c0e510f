// SPDX-License-Identifier: MIT
// Owns the memory of the header block that a stream's last message had, because most messages repeat it byte for byte.
// Never allocates, and never says that two blocks are the same unless every byte is.
#ifndef BEDROCK_EVENT_STREAM_HEADER_MEMORY_HPP
#define BEDROCK_EVENT_STREAM_HEADER_MEMORY_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"

#include <cstddef>
#include <cstring>

namespace bedrock::inline BEDROCK_ABI::event_stream {

/// Remembers one well-formed header block of up to `capacity` bytes; of an empty or a longer one it knows nothing.
class header_memory {
  public:
    /// ConverseStream's events have 75 to 90 bytes of headers.
    static constexpr std::size_t capacity = 256;

    header_memory() noexcept {}  // leaves the bytes as they are: only `size_` of them mean something

    /// Whether `block` has the bytes of the one that was kept last.
    bool knows(byte_view block) const noexcept {
        return block.size() == size_ && std::memcmp(bytes_, block.data(), size_) == 0;
    }
    /// Remembers `block` in place of the last one.
    void keep(byte_view block) noexcept {
        size_ = !block.empty() && block.size() <= capacity ? block.size() : none;
        if (size_ != none) std::memcpy(bytes_, block.data(), size_);
    }
    void forget() noexcept { size_ = none; }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);  // no block has that size

    std::size_t size_ = none;
    std::byte bytes_[capacity];
};

}  // namespace bedrock::inline BEDROCK_ABI::event_stream

#endif
