// SPDX-License-Identifier: MIT
// Owns `share_new`: an object with shared owners whose control block is of one type, whatever the object is.
// Never serves a type that is to find its own owners (std::enable_shared_from_this).
#ifndef BEDROCK_SHARED_HPP
#define BEDROCK_SHARED_HPP

#include "bedrock/config.hpp"

#include <memory>
#include <type_traits>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::detail {

/// As `std::make_shared<T>`, for what is made once a client, call or request: it allocates twice, and costs a program 7
/// functions for each T where that costs 52 (g++ 12 -O0; at -Os 230 bytes instead of 450).
template <class T, class... Args>
std::shared_ptr<T> share_new(Args&&... args);

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
void delete_as(void* at) noexcept {
    delete static_cast<T*>(at);
}

template <class T, class... Args>
std::shared_ptr<T> share_new(Args&&... args) {
    using type = std::remove_const_t<T>;
    auto* const made = new type(std::forward<Args>(args)...);
    return std::shared_ptr<T>(std::shared_ptr<void>(static_cast<void*>(made), &delete_as<type>), made);
}

}  // namespace bedrock::inline BEDROCK_ABI::detail

#endif
