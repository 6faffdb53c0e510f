// Owns how an answer looks on a terminal: reasoning dimmed above the text, and nothing that steers the terminal.
// Never changes a byte of what goes to a file or a pipe.
#pragma once

#include <bedrock/bedrock.hpp>

#include "io.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// Replaces what a terminal would obey (control characters but tab and line feed) by U+FFFD: an answer is not trusted.
std::string make_harmless(std::string_view text);

/// The text of an answer on its way to standard output.
class answer_display {
  public:
    explicit answer_display(output& out) : out_(out), terminal_(is_terminal(1)) {}

    bool on_terminal() const noexcept { return terminal_; }
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
    bool terminal_;
    bool dimmed_ = false;
    bool in_line_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

inline std::string make_harmless(std::string_view text) {
    std::string shown;
    for (std::size_t at = 0; at != text.size();) {
        auto const step = bedrock::decode_utf8(text.substr(at));
        auto const c = step.code_point;
        bool const obeyed = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
        bedrock::append_utf8(shown, obeyed ? bedrock::replacement_character : c);
        at += step.length;
    }
    return shown;
}

inline void answer_display::text(std::string_view piece) {
    if (piece.empty()) return;
    stop_reasoning("\n\n");
    if (terminal_)
        out_.write(make_harmless(piece));
    else
        out_.write(piece);
    in_line_ = piece.back() != '\n';
}

inline void answer_display::reasoning(std::string_view piece) {
    if (piece.empty() || !terminal_) return;
    if (!dimmed_) out_.write("\x1b[2m");
    dimmed_ = true;
    out_.write(make_harmless(piece));
}

inline void answer_display::end() {
    stop_reasoning("");
    out_.write("\n");
}

inline void answer_display::abandon() {
    if (!terminal_) return;
    if (dimmed_)
        stop_reasoning("\n");
    else if (in_line_)
        out_.write("\n");
}

inline void answer_display::stop_reasoning(std::string_view then) {
    if (!dimmed_) return;
    out_.write("\x1b[22m");
    out_.write(then);
    dimmed_ = false;
}

}  // namespace cli
