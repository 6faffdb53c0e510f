// SPDX-License-Identifier: MIT
// Owns the cutting of an event stream that arrives in pieces into messages: views where a frame lies whole in a piece.
// Never copies a frame twice, and never interprets a message.
#ifndef BEDROCK_EVENT_STREAM_DECODER_HPP
#define BEDROCK_EVENT_STREAM_DECODER_HPP

#include "bedrock/bytes.hpp"
#include "bedrock/config.hpp"
#include "bedrock/crc32.hpp"
#include "bedrock/event_stream/frame.hpp"
#include "bedrock/event_stream/header_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::event_stream {

/// Decodes a stream piece by piece, in time linear in its bytes however they are cut:
/// ```
/// event_stream::decoder decoder;
/// event_stream::message message;
/// while (read(piece)) {
///     decoder.feed(piece);
///     while (decoder.next(message)) use(message);
///     if (!decoder.state().ok()) break;
/// }
/// if (!decoder.finish().ok()) report(decoder.state());
/// ```
/// `next` has three ways to answer: true, a message; false with `state().ok()`, more input is needed; false without,
/// the stream is broken. A broken stream cannot be resynchronised: the decoder stays in its fault until `reset`.
/// **Lifetime:** a message views the fed piece or the decoder's buffer; it lives until the next call of `feed`, `next`
/// or `reset`, if the piece and the decoder live that long. A piece must live until `next` has answered false or
/// another piece was fed.
/// **Allocates:** one buffer, for frames that lie across pieces; it grows with the bytes that arrived, never with a
/// length that was only announced, and is reused. std::bad_alloc passes through and leaves the decoder as it was.
/// A moved-from decoder is as after `reset`; messages taken before the move stay alive. **Thread safety:** none; one
/// thread at a time.
class decoder {
  public:
    /// `checksums`: the way to compute them, all of which give the same answers; see `has_crc32_path`.
    explicit decoder(limits allowed = {}, crc32_path checksums = best_crc32_path()) noexcept
        : allowed_(allowed), checksums_(checksums) {}
    decoder(decoder&& other) noexcept { *this = std::move(other); }
    decoder& operator=(decoder&& other) noexcept;

    /// Hands in the next piece of the stream, of any size. Pieces fed before `next` answered false are kept (copied).
    /// After a fault the piece is ignored.
    void feed(byte_view piece);

    /// Takes the next message. False: `out` is empty and the piece was used up, or the stream is broken; see `state`.
    [[nodiscard]] bool next(message& out);

    /// To be called at the end of the input, after `next` has answered false: bytes of an unfinished frame are a
    /// `truncated` fault. The answer is the state from then on.
    status finish() noexcept;

    /// The fault, if any, and the offset of the frame at hand.
    status state() const noexcept { return state_; }

    /// Forgets the stream, the fault and the offset; keeps the limits, the way of checksums and the buffer.
    void reset() noexcept;

  private:
    decoded_frame decode(byte_view bytes) noexcept { return decode_frame(bytes, allowed_, before_, checksums_); }
    bool accept(decoded_frame const& frame, bool in_piece, message& out) noexcept;
    bool complete_carried();
    void append(std::size_t count);
    void drop_delivered() noexcept;

    limits allowed_{};
    byte_view piece_{};       // what of the last piece is not yet looked at
    byte_buffer carried_{};   // the front of a frame that lies across pieces
    std::size_t begin_ = 0;   // where in `carried_` the frame at hand begins
    std::size_t needed_ = 0;  // bytes that the carried frame must have before it is worth another look
    status state_{};
    crc32_path checksums_ = crc32_path::portable;
    header_memory before_{};
};

// ---------------------------------------------------------------------------------------------------------------------

inline decoder& decoder::operator=(decoder&& other) noexcept {
    allowed_ = other.allowed_;
    piece_ = std::exchange(other.piece_, {});
    carried_ = std::exchange(other.carried_, {});
    begin_ = std::exchange(other.begin_, 0);
    needed_ = std::exchange(other.needed_, 0);
    state_ = std::exchange(other.state_, {});
    checksums_ = other.checksums_;
    before_.forget();
    return *this;
}

inline void decoder::feed(byte_view piece) {
    drop_delivered();
    if (!state_.ok()) return;
    if (!piece_.empty()) append(piece_.size());
    piece_ = piece;
}

inline bool decoder::next(message& out) {
    drop_delivered();
    while (state_.ok() && (carried_.empty() || complete_carried())) {
        bool const in_piece = carried_.empty();
        decoded_frame const frame = decode(in_piece ? piece_ : byte_view(carried_).subspan(begin_));
        if (frame.outcome != progress::need_more) return accept(frame, in_piece, out);
        needed_ = frame.size;
        if (in_piece) {
            append(piece_.size());
            break;
        }
    }
    out = {};
    return false;
}

inline status decoder::finish() noexcept {
    if (state_.ok() && (begin_ < carried_.size() || !piece_.empty())) state_.code = fault::truncated;
    return state_;
}

inline void decoder::reset() noexcept {
    piece_ = {};
    carried_.clear();
    begin_ = 0;
    needed_ = 0;
    state_ = {};
}

inline bool decoder::accept(decoded_frame const& frame, bool in_piece, message& out) noexcept {
    if (in_piece) {
        piece_ = piece_.subspan(frame.size);
    } else {
        begin_ += frame.size;
        needed_ = 0;
    }
    state_.code = frame.code;
    state_.offset += frame.size;
    out = frame.content;
    return frame.outcome == progress::message;
}

// Whether the carried frame has the bytes that it needs, as far as the piece has them.
inline bool decoder::complete_carried() {
    std::size_t const have = carried_.size() - begin_;
    if (have < needed_) append(needed_ - have < piece_.size() ? needed_ - have : piece_.size());
    return carried_.size() - begin_ >= needed_;
}

inline void decoder::append(std::size_t count) {
    carried_.insert(carried_.end(), piece_.data(), piece_.data() + count);
    piece_ = piece_.subspan(count);
}

inline void decoder::drop_delivered() noexcept {
    // Moving the rest to the front only while it is the smaller part keeps the whole linear.
    if (begin_ == 0 || begin_ < carried_.size() - begin_) return;
    carried_.erase(carried_.begin(), carried_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
}

}  // namespace bedrock::inline BEDROCK_ABI::event_stream

#endif
