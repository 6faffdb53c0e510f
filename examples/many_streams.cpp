// Asks the same question N times at once, on one thread and an epoll loop of its own. Linux alone has epoll.
#include <bedrock/async_client.hpp>
#include <bedrock/bedrock.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#if defined(__linux__)

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace {

/// What the client asks its loop for, said in epoll's words. The program's own descriptors would be watched beside
/// these.
struct epoll_loop {
    bedrock::loop_hooks hooks() {
        return {.watch = [this](bedrock::descriptor which, int events) { watch(which, events); },
                .set_timer = [this](std::int64_t milliseconds) { set_timer(milliseconds); }};
    }

    void watch(int which, int events) const {
        epoll_event wanted{};
        wanted.data.fd = which;
        if (events & bedrock::poll_set::readable) wanted.events |= EPOLLIN;
        if (events & bedrock::poll_set::writable) wanted.events |= EPOLLOUT;
        if (events == 0)
            epoll_ctl(poll, EPOLL_CTL_DEL, which, nullptr);
        else if (epoll_ctl(poll, EPOLL_CTL_MOD, which, &wanted) != 0)
            epoll_ctl(poll, EPOLL_CTL_ADD, which, &wanted);
    }

    void set_timer(std::int64_t milliseconds) const {
        itimerspec when{};  // all zero: never
        when.it_value.tv_sec = milliseconds > 0 ? milliseconds / 1000 : 0;
        when.it_value.tv_nsec = milliseconds > 0 ? milliseconds % 1000 * 1'000'000 : milliseconds == 0 ? 1 : 0;
        timerfd_settime(timer, 0, &when, nullptr);
    }

    void run_once(bedrock::async_client& client) const {
        epoll_event ready[64];
        int const count = epoll_wait(poll, ready, 64, -1);
        for (int i = 0; i < count; ++i) {
            if (ready[i].data.fd == timer) {
                std::uint64_t expirations = 0;
                if (read(timer, &expirations, sizeof expirations) > 0) client.on_timer();
                continue;
            }
            int events = 0;
            if (ready[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) events |= bedrock::poll_set::readable;
            if (ready[i].events & EPOLLOUT) events |= bedrock::poll_set::writable;
            client.on_ready(ready[i].data.fd, events);
        }
    }

    epoll_loop() { watch(timer, bedrock::poll_set::readable); }
    int poll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
};

}  // namespace

int main(int count, char** arguments) {
    int const streams = count > 1 ? std::atoi(arguments[1]) : 20;
    epoll_loop loop;
    bedrock::async_client client({}, loop.hooks());
    bedrock::converse_request const request{
        .model_id = count > 2 ? arguments[2] : "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        .messages = {bedrock::user("Tell me a short story about a lighthouse.")},
    };

    int whole = 0;
    long events = 0;
    for (int i = 0; i < streams; ++i)
        client.converse_stream(
            request, {}, [&](bedrock::stream_event const&) { ++events; },
            [&](bedrock::result<bedrock::converse_response> reply) {
                if (!reply) std::fprintf(stderr, "%s\n", reply.error().message.c_str());
                whole += reply ? 1 : 0;
            });
    while (client.active() != 0) loop.run_once(client);
    std::printf("%d of %d streams are whole, %ld events\n", whole, streams, events);
    return whole == streams ? 0 : 1;
}

#else

int main() {
    std::puts("this example is of epoll; see game_loop.cpp for a loop that every system has");
}

#endif
