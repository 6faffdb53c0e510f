// SPDX-License-Identifier: MIT
// Owns the taking out of what a model refuses: sampling, a forced tool while it thinks, tiers, signatures, images.
// Never puts anything in but what stands for the forced tool and the images, and never runs behind the caller's back.
#ifndef BEDROCK_MODEL_FIT_HPP
#define BEDROCK_MODEL_FIT_HPP

#include "bedrock/config.hpp"
#include "bedrock/model/content.hpp"
#include "bedrock/model/converse.hpp"
#include "bedrock/model/tool.hpp"
#include "bedrock/model_traits.hpp"
#include "bedrock/reasoning.hpp"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// What had to be changed.
struct fitted_request {
    bool temperature = false;   ///< left out
    bool top_p = false;         ///< left out
    bool tool_choice = false;   ///< "any" or one tool became "auto"
    bool service_tier = false;  ///< left out

    bool any() const noexcept { return temperature || top_p || tool_choice || service_tier; }
};

/// Makes a request, reasoning included, one that its model does not refuse for a parameter.
/// **Wire:** newer Claude models refuse temperature and top_p; Claude refuses a temperature and a forced tool in a
/// request that asks for thinking; Claude 5 refuses service tiers other than the default.
fitted_request fit_to_model(converse_request& request, model_traits const& traits);

/// For a conversation that goes on with a model that signs no reasoning (`signs_reasoning`) and refuses signatures:
/// reasoning without its signature, and none that is encrypted or was nothing but a signature. Returns how many blocks
/// were changed or taken out; a message may be left empty, for `normalize` to drop.
std::size_t drop_signatures(std::vector<message>& messages);

/// For a model that takes no images (`input` of the model list, or the caller, says so): a text in the place of each
/// row of them, in messages and in tool results, as pi-ai words it. Returns how many were taken out.
std::size_t omit_images(std::vector<message>& messages);

// ---------------------------------------------------------------------------------------------------------------------

namespace model_fit_detail {

/// Blocks without their images, which leave one placeholder a row.
template <class Block>
std::size_t omit_images(std::vector<Block>& blocks, std::string_view placeholder) {
    std::size_t count = 0;
    bool behind_one = false;
    std::vector<Block> kept;
    kept.reserve(blocks.size());
    for (auto& block : blocks) {
        auto const* const text = block.template get_if<text_block>();
        bool const is_image = block.template holds<image_block>();
        if (!is_image)
            kept.push_back(std::move(block));
        else if (!behind_one)
            kept.push_back(Block(placeholder));
        count += is_image;
        behind_one = is_image || (text != nullptr && kept.back().template get_if<text_block>()->text == placeholder);
    }
    blocks = std::move(kept);
    return count;
}

}  // namespace model_fit_detail

inline fitted_request fit_to_model(converse_request& request, model_traits const& traits) {
    fitted_request fitted;
    bool const thinks = traits.signs_reasoning && asks_for_thinking(request);
    auto& sampling = request.inference;
    if (sampling.temperature && (traits.refuses_sampling || thinks)) {
        sampling.temperature.reset();
        fitted.temperature = true;
    }
    if (sampling.top_p && traits.refuses_sampling) {
        sampling.top_p.reset();
        fitted.top_p = true;
    }
    auto& choice = request.tools.choice;
    if (thinks && (choice.holds<any_tool_choice>() || choice.holds<specific_tool_choice>())) {
        choice.emplace<auto_tool_choice>();
        fitted.tool_choice = true;
    }
    auto& tier = request.service_tier.type;
    if (traits.only_default_tier && tier.is_set() && tier != service_tier_type::default_) {
        request.service_tier = {};
        fitted.service_tier = true;
    }
    return fitted;
}

inline std::size_t drop_signatures(std::vector<message>& messages) {
    std::size_t count = 0;
    for (auto& one : messages) {
        std::vector<content_block> kept;
        kept.reserve(one.content.size());
        for (auto& block : one.content) {
            auto* const reasoning = block.get_if<reasoning_content_block>();
            auto* const thoughts = reasoning != nullptr ? reasoning->get_if<reasoning_text_block>() : nullptr;
            bool const is_encrypted = reasoning != nullptr && reasoning->holds<redacted_reasoning>();
            bool const is_signed = thoughts != nullptr && !thoughts->signature.empty();
            count += is_encrypted || is_signed;
            if (is_encrypted || (is_signed && thoughts->text.empty())) continue;
            if (is_signed) thoughts->signature.clear();
            kept.push_back(std::move(block));
        }
        one.content = std::move(kept);
    }
    return count;
}

inline std::size_t omit_images(std::vector<message>& messages) {
    using model_fit_detail::omit_images;
    std::size_t count = 0;
    for (auto& one : messages) {
        count += omit_images(one.content, "(image omitted: model does not support images)");
        for (auto& block : one.content)
            if (auto* const outcome = block.get_if<tool_result_block>())
                count += omit_images(outcome->content, "(tool image omitted: model does not support images)");
    }
    return count;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
