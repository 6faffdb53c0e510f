// SPDX-License-Identifier: MIT
// Owns `toolbox`: functions that a model may call, with their schemas, and how one of them is run.
// Never asks a model, and never lets a function's failure past itself: it becomes a result that says what went wrong.
#ifndef BEDROCK_TOOL_FUNCTIONS_HPP
#define BEDROCK_TOOL_FUNCTIONS_HPP

#include "bedrock/cancellation.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/conversation_json.hpp"
#include "bedrock/conversation_rules.hpp"
#include "bedrock/error.hpp"
#include "bedrock/json/document.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/json/reader.hpp"
#include "bedrock/model/tool.hpp"
#include "bedrock/result.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>
#if BEDROCK_EXCEPTIONS
#include <exception>
#endif

namespace bedrock::inline BEDROCK_ABI {

/// One use of a tool, as its function is given it. **Lifetime:** until the function returns.
struct tool_call {
    tool_use_block const& use;
    /// The answer of the model, from 1, that this use stands in.
    int round = 1;
    /// Of the call that the rounds are made for: ask `cancelled()` in long work; `cancel()` ends the rounds.
    cancellation cancel;

    /// The arguments: one JSON object.
    std::string const& input() const noexcept { return use.input.text(); }
    /// **Lifetime:** of the input.
    json::reader reader() const noexcept { return json::reader(input()); }
    /// The arguments as a described T. **Errors:** errc::invalid_input, naming the member.
    template <class T>
    result<T> read() const;
};

/// What a tool came to: a text, a JSON document, blocks, or why it failed. Functions return what makes one.
struct tool_output {
    std::vector<tool_result_content_block> content{};
    /// The model is told so.
    bool failed = false;

    tool_output() = default;
    template <std::convertible_to<std::string_view> Text>
    tool_output(Text const& text) : content{tool_result_content_block(text)} {}
    tool_output(json::document json) : content{json_block{std::move(json)}} {}
    tool_output(std::vector<tool_result_content_block> blocks) : content(std::move(blocks)) {}
    template <class Block>
    requires(!std::convertible_to<Block const&, std::string_view> &&
             std::constructible_from<tool_result_content_block, Block>) tool_output(Block block)
        : content{tool_result_content_block(std::move(block))} {}
    tool_output(unexpected const& why) : tool_output(why.reason.message) { failed = true; }
    template <class T>
    tool_output(result<T> const& got) {
        if (!got) *this = unexpected{got.error()};
        if constexpr (!std::is_void_v<T>) {
            if (got) *this = tool_output(*got);
        }
    }
};

/// A failure that the model shall read: `return tool_failure("no such city; try the nearest larger one");`
inline tool_output tool_failure(std::string_view why) {
    tool_output made(why);
    made.failed = true;
    return made;
}

/// What runs when a model uses a tool.
using tool_function = std::function<tool_output(tool_call const&)>;

/// Functions that a model may call:
///
///     bedrock::toolbox tools;
///     tools.add("weather", "The current weather of a city",
///               R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})",
///               [](std::string_view input) { return look_up(input); });
///
/// **Thread safety:** const members: as the functions; a toolbox may serve many conversations at once. Nothing is added
/// while one of them runs, also not by its functions.
class toolbox {
  public:
    /// A function that takes `tool_call const&`, or just the input as what a std::string const& converts to, and
    /// returns nothing or what makes a `tool_output`. With an Input, `add<weather_question>(...)`, it takes that
    /// described type; an input that is none is answered without it.
    /// **Errors:** the first stays in `problem()`, and is what rounds with this toolbox come to: a name that is none
    /// (1..64 of a-z A-Z 0-9 _ -) or taken, a schema that is no JSON object, no function. Such a tool is not added.
    template <class Input = void, class Function>
    toolbox& add(std::string const& name, std::string const& description, json::document const& input_schema,
                 Function function) {
        return add<Input>({.name = name, .description = description, .input_schema = input_schema},
                          std::move(function));
    }
    /// The same with all that a specification has.
    template <class Input = void, class Function>
    toolbox& add(tool_specification const& what, Function function) {
        return put(what, wrap<Input>(std::move(function)));
    }

    std::optional<error> const& problem() const noexcept { return problem_; }
    bool empty() const noexcept { return tools_.empty(); }
    bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

    /// What a request offers, in the order in which they were added: the service caches equal beginnings.
    std::vector<tool> specifications() const;

    /// Runs the function of one use on this thread, and gives what is sent back: always something that can be sent.
    /// JSON that is not an object, or has a member named "" or `__type`, becomes a text: Converse refuses it as JSON.
    /// A name that is not here, an input that is no JSON object, what a function throws (of std::exception the text,
    /// as one line of at most 1000 bytes) and an output that cannot be sent are results with the status `error`.
    tool_result_block run(tool_call const& call) const;

  private:
    struct entry {
        tool_specification what{};
        tool_function function{};
    };

    template <class Input, class Function>
    static tool_function wrap(Function function);
    toolbox& put(tool_specification what, tool_function function);
    entry const* find(std::string_view name) const noexcept;
    tool_output output_of(tool_call const& call) const;

    std::vector<entry> tools_;
    std::optional<error> problem_;
};

/// The result of a use that was not run, or failed. **Wire:** `status` is known to Claude and Nova only.
tool_result_block make_tool_error(tool_use_block const& use, std::string_view why);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Why a text is no JSON object, in words that complete "the input is "; "" where it is one.
inline std::string why_no_object(std::string_view text) {
    json::reader in(text);
    bool const is_object = in.peek() == json::value_kind::object;
    if (in.skip() && in.finish()) return is_object ? "" : "no JSON object";
    auto const found = in.state();
    return "not JSON: " + std::string(json::describe(found.code)) + " at byte " + std::to_string(found.offset);
}

inline void call_guarded(tool_function const& function, tool_call const& call, tool_output& out) {
#if BEDROCK_EXCEPTIONS
    constexpr std::size_t longest = 1000;  // bytes: enough for a reason, too little for a dump
    try {
        out = function(call);
    } catch (std::exception const& thrown) {
        std::string text = "the tool failed: ";
        append_clean_line(text, thrown.what(), longest);
        out = tool_failure(text);
    } catch (...) {
        out = tool_failure("the tool failed");
    }
#else
    out = function(call);
#endif
}

}  // namespace detail

template <class T>
result<T> tool_call::read() const {
    return json::read<T>(input(), {.code = errc::invalid_input});
}

template <class Input, class Function>
tool_function toolbox::wrap(Function function) {
    if constexpr (std::is_null_pointer_v<Function>) {
        return {};
    } else {
        if constexpr (std::is_constructible_v<bool, Function const&> && !std::is_empty_v<Function>) {
            if (!static_cast<bool>(function)) return {};  // a null pointer, an empty std::function
        }
        return [function = std::move(function)](tool_call const& call) mutable -> tool_output {
            auto const run = [&](auto const& argument) -> tool_output {
                if constexpr (std::is_void_v<std::invoke_result_t<Function&, decltype(argument)>>) {
                    function(argument);
                    return {};
                } else {
                    return function(argument);
                }
            };
            if constexpr (!std::is_void_v<Input>) {
                auto const input = call.read<Input>();
                if (!input) return tool_failure("the input does not fit the tool: " + input.error().message);
                return run(*input);
            } else if constexpr (std::is_invocable_v<Function&, tool_call const&>) {
                return run(call);
            } else {
                return run(call.input());
            }
        };
    }
}

inline toolbox& toolbox::put(tool_specification what, tool_function function) {
    std::string why;
    auto const unsuitable = detail::why_no_object(what.input_schema.text());
    if (!converse_rules::valid_tool_name(what.name))
        why = "has no valid name; a name is 1 to 64 of a-z, A-Z, 0-9, _ and -";
    else if (has(what.name))
        why = "is there already; give each tool a name of its own";
    else if (!unsuitable.empty())
        why = "has a schema that is " + unsuitable + R"(; the least is {"type":"object"})";
    else if (!function)
        why = "has no function";
    if (why.empty())
        tools_.push_back({std::move(what), std::move(function)});
    else if (!problem_)
        problem_ = make_error(errc::invalid_input, "the tool " + quote(what.name) + " " + why);
    return *this;
}

inline std::vector<tool> toolbox::specifications() const {
    std::vector<tool> offered;
    offered.reserve(tools_.size());
    for (auto const& one : tools_) offered.emplace_back(one.what);
    return offered;
}

inline toolbox::entry const* toolbox::find(std::string_view name) const noexcept {
    for (auto const& one : tools_)
        if (one.what.name == name) return &one;
    return nullptr;
}

inline tool_output toolbox::output_of(tool_call const& call) const {
    auto const* const tool = find(call.use.name);
    if (tool == nullptr) {
        auto why = "there is no tool " + quote(call.use.name);
        for (auto const& one : tools_) why += (&one == tools_.data() ? "; there are: " : ", ") + one.what.name;
        return tool_failure(why);
    }
    auto const& text = call.use.incomplete_input.empty() ? call.input() : call.use.incomplete_input;
    if (auto const why = detail::why_no_object(text); !why.empty())
        return tool_failure("the input is " + why + "; use the tool again with one JSON object that fits its schema");
    if (!call.use.incomplete_input.empty()) return tool_failure("the input did not arrive whole; use the tool again");
    tool_output made;
    detail::call_guarded(tool->function, call, made);
    return made;
}

inline tool_result_block toolbox::run(tool_call const& call) const {
    auto made = output_of(call);
    tool_result_block sent{.tool_use_id = call.use.tool_use_id, .content = std::move(made.content)};
    // Converse refuses JSON that is not an object or has such member names, a result without content, and blank texts.
    for (auto& block : sent.content) {
        auto const* const held = block.get_if<json_block>();
        if (held == nullptr) continue;
        auto text = held->json.text();
        bool const refused = !detail::why_no_object(text).empty() || conversation_json::has_member(text, "") ||
                             conversation_json::has_member(text, "__type");
        if (json::valid(text) && refused) block = text_block{std::move(text)};
    }
    std::erase_if(sent.content, [](auto const& block) {
        auto const* const text = block.template get_if<text_block>();
        return text != nullptr && converse_rules::is_blank(text->text);
    });
    if (sent.content.empty()) sent.content.emplace_back("(no output)");
    if (made.failed) sent.status = tool_result_status::error;
    if (auto const written = json::write(sent); !written)
        return make_tool_error(call.use, "the tool's output cannot be sent: " + written.error().message);
    return sent;
}

inline tool_result_block make_tool_error(tool_use_block const& use, std::string_view why) {
    return {.tool_use_id = use.tool_use_id,
            .content = {tool_result_content_block(why)},
            .status = tool_result_status::error};
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
