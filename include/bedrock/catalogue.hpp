// SPDX-License-Identifier: MIT
// Owns the catalogue: one list of what can be invoked, fetched when it is asked for and kept for a while.
// Never takes a failure for an empty list, and never throws away a good list because a newer one could not be had.
#ifndef BEDROCK_CATALOGUE_HPP
#define BEDROCK_CATALOGUE_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/call.hpp"
#include "bedrock/cancellation.hpp"
#include "bedrock/catalogue_file.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/client.hpp"
#include "bedrock/client_state.hpp"
#include "bedrock/config.hpp"
#include "bedrock/control.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/known_limits.hpp"
#include "bedrock/model/control.hpp"
#include "bedrock/model_list.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/single_flight.hpp"
#include "bedrock/target.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

struct catalogue_options {
    /// Which models, with which limits.
    list_rules rules{};
    /// How long a list is good for; 0: every call asks anew. Default: OpenClaw's.
    std::int64_t refresh_seconds = 3'600;
    /// A file in which the lists are kept too, for other processes and the next start; empty: none. It is replaced at
    /// one stroke; a new one is readable by its owner alone, one that was there keeps its mode. Of no use with a
    /// refresh of 0. One for each account: the lists
    /// are the account's. What cannot be read or written there, `model_listing` says; the lists are then fetched.
    std::string cache_file{};
    /// How its requests are made: region, endpoint, headers, clocks.
    call_options call{};
};

/// What became of one of the two lists.
struct list_state {
    /// Milliseconds since 1970 of the last success; unset: there was none, and the list is missing.
    std::optional<std::int64_t> fetched_at_ms{};
    /// Why the latest attempt failed; what is listed is then of the last success.
    std::optional<error> problem{};
};

struct model_listing {
    std::vector<available_model> models{};
    list_state foundation_models{};
    list_state inference_profiles{};
    /// Why `catalogue_options::cache_file` could not be used; empty where it could.
    std::string cache_problem{};
    /// Milliseconds since 1970 of this answer.
    std::int64_t answered_at_ms = 0;

    /// Both lists are there, and no older than the catalogue is to keep them.
    bool complete() const noexcept { return !foundation_models.problem && !inference_profiles.problem; }
    /// By id (in any case) or ARN; null where it is not listed. **Lifetime:** of this listing.
    available_model const* find(std::string_view id_or_arn) const noexcept;
    /// What a person should know, a line for each list that is incomplete: what failed, why, and how old it is; and
    /// what is wrong with the cache file.
    std::vector<std::string> notes() const;
};

/// The models of one place, that of `catalogue_options::call` and the client.
///
/// Nothing is fetched before it is asked for. Each of the two lists is kept for itself: one that failed is asked for
/// again by the next call, the other not before its time. Whoever asks while a fetch is under way gets that one's
/// result; when the one who fetches is cancelled another takes over. A list may have 1,000 pages; one that has more, or
/// repeats a page token, has failed.
/// **Thread safety:** full.
class catalogue {
  public:
    explicit catalogue(client from = client(), catalogue_options options = {})
        : client_(std::move(from)), options_(std::move(options)) {}
    catalogue(catalogue const&) = delete;
    catalogue& operator=(catalogue const&) = delete;

    /// **Errors:** any, where neither list is to be had nor was before; where one is, `model_listing` says what failed.
    result<model_listing> list(std::optional<cancellation> cancel = std::nullopt);

    /// The id of the foundation model behind an id or ARN. Only an application inference profile costs a request, once.
    /// **Errors:** invalid_input for an ARN of what has no such model (custom and imported models, prompt routers,
    /// ...); any of GetInferenceProfile.
    result<std::string> resolve(std::string_view id_or_arn, std::optional<cancellation> cancel = std::nullopt);

  private:
    using flight = bedrock::flight<result<model_listing>>;
    template <class T>
    struct half {
        std::vector<T> items{};
        list_state state{};
    };
    struct turn {
        std::optional<model_listing> answer{};
        std::shared_ptr<flight> follow{};  // somebody else's fetch; null: this caller fetches
        std::shared_ptr<flight> lead{};
        bool wants_models = false;
        bool wants_profiles = false;
    };

    call_options make_call(std::optional<cancellation>&& cancel) const;
    bool is_fresh(list_state const& state, std::int64_t now) const noexcept;
    turn take_turn(std::int64_t now, std::shared_ptr<flight> const& overdue);
    template <class T>
    std::optional<error> land(half<T>& on, result<std::vector<T>> fetched, std::int64_t now);
    template <class T>
    bool take_kept(half<T>& into, std::optional<std::int64_t> fetched_at_ms, std::vector<T>& items, std::int64_t now);
    exchange<bool> read_file(client_state& state, call_options const& how, std::string& place, turn& mine);
    exchange<bool> write_file(std::string place);
    void say_cache_problem(std::string_view what, std::string_view why);
    model_listing make_listing(std::int64_t now);
    result<model_listing> conclude_flight(std::int64_t now);
    exchange<result<model_listing>> load(client_state& state, sigv4::signer& signer, call_options const& how);
    std::string find_resolved(std::string_view id_or_arn);

    client client_;
    catalogue_options const options_;
    std::mutex guard_;
    half<foundation_model_summary> models_;
    half<inference_profile_summary> profiles_;
    std::vector<available_model> listed_;
    bool is_listed_ = false;  // it has what the two lists have
    std::string cache_problem_;
    std::map<std::string, std::string, std::less<>> resolved_;
    std::shared_ptr<flight> flight_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// For a list of which not one entry could be read.
template <class Response>
error refuse_unreadable_list(std::string_view operation, Response const& response) {
    auto const& first = response.notes[0];
    auto why = make_error(errc::protocol, "no entry of " + std::string(operation) + " could be read: " + first.path +
                                              ": " + first.problem + "; check what a gateway in between sends");
    why.http_status = 200;
    why.request_id = response.request_id;
    why.attempts = response.attempts;
    return why;
}

inline exchange<result<std::vector<foundation_model_summary>>> fetch_foundation_models(client_state& state,
                                                                                       sigv4::signer& signer,
                                                                                       call_options const& how) {
    auto const what = make_control_operation(list_foundation_models_request());
    call_frame frame{state, how, signer, what};
    auto response = co_await send_plain(frame);
    auto answer = read_answer<list_foundation_models_response>(what, conclude(frame, std::move(response)));
    if (!answer) co_return unexpected{std::move(answer).error()};
    if (answer->model_summaries.empty() && !answer->notes.empty())
        co_return unexpected{refuse_unreadable_list(what.name, *answer)};
    co_return std::move(answer->model_summaries);
}

inline exchange<result<std::vector<inference_profile_summary>>> fetch_inference_profiles(client_state& state,
                                                                                         sigv4::signer& signer,
                                                                                         call_options const& how) {
    constexpr int most_pages = 1'000;  // of up to 1,000 profiles each
    std::vector<inference_profile_summary> all;
    std::set<std::string> seen;
    list_inference_profiles_request request;
    for (int page = 0; page != most_pages; ++page) {
        auto const what = make_control_operation(request);
        call_frame frame{state, how, signer, what};
        auto response = co_await send_plain(frame);
        auto answer = read_answer<list_inference_profiles_response>(what, conclude(frame, std::move(response)));
        if (!answer) co_return unexpected{std::move(answer).error()};
        if (answer->inference_profile_summaries.empty() && !answer->notes.empty())
            co_return unexpected{refuse_unreadable_list(what.name, *answer)};
        for (auto& one : answer->inference_profile_summaries) all.push_back(std::move(one));
        if (answer->next_token.empty()) co_return all;
        if (!seen.insert(answer->next_token).second)
            co_return fail(errc::protocol, "ListInferenceProfiles gave the same page twice: a nextToken came again");
        request.next_token = std::move(answer->next_token);
    }
    co_return fail(errc::protocol, "ListInferenceProfiles does not end: " + std::to_string(most_pages) + " pages");
}

/// Both lists failed: the first one's error, with what the second adds to it.
inline error join_errors(error first, error const& second) {
    if (second.message != first.message) first.message += "; and the inference profiles: " + second.message;
    if (first.hint.empty())
        first.hint = second.hint;
    else if (!second.hint.empty() && second.hint != first.hint)
        first.hint += "; " + second.hint;
    return first;
}

inline void note_list(std::vector<std::string>& notes, std::string_view what, list_state const& state,
                      std::int64_t now) {
    if (!state.problem) return;
    std::string line(what);
    if (state.fetched_at_ms)
        line += " are " + std::to_string((std::max)(std::int64_t{0}, now - *state.fetched_at_ms) / 1000) +
                " seconds old, newer ones could not be had: ";
    else
        line += " are missing: ";
    line += state.problem->message;
    if (!state.problem->hint.empty()) line += " (" + state.problem->hint + ")";
    notes.push_back(std::move(line));
}

}  // namespace detail

inline available_model const* model_listing::find(std::string_view id_or_arn) const noexcept {
    for (auto const& one : models)
        if (ascii::equal_ignoring_case(one.id, id_or_arn) || (!one.arn.empty() && one.arn == id_or_arn)) return &one;
    return nullptr;
}

inline std::vector<std::string> model_listing::notes() const {
    std::vector<std::string> all;
    detail::note_list(all, "foundation models", foundation_models, answered_at_ms);
    detail::note_list(all, "inference profiles", inference_profiles, answered_at_ms);
    if (!cache_problem.empty()) all.push_back(cache_problem);
    return all;
}

inline call_options catalogue::make_call(std::optional<cancellation>&& cancel) const {
    auto how = options_.call;
    if (cancel) how.cancel = std::move(cancel);
    return how;
}

// A clock that was set back makes a list as good as unknown.
inline bool catalogue::is_fresh(list_state const& state, std::int64_t now) const noexcept {
    if (!state.fetched_at_ms || state.problem) return false;
    auto const age_ms = now - *state.fetched_at_ms;
    return age_ms >= 0 && age_ms / 1000 < options_.refresh_seconds;
}

// Decides, in one step for all threads, whether to use what there is, to wait or to fetch.
inline catalogue::turn catalogue::take_turn(std::int64_t now, std::shared_ptr<flight> const& overdue) {
    std::lock_guard const lock(guard_);
    turn next;
    next.wants_models = !is_fresh(models_.state, now);
    next.wants_profiles = !is_fresh(profiles_.state, now);
    if (flight_ && flight_ != overdue)  // first: what it has fetched so far is not in the list yet
        next.follow = flight_;
    else if (next.wants_models || next.wants_profiles)
        next.lead = flight_ = detail::share_new<flight>();
    else
        next.answer = make_listing(now);
    return next;
}

template <class T>
std::optional<error> catalogue::land(half<T>& on, result<std::vector<T>> fetched, std::int64_t now) {
    std::lock_guard const lock(guard_);
    is_listed_ = false;
    if (fetched) {
        on.items = std::move(*fetched);
        on.state = {now, std::nullopt};
    } else {
        on.state.problem = std::move(fetched).error();
    }
    return on.state.problem;
}

inline result<model_listing> catalogue::conclude_flight(std::int64_t now) {
    std::lock_guard const lock(guard_);
    if (!models_.state.fetched_at_ms && !profiles_.state.fetched_at_ms)
        return unexpected{detail::join_errors(*models_.state.problem, *profiles_.state.problem)};
    return make_listing(now);
}

// With the lock held. The list is made where its making failed before, too.
inline model_listing catalogue::make_listing(std::int64_t now) {
    if (!is_listed_) listed_ = make_model_list(models_.items, profiles_.items, options_.rules);
    is_listed_ = true;
    return {listed_, models_.state, profiles_.state, cache_problem_, now};
}

inline void catalogue::say_cache_problem(std::string_view what, std::string_view why) {
    std::lock_guard const lock(guard_);
    cache_problem_ = why.empty() ? std::string()
                                 : clean_line("the cache file " + quote(options_.cache_file) + " " + std::string(what) +
                                                  ": " + std::string(why),
                                              1000);
}

// What the file has is taken where it is newer than what is here; whether that makes the list fresh.
template <class T>
bool catalogue::take_kept(half<T>& into, std::optional<std::int64_t> fetched_at_ms, std::vector<T>& items,
                          std::int64_t now) {
    if (fetched_at_ms && (!into.state.fetched_at_ms || *fetched_at_ms > *into.state.fetched_at_ms)) {
        is_listed_ = false;
        into.items = std::move(items);
        into.state = {fetched_at_ms, std::nullopt};
    }
    return is_fresh(into.state, now);
}

// Leaves in `mine` what is still to be fetched, and in `place` what the file is to be written for: "" for nothing.
inline exchange<bool> catalogue::read_file(client_state& state, call_options const& how, std::string& place,
                                           turn& mine) {
    auto wanted = detail::make_settings_request(state, how, {}, control_service);
    auto const found = co_await find_settings(state.surroundings, std::move(wanted));
    if (!found) co_return false;  // as the fetch will say
    place = found->endpoint.value + " " + found->region.value;
    file_ask asked(options_.cache_file);
    asked.max_bytes = std::size_t{64} << 20;  // a list of a thousand models is below 1 MiB
    asked.is_cache = true;
    co_await asked;
    if (asked.outcome == file_outcome::missing) co_return true;
    if (asked.outcome == file_outcome::unreadable) {
        say_cache_problem("cannot be read", asked.reason);
        place.clear();  // nor is it written
        co_return false;
    }
    auto const now = state.surroundings.unix_milliseconds();
    auto kept = parse_kept_catalogue(asked.text, place, now);
    if (!kept) say_cache_problem("was not what it should be, and is written anew", kept.error().message);
    if (!kept || !*kept) co_return false;
    std::lock_guard const lock(guard_);
    auto& from = **kept;
    mine.wants_models = !take_kept(models_, from.foundation_models_fetched_at_ms, from.foundation_models, now);
    mine.wants_profiles = !take_kept(profiles_, from.inference_profiles_fetched_at_ms, from.inference_profiles, now);
    co_return true;
}

inline exchange<bool> catalogue::write_file(std::string place) {
    kept_catalogue kept;
    kept.version = kept_catalogue::current_version;
    kept.place = std::move(place);
    {
        std::lock_guard const lock(guard_);
        kept.foundation_models_fetched_at_ms = models_.state.fetched_at_ms;
        kept.foundation_models = models_.items;
        kept.inference_profiles_fetched_at_ms = profiles_.state.fetched_at_ms;
        kept.inference_profiles = profiles_.items;
    }
    auto text = json::write(kept);
    if (!text) {
        say_cache_problem("cannot be written", text.error().message);
        co_return false;
    }
    replace_ask change(options_.cache_file, std::move(*text));
    co_await change;
    if (!change.done) say_cache_problem("cannot be written", change.reason);
    co_return change.done;
}

inline exchange<result<model_listing>> catalogue::load(client_state& state, sigv4::signer& signer,
                                                       call_options const& how) {
    constexpr std::int64_t longest_flight_ms = 300'000;  // two lists, three attempts each, 30 seconds an attempt
    auto const now = [&state] { return state.surroundings.unix_milliseconds(); };
    std::shared_ptr<flight> overdue;
    for (;;) {
        auto mine = take_turn(now(), overdue);
        if (mine.answer) co_return std::move(*mine.answer);
        if (mine.follow) {
            wait_ask landing(mine.follow, longest_flight_ms);
            co_await landing;
            if (auto answer = mine.follow->answer()) co_return std::move(*answer);
            if (!mine.follow->ready()) overdue = mine.follow;
            continue;
        }
        flight_lead held(guard_, flight_, mine.lead);
        std::string place;
        if (!options_.cache_file.empty() && options_.refresh_seconds > 0) {
            say_cache_problem({}, {});
            co_await read_file(state, how, place, mine);
        }
        bool fetched_any = false;
        std::optional<error> nothing_was_sent;
        if (mine.wants_models) {
            auto fetched = co_await detail::fetch_foundation_models(state, signer, how);
            auto const problem = land(models_, std::move(fetched), now());
            fetched_any = !problem;
            if (problem && problem->attempts == 0) nothing_was_sent = problem;  // nor would it be the next time
        }
        if (mine.wants_profiles && nothing_was_sent) {
            land<inference_profile_summary>(profiles_, unexpected{*nothing_was_sent}, now());
        } else if (mine.wants_profiles) {
            auto fetched = co_await detail::fetch_inference_profiles(state, signer, how);
            if (!land(profiles_, std::move(fetched), now())) fetched_any = true;
        }
        if (fetched_any && !place.empty()) co_await write_file(std::move(place));
        auto answer = conclude_flight(now());
        held.end(answer);
        co_return answer;
    }
}

inline result<model_listing> catalogue::list(std::optional<cancellation> cancel) {
    auto const how = make_call(std::move(cancel));
    auto const tools = client_.pool_->acquire();
    auto runner = client_.make_runner(tools->engine, how);
    return runner.run(load(*client_.state_, tools->signer, how));
}

inline std::string catalogue::find_resolved(std::string_view id_or_arn) {
    std::lock_guard const lock(guard_);
    if (auto const found = resolved_.find(id_or_arn); found != resolved_.end()) return found->second;
    for (auto const& profile : profiles_.items)
        if (profile.inference_profile_arn == id_or_arn || profile.inference_profile_id == id_or_arn)
            return find_base_model(profile.models);
    return {};
}

inline result<std::string> catalogue::resolve(std::string_view id_or_arn, std::optional<cancellation> cancel) {
    bool const is_arn = id_or_arn.starts_with("arn:");
    auto const [kind, name] = find_arn_resource(id_or_arn);
    if (kind == "foundation-model") return std::string(name);
    if (kind == "inference-profile") return std::string(strip_geography(name));
    // The id of an application profile has no vendor in it.
    if (!is_arn && id_or_arn.find('.') != std::string_view::npos) return std::string(strip_geography(id_or_arn));
    if (is_arn && kind != "application-inference-profile")
        return fail(errc::invalid_input,
                    quote(id_or_arn) + " has no base model: it is neither a foundation model nor an inference profile");
    if (auto known = find_resolved(id_or_arn); !known.empty()) return known;

    get_inference_profile_request request;
    request.inference_profile_identifier = id_or_arn;
    auto const profile = client_.get_inference_profile(request, make_call(std::move(cancel)));
    if (!profile) return unexpected{profile.error()};
    auto base = find_base_model(profile->models);
    if (base.empty())
        return fail(errc::protocol, "GetInferenceProfile names no foundation model behind " + quote(id_or_arn));
    std::lock_guard const lock(guard_);
    resolved_.insert_or_assign(request.inference_profile_identifier, base);
    return base;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
