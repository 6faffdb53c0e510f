#include "bedrock/sigpipe_guard.hpp"

#include "support/catch.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

using namespace bedrock;

namespace {

bool is_blocked() {
    sigset_t now;
    return ::pthread_sigmask(SIG_BLOCK, nullptr, &now) == 0 && (::sigismember)(&now, SIGPIPE) == 1;
}

bool is_pending() {
    sigset_t now;
    return ::sigpending(&now) == 0 && (::sigismember)(&now, SIGPIPE) == 1;
}

void write_into_nothing() {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(10);
    ::close(ends[0]);
    if (::write(ends[1], "x", 1) != -1 || errno != EPIPE) ::_exit(11);
    ::close(ends[1]);
}

/// What a child process came to in which SIGPIPE kills: its exit status, or minus the signal.
template <class Act>
int in_child(Act act) {
    auto const child = ::fork();
    if (child == 0) {
        ::signal(SIGPIPE, SIG_DFL);
        sigset_t none;
        (::sigemptyset)(&none);
        ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
        ::_exit(act());
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) return 99;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("sigpipe guard: a write to a closed pipe kills without it, and not within it", "[sigpipe_guard]") {
    CHECK(in_child([] {
              write_into_nothing();
              return 0;
          }) == -SIGPIPE);
    CHECK(in_child([] {
              sigpipe_guard const idle(false);
              write_into_nothing();
              return 0;
          }) == -SIGPIPE);
    CHECK(in_child([] {
              for (int i = 0; i < 3; ++i) {
                  sigpipe_guard const guard(true);
                  sigpipe_guard const nested(true);
                  write_into_nothing();
              }
              return is_blocked() || is_pending() ? 1 : 0;
          }) == 0);
    CHECK(in_child([] {
              { sigpipe_guard const guard(true); }
              write_into_nothing();
              return 0;
          }) == -SIGPIPE);
}

TEST_CASE("sigpipe guard: who blocks the signal keeps it blocked, and keeps one that was waiting", "[sigpipe_guard]") {
    CHECK(in_child([] {
              sigset_t only;
              (::sigemptyset)(&only);
              (::sigaddset)(&only, SIGPIPE);
              ::pthread_sigmask(SIG_BLOCK, &only, nullptr);
              {
                  sigpipe_guard const guard(true);
                  write_into_nothing();
              }
              if (!is_blocked() || is_pending()) return 1;
              write_into_nothing();
              if (!is_pending()) return 2;
              {
                  sigpipe_guard const guard(true);
                  write_into_nothing();
              }
              return is_blocked() && is_pending() ? 0 : 3;
          }) == 0);
}
