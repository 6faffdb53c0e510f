// SPDX-License-Identifier: MIT
// Owns `lazy<T>`: a rarely read subtree of a message as JSON text, parsed only when asked for.
// Never parses by itself, and never changes the text.
#ifndef BEDROCK_JSON_LAZY_HPP
#define BEDROCK_JSON_LAZY_HPP

#include "bedrock/config.hpp"
#include "bedrock/fwd.hpp"
#include "bedrock/json/document.hpp"

#include <string>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::json {

/// A T as its JSON text; empty means absent. `parse()` is defined in bedrock/json/fields.hpp.
template <class T>
class lazy {
  public:
    using value_type = T;

    lazy() noexcept = default;
    explicit lazy(document text) noexcept : text_(std::move(text)) {}

    bool empty() const noexcept { return text_.empty(); }
    std::string const& text() const noexcept { return text_.text(); }

    /// **Errors:** errc::protocol naming the member that is not as T describes it, or that the text is empty.
    result<T> parse() const;

  private:
    document text_;
};

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
