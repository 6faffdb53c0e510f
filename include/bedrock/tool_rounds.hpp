// SPDX-License-Identifier: MIT
// Owns the rounds between a model and its tools: what is asked next, what is run, when it ends, and what is kept.
// Never asks by itself: it is given each answer, from whichever call the caller makes.
#ifndef BEDROCK_TOOL_ROUNDS_HPP
#define BEDROCK_TOOL_ROUNDS_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/conversation_families.hpp"
#include "bedrock/conversation_json.hpp"
#include "bedrock/conversation_results.hpp"
#include "bedrock/conversation_rules.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exception_error.hpp"
#include "bedrock/http.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/tool.hpp"
#include "bedrock/options.hpp"
#include "bedrock/result.hpp"
#include "bedrock/running_clock.hpp"
#include "bedrock/shared.hpp"
#include "bedrock/tool_functions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// A message that rounds have added to the conversation. **Lifetime:** of the call that is told.
struct tool_progress {
    int round = 1;
    message const& added;
    /// The answer that the message is of; null where it holds the results of tools.
    converse_response const* answer = nullptr;
    /// Of all rounds so far.
    token_usage const& usage;
};

/// What bounds the rounds, and who is told of them.
struct tool_options {
    /// Answers of the model: enough for a chain of look-ups, too few for a loop to cost much.
    int rounds = 10;
    /// Tool uses that are run for one answer; the model is told of each one more that it was not run.
    int uses_per_round = 32;
    /// Milliseconds for all rounds and tools together, and no call's total clock is longer; 0: no bound. A tool that
    /// runs is not interrupted.
    std::int64_t total_ms = 0;
    /// Results of tools that failed say so in their `status`; false for models that refuse the member and are not known
    /// to do so (`history_rules::result_status`), which then have the text alone.
    bool with_error_status = true;
    /// It may destroy the client. What it throws ends the rounds with errc::callback_failed, and no further tool runs.
    std::function<void(tool_progress const&)> on_message{};
};

/// What rounds with tools came to.
struct tool_answer {
    /// The last answer of the model; its stop reason says why it was the last. After a failure, the last whole one.
    converse_response last{};
    /// The request's messages and all since, to go on with. They can always be sent: every tool use has its result, and
    /// one that was not run says why. Where they end with a user's message, add to that one.
    std::vector<message> messages{};
    /// Of all rounds.
    token_usage usage{};
    /// Answers of the model.
    int rounds = 0;

    std::string text() const { return last.text(); }
};

/// The rounds, pulled by whoever makes the calls; `client::converse` with a toolbox is this loop:
///
///     bedrock::tool_rounds rounds(request, tools);
///     while (auto const* asked = rounds.next()) rounds.take(client.converse(*asked, rounds.options()));
///     auto answer = std::move(rounds).finish();
///
/// The request is sent with the toolbox's tools in front of its own (a tool that both have stands as in the request),
/// and nothing else of it changes but the messages. The tool uses of an answer are run one after the other in their
/// order, and their results are sent back in one message. The content decides, not the stop reason: `end_turn` and
/// `stop_sequence` beside tool uses count as `tool_use`. An answer without tool uses, or with any other stop reason, is
/// the last. A choice that forces a tool holds for the first answer alone, or there would be no end. The answers go
/// back as they came, reasoning with its signatures too, but for what the model's family (`find_history_rules`) would
/// refuse in every later request: blank texts, empty and unfinished reasoning, and member names "" in inputs are left
/// out; ids that are invalid or taken, names and inputs that cannot be sent are replaced, and their uses answered with
/// an error; media of results are moved behind them or replaced by a text; schemas and descriptions of tools are
/// repaired. Tools do not run for an answer that was cut short (`max_tokens`) or stopped by a guardrail or filter,
/// behind the last round and behind a cancellation.
/// **Thread safety:** one thread at a time. **Lifetime:** the toolbox outlives the rounds.
class tool_rounds {
  public:
    tool_rounds(converse_request request, toolbox const& tools, tool_options how = {}, call_options options = {},
                std::function<std::int64_t()> now = steady_milliseconds_now);

    /// The request to send now, until its answer is taken; null when the rounds are over.
    converse_request const* next();
    /// For that request: the caller's, with a handle for cancellation and what is left of the time.
    call_options const& options() const noexcept { return options_; }
    /// Of that request, from 1.
    int round() const noexcept { return round_; }

    /// The answer to the last `next`. Runs the tools that it uses.
    void take(result<converse_response> answer);

    /// What the rounds came to. **Errors:** of any call, with `error::tool_rounds`; invalid_input for a toolbox with a
    /// problem and for a tool in the request that the toolbox does not have; too_many_rounds; cancelled; timeout.
    result<tool_answer> finish() &&;

  private:
    struct wanted {
        tool_use_block const* use = nullptr;  // of the answer
        std::string id{};                     // under which it is sent
        std::string refused{};                // why it is not run
    };

    converse_request const* prepare_next();
    result<void> offer_tools();
    void collect_names();
    bool keep_block(content_block& block, bool is_whole) const;
    void name_documents(tool_result_block& made);
    std::vector<wanted> say(converse_response const& answer);
    void run(std::vector<wanted> const& uses, std::string const& why_none);
    tool_result_block result_of(wanted const& use, std::string const& why_none) const;
    void take_answer(converse_response answer);
    void add(message said, converse_response const* answer);
    std::string why_stopped() const;
    void end(std::optional<error> why);

    converse_request request_;
    toolbox const& tools_;
    tool_options how_;
    call_options options_;
    std::function<std::int64_t()> now_;
    deadline::running_clock clock_;
    std::optional<std::int64_t> call_total_ms_;
    history_rules rules_;
    converse_rules::unique_names ids_;
    converse_rules::unique_names documents_;
    tool_answer answer_;
    std::optional<error> failed_;
    std::optional<error> thrown_;  // by `on_message`
    int round_ = 0;
    bool asked_ = false;
    bool over_ = false;
};

/// Adds what one more answer has used. Sums stop at the largest number.
void add_usage(token_usage& sum, token_usage const& more);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void add_tokens(std::int32_t& sum, std::int32_t more) noexcept {
    constexpr std::int64_t most = (std::numeric_limits<std::int32_t>::max)();
    sum = static_cast<std::int32_t>((std::min)(std::int64_t{sum} + more, most));
}

/// Ends the rounds where an exception leaves its scope: what they would go on with has a hole.
class end_of_rounds {
  public:
    end_of_rounds(bool& over, std::optional<error>& failed) noexcept : over_(&over), failed_(failed) {}
    end_of_rounds(end_of_rounds const&) = delete;
    end_of_rounds& operator=(end_of_rounds const&) = delete;
    ~end_of_rounds() {
        if (!over_) return;
        *over_ = true;
        failed_ = out_of_memory_error();
    }
    void release() noexcept { over_ = nullptr; }

  private:
    bool* over_;
    std::optional<error>& failed_;
};

inline void add_tokens(std::optional<std::int32_t>& sum, std::optional<std::int32_t> more) noexcept {
    if (more) add_tokens(sum ? *sum : sum.emplace(0), *more);
}

}  // namespace detail

inline void add_usage(token_usage& sum, token_usage const& more) {
    detail::add_tokens(sum.input_tokens, more.input_tokens);
    detail::add_tokens(sum.output_tokens, more.output_tokens);
    detail::add_tokens(sum.total_tokens, more.total_tokens);
    detail::add_tokens(sum.cache_read_input_tokens, more.cache_read_input_tokens);
    detail::add_tokens(sum.cache_write_input_tokens, more.cache_write_input_tokens);
    for (auto const& detail : more.cache_details) {
        auto const same = std::find_if(sum.cache_details.begin(), sum.cache_details.end(),
                                       [&](auto const& held) { return held.ttl == detail.ttl; });
        if (same == sum.cache_details.end())
            sum.cache_details.push_back(detail);
        else
            detail::add_tokens(same->input_tokens, detail.input_tokens);
    }
}

inline tool_rounds::tool_rounds(converse_request request, toolbox const& tools, tool_options how, call_options options,
                                std::function<std::int64_t()> now)
    : request_(std::move(request)),
      tools_(tools),
      how_(std::move(how)),
      options_(std::move(options)),
      now_(std::move(now)),
      rules_(find_history_rules(request_.model_id)) {
    if (!options_.cancel) options_.cancel.emplace();
    if (how_.total_ms <= 0) return;
    if (!options_.timeouts) options_.timeouts.emplace();
    call_total_ms_ = options_.timeouts->total_ms;
    clock_.also(now_(), how_.total_ms, deadline::total, "the rounds with tools did not end");
}

inline converse_request const* tool_rounds::next() {
    if (over_) return nullptr;
    if (asked_) return &request_;
    detail::end_of_rounds unfinished(over_, failed_);
    auto const* const request = prepare_next();
    unfinished.release();
    return request;
}

inline converse_request const* tool_rounds::prepare_next() {
    if (round_ == 0) {
        if (auto offered = offer_tools(); !offered) {
            end(std::move(offered).error());
            return nullptr;
        }
        collect_names();
    }
    if (options_.cancel->cancelled()) {
        end(make_error(errc::cancelled, "the rounds with tools were cancelled"));
        return nullptr;
    }
    if (auto const left = deadline::left_ms(clock_.deadline_ms, call_total_ms_ ? now_() : 0); left <= 0) {
        end(make_error(errc::timeout, clock_.expired({}, false).message));
        return nullptr;
    } else if (call_total_ms_) {
        options_.timeouts->total_ms = *call_total_ms_ > 0 ? (std::min)(*call_total_ms_, left) : left;
    }
    ++round_;
    asked_ = true;
    return &request_;
}

inline result<void> tool_rounds::offer_tools() {
    if (tools_.problem()) return unexpected{*tools_.problem()};
    if (how_.rounds < 1)
        return fail(errc::invalid_input, "tool_options::rounds is " + std::to_string(how_.rounds) + "; 1 is the least");
    auto offered = tools_.specifications();
    for (auto& own : request_.tools.tools) {
        if (auto const* const named = own.get_if<tool_specification>()) {
            if (!tools_.has(named->name))
                return fail(errc::invalid_input, "the request offers the tool " + quote(named->name) +
                                                     ", for which the toolbox has no function; add it there, or leave "
                                                     "it out of the request");
            std::erase_if(offered, [&](tool const& one) {
                auto const* const same = one.get_if<tool_specification>();
                return same != nullptr && same->name == named->name;
            });
        }
    }
    for (auto& own : request_.tools.tools) offered.push_back(std::move(own));
    detail::tool_repair repairs(rules_);
    for (auto& one : offered)
        if (auto* const named = one.get_if<tool_specification>()) repairs.repair(*named);
    request_.tools.tools = std::move(offered);
    return {};
}

// False for a block that could not be sent back.
inline bool tool_rounds::keep_block(content_block& block, bool is_whole) const {
    if (auto const* const text = block.get_if<text_block>()) return !converse_rules::is_blank(text->text);
    auto* const reasoning = block.get_if<reasoning_content_block>();
    if (reasoning == nullptr) return block.is_set();
    auto const verdict = detail::judge_reasoning(*reasoning, rules_.reasoning);
    if (verdict == detail::reasoning_verdict::with_signature)
        detail::drop_signature(*reasoning->get_if<reasoning_text_block>());
    else if (verdict != detail::reasoning_verdict::taken)
        return false;
    return is_whole;
}

inline void tool_rounds::name_documents(tool_result_block& made) {
    for (auto& piece : made.content) {
        auto* const document = piece.get_if<document_block>();
        if (document == nullptr) continue;
        if (converse_rules::valid_document_name(document->name) && documents_.take(document->name)) continue;
        document->name = documents_.make(converse_rules::make_document_name(document->name), '-',
                                         converse_rules::longest_document_name);
    }
}

inline void tool_rounds::collect_names() {
    for (auto const& said : request_.messages) {
        for (auto const& block : said.content) {
            if (auto const* const use = block.get_if<tool_use_block>()) ids_.take(use->tool_use_id);
            if (auto const* const document = block.get_if<document_block>()) documents_.take(document->name);
            auto const* const made = block.get_if<tool_result_block>();
            if (made == nullptr) continue;
            for (auto const& piece : made->content)
                if (auto const* const document = piece.get_if<document_block>()) documents_.take(document->name);
        }
    }
}

inline void tool_rounds::take(result<converse_response> answer) {
    if (!asked_) return;
    asked_ = false;
    detail::end_of_rounds unfinished(over_, failed_);
    if (answer) {
        take_answer(std::move(*answer));
    } else {
        auto why = std::move(answer).error();
        if (round_ > 1) why.message = "round " + std::to_string(round_) + " with tools: " + why.message;
        end(std::move(why));
    }
    unfinished.release();
}

inline void tool_rounds::take_answer(converse_response answer) {
    answer_.rounds = round_;
    answer_.last = std::move(answer);
    add_usage(answer_.usage, answer_.last.usage);
    auto const& choice = request_.tools.choice;
    if (choice.holds<any_tool_choice>() || choice.holds<specific_tool_choice>()) request_.tools.choice.reset();

    auto const uses = say(answer_.last);
    auto const& stopped = answer_.last.stop_reason;
    // The content decides: gpt-oss, and some streams of Claude, report end_turn beside tool uses.
    bool const ended =
        stopped != stop_reason::tool_use && stopped != stop_reason::end_turn && stopped != stop_reason::stop_sequence;
    bool const too_many = round_ == how_.rounds;
    std::string why_none;
    if (ended)
        why_none =
            "not run: the answer ended with " + (stopped.is_set() ? std::string(stopped.text()) : "no stop reason");
    else if (too_many)
        why_none = "not run: the limit of " + std::to_string(how_.rounds) + " rounds was reached";
    if (!uses.empty()) run(uses, why_none);
    if (thrown_) return end(std::move(thrown_));
    if (ended || uses.empty()) return end(std::nullopt);
    if (too_many)
        end(make_error(errc::too_many_rounds,
                       "the model used tools in each of " + std::to_string(how_.rounds) +
                           " rounds; allow more of them (tool_options::rounds), or go on with error::tool_rounds"));
}

// Adds the answer to the conversation in a form that can be sent again, and lists what the caller's tools shall do.
inline std::vector<tool_rounds::wanted> tool_rounds::say(converse_response const& answer) {
    std::vector<wanted> uses;
    message said{.role = answer.message.role, .unknown = answer.message.unknown};
    std::size_t behind_words = 0;  // the place in front of the first tool use
    bool has_other = false;        // than reasoning
    for (auto const& block : answer.message.content) {
        auto const place = static_cast<std::size_t>(&block - answer.message.content.data());
        auto const& cut = answer.incomplete_blocks;
        bool const is_whole = std::find(cut.begin(), cut.end(), place) == cut.end();
        auto kept = block;
        if (!keep_block(kept, is_whole)) continue;
        has_other = has_other || !block.holds<reasoning_content_block>();
        // Claude refuses words behind tool uses in a later request, although it may write them.
        bool const is_words = block.holds<text_block>() || block.holds<citations_content_block>();
        bool const moves = !uses.empty() && is_words && rules_.reasoning == reasoning_rule::signed_only;
        auto const at = moves ? behind_words++ : said.content.size();
        said.content.insert(said.content.begin() + static_cast<std::ptrdiff_t>(at), std::move(kept));
        auto const* const use = block.get_if<tool_use_block>();
        if (use == nullptr || use->type == tool_use_type::server_tool_use) continue;
        if (uses.empty()) behind_words = said.content.size() - 1;
        auto& sent = *said.content.back().get_if<tool_use_block>();
        wanted made{.use = use};
        if (!converse_rules::valid_tool_use_id(use->tool_use_id, tool_use_id_rule::converse) ||
            ids_.taken(use->tool_use_id)) {
            made.refused = "not run: this use had no id of its own; use the tool again";
            sent.tool_use_id = converse_rules::make_tool_use_id(use->tool_use_id, rules_.tool_use_ids, ids_);
        } else if (!converse_rules::valid_tool_use_id(use->tool_use_id, rules_.tool_use_ids)) {
            sent.tool_use_id = converse_rules::make_tool_use_id(use->tool_use_id, rules_.tool_use_ids, ids_);
        } else {
            ids_.take(use->tool_use_id);
        }
        if (!is_whole)
            made.refused = "not run: the input did not arrive whole; use the tool again";
        else if (static_cast<int>(uses.size()) >= how_.uses_per_round)
            made.refused = "not run: more than " + std::to_string(how_.uses_per_round) +
                           " tool uses in one answer; use fewer at a time";
        if (!converse_rules::valid_tool_name(use->name)) sent.name = converse_rules::make_tool_name(use->name);
        auto input = use->input.text();
        if (!detail::why_no_object(input).empty()) {
            sent.input = "{}";
        } else {
            bool const repaired = converse_rules::repair_json(input);
            bool const shortened = rules_.empty_member_names && conversation_json::drop_empty_names(input);
            if (repaired || shortened) sent.input = std::move(input);
        }
        made.id = sent.tool_use_id;
        uses.push_back(std::move(made));
    }
    if (rules_.reasoning_alone && !has_other) said.content.clear();  // it would be taken for a prefill
    if (!said.content.empty()) add(std::move(said), &answer);
    return uses;
}

// "" while tools may run.
inline std::string tool_rounds::why_stopped() const {
    if (thrown_) return "not run: an observer of the rounds failed";
    if (options_.cancel->cancelled()) return "not run: the call was cancelled";
    if (call_total_ms_ && deadline::left_ms(clock_.deadline_ms, now_()) <= 0) return "not run: there was no time left";
    return {};
}

inline void tool_rounds::run(std::vector<wanted> const& uses, std::string const& why_none) {
    message results{.role = conversation_role::user};
    std::vector<content_block> beside;
    for (auto const& one : uses) {
        auto made = result_of(one, why_none.empty() ? why_stopped() : why_none);
        made.tool_use_id = one.id;
        if (!how_.with_error_status) made.status = {};
        name_documents(made);
        detail::repair_result(made, rules_, beside);
        results.content.emplace_back(std::move(made));
    }
    for (auto& block : beside) results.content.push_back(std::move(block));
    add(std::move(results), nullptr);
}

inline tool_result_block tool_rounds::result_of(wanted const& one, std::string const& why_none) const {
    if (!why_none.empty()) return make_tool_error(*one.use, why_none);
    if (!one.refused.empty()) return make_tool_error(*one.use, one.refused);
    return tools_.run({*one.use, round_, *options_.cancel});
}

inline void tool_rounds::add(message said, converse_response const* answer) {
    request_.messages.push_back(std::move(said));
    if (!how_.on_message || thrown_) return;
#if BEDROCK_EXCEPTIONS
    try {
#endif
        how_.on_message({round_, request_.messages.back(), answer, answer_.usage});
#if BEDROCK_EXCEPTIONS
    } catch (...) {
        thrown_ = detail::current_exception_error();
    }
#endif
}

inline void tool_rounds::end(std::optional<error> why) {
    over_ = true;
    answer_.messages = std::move(request_.messages);
    if (!why) return;
    if (answer_.rounds != 0) why->content_emitted = true;  // tools may have run: a repeat would run them again
    why->tool_rounds = detail::share_new<tool_answer const>(std::move(answer_));
    failed_ = std::move(why);
}

inline result<tool_answer> tool_rounds::finish() && {
    if (!over_) end(make_error(errc::cancelled, "the rounds with tools were left before their end"));
    if (failed_) return unexpected{std::move(*failed_)};
    return std::move(answer_);
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
