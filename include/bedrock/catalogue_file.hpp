// SPDX-License-Identifier: MIT
// Owns the form in which a catalogue is kept in a file: both lists as the service gave them, with time and place.
// Never opens the file, and never takes one of another form, place or future for its own.
#ifndef BEDROCK_CATALOGUE_FILE_HPP
#define BEDROCK_CATALOGUE_FILE_HPP

#include "bedrock/config.hpp"
#include "bedrock/json/fields.hpp"
#include "bedrock/model/control.hpp"
#include "bedrock/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// What is in the file, as one JSON object. A list without a time was never fetched.
struct kept_catalogue {
    /// Of the form; another one is not read.
    static constexpr std::int32_t current_version = 1;

    std::int32_t version = 0;
    /// Where the lists are from: endpoint and region.
    std::string place{};
    std::optional<std::int64_t> foundation_models_fetched_at_ms{};  ///< since 1970
    std::vector<foundation_model_summary> foundation_models{};
    std::optional<std::int64_t> inference_profiles_fetched_at_ms{};  ///< since 1970
    std::vector<inference_profile_summary> inference_profiles{};
};

/// The catalogue that a file keeps for a place; nothing where it is of another version or place. Times after `now_ms`,
/// and before 1970, are as if the list were not there: nobody knows how old it is.
/// **Errors:** invalid_input for a text that is no such JSON.
result<std::optional<kept_catalogue>> parse_kept_catalogue(std::string_view text, std::string_view place,
                                                           std::int64_t now_ms);

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

template <>
struct json::fields_of<kept_catalogue> {
    static constexpr json::field table[] = {
        BEDROCK_JSON_FIELD(kept_catalogue, version, "version", json::required_field),
        BEDROCK_JSON_FIELD(kept_catalogue, place, "place", json::required_field),
        BEDROCK_JSON_FIELD(kept_catalogue, foundation_models_fetched_at_ms, "foundationModelsFetchedAtMs",
                           json::optional_field),
        BEDROCK_JSON_FIELD(kept_catalogue, foundation_models, "foundationModels", json::optional_field),
        BEDROCK_JSON_FIELD(kept_catalogue, inference_profiles_fetched_at_ms, "inferenceProfilesFetchedAtMs",
                           json::optional_field),
        BEDROCK_JSON_FIELD(kept_catalogue, inference_profiles, "inferenceProfiles", json::optional_field),
    };
};

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

inline result<std::optional<kept_catalogue>> parse_kept_catalogue(std::string_view text, std::string_view place,
                                                                  std::int64_t now_ms) {
    auto read = json::read<kept_catalogue>(text, {.code = errc::invalid_input});
    if (!read) return unexpected{std::move(read).error()};
    if (read->version != kept_catalogue::current_version || read->place != place)
        return std::optional<kept_catalogue>();
    auto const forget_nonsense = [now_ms](std::optional<std::int64_t>& at) {
        if (at && (*at < 0 || *at > now_ms)) at.reset();
    };
    forget_nonsense(read->foundation_models_fetched_at_ms);
    forget_nonsense(read->inference_profiles_fetched_at_ms);
    return std::optional(std::move(*read));
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
