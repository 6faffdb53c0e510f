// SPDX-License-Identifier: MIT
// Owns the ways in which a loopback answer misbehaves, and the grammar in which a test asks for one: `cut:event3@2`.
// Never applies one: the server does.
#ifndef BEDROCK_TESTING_FAULT_HPP
#define BEDROCK_TESTING_FAULT_HPP

#include "bedrock/config.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::testing {

enum class fault_kind : unsigned char {
    none,
    cut,      ///< the connection ends (FIN) at the place, in the middle of the body
    reset,    ///< the same with an RST
    stall,    ///< nothing more from the place on, and the connection stays open
    finish,   ///< the body ends at the place as HTTP says it must: only what it should say is missing
    garbage,  ///< bytes that are no event-stream frame and no JSON stand at the place
    corrupt,  ///< the byte at the place is inverted; of an event, the last one of its checksum
    drip,     ///< `number` bytes at a time, a millisecond apart
};

enum class fault_place : unsigned char {
    head,   ///< before the first byte of the answer
    byte,   ///< before byte `number` of the body, from 0
    event,  ///< before event `number` of the stream, from 1; of a body that is no stream: event 1 is all of it
};

/// One way to misbehave. A place behind the body's end is that end.
struct fault {
    fault_kind kind = fault_kind::none;
    fault_place place = fault_place::byte;
    std::size_t number = 0;
    /// Requests that it is for, by order of arrival from 1.
    std::size_t first = 1;
    std::size_t last = (std::numeric_limits<std::size_t>::max)();

    bool covers(std::size_t request) const noexcept {
        return kind != fault_kind::none && request >= first && request <= last;
    }
};

/// Reads one fault:
///
///     FAULT  = KIND ":" PLACE ["@" FIRST ["-" LAST]]
///     KIND   = "cut" | "reset" | "stall" | "finish" | "garbage" | "corrupt"
///     PLACE  = "head" | BYTES | "event" EVENT         not "head" for finish, garbage and corrupt
///     FAULT  = "drip" ":" BYTES ["@" FIRST ["-" LAST]]
///
/// `cut:event3` closes the connection before the third event, `stall:head@2` never answers the second request,
/// `drip:1@2-4` sends the answers 2 to 4 byte by byte. EVENT, FIRST and LAST count from 1.
/// **Errors:** nothing for any other text.
std::optional<fault> parse_fault(std::string_view text) noexcept;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline bool parse_count(std::string_view text, std::size_t least, std::size_t& number) noexcept {
    auto const* const end = text.data() + text.size();
    auto const [stop, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc() && stop == end && number >= least;
}

inline bool parse_requests(std::string_view text, fault& into) noexcept {
    auto const dash = text.find('-');
    if (!parse_count(text.substr(0, dash), 1, into.first)) return false;
    if (dash == std::string_view::npos) return into.last = into.first, true;
    return parse_count(text.substr(dash + 1), into.first, into.last);
}

inline bool parse_place(std::string_view text, fault& into) noexcept {
    constexpr std::string_view event = "event";
    if (into.kind == fault_kind::drip) return parse_count(text, 1, into.number);
    if (text == "head") {
        into.place = fault_place::head;
        return into.kind == fault_kind::cut || into.kind == fault_kind::reset || into.kind == fault_kind::stall;
    }
    if (!text.starts_with(event)) return parse_count(text, 0, into.number);
    into.place = fault_place::event;
    return parse_count(text.substr(event.size()), 1, into.number);
}

}  // namespace detail

inline std::optional<fault> parse_fault(std::string_view text) noexcept {
    constexpr std::array<std::pair<std::string_view, fault_kind>, 7> kinds{{
        {"cut", fault_kind::cut},
        {"reset", fault_kind::reset},
        {"stall", fault_kind::stall},
        {"finish", fault_kind::finish},
        {"garbage", fault_kind::garbage},
        {"corrupt", fault_kind::corrupt},
        {"drip", fault_kind::drip},
    }};
    fault parsed;
    if (auto const at = text.find('@'); at != std::string_view::npos) {
        if (!detail::parse_requests(text.substr(at + 1), parsed)) return std::nullopt;
        text = text.substr(0, at);
    }
    auto const colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    for (auto const& [name, kind] : kinds)
        if (text.substr(0, colon) == name) parsed.kind = kind;
    if (parsed.kind == fault_kind::none || !detail::parse_place(text.substr(colon + 1), parsed)) return std::nullopt;
    return parsed;
}

}  // namespace bedrock::inline BEDROCK_ABI::testing

#endif
