// SPDX-License-Identifier: MIT
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
#include <cerrno>
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
    void finish(CURLcode code) noexcept;
    void fail_for_memory(bool sent) noexcept;
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
    bool is_unwatched_ = false;  // there was no memory to note what its socket waits for
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
        /// std::bad_alloc, unless `events` is 0: the transfer fails then.
        virtual void watch(socket_type which, int events) = 0;
        /// `act` is to be called then, milliseconds from now; negative: at no time.
        virtual void set_timer(long milliseconds) = 0;
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
    /// Marks an engine whose call ended in an exception or without memory: what state libcurl is in, nobody knows. Its
    /// connections are closed before it serves another request, and a pool does not take it back.
    void spoil() noexcept { is_spoiled_ = true; }
    bool is_spoiled() const noexcept { return is_spoiled_ || !multi_; }

  private:
    friend class curl_transfer;
    class multi_waker;
    void abandon() noexcept;
    void open_multi() noexcept;
    void close_multi() noexcept;
    void set_watcher_callbacks() noexcept;
    void end_transfers();
    // Called from inside libcurl, through which nothing may be thrown.
    static curl_socket_t on_open(void* transfer, curlsocktype purpose, curl_sockaddr* address) noexcept;
    static int on_close(void* self, curl_socket_t which) noexcept;
    static int on_watch(CURL* easy, curl_socket_t which, int events, void* self, void*) noexcept;
    static int on_timer(CURLM*, long milliseconds, void* self) noexcept;
    void collect_ended() noexcept;
    void end_unwatched() noexcept;
    void remove(curl_transfer& ended) noexcept;
    static curl_transfer* owner_of(CURL* easy) noexcept;
    static bool may_spoil(CURLcode code) noexcept;
    home_process home_;
    long max_connections_;
    CURLM* multi_ = nullptr;
    std::shared_ptr<engine_share> share_;
    std::shared_ptr<multi_waker> bed_;
    std::vector<curl_transfer*> running_;
    std::vector<curl_socket_t> sockets_;
    watcher* watcher_ = nullptr;
    std::optional<bool> has_own_bundle_{};
    bool is_spoiled_ = false;
    bool has_unwatched_ = false;
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
    void set(CURLM* multi) noexcept {
        std::lock_guard const lock(guard_);
        multi_ = multi;
    }
    void wake() noexcept override {
        std::lock_guard const lock(guard_);
        if (multi_) curl_multi_wakeup(multi_);
    }
    /// The same in a forked child, where a thread that is not there any more may hold the lock.
    void abandon() noexcept {
        if (!guard_.try_lock()) return;
        multi_ = nullptr;
        guard_.unlock();
    }

  private:
    std::mutex guard_;
    CURLM* multi_ = nullptr;
};

inline std::shared_ptr<waker> engine::bed() const noexcept {
    return bed_;
}

inline engine::engine(std::shared_ptr<engine_share> share, long max_connections)
    : max_connections_(max_connections), share_(std::move(share)), bed_(detail::share_new<multi_waker>()) {
    open_multi();
}

// Leaves none where there is no memory, or no descriptor for its wakeup pipe; the next request tries again.
inline void engine::open_multi() noexcept {
    multi_ = detail::curl_ready() ? curl_multi_init() : nullptr;
    if (!multi_) return;
    if (!detail::has_free_descriptor() && curl_multi_wakeup(multi_) != CURLM_OK) {
        curl_multi_cleanup(std::exchange(multi_, nullptr));
        return;
    }
    if (max_connections_ > 0) curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, max_connections_);
    set_watcher_callbacks();
    bed_->set(multi_);
    is_spoiled_ = false;
}

inline void engine::close_multi() noexcept {
    bed_->set(nullptr);
    if (multi_) curl_multi_cleanup(std::exchange(multi_, nullptr));
}

inline engine::~engine() {
    if (!is_alive()) {
        abandon();
        return;
    }
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    close_multi();
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
        transfer->end = {errc::transport, transfer->request_sent(),
                         "this process was forked while " + connection_words::origin_of(transfer->request().url) +
                             " was answering: the answer is the parent's, send the request again"};
        transfer->ended = true;
        if (transfer->listener_) transfer->listener_->on_progress();
    }
    running_.clear();
}

inline curl_transfer* engine::owner_of(CURL* easy) noexcept {
    char* owner = nullptr;
    if (easy) curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
    return reinterpret_cast<curl_transfer*>(owner);  // null for a handle of libcurl's own
}

inline curl_socket_t engine::on_open(void* transfer, curlsocktype, curl_sockaddr* address) noexcept {
    auto& by = *static_cast<curl_transfer*>(transfer);
#if defined(_WIN32)
    auto const opened = os::windows::open_socket(address->family, address->socktype, address->protocol);
#else
    int kind = address->socktype;
#if defined(SOCK_CLOEXEC)
    kind |= SOCK_CLOEXEC;  // no business of the commands that credential_process runs
#endif
    auto const opened = ::socket(address->family, kind, address->protocol);
    if (opened == CURL_SOCKET_BAD) by.request_.note_socket_error(errno);
#endif
    if (opened == CURL_SOCKET_BAD) return opened;
#if !defined(SOCK_CLOEXEC) && defined(FD_CLOEXEC)
    ::fcntl(opened, F_SETFD, FD_CLOEXEC);
#endif
#if BEDROCK_EXCEPTIONS
    try {
#endif
        by.owner_.sockets_.push_back(opened);
        return opened;
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        close_socket(opened);
        return CURL_SOCKET_BAD;
    }
#endif
}

inline int engine::on_close(void* self, curl_socket_t which) noexcept {
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

// A transfer whose socket cannot be watched fails alone: an error from here would end all transfers of the handle.
inline int engine::on_watch(CURL* easy, curl_socket_t which, int events, void* self, void*) noexcept {
    static_assert(CURL_POLL_IN == readable && CURL_POLL_OUT == writable);
    auto& on = *static_cast<engine*>(self);
#if BEDROCK_EXCEPTIONS
    try {
#endif
        on.watcher_->watch(which, events == CURL_POLL_REMOVE ? 0 : events);
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        if (auto* const by = owner_of(easy)) by->is_unwatched_ = on.has_unwatched_ = true;
    }
#else
    static_cast<void>(easy);
#endif
    return 0;
}

inline int engine::on_timer(CURLM*, long milliseconds, void* self) noexcept {
#if BEDROCK_EXCEPTIONS
    try {
#endif
        static_cast<engine*>(self)->watcher_->set_timer(milliseconds);
        return 0;
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        return -1;
    }
#endif
}

inline void engine::set_watcher(watcher* who) {
    watcher_ = who;
    if (multi_) set_watcher_callbacks();
}

inline void engine::set_watcher_callbacks() noexcept {
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, watcher_ ? &engine::on_watch : nullptr);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, watcher_ ? &engine::on_timer : nullptr);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
}

inline void engine::act(socket_type ready, int events) {
    if (!is_alive()) return end_transfers();
    sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
    int running = 0;
    auto const code = curl_multi_socket_action(multi_, ready, events, &running);
    collect_ended();
    if (code != CURLM_OK && code != CURLM_BAD_SOCKET) {  // no memory, or a callback that failed
        spoil();
        for (auto* const transfer : running_) transfer->is_unwatched_ = has_unwatched_ = true;
    }
    end_unwatched();
}

inline std::unique_ptr<curl_transfer> engine::start(http::request what, bool whole, std::int64_t now_ms) {
    std::unique_ptr<curl_transfer> made(new curl_transfer(*this, std::move(what), whole));
    made->started_ms_ = now_ms;
    if (is_spoiled() && running_.empty() && is_alive()) {
        sigpipe_guard const guard(detail::curl_may_raise_sigpipe());
        close_multi();
        open_multi();
    }
    if (!made->set_up()) {
        made->ended = true;
        return made;
    }
    if (auto const code = curl_multi_add_handle(multi_, made->request_.handle()); code != CURLM_OK) {
        spoil();
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

// Where OpenSSL lacked memory it fails in any way, and libcurl keeps the store of authorities that it read.
inline bool engine::may_spoil(CURLcode code) noexcept {
    switch (code) {
        case CURLE_OUT_OF_MEMORY:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return true;
        default:
            return false;
    }
}

inline void engine::collect_ended() noexcept {
    int queued = 0;
    while (CURLMsg* const note = curl_multi_info_read(multi_, &queued)) {
        if (note->msg != CURLMSG_DONE) continue;
        CURLcode const code = note->data.result;  // the note is gone once the handle is removed
        auto& done = *owner_of(note->easy_handle);
        if (may_spoil(code)) spoil();
        done.finish(code);
        remove(done);
    }
}

inline void engine::remove(curl_transfer& ended) noexcept {
    std::erase(running_, &ended);
    curl_multi_remove_handle(multi_, ended.request_.handle());
    if (ended.listener_) ended.listener_->on_progress();
}

// libcurl 7.88 leaves a socket without transfers behind where it lacked memory to note one, and divides by zero when it
// comes upon it again: nothing may run on it any more.
inline void engine::end_unwatched() noexcept {
    if (!std::exchange(has_unwatched_, false)) return;
    for (;;) {
        auto const found = std::find_if(running_.begin(), running_.end(), [](auto* one) { return one->is_unwatched_; });
        if (found == running_.end()) return;
        auto& lost = **found;
        lost.ended = true;
        lost.fail_for_memory(lost.request_sent());
        remove(lost);
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
#if LIBCURL_VERSION_NUM >= 0x075700
    if (owner_.is_spoiled()) request_.set(CURLOPT_CA_CACHE_TIMEOUT, 0L);  // others still run on it
#endif
    request_.set(CURLOPT_PRIVATE, static_cast<void*>(this));
    request_.set(CURLOPT_OPENSOCKETFUNCTION, &engine::on_open);
    request_.set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
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
    if (curl_easy_pause(request_.handle(), CURLPAUSE_CONT) == CURLE_OUT_OF_MEMORY)
        is_unwatched_ = owner_.has_unwatched_ = true;
    owner_.end_unwatched();
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

// A body over TLS that ends where the connection does. Anyone on the path can close it, and no version of libcurl
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
        transfer.fail_for_memory(true);
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
        transfer.fail_for_memory(true);
        return 0;
    }
#endif
}

// Without memory for its message a failure is still a failure: never the body's own end.
inline void curl_transfer::finish(CURLcode code) noexcept {
    ended = true;
    if (end) return;  // by `fail_for_memory`
#if BEDROCK_EXCEPTIONS
    try {
#endif
        if (code != CURLE_OK) {
            end = aborted_ ? aborted_ : request_.describe(code, head_complete_);
        } else if (!head_complete_) {  // libcurl takes an end inside the head for an answer without a body
            end = {errc::truncated, true,
                   "the answer of " + connection_words::origin_of(request().url) + " ended inside its head"};
        } else if (ends_unproven()) {
            end = {errc::protocol, true,
                   connection_words::origin_of(request().url) +
                       " sent a body with neither Content-Length nor chunks, so that over TLS it cannot be told from " +
                       "one that was cut short; let the server or gateway send one of them",
                   true};
        }
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        fail_for_memory(request_sent());
    }
#endif
}

inline void curl_transfer::fail_for_memory(bool sent) noexcept {
    end.code = errc::transport;
    end.request_sent = sent;
    end.message = "out of memory";  // fits into a short string
    owner_.spoil();
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
