// Owns one multi handle of libcurl with its connection cache, and the transfers on it.
// Never calls user code inside a curl callback, and never takes in more than its reader wants.
#ifndef BEDROCK_ENGINE_HPP
#define BEDROCK_ENGINE_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/cancellation.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/connection_words.hpp"
#include "bedrock/engine/request.hpp"
#include "bedrock/engine/share.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/home_process.hpp"
#include "bedrock/http.hpp"
#include "bedrock/os/windows.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/sigpipe_guard.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace bedrock::inline BEDROCK_ABI {

class engine;

/// One request on an engine. Made by `engine::start`; destroying it early closes its connection.
class curl_transfer final : public http::transfer {
  public:
    /// Told when something of a transfer has arrived, or it has ended: from inside libcurl, so that it may only note
    /// it.
    class listener {
      public:
        virtual void on_progress() noexcept = 0;

      protected:
        ~listener() = default;
    };

    ~curl_transfer() override;
    /// **Lifetime:** of the listener: the transfer's, or until another one is set.
    void set_listener(listener* who) noexcept { listener_ = who; }

    /// The final response's headers are all there.
    bool head_complete() const noexcept { return head_complete_; }
    /// Bytes of head and body so far; a growing number is progress.
    std::uint64_t arrived() const noexcept { return arrived_; }
    std::int64_t started_ms() const noexcept { return started_ms_; }
    /// When DNS, TCP and TLS were done; nullopt before.
    std::optional<std::int64_t> connected_ms() const noexcept { return connected_ms_; }
    /// Finds out whether they are. `now_ms`: on the clock of `started_ms`.
    void note_connected(std::int64_t now_ms);
    /// The whole request was handed to the network.
    bool request_sent() const noexcept { return request_.is_sent(); }
    /// The reader has nothing left to do: lets bytes in beyond the high-water mark, which may have stopped them.
    void want_more();
    http::request const& request() const noexcept { return request_.what(); }
    /// "https://host:port", and through which proxy, for messages.
    std::string peer() const { return request_.peer(); }

  private:
    friend class engine;
    curl_transfer(engine& owner, http::request what, bool whole)
        : owner_(owner), request_(std::move(what)), whole_(whole) {}
    bool set_up();
    void finish(CURLcode code);
    http::failure describe(CURLcode code) const;
    bool take_header(std::string_view line);
    bool check_header(http::header const& taken);
    bool ends_unproven() const;
    std::size_t take_body(byte_view bytes);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);

    engine& owner_;
    curl_request request_;
    http::failure aborted_{};  // why a callback stopped the transfer
    listener* listener_ = nullptr;
    std::size_t header_bytes_ = 0;
    std::uint64_t arrived_ = 0;
    std::int64_t started_ms_ = 0;
    std::optional<std::int64_t> connected_ms_{};
    bool head_complete_ = false;
    bool whole_;          // a plain answer: bounded by max_body, not by the high-water mark
    bool wanted_ = true;  // the reader waits for the next bytes
    bool paused_ = false;
};

/// One curl_multi with its connections.
/// In a forked child it is a dead copy: its transfers end with an error, and when it is destroyed its sockets are
/// closed without a word on them and its memory is left, so that the parent's connections stay what they were.
/// **Thread safety:** one thread at a time; `bed()->wake()` from any.
class engine {
  public:
    /// Header bytes accepted of one response; libcurl itself stops at 300 KiB from 8.2 on.
    static constexpr std::size_t max_header_bytes = std::size_t{256} << 10;
    /// Unread body bytes at which a transfer pauses until its reader asks for more.
    static constexpr std::size_t high_water_bytes = std::size_t{256} << 10;

    using socket_type = curl_socket_t;
    /// What a socket is watched for, and what it is found ready for.
    static constexpr int readable = CURL_CSELECT_IN;
    static constexpr int writable = CURL_CSELECT_OUT;

    /// Where a loop of the caller's drives an engine by `act`, in place of `perform` and `wait`: is told what to watch.
    /// Called from inside libcurl: it may only note it.
    class watcher {
      public:
        /// `events`: `readable`, `writable`, both, or 0 where the socket is watched no longer. May throw
        /// std::bad_alloc.
        virtual void watch(socket_type which, int events) = 0;
        /// `act` is to be called then, milliseconds from now; negative: at no time.
        virtual void set_timer(long milliseconds) noexcept = 0;
        /// The socket is to be closed by `close_socket`, after everybody heard that it is watched no longer.
        virtual void release(socket_type which) noexcept = 0;

      protected:
        ~watcher() = default;
    };

    /// `max_connections`: open ones that are kept; 0: as many as libcurl chooses by the number of transfers.
    explicit engine(std::shared_ptr<engine_share> share, long max_connections = 0);
    engine(engine const&) = delete;
    engine& operator=(engine const&) = delete;
    ~engine();

    /// Begins a request; the transfer says how it goes on. `whole`: the body is collected up to `max_body`; otherwise
    /// it is let in as its reader wants more. **Errors:** a transfer that ended already.
    /// `now_ms`: the time on the clock of whoever drives this, for the transfer's own times.
    /// **Lifetime:** the engine must outlive it.
    std::unique_ptr<curl_transfer> start(http::request what, bool whole,
                                         std::int64_t now_ms = steady_milliseconds_now());
    /// Moves every transfer as far as it goes without waiting. `now_ms`: on the same clock.
    void perform(std::int64_t now_ms = steady_milliseconds_now());
    /// Sleeps until a socket or a timer of curl's is ready, one of `pipes` can be read, somebody wakes it, or the time
    /// is over.
    void wait(std::int64_t milliseconds, std::span<int const> pipes = {});
    /// Before the first `start`; null behind the last transfer. **Lifetime:** of the watcher: until another is set.
    void set_watcher(watcher* who);
    /// Moves what waits for this socket, whose events these are.
    void act(socket_type ready, int events);
    /// Moves what waits for the time that `watcher::set_timer` named.
    void act_on_timer() { act(CURL_SOCKET_TIMEOUT, 0); }
    static void close_socket(socket_type which) noexcept;
    /// What a call on this engine sleeps in.
    std::shared_ptr<waker> bed() const noexcept;
    /// False in a child that was forked since this was made.
    bool is_alive() const noexcept { return home_.is_here(); }

  private:
    friend class curl_transfer;
    class multi_waker;
    void abandon() noexcept;
    void end_transfers();
    static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
    static int on_close(void* self, curl_socket_t which);
    static int on_watch(CURL*, curl_socket_t which, int events, void* self, void*);
    static int on_timer(CURLM*, long milliseconds, void* self);
    void collect_ended();
    home_process home_;
    CURLM* multi_ = nullptr;
    std::shared_ptr<engine_share> share_;
    std::shared_ptr<multi_waker> bed_;
    std::vector<curl_transfer*> running_;
    std::vector<curl_socket_t> sockets_;
    watcher* watcher_ = nullptr;
    std::optional<bool> has_own_bundle_{};
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// libcurl before 7.88 lets the TLS library write to sockets itself, which raises SIGPIPE where the other side is gone.
inline bool curl_may_raise_sigpipe() noexcept {
    static bool const may = curl_version_info(CURLVERSION_NOW)->version_num < 0x075800;
    return may;
}

}  // namespace detail

class engine::multi_waker final : public waker {
  public:
    explicit multi_waker(CURLM* multi) noexcept : multi_(multi) {}
    void wake() noexcept override {
        std::lock_guard const lock(guard_);
        if (multi_) curl_multi_wakeup(multi_);
    }
    void retire() noexcept {
        std::lock_guard const lock(guard_);
        multi_ = nullptr;
    }
    /// The same in a forked child, where a thread that is not there any more may hold the lock.
    void abandon() noexcept {
        if (!guard_.try_lock()) return;
        multi_ = nullptr;
        guard_.unlock();
    }

  private:
    std::mutex guard_;
    CURLM* multi_;
};

inline std::shared_ptr<waker> engine::bed() const noexcept {
    return bed_;
}

inline engine::engine(std::shared_ptr<engine_share> share, long max_connections)
    : multi_(detail::curl_ready() ? curl_multi_init() : nullptr),
      share_(std::move(share)),
      bed_(detail::share_new<multi_waker>(multi_)) {
    if (multi_ && max_connections > 0) curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, max_connections);
}

inline engine::~engine() {
    if (!is_alive()) {
        abandon();
        return;
    }
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    bed_->retire();
    if (multi_) curl_multi_cleanup(multi_);
}

// No goodbye of TLS on a session that is the parent's.
inline void engine::abandon() noexcept {
    bed_->abandon();
#if !defined(_WIN32)
    for (auto const socket : sockets_) ::close(socket);
#endif
}

inline void engine::end_transfers() {
    for (auto* const transfer : running_) {
        transfer->ended = true;
        transfer->end = {errc::transport, transfer->request_sent(),
                         "this process was forked while " + connection_words::origin_of(transfer->request().url) +
                             " was answering: the answer is the parent's, send the request again"};
        if (transfer->listener_) transfer->listener_->on_progress();
    }
    running_.clear();
}

inline curl_socket_t engine::on_open(void* self, curlsocktype, curl_sockaddr* address) {
#if defined(_WIN32)
    auto const opened = os::windows::open_socket(address->family, address->socktype, address->protocol);
#else
    int kind = address->socktype;
#if defined(SOCK_CLOEXEC)
    kind |= SOCK_CLOEXEC;  // no business of the commands that credential_process runs
#endif
    auto const opened = ::socket(address->family, kind, address->protocol);
#endif
    if (opened == CURL_SOCKET_BAD) return opened;
#if !defined(SOCK_CLOEXEC) && defined(FD_CLOEXEC)
    ::fcntl(opened, F_SETFD, FD_CLOEXEC);
#endif
    static_cast<engine*>(self)->sockets_.push_back(opened);
    return opened;
}

inline int engine::on_close(void* self, curl_socket_t which) {
    auto& on = *static_cast<engine*>(self);
    std::erase(on.sockets_, which);
    on.watcher_ ? on.watcher_->release(which) : close_socket(which);
    return 0;
}

inline void engine::close_socket(socket_type which) noexcept {
#if defined(_WIN32)
    ::closesocket(which);
#else
    ::close(which);
#endif
}

inline int engine::on_watch(CURL*, curl_socket_t which, int events, void* self, void*) {
    static_assert(CURL_POLL_IN == readable && CURL_POLL_OUT == writable);
#if BEDROCK_EXCEPTIONS
    try {
#endif
        static_cast<engine*>(self)->watcher_->watch(which, events == CURL_POLL_REMOVE ? 0 : events);
        return 0;
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        return -1;
    }
#endif
}

inline int engine::on_timer(CURLM*, long milliseconds, void* self) {
    static_cast<engine*>(self)->watcher_->set_timer(milliseconds);
    return 0;
}

inline void engine::set_watcher(watcher* who) {
    watcher_ = who;
    if (!multi_) return;
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, who ? &engine::on_watch : nullptr);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, who ? &engine::on_timer : nullptr);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
}

inline void engine::act(socket_type ready, int events) {
    if (!is_alive()) return end_transfers();
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    int running = 0;
    curl_multi_socket_action(multi_, ready, events, &running);
    collect_ended();
}

inline std::unique_ptr<curl_transfer> engine::start(http::request what, bool whole, std::int64_t now_ms) {
    std::unique_ptr<curl_transfer> made(new curl_transfer(*this, std::move(what), whole));
    made->started_ms_ = now_ms;
    if (!made->set_up()) {
        made->ended = true;
        return made;
    }
    if (auto const code = curl_multi_add_handle(multi_, made->request_.handle()); code != CURLM_OK) {
        made->ended = true;
        made->end = {errc::transport, false, std::string("libcurl: ") + curl_multi_strerror(code)};
        return made;
    }
    running_.push_back(made.get());
    return made;
}

inline void engine::perform(std::int64_t now_ms) {
    if (!is_alive()) return end_transfers();
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    int running = 0;
    curl_multi_perform(multi_, &running);
    for (auto* const transfer : running_) transfer->note_connected(now_ms);
    collect_ended();
}

inline void engine::collect_ended() {
    int queued = 0;
    while (CURLMsg* const note = curl_multi_info_read(multi_, &queued)) {
        if (note->msg != CURLMSG_DONE) continue;
        char* owner = nullptr;
        curl_easy_getinfo(note->easy_handle, CURLINFO_PRIVATE, &owner);
        CURLcode const code = note->data.result;  // the note is gone once the handle is removed
        auto* const done = reinterpret_cast<curl_transfer*>(owner);
        done->finish(code);
        std::erase(running_, done);
        curl_multi_remove_handle(multi_, done->request_.handle());
        if (done->listener_) done->listener_->on_progress();
    }
}

inline void engine::wait(std::int64_t milliseconds, std::span<int const> pipes) {
    if (!is_alive()) return;
    constexpr std::int64_t most = (std::numeric_limits<int>::max)();
    auto const timeout = static_cast<int>((std::clamp)(milliseconds, std::int64_t{0}, most));
    std::array<curl_waitfd, 2> watched{};
    unsigned count = 0;
    for (int const pipe : pipes) {
        if (pipe < 0 || count == watched.size()) continue;
        watched[count].fd = static_cast<curl_socket_t>(pipe);
        watched[count++].events = CURL_WAIT_POLLIN;
    }
    curl_multi_poll(multi_, watched.data(), count, timeout, nullptr);
}

inline curl_transfer::~curl_transfer() {
    listener_ = nullptr;
    if (!owner_.is_alive()) request_.abandon();
    if (!request_.handle()) return;
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    std::erase(owner_.running_, this);
    curl_multi_remove_handle(owner_.multi_, request_.handle());
    request_.close();
}

inline bool curl_transfer::set_up() {
    if (!owner_.multi_) {
        end = curl_request::no_memory();
        return false;
    }
    auto const& share = owner_.share_;
    end = request_.set_up(share ? share->handle() : nullptr, owner_.has_own_bundle_);
    if (end) return false;
    request_.set(CURLOPT_PRIVATE, static_cast<void*>(this));
    request_.set(CURLOPT_OPENSOCKETFUNCTION, &engine::on_open);
    request_.set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&owner_));
    request_.set(CURLOPT_CLOSESOCKETFUNCTION, &engine::on_close);
    request_.set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&owner_));
    request_.set(CURLOPT_HEADERFUNCTION, &curl_transfer::on_header);
    request_.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    request_.set(CURLOPT_WRITEFUNCTION, &curl_transfer::on_body);
    request_.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    return true;
}

// However late it is noticed: libcurl keeps the time that it took.
inline void curl_transfer::note_connected(std::int64_t now_ms) {
    if (connected_ms_) return;
    if (auto const took = request_.connecting_ms()) connected_ms_ = (std::min)(now_ms, started_ms_ + *took);
}

inline void curl_transfer::want_more() {
    wanted_ = true;
    if (!paused_) return;
    paused_ = false;
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    curl_easy_pause(request_.handle(), CURLPAUSE_CONT);
}

inline bool curl_transfer::take_header(std::string_view line) {
    header_bytes_ += line.size();
    arrived_ += line.size();
    if (listener_) listener_->on_progress();
    if (header_bytes_ > engine::max_header_bytes) {
        aborted_ = {errc::protocol, true,
                    connection_words::origin_of(request().url) + " sent headers too large: more than " +
                        std::to_string(engine::max_header_bytes) + " bytes"};
        return false;
    }
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
        head = {};
        head_complete_ = false;
        head.is_http2 = line.starts_with("HTTP/2");
        auto const space = line.find(' ');
        if (space != std::string_view::npos)
            for (char const digit : line.substr(space + 1, 3))
                if (digit >= '0' && digit <= '9') head.status = head.status * 10 + (digit - '0');
        return true;
    }
    if (line.empty()) {
        head_complete_ = head.status >= 200;  // 1xx: the real head follows
        if (head_complete_) head.phases = request_.phases();
        return true;
    }
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || head_complete_) return true;  // folded lines and trailers: nothing we read
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    head.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
    return check_header(head.headers.back());
}

// Nothing that is sent asks for compression on the way, which libcurl would undo: what comes out of it may be of any
// size.
inline bool curl_transfer::check_header(http::header const& taken) {
    if (!http::equal_names(taken.name, "transfer-encoding")) return true;
    std::string_view rest = taken.value;
    while (!rest.empty()) {
        auto const comma = (std::min)(rest.find(','), rest.size());
        auto const coding = ascii::trim(rest.substr(0, comma));
        rest.remove_prefix((std::min)(comma + 1, rest.size()));
        if (coding.empty() || http::equal_names(coding, "chunked") || http::equal_names(coding, "identity")) continue;
        aborted_ = {errc::protocol, true,
                    "the response has the Transfer-Encoding \"" + clean_line(coding, 100) +
                        "\", which was not asked for; does a proxy compress it?"};
        return false;
    }
    return true;
}

// A body over TLS that ends where the connection does. Whoever is on the way can close it, and no version of libcurl
// says whether close_notify came before.
inline bool curl_transfer::ends_unproven() const {
    return request_.is_http_1() && request().url.starts_with("https:") && head.status != 204 && head.status != 304 &&
           http::find_header(head.headers, "content-length").empty() &&
           http::find_header(head.headers, "transfer-encoding").empty();
}

inline std::size_t curl_transfer::take_body(byte_view bytes) {
    if (!whole_ && !wanted_ && buffer.size() >= engine::high_water_bytes) {
        paused_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (whole_ && bytes.size() > request().max_body - buffer.size()) {
        aborted_ = {errc::protocol, true,
                    connection_words::origin_of(request().url) + " answered with more than " +
                        std::to_string(request().max_body) + " bytes; raise max_body if that is expected"};
        return 0;
    }
    wanted_ = false;
    buffer.append(bytes);
    arrived_ += bytes.size();
    if (listener_) listener_->on_progress();
    return bytes.size();
}

inline std::size_t curl_transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<curl_transfer*>(self);
#if BEDROCK_EXCEPTIONS
    try {
#endif
        return transfer.take_header({data, size * count}) ? size * count : 0;
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        transfer.aborted_.code = errc::transport;
        return 0;
    }
#endif
}

inline std::size_t curl_transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<curl_transfer*>(self);
#if BEDROCK_EXCEPTIONS
    try {
#endif
        return transfer.take_body(as_bytes({data, size * count}));
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        transfer.aborted_.code = errc::transport;
        return 0;
    }
#endif
}

inline void curl_transfer::finish(CURLcode code) {
    ended = true;
    if (code != CURLE_OK) {
        end = describe(code);
    } else if (!head_complete_) {  // libcurl takes an end inside the head for an answer without a body
        end = {errc::truncated, true,
               "the answer of " + connection_words::origin_of(request().url) + " ended inside its head"};
    } else if (ends_unproven()) {
        end = {errc::protocol, true,
               connection_words::origin_of(request().url) +
                   " sent a body with neither Content-Length nor chunks, so that over TLS it cannot be told from one " +
                   "that was cut short; let the server or gateway send one of them",
               true};
    }
}

inline http::failure curl_transfer::describe(CURLcode code) const {
    if (aborted_.code == errc::none) return request_.describe(code, head_complete_);
    auto why = aborted_;
    if (why.message.empty()) why.message = "out of memory while receiving";
    return why;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
