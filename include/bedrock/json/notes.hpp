// SPDX-License-Identifier: MIT
// Notes on what was skipped while a response was read: where, why, and the JSON that stood there. Bounded.
#ifndef BEDROCK_JSON_NOTES_HPP
#define BEDROCK_JSON_NOTES_HPP

#include "bedrock/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::json {

/// A member of a response that is not as the service describes it, and that nobody needs: it was skipped.
struct note {
    std::string path{};     ///< "metrics.latencyMs", "output.message.content[1]"; empty for the response itself
    std::string problem{};  ///< "expected an integer of 64 bits, found 5.7"
    std::string raw{};      ///< its JSON as received; empty if it is missing, or longer than `note_list::max_raw`
};

/// What was skipped in a response. Never more than `max_notes`, however much was skipped.
class note_list {
  public:
    static constexpr std::size_t max_notes = 64;
    static constexpr std::size_t max_raw = std::size_t{4} << 10;

    bool empty() const noexcept { return total_ == 0; }
    /// The notes that were kept.
    std::size_t size() const noexcept { return notes_.size(); }
    /// All that was skipped, kept as a note or not.
    std::size_t total() const noexcept { return total_; }
    note const& operator[](std::size_t index) const noexcept { return notes_[index]; }
    auto begin() const noexcept { return notes_.begin(); }
    auto end() const noexcept { return notes_.end(); }

    void add(std::string path, std::string problem, std::string_view raw);
    /// Appends the notes of `from`; each path then begins with `where`.
    void append(std::string_view where, note_list const& from);
    void clear() noexcept {
        if (total_ != 0) *this = {};
    }

  private:
    std::vector<note> notes_;
    std::size_t total_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void note_list::add(std::string path, std::string problem, std::string_view raw) {
    ++total_;
    if (notes_.size() >= max_notes) return;
    notes_.push_back(
        {std::move(path), std::move(problem), std::string(raw.size() > max_raw ? std::string_view() : raw)});
}

inline void note_list::append(std::string_view where, note_list const& from) {
    for (auto const& one : from) {
        auto path = std::string(where);
        if (!path.empty() && !one.path.empty() && one.path.front() != '[') path += '.';
        add(path + one.path, one.problem, one.raw);
    }
    total_ += from.total_ - from.notes_.size();
}

}  // namespace bedrock::inline BEDROCK_ABI::json

#endif
