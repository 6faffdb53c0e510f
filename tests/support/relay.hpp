// Owns a TCP relay on loopback that forwards to a server and misbehaves when told: it cuts, resets, stalls, drips and
// corrupts at a chosen byte of the response, or already at connect; and it sees when a client closes. Never parses HTTP
// beyond the end of the first response head, and never sleeps: its one thread waits in poll().
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace mock {

/// What the relay does to one connection. Offsets count bytes of the response stream from 0.
struct relay_plan {
    enum class action {
        forward,
        cut,      ///< FIN once `at` bytes were forwarded
        reset,    ///< RST once `at` bytes were forwarded
        stall,    ///< forwards `at` bytes, then nothing more in either direction; both sockets stay open
        drip,     ///< sends `step` bytes at a time, from byte `at` on, with `pause` between them
        corrupt,  ///< the byte at `at` is XORed with `mask`
        silent,   ///< accepts, connects nowhere, reads nothing
        close,    ///< accepts and sends a FIN at once
    };
    action what = action::forward;
    std::size_t at = 0;
    bool after_head = false;  ///< `at` counts from the first byte after the first response head
    std::size_t step = 1;
    std::chrono::milliseconds pause{0};
    unsigned char mask = 0xff;
};

/// **Thread safety:** every member may be called from any thread.
class relay {
  public:
    /// Chooses the plan of a connection by its number, from 1. Called from the relay's thread; must not call the relay.
    using planner = std::function<relay_plan(std::size_t connection)>;

    /// Listens on 127.0.0.1, on `port` (0: any free one), and forwards to 127.0.0.1:`target_port`. Without a planner
    /// connections are only forwarded.
    explicit relay(unsigned short target_port, planner plans = {}, unsigned short port = 0);
    relay(relay const&) = delete;
    relay& operator=(relay const&) = delete;
    ~relay();

    bool running() const;
    unsigned short port() const;
    std::string url() const;  ///< `http://127.0.0.1:PORT`

    /// The next connection gets this plan; the planner is asked only when none is left.
    void enqueue(relay_plan plan);
    void set_planner(planner plans);

    /// On demand, to every connection that is open now.
    void cut();
    void reset();
    void stall();
    void resume();  ///< ends a stall, planned or on demand

    std::size_t accepted() const;
    std::size_t open() const;              ///< clients that have closed neither way and were not cut or reset
    std::size_t client_closes() const;     ///< clients whose FIN or RST arrived, also after a cut
    std::size_t bytes_to_clients() const;  ///< counted once they were sent: a client may be ahead of it

    static constexpr std::chrono::milliseconds default_wait{20000};
    bool wait_for_accepted(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;
    bool wait_for_open(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;
    bool wait_for_client_closes(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;
    bool wait_for_bytes_to_clients(std::size_t count, std::chrono::milliseconds timeout = default_wait) const;

  private:
    class loop;
    std::unique_ptr<loop> loop_;
};

}  // namespace mock
