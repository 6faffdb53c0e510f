// Owns files and standard streams: input in pieces of bounded size, output that is written whole or reported as failed.
// Never loses a byte in silence, a full disk and a closed pipe are failures like any other; never sends a terminal what
// it would obey.
#pragma once

#include <bedrock/bedrock.hpp>

#include "interrupt.hpp"
#include "terminal_text.hpp"

#if defined(_WIN32)
#include "windows.hpp"
#else
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cli {

/// Bytes that are read at a time.
inline constexpr std::size_t piece_size = 65536;
/// Most bytes of a file that is held whole: room for the largest body that Bedrock takes (25,000,000 bytes) in base64.
inline constexpr std::size_t max_file_bytes = std::size_t{64} << 20;

/// Standard descriptors that are closed are opened on /dev/null, so that no socket ends up where text is written; and
/// SIGPIPE and SIGXFSZ are ignored, so that a closed pipe and a file that may not grow are errors of the write.
void prepare_standard_streams();

/// Writes to standard error; harmless text on a terminal.
void print_error(std::string_view text);

/// True of standard input (0), output (1) or error (2) if a person reads or types there.
bool is_terminal(int file);

/// A text of the user's (a file name, an argument) as it may stand in a message: one clean line, quoted.
std::string quoted(std::string_view text);
/// These two are better matches than std::quoted, which a std::string finds by its namespace if <iomanip> is included;
/// g++ 14's <chrono> does.
inline std::string quoted(std::string const& text) {
    return quoted(std::string_view(text));
}
inline std::string quoted(std::string& text) {
    return quoted(std::string_view(text));
}

/// A file, or standard input for "-".
class input {
  public:
    static bedrock::result<input> open(std::string const& path);
    input(input&& other) noexcept : file_(std::exchange(other.file_, -1)), name_(std::move(other.name_)) {}
    input& operator=(input&&) = delete;
    ~input();

    /// Bytes read, 0 at the end. **Errors:** invalid_input, naming the file.
    bedrock::result<std::size_t> read(std::span<std::byte> into);
    /// All that is left. **Errors:** as `read`, and for more than `limit` bytes.
    bedrock::result<std::string> read_all(std::size_t limit = max_file_bytes);

  private:
    input(int file, std::string name) : file_(file), name_(std::move(name)) {}
    int file_;
    std::string name_;  // for messages
#if defined(_WIN32)
    std::string typed_{};  // at a console and not read yet
#endif
};

/// A file, or standard input, whole.
bedrock::result<std::string> read_file(std::string const& path);
/// The same of one that is text: without the byte order mark that it may begin with.
bedrock::result<std::string> read_text_file(std::string const& path);

/// Standard output, buffered: as it is to a file or a pipe, harmless (`terminal_text`) on a terminal. After the first
/// failure everything is dropped.
class output {
  public:
    output() : terminal_(is_terminal(1)) {}

    bool on_terminal() const noexcept { return terminal_; }
    void write(std::string_view text);
    /// A sequence of the tool's own that a terminal is to obey; nothing to a file or a pipe.
    void steer(std::string_view sequence);
    void flush();
    /// Writes what is left and closes the descriptor: some file systems report a failure only then.
    void finish();

    bool ok() const noexcept { return problem_ == 0; }
    /// What `ok()` being false means, for a person.
    bedrock::error failure() const;

  private:
    void append(std::string_view text);
    void put(std::string_view text);
    void close();
    bool terminal_;
    terminal_text shown_{};
    std::string buffer_{};
    int problem_ = 0;
};

}  // namespace cli

// ---------------------------------------------------------------------------------------------------------------------

#if defined(_WIN32)
#include "io_windows.hpp"
#else

namespace cli {

inline void prepare_standard_streams() {
    for (int const file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(file, F_GETFD) != -1 || errno != EBADF) continue;
        // The lowest free number is this one. The wrong way round, so that using it fails.
        static_cast<void>(::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
}

inline bool is_terminal(int file) {
    return ::isatty(file) != 0;
}

inline input::~input() {
    if (file_ > STDIN_FILENO) ::close(file_);
}

inline bedrock::result<input> input::open(std::string const& path) {
    if (path == "-") return input(STDIN_FILENO, "standard input");
    int file = -1;
    do file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    while (file < 0 && errno == EINTR);
    if (file < 0)
        return bedrock::fail(bedrock::errc::invalid_input, "cannot open " + quoted(path) + ": " + std::strerror(errno));
    return input(file, quoted(path));
}

inline bedrock::result<std::size_t> input::read(std::span<std::byte> into) {
    for (;;) {
        auto const got = ::read(file_, into.data(), into.size());
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EAGAIN || errno == EWOULDBLOCK) {  // somebody else's end of a shared pipe made it non-blocking
            pollfd readable{file_, POLLIN, 0};
            ::poll(&readable, 1, -1);
        } else if (errno != EINTR) {
            return bedrock::fail(bedrock::errc::invalid_input, "cannot read " + name_ + ": " + std::strerror(errno));
        }
    }
}

namespace detail {

inline void put_error(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
}

// Waits until standard output takes PIPE_BUF bytes without blocking; false when SIGINT has come first. The signal is
// let in only while this waits, so that none slips in between a look at the flag and a write that blocks for ever.
inline bool wait_until_writable() {
    sigset_t only_interrupt;
    sigset_t before;
    (::sigemptyset)(&only_interrupt);
    (::sigaddset)(&only_interrupt, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &only_interrupt, &before);
    int ready = 0;
    for (bool last = false; ready == 0 && !last;) {
        last = interrupted();
        // A second at most, in case that another thread took the signal.
        timespec const at_most{last ? 0 : 1, 0};
        fd_set writable;
        FD_ZERO(&writable);
        FD_SET(STDOUT_FILENO, &writable);
        ready = ::pselect(STDOUT_FILENO + 1, nullptr, &writable, nullptr, &at_most, &before);
        if (ready < 0 && errno == EINTR) ready = 0;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return ready != 0;  // an error is the write's to report
}

}  // namespace detail

inline void output::put(std::string_view text) {
    while (ok() && !text.empty()) {
        if (!detail::wait_until_writable()) {
            problem_ = EINTR;
            return;
        }
        auto const written = ::write(STDOUT_FILENO, text.data(), (std::min)(text.size(), std::size_t{PIPE_BUF}));
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            problem_ = errno;
    }
}

inline void output::close() {
    if (ok() && ::close(STDOUT_FILENO) != 0 && errno != EINTR) problem_ = errno;
}

}  // namespace cli

#endif

namespace cli {

inline std::string quoted(std::string_view text) {
    std::string shown = "'";
    bedrock::append_clean_line(shown, text, 200);
    return shown += '\'';
}

inline bedrock::result<std::string> input::read_all(std::size_t limit) {
    std::string all;
    for (;;) {
        auto const size = all.size();
        all.resize(size + piece_size);
        auto const got = read(std::as_writable_bytes(std::span(all).subspan(size)));
        if (!got) return bedrock::unexpected{got.error()};
        all.resize(size + *got);
        if (all.size() > limit)
            return bedrock::fail(bedrock::errc::invalid_input,
                                 name_ + " is larger than " + std::to_string(limit >> 20) + " MiB");
        if (*got == 0) return all;
    }
}

inline bedrock::result<std::string> read_file(std::string const& path) {
    auto from = input::open(path);
    if (!from) return bedrock::unexpected{from.error()};
    return from->read_all();
}

inline bedrock::result<std::string> read_text_file(std::string const& path) {
    auto text = read_file(path);
    if (text) text->erase(0, text->size() - bedrock::skip_byte_order_mark(*text).size());
    return text;
}

inline void print_error(std::string_view text) {
    if (is_terminal(2))
        detail::put_error(make_harmless(text));
    else
        detail::put_error(text);
}

inline void output::write(std::string_view text) {
    if (terminal_)
        append(shown_.take(text));
    else
        append(text);
}

inline void output::steer(std::string_view sequence) {
    if (terminal_) append(sequence);
}

inline void output::append(std::string_view text) {
    if (!ok()) return;
    if (buffer_.size() + text.size() > piece_size) {
        flush();
        if (text.size() > piece_size) return put(text);
    }
    buffer_ += text;
}

inline void output::flush() {
    put(buffer_);
    buffer_.clear();
}

inline void output::finish() {
    append(shown_.end());
    flush();
    close();
}

inline bedrock::error output::failure() const {
    if (interrupted()) return bedrock::make_error(bedrock::errc::cancelled, "interrupted");
    bedrock::error why;
    why.name = "Output";
    why.message = std::string("cannot write to standard output: ") + std::strerror(problem_);
    return why;
}

}  // namespace cli
