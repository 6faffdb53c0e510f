// Owns how an answer looks on a terminal: reasoning dimmed above the text.
// Never changes a byte of what goes to a file or a pipe.
#pragma once

#include <bedrock/bedrock.hpp>

#include "io.hpp"

#include <string_view>

namespace cli {

/// The text of an answer on its way to standard output.
class answer_display {
  public:
    explicit answer_display(output& out) : out_(out) {}

    bool on_terminal() const noexcept { return out_.on_terminal(); }
    void text(std::string_view piece);
    /// Shown on a terminal only: a file gets the answer alone.
    void reasoning(std::string_view piece);
    /// After a complete answer: one newline.
    void end();
    /// After a broken one: an error on the same terminal begins on a line of its own.
    void abandon();

  private:
    void stop_reasoning(std::string_view then);
    output& out_;
    bool dimmed_ = false;
    bool in_line_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

inline void answer_display::text(std::string_view piece) {
    if (piece.empty()) return;
    stop_reasoning("\n\n");
    out_.write(piece);
    in_line_ = piece.back() != '\n';
}

inline void answer_display::reasoning(std::string_view piece) {
    if (piece.empty() || !on_terminal()) return;
    if (!dimmed_) out_.steer("\x1b[2m");
    dimmed_ = true;
    out_.write(piece);
}

inline void answer_display::end() {
    stop_reasoning("");
    out_.write("\n");
}

inline void answer_display::abandon() {
    if (!on_terminal()) return;
    if (dimmed_)
        stop_reasoning("\n");
    else if (in_line_)
        out_.write("\n");
}

inline void answer_display::stop_reasoning(std::string_view then) {
    if (!dimmed_) return;
    out_.steer("\x1b[22m");
    out_.write(then);
    dimmed_ = false;
}

}  // namespace cli
