// A client that is not used touches nothing: the kernel kills a child that opens a file or a socket, or starts a
// thread.
#include "support/client_fixture.hpp"

#include <cstdlib>
#include <string>

#if defined(__linux__)

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <vector>

using namespace bedrock;

namespace {

bool forbid_system_calls() {
    std::vector<int> const forbidden = {
        SYS_openat,  SYS_socket, SYS_connect, SYS_clone, SYS_execve,
#ifdef SYS_open
        SYS_open,    SYS_creat,  SYS_fork,
#endif
#ifdef SYS_openat2
        SYS_openat2,
#endif
#ifdef SYS_clone3
        SYS_clone3,
#endif
    };
    std::vector<sock_filter> filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (int const number : forbidden) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    sock_fprog const program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum class fate { unharmed, killed, no_filter, other };

template <class Work>
fate run_without_system_calls(Work work) {
    auto const child = ::fork();
    if (child == 0) {
        if (!forbid_system_calls()) ::_exit(77);
        work();
        ::_exit(0);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) return fate::other;
    if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGSYS ? fate::killed : fate::other;
    return WEXITSTATUS(status) == 0 ? fate::unharmed : WEXITSTATUS(status) == 77 ? fate::no_filter : fate::other;
}

}  // namespace

TEST_CASE("construction: a client that is not used opens no file, no socket and no thread") {
    auto const made = run_without_system_calls([] {
        ::setenv("AWS_PROFILE", "other", 1);
        ::setenv("AWS_REGION", "not a region", 1);
        for (int i = 0; i < 100; ++i) {
            client by_default;
            client with_options(client_options{.region = "eu-west-1", .credentials = example_keys()});
            auto copy = with_options;
            copy = by_default;
            auto const unused = copy.open_stream(ask_for("hello"));
        }
    });
    if (made == fate::no_filter) {
        WARN("skipped: this kernel or container allows no seccomp filter");
        return;
    }
    CHECK(made == fate::unharmed);

    // The same trap closes on a client that is used.
    CHECK(run_without_system_calls([] {
              client used(client_options{.endpoint = "http://127.0.0.1:1", .credentials = example_keys()});
              (void)used.converse(ask_for("hello"));
          }) == fate::killed);
}

#endif
