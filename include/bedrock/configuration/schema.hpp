// SPDX-License-Identifier: MIT
// Owns how a section of a configuration is looked at: members of the type that is asked for, and words with line and
// column for everything else. Never knows which keys there are: its user says so.
#ifndef BEDROCK_CONFIGURATION_SCHEMA_HPP
#define BEDROCK_CONFIGURATION_SCHEMA_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/configuration/settings.hpp"
#include "bedrock/json/complaint.hpp"
#include "bedrock/json5/document.hpp"
#include "bedrock/json5/path.hpp"
#include "bedrock/json5/status.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI::configuration_detail {

/// Names in braces or an array of them. **Lifetime:** of either, as an argument.
class keys {
  public:
    keys(std::initializer_list<std::string_view> names) noexcept {
        begin_ = names.begin();
        size_ = names.size();
    }
    template <std::size_t Size>
    keys(std::string_view const (&names)[Size]) noexcept : begin_(names), size_(Size) {}
    std::string_view const* begin() const noexcept { return begin_; }
    std::string_view const* end() const noexcept { return begin_ + size_; }
    std::size_t size() const noexcept { return size_; }

  private:
    std::string_view const* begin_ = nullptr;
    std::size_t size_ = 0;
};

/// What is found while a document is looked at.
struct findings {
    json5::document const* document = nullptr;
    std::vector<configuration_note>* notes = nullptr;  ///< not fatal
    std::vector<configuration_note> problems{};
    std::size_t further_problems = 0;  ///< counted only

    /// Most that is kept of either: more help nobody, and each costs a walk through the text.
    static constexpr std::size_t most = 20;
    bool takes_note() const noexcept { return notes->size() < most; }
    bool takes_problem() noexcept {
        if (problems.size() < most) return true;
        ++further_problems;
        return false;
    }
};

/// The known key that somebody probably meant; "" where none is near.
std::string_view find_near(std::string_view key, keys known) noexcept;

/// An object of a configuration, or nothing, in which nothing is found and nothing is wrong.
/// **Lifetime:** of the findings.
class section {
  public:
    section() noexcept = default;
    section(findings& into, json5::value object, std::string path)
        : into_(&into), object_(object), path_(std::move(path)) {}

    explicit operator bool() const noexcept { return static_cast<bool>(object_); }
    json5::value value() const noexcept { return object_; }
    std::string const& path() const noexcept { return path_; }
    json5::value find(std::string_view key) const { return object_.find(key); }

    /// A section inside of this one. **Errors:** a problem where something else stands there.
    section object(std::string_view key) const;
    /// An element of a list of sections.
    section element(std::string_view list, std::size_t index, json5::value element) const;
    /// A member of this section, whatever it is.
    section member(json5::value member) const;

    /// Notes every key that is neither `known` nor of `others`, and those that are there twice.
    void expect(keys known, keys others = {}) const;
    /// The same where others have keys too that nobody lists: notes those that look like a known one misspelt.
    void expect_shared(keys known) const;

    /// The member, where it is there and of that type. **Errors:** a problem where it is of another.
    std::optional<std::string> text(std::string_view key, std::string_view advice = "put quotes around it") const;
    json5::value list(std::string_view key, std::string_view advice) const;
    template <class Flag>
    void read(std::string_view key, Flag& into) const;
    template <class Number>
    void whole(std::string_view key, std::int64_t least, std::string_view advice, Number& into,
               std::int64_t most = (std::numeric_limits<std::int64_t>::max)()) const;
    void number(std::string_view key, double least, double most, std::string_view advice, double& into) const;
    /// A text of these; `Text` takes a std::string_view.
    template <class Text>
    void one_of(std::string_view key, keys values, Text& into, std::string_view advice = {}) const;

    void complain(std::string_view key, std::string message, std::string_view advice) const {
        complain_at(find(key), key, std::move(message), advice);
    }
    void complain_at(json5::value at, std::string_view key, std::string message, std::string_view advice) const;
    void complain_here(std::string message, std::string_view advice) const;
    void complain_of_type(json5::value at, std::string_view key, std::string_view expected,
                          std::string_view advice) const;
    void note(std::string_view key, std::string message, std::string_view advice) const;
    void note_here(std::string message, std::string_view advice) const;

  private:
    std::string path_to(std::string_view key) const;
    configuration_note make_note(std::size_t offset, std::string key, std::string message,
                                 std::string_view advice) const;
    void note_duplicates(keys known) const;

    findings* into_ = nullptr;
    json5::value object_{};
    std::string path_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline std::string list_words(keys words, std::string_view conjunction) {
    std::string all;
    std::size_t left = words.size();
    for (auto const word : words) {
        all += word;
        if (--left > 1) all += ", ";
        if (left == 1) all.append(" ").append(conjunction).append(" ");
    }
    return all;
}

/// Letters to change, add or leave out until the two are alike; case does not count.
inline std::size_t edit_distance(std::string_view left, std::string_view right) noexcept {
    constexpr std::size_t longest = 64;
    if (left.size() > longest || right.size() > longest) return longest;
    std::array<std::size_t, longest + 1> row{};
    for (std::size_t i = 0; i <= right.size(); ++i) row[i] = i;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t k = 1; k <= right.size(); ++k) {
            bool const same = ascii::to_lower(left[i - 1]) == ascii::to_lower(right[k - 1]);
            auto const next = (std::min)({row[k] + 1, row[k - 1] + 1, diagonal + (same ? 0u : 1u)});
            diagonal = std::exchange(row[k], next);
        }
    }
    return row[right.size()];
}

inline std::string_view find_near(std::string_view key, keys known) noexcept {
    std::string_view best;
    std::size_t least = 3;
    for (auto const one : known) {
        auto const distance = edit_distance(key, one);
        if (distance >= least || distance * 3 > one.size()) continue;
        least = distance;
        best = one;
    }
    return best;
}

inline bool is_among(std::string_view key, keys all) noexcept {
    return std::find(all.begin(), all.end(), key) != all.end();
}

inline std::string section::path_to(std::string_view key) const {
    std::string step;
    append_clean_line(step, key, 100);
    auto const shown = json5::format_path(std::array{step});
    return path_.empty() || shown.starts_with('[') ? path_ + shown : path_ + '.' + shown;
}

inline configuration_note section::make_note(std::size_t offset, std::string key, std::string message,
                                             std::string_view advice) const {
    auto const at = json5::locate(into_->document->text(), offset);
    return {at.line, at.column, std::move(key), std::move(message), std::string(advice)};
}

inline void section::complain_at(json5::value at, std::string_view key, std::string message,
                                 std::string_view advice) const {
    if (!into_->takes_problem()) return;
    into_->problems.push_back(make_note(at.begin_offset(), path_to(key), std::move(message), advice));
}

inline void section::complain_here(std::string message, std::string_view advice) const {
    if (!into_->takes_problem()) return;
    into_->problems.push_back(make_note(object_.begin_offset(), path_, std::move(message), advice));
}

inline void section::complain_of_type(json5::value at, std::string_view key, std::string_view expected,
                                      std::string_view advice) const {
    complain_at(at, key, "expected " + std::string(expected) + ", found " + std::string(json::kind_name(at.kind())),
                advice);
}

inline void section::note(std::string_view key, std::string message, std::string_view advice) const {
    if (!into_->takes_note()) return;
    auto const at = find(key);
    auto const offset = at.name_text().empty() ? at.begin_offset() : at.name_offset();
    into_->notes->push_back(make_note(offset, path_to(key), std::move(message), advice));
}

inline void section::note_here(std::string message, std::string_view advice) const {
    if (!into_->takes_note()) return;
    into_->notes->push_back(make_note(object_.begin_offset(), path_, std::move(message), advice));
}

inline section section::object(std::string_view key) const {
    auto const found = find(key);
    return found ? member(found) : section();
}

inline section section::member(json5::value member) const {
    auto const name = member.name();
    if (member.is_object()) return {*into_, member, path_to(name)};
    complain_of_type(member, name, "an object", "write { ... }, or leave it out");
    return {};
}

inline section section::element(std::string_view list, std::size_t index, json5::value element) const {
    auto path = path_to(list) + '[' + std::to_string(index) + ']';
    section made(*into_, element, std::move(path));
    if (element.is_object()) return made;
    made.complain_here("expected an object, found " + std::string(json::kind_name(element.kind())), "write { ... }");
    return {};
}

inline void section::note_duplicates(keys known) const {
    for (auto const key : known) {
        json5::value before;
        for (auto member = object_.first(); member; member = member.next()) {
            if (!member.is_named(key)) continue;
            if (before && into_->takes_note())
                into_->notes->push_back(make_note(before.name_offset(), path_to(key),
                                                  "is there twice; the last one counts", "keep one of them"));
            before = member;
        }
    }
}

inline void section::expect(keys known, keys others) const {
    note_duplicates(known);
    for (auto member = object_.first(); member; member = member.next()) {
        auto const name = member.name();
        if (is_among(name, known) || is_among(name, others)) continue;
        if (!into_->takes_note()) return;
        auto const meant = find_near(name, known);
        auto const advice =
            meant.empty() ? "known here: " + list_words(known, "and") : "did you mean " + std::string(meant) + "?";
        into_->notes->push_back(make_note(member.name_offset(), path_to(name), "unknown key, not read", advice));
    }
}

inline void section::expect_shared(keys known) const {
    note_duplicates(known);
    for (auto member = object_.first(); member; member = member.next()) {
        auto const name = member.name();
        auto const meant = is_among(name, known) ? std::string_view() : find_near(name, known);
        if (meant.empty() || !into_->takes_note()) continue;
        into_->notes->push_back(make_note(member.name_offset(), path_to(name), "unknown key, not read",
                                          "did you mean " + std::string(meant) + "?"));
    }
}

inline std::optional<std::string> section::text(std::string_view key, std::string_view advice) const {
    auto const found = find(key);
    std::string text;
    if (!found) return std::nullopt;
    if (found.read(text) != json5::fault::none) {
        complain_of_type(found, key, "a string", advice);
    } else if (ascii::trim(text).empty()) {
        complain(key, "is empty", "write something, or leave it out");
    } else {
        return text;
    }
    return std::nullopt;
}

inline json5::value section::list(std::string_view key, std::string_view advice) const {
    auto const found = find(key);
    if (!found || found.is_array()) return found;
    complain_of_type(found, key, "an array", advice);
    return {};
}

template <class Flag>
void section::read(std::string_view key, Flag& into) const {
    auto const found = find(key);
    bool read = false;
    if (!found) return;
    if (found.read(read) == json5::fault::none)
        into = read;
    else
        complain_of_type(found, key, "true or false", "write true or false, without quotes");
}

inline std::string describe_range(std::int64_t least, std::int64_t most) {
    bool const has_end = most != (std::numeric_limits<std::int64_t>::max)();
    return has_end ? "from " + std::to_string(least) + " to " + std::to_string(most)
                   : "of " + std::to_string(least) + " or more";
}

template <class Number>
void section::whole(std::string_view key, std::int64_t least, std::string_view advice, Number& into,
                    std::int64_t most) const {
    auto const found = find(key);
    std::int64_t read = 0;
    if (!found) return;
    auto const code = found.read(read);
    if (code == json5::fault::none && read >= least && read <= most)
        into = read;
    else if (found.kind() != json5::value_kind::number)
        complain_of_type(found, key, "a whole number", advice);
    else
        complain(key, quote(found.text()) + " is not a whole number " + describe_range(least, most), advice);
}

inline void section::number(std::string_view key, double least, double most, std::string_view advice,
                            double& into) const {
    auto const found = find(key);
    double read = 0;
    if (!found) return;
    auto const code = found.read(read);
    if (code == json5::fault::none && read >= least && read <= most)
        into = read;
    else if (found.kind() != json5::value_kind::number)
        complain_of_type(found, key, "a number", advice);
    else
        complain(key, quote(found.text()) + " is out of range", advice);
}

template <class Text>
void section::one_of(std::string_view key, keys values, Text& into, std::string_view advice) const {
    auto const choice = list_words(values, "or");
    auto const read = text(key, "write \"" + choice + "\"");
    if (!read) return;
    if (is_among(*read, values))
        into = Text(std::string_view(*read));
    else
        complain(key, quote(*read) + " is not " + choice, advice.empty() ? "write " + choice : std::string(advice));
}

}  // namespace bedrock::inline BEDROCK_ABI::configuration_detail

#endif
