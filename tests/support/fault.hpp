// Owns the grammar of the faults that a person asks the mock for, as `cut:1234` or `status:429@1-2`.
// Never applies one.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace mock {

/// `KIND[:NUMBER or NAME][:NUMBER][@FIRST[-LAST]]`; `@3` means the third request or connection only, without it all of
/// them.
struct fault {
    enum class kind { status, exception, cut, reset, stall, drip, corrupt, silent, close };
    kind what = kind::status;
    std::size_t number = 0;  ///< the HTTP status, the byte, the bytes at a time, or the events before an exception
    std::string name{};      ///< the exception's type, or the error type of a status (empty: the usual one)
    std::size_t first = 1;
    std::size_t last = (std::numeric_limits<std::size_t>::max)();

    bool covers(std::size_t ordinal) const { return ordinal >= first && ordinal <= last; }
    /// True for faults of the connection, which count connections; the others count requests.
    bool on_connection() const { return what != kind::status && what != kind::exception; }
};

std::optional<fault> parse_fault(std::string_view text);

/// One line for each kind, for `--help`.
std::string_view describe_faults();

/// The AWS error type that usually comes with an HTTP status, "" where there is none.
std::string_view usual_error_type(std::size_t status);

}  // namespace mock
