// Runs a program as a child of the test: arguments, a whole environment, standard streams as pipes, files or a
// terminal. Never goes through a shell, and never waits for ever: a child that hangs is killed and the test told so.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace process {

struct options {
    std::vector<std::string> arguments{};    ///< the program's path first
    std::vector<std::string> environment{};  ///< all of it, "NAME=value"
    std::string input{};                     ///< what standard input has, then its end
    std::string stdin_path{};                ///< a file instead
    std::string stdout_path{};               ///< a file instead of a pipe: "/dev/full"
    bool close_stdout = false;               ///< the child has no standard output at all
    bool terminal = false;                   ///< standard output and error are one terminal, all of it in `out`
    std::chrono::milliseconds patience{60'000};
};

struct outcome {
    int exit_status = -1;  ///< -1: ended by `signal`, or never started
    int signal = 0;
    bool hung = false;  ///< it outlived the patience and was killed
    std::string out{};
    std::string err{};
};

/// Whether PATH leads to a program of this name.
inline bool is_on_path(std::string const& program) {
    char const* const path = ::getenv("PATH");
    std::string_view rest = path ? path : "";
    while (!rest.empty()) {
        auto const end = (std::min)(rest.find(':'), rest.size());
        if (::access((std::string(rest.substr(0, end)) + "/" + program).c_str(), X_OK) == 0) return true;
        rest.remove_prefix((std::min)(end + 1, rest.size()));
    }
    return false;
}

/// False where `options::terminal` cannot be had: devpts is not mounted.
inline bool has_terminals() {
    return ::access("/dev/pts/ptmx", F_OK) == 0;
}

/// A child that runs while the test goes on. Pipes are read in `wait...` alone.
class child {
  public:
    explicit child(options given);
    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child();

    bool started() const { return pid_ > 0; }
    /// False if it could not be started: kill(-1) would signal every process of the user.
    bool send(int signal) const { return started() && ::kill(pid_, signal) == 0; }
    /// Closes the reading end of its standard output: its next write there meets a broken pipe.
    void stop_reading() { close(out_); }
    /// Until `text` stands in its standard output. False when it ended or patience did before.
    bool wait_for_output(std::string_view text);
    /// What it has written there so far.
    std::string const& output() const { return seen_.out; }
    outcome wait();

  private:
    static void close(int& file) {
        if (file >= 0) ::close(std::exchange(file, -1));
    }
    void spawn();
    bool pump();
    bool receive(int& from, std::string& into);
    void feed();

    options given_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + given_.patience;
    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::size_t fed_ = 0;
    outcome seen_{};
};

inline outcome run(options given) {
    return child(std::move(given)).wait();
}

// ---------------------------------------------------------------------------------------------------------------------

inline child::child(options given) : given_(std::move(given)) {
    spawn();
}

inline child::~child() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    for (int* const file : {&in_, &out_, &err_}) close(*file);
}

inline void child::spawn() {
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    int err[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);

    if (!given_.stdin_path.empty()) {
        ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, given_.stdin_path.c_str(), O_RDONLY, 0);
    } else if (::pipe2(in, O_CLOEXEC) == 0) {
        ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        ::fcntl(in[1], F_SETFL, O_NONBLOCK);
    }
    if (given_.terminal) {
        out[0] = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (::grantpt(out[0]) == 0 && ::unlockpt(out[0]) == 0)
            out[1] = ::open(::ptsname(out[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
    } else {
        if (given_.close_stdout)
            ::posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
        else if (!given_.stdout_path.empty())
            ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, given_.stdout_path.c_str(), O_WRONLY, 0);
        else if (::pipe2(out, O_CLOEXEC) == 0)
            ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        if (::pipe2(err, O_CLOEXEC) == 0) ::posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    }

    // What the test runner inherited (SIGINT ignored, signals blocked) is not the child's.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t usual;
    (::sigemptyset)(&usual);
    ::posix_spawnattr_setsigmask(&attributes, &usual);
    for (int const signal : {SIGINT, SIGPIPE, SIGTERM}) (::sigaddset)(&usual, signal);
    ::posix_spawnattr_setsigdefault(&attributes, &usual);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

    std::vector<char*> arguments;
    std::vector<char*> environment;
    for (auto& text : given_.arguments) arguments.push_back(text.data());
    for (auto& text : given_.environment) environment.push_back(text.data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    if (::posix_spawn(&pid_, arguments[0], &actions, &attributes, arguments.data(), environment.data()) != 0) pid_ = -1;

    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    in_ = in[1];
    out_ = out[0];
    err_ = err[0];
    feed();
}

inline void child::feed() {
    while (in_ >= 0 && fed_ < given_.input.size()) {
        auto const written = ::write(in_, given_.input.data() + fed_, given_.input.size() - fed_);
        if (written < 0 && errno == EAGAIN) return;
        if (written < 0 && errno != EINTR) break;  // the child does not read any more
        if (written > 0) fed_ += static_cast<std::size_t>(written);
    }
    close(in_);
}

inline bool child::receive(int& from, std::string& into) {
    char piece[65536];
    auto const got = ::read(from, piece, sizeof piece);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) {  // a terminal whose other side is closed says EIO
        close(from);
        return false;
    }
    into.append(piece, static_cast<std::size_t>(got));
    return true;
}

/// Moves what there is to move. False when the child has closed everything, or patience is over.
inline bool child::pump() {
    if (out_ < 0 && err_ < 0) return false;
    auto const left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    pollfd watched[] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}, {in_, POLLOUT, 0}};
    auto const ready = ::poll(watched, 3, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    if (ready == 0) {
        seen_.hung = true;
        send(SIGKILL);
        return false;
    }
    if (out_ >= 0 && watched[0].revents != 0) receive(out_, seen_.out);
    if (err_ >= 0 && watched[1].revents != 0) receive(err_, seen_.err);
    if (in_ >= 0 && watched[2].revents != 0) feed();
    return true;
}

inline bool child::wait_for_output(std::string_view text) {
    while (seen_.out.find(text) == std::string::npos)
        if (!pump()) return false;
    return true;
}

inline outcome child::wait() {
    if (pid_ <= 0) return seen_;
    while (pump()) {
    }
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (WIFEXITED(status))
        seen_.exit_status = WEXITSTATUS(status);
    else
        seen_.signal = WTERMSIG(status);
    return std::move(seen_);
}

}  // namespace process
