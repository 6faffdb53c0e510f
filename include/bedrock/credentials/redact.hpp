// SPDX-License-Identifier: MIT
// Owns how the secrets of a call are taken out of a text from outside: AWS repeats the canonical request with its
// session token to whoever signed it wrongly, and proxies repeat whole requests. Never guesses: it knows what was sent.
#ifndef BEDROCK_CREDENTIALS_REDACT_HPP
#define BEDROCK_CREDENTIALS_REDACT_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/crypto.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// Replaces the secret key, session token and bearer token of `sent` by "***". Found are 12 characters of a secret in a
/// row, or its first or last 8, in any case, with blanks and control characters between them. If the secret is cut short
/// or continues in another encoding, what is left is hidden up to the next blank, quote or markup.
void redact(std::string& text, credentials const& sent);

/// The same for one secret. One of less than 8 characters is left: it may be a word.
void redact(std::string& text, std::string_view hidden);

// ---------------------------------------------------------------------------------------------------------------------

namespace redact_detail {

inline constexpr std::size_t window = 8;    // characters, as many as a std::uint64_t has bytes
inline constexpr std::size_t telling = 12;  // of a run in the middle of a secret
inline constexpr std::string_view key_prefix = "bedrock-api-key-";  // public

/// A text in lower case, without what is neither seen nor compared.
struct folded_text {
    explicit folded_text(std::string_view text) {
        characters.reserve(text.size());
        places.reserve(text.size());
        for (std::size_t i = 0; i != text.size(); ++i) {
            auto const byte = static_cast<unsigned char>(text[i]);
            if (byte <= 0x20 || byte == 0x7f) continue;
            characters.push_back(ascii::to_lower(text[i]));
            places.push_back(i);
        }
    }
    folded_text(folded_text const&) = delete;
    folded_text& operator=(folded_text const&) = delete;
    ~folded_text() { crypto::secure_wipe(characters); }

    std::string characters{};
    std::vector<std::size_t> places{};
};

inline std::uint64_t shift_in(std::uint64_t seen, char next) noexcept {
    return seen << 8 | static_cast<unsigned char>(next);
}

/// The windows of a secret, and where they begin.
class window_table {
  public:
    explicit window_table(std::string_view hidden) {
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i != hidden.size(); ++i) {
            seen = shift_in(seen, hidden[i]);
            if (i + 1 >= window) entries_.emplace_back(seen, i + 1 - window);
        }
        std::sort(entries_.begin(), entries_.end());
    }
    window_table(window_table const&) = delete;
    window_table& operator=(window_table const&) = delete;
    ~window_table() { crypto::secure_wipe(entries_.data(), entries_.size() * sizeof(entry)); }

    /// How far the secret goes on in `text`, which has one of its windows here; 0 if that does not tell a secret.
    std::size_t match(std::uint64_t seen, std::string_view hidden, std::string_view text) const {
        constexpr int most_places = 16;  // of one window: a secret that repeats itself shall not cost its square
        std::size_t best = 0;
        auto at = std::lower_bound(entries_.begin(), entries_.end(), entry(seen, 0));
        for (int i = 0; i != most_places && at != entries_.end() && at->first == seen; ++i, ++at) {
            auto const rest = hidden.substr(at->second);
            auto const most = (std::min)(rest.size(), text.size());
            std::size_t size = window;
            while (size != most && rest[size] == text[size]) ++size;
            bool const tells = size >= telling || at->second == 0 || size == rest.size();
            if (tells) best = (std::max)(best, size);
        }
        return best;
    }

  private:
    using entry = std::pair<std::uint64_t, std::size_t>;
    std::vector<entry> entries_{};
};

}  // namespace redact_detail

inline void redact(std::string& text, std::string_view hidden) {
    using namespace redact_detail;
    if (hidden.starts_with(key_prefix)) hidden.remove_prefix(key_prefix.size());
    folded_text const secret(hidden);
    std::string_view const wanted = secret.characters;
    if (wanted.size() < window || text.size() < window) return;
    window_table const windows(wanted);
    folded_text const folded(text);
    std::string_view const shown = folded.characters;
    std::string kept;
    std::size_t copied = 0;  // of the text
    std::uint64_t seen = 0;
    std::size_t fresh = 0;  // characters in `seen`
    for (std::size_t i = 0; i != shown.size(); ++i) {
        seen = shift_in(seen, shown[i]);
        if (++fresh < window) continue;
        auto const first = i + 1 - window;
        auto const size = windows.match(seen, wanted, shown.substr(first));
        if (size == 0) continue;
        auto begin = folded.places[first];
        auto end = folded.places[first + size - 1] + 1;
        bool const has_begin = wanted.starts_with(shown.substr(first, window));
        bool const has_end = wanted.ends_with(shown.substr(first + size - window, window));
        if (!has_end) end = (std::min)(text.find_first_of(" \t\r\n\"'<>", end), text.size());
        if (!has_begin) {
            auto const before = text.find_last_of(" \t\r\n\"'<>=:,;&?", begin);
            begin = (std::max)(copied, before == std::string::npos ? 0 : before + 1);
        }
        kept.append(text, copied, begin - copied).append("***");
        copied = end;
        fresh = 0;
        while (i + 1 != shown.size() && folded.places[i + 1] < end) ++i;
    }
    if (copied == 0) return;
    kept.append(text, copied);
    text.swap(kept);
    crypto::secure_wipe(kept);
}

inline void redact(std::string& text, credentials const& sent) {
    for (auto const* const hidden : {&sent.secret_access_key, &sent.session_token, &sent.bearer_token})
        redact(text, hidden->view());
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
