// SPDX-License-Identifier: MIT
// Owns where a call goes: which region and endpoint apply, and which setting said so.
// Never reads a file or asks the network by itself: it is a protocol over the environment and the shared files.
#ifndef BEDROCK_SETTINGS_HPP
#define BEDROCK_SETTINGS_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/endpoint.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/error.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/http.hpp"
#include "bedrock/ini.hpp"
#include "bedrock/profile_file.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/result.hpp"
#include "bedrock/shared.hpp"

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bedrock::inline BEDROCK_ABI {

/// A value, and what set it: "AWS_REGION", "profile dev", "default".
struct setting {
    std::string value{};
    std::string source{};
};

/// Whether something is on, and what set it; no source where nothing did.
struct switch_setting {
    bool on = false;
    std::string source{};
};

/// Something to ask for the region where nothing else says one: the machine.
class region_source {
  public:
    virtual ~region_source() = default;
    /// An empty value where it does not know. **Lifetime:** it and `surroundings` must outlive the exchange.
    virtual exchange<setting> find_region(environment const& surroundings) = 0;
};

/// A host of Bedrock's. **Wire:** both are signed for as "bedrock".
struct service_name {
    /// The first label of the host.
    std::string_view host{};
    std::string_view endpoint_variable{};
};
inline constexpr service_name runtime_service{"bedrock-runtime", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"};
inline constexpr service_name control_service{"bedrock", "AWS_ENDPOINT_URL_BEDROCK"};

/// What the caller said, before the environment is asked. Empty values say nothing.
struct settings_request {
    setting region{};
    setting endpoint{};
    /// An ARN says its region.
    std::string model_id{};
    /// The first label of the service's host, and its endpoint variable. What follows AWS_ENDPOINT_URL_ there, in lower
    /// case, is the service's name in a `[services NAME]` section, where `-` and blanks count as `_`.
    std::string service{runtime_service.host};
    std::string endpoint_variable{runtime_service.endpoint_variable};
    /// Empty: AWS_PROFILE, else "default".
    std::string profile{};
    /// Shared with whoever else reads them; null: they are read for this request alone.
    std::shared_ptr<profile_files> files{};
    std::optional<bool> use_fips{};
    std::optional<bool> use_dual_stack{};
    /// Endpoints of variables and profiles do not count.
    std::optional<bool> ignore_configured_endpoints{};
    /// Null: nobody is asked before the default applies.
    std::shared_ptr<region_source> last_region_source{};
    /// Before us-east-1.
    setting default_region{};
    /// Regions that the call may go to; empty: any of the partition of the client's own region.
    std::vector<std::string> allowed_regions{};
    /// Secrets go to the service as they are, or come from it: plain http is refused but for the hosts of
    /// `allows_plain_http`.
    bool needs_privacy = false;
    /// Takes that refusal back.
    bool allow_plain_http = false;
};

struct settings {
    setting region{};
    /// Scheme, host, port and path prefix, without a `/` at the end.
    setting endpoint{};
    /// The value of the Host header.
    std::string host{};
    /// What stands before every path of the endpoint: "" or "/base".
    std::string path_prefix{};
    switch_setting use_fips{};
    switch_setting use_dual_stack{};
    /// A positive number; empty where neither AWS_MAX_ATTEMPTS nor the profile has one.
    setting max_attempts{};
    /// "standard", "adaptive" or "legacy"; empty where neither AWS_RETRY_MODE nor the profile has one. Calls are
    /// repeated by the standard mode in any case; a note says so where another one was wanted.
    setting retry_mode{};
    /// PEM file of certificate authorities: AWS_CA_BUNDLE, the profile's ca_bundle.
    setting ca_bundle{};
    /// What was passed over, for `explain`: shared files that cannot be read, a profile that does not exist.
    std::vector<std::string> notes{};
};

/// Region: the caller's, the ARN's, AWS_REGION, AWS_DEFAULT_REGION, the profile's, `last_region_source`,
/// `default_region`, us-east-1.
/// Endpoint: the caller's, the service's variable, AWS_ENDPOINT_URL, the profile's services section, the profile's
/// endpoint_url, the region's standard host. Those in the middle do not count with
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or the profile's ignore_configured_endpoint_urls.
/// FIPS and dual-stack: the caller's, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, the profile's
/// use_fips_endpoint and use_dualstack_endpoint, a pseudo region such as fips-us-east-1.
/// Attempts, retry mode and authorities: AWS_MAX_ATTEMPTS, AWS_RETRY_MODE and AWS_CA_BUNDLE, the profile's
/// max_attempts, retry_mode and ca_bundle.
///
/// An ARN must name the partition of its region, and that of the region without it (the caller's, a variable's, the
/// profile's, the default): a model id from outside cannot move a request to another partition.
///
/// **Errors:** invalid_input for an invalid region, URL, switch or retry mode, for FIPS or dual-stack with a URL, for an
/// ARN of another partition, a region that is not allowed, and secrets over plain http, naming what set them; credentials for shared files that cannot be read, where the region would have to come
/// from them or a profile was named.
/// **Lifetime:** of `surroundings`, as long as the exchange.
template <class = void>
exchange<result<settings>> find_settings(environment const& surroundings, settings_request wanted);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The selected profile, as far as settings need it.
struct profile_view {
    profile_choice choice{};
    std::shared_ptr<profile_snapshot const> snapshot{};
    profile_section const* section = nullptr;  // in the snapshot; null where there is no such profile
    std::optional<error> problem{};

    std::string source() const { return profile_choice{choice.name, profile_naming::in_code}.describe(); }
    /// Empty where the profile does not say it.
    setting find(std::string_view key) const {
        auto const value = section ? section->value(key) : std::string_view();
        return value.empty() ? setting() : setting{std::string(value), source()};
    }
};

template <class = void>
exchange<profile_view> view_profile(environment const& surroundings, settings_request const& wanted) {
    profile_view seen;
    seen.choice = choose_profile(wanted.profile, surroundings);
    auto const files = wanted.files ? wanted.files : detail::share_new<profile_files>();
    auto read = co_await files->read(surroundings);
    if (!read) {
        seen.problem = std::move(read).error();
        co_return seen;
    }
    seen.snapshot = std::move(*read);
    seen.section = seen.snapshot->set.find(seen.choice.name);
    co_return seen;
}

/// The first variable that says something.
inline setting from_variables(environment const& surroundings, std::initializer_list<std::string_view> names) {
    for (auto const name : names)
        if (auto value = non_blank_variable(surroundings, name)) return {std::move(*value), std::string(name)};
    return {};
}

inline setting first_of(setting first, setting second) {
    return first.value.empty() ? std::move(second) : std::move(first);
}

/// Why settings cannot be used: the first reason counts.
inline void note_problem(std::string& problem, std::string why) {
    if (problem.empty()) problem.swap(why);
}

/// A setting that is true or false: the caller's, the variable's, the profile's.
inline switch_setting find_switch(std::optional<bool> said, environment const& surroundings, std::string_view variable,
                                  profile_view const& profile, std::string_view key, std::string& problem) {
    if (said) return {*said, "client option"};
    auto const found = first_of(from_variables(surroundings, {variable}), profile.find(key));
    if (found.value.empty()) return {};
    bool const on = http::equal_names(found.value, "true");
    if (on || http::equal_names(found.value, "false")) return {on, found.source};
    auto const why = found.source == variable ? found.source : std::string(key) + " of " + found.source;
    note_problem(problem, why + " is " + quote(found.value) + ": it must be true or false");
    return {};
}

/// An id of a service as it is written in files: in lower case, with `_` for `-` and blanks.
inline std::string spell_service_id(std::string_view id) {
    std::string spelled;
    for (char const c : id) spelled.push_back(c == '-' || c == ' ' ? '_' : ascii::to_lower(c));
    return spelled;
}

inline setting find_profile_endpoint(settings_request const& wanted, profile_view const& profile,
                                     std::vector<std::string>& notes, std::string& problem) {
    constexpr std::string_view prefix = "AWS_ENDPOINT_URL_";
    auto const services = profile.find("services");
    if (!services.value.empty()) {
        auto const* const section = profile.snapshot->set.find_services(services.value);
        if (!section) {
            note_problem(problem, "services of " + profile.source() + " names " + quote(services.value) + ", but " +
                                      profile.snapshot->set.file_name(profile_file::config) +
                                      " has no such [services] section");
            return {};
        }
        std::string_view id = wanted.endpoint_variable;
        if (id.starts_with(prefix)) id.remove_prefix(prefix.size());
        auto const wanted_id = spell_service_id(id);
        std::string there;
        for (auto const& entry : section->properties()) {
            auto const url = section->value(entry.key, "endpoint_url");
            if (!url.empty() && spell_service_id(entry.key) == wanted_id)
                return {std::string(url), "services " + services.value + " of " + profile.source()};
            there += (there.empty() ? "" : ", ") + entry.key;
        }
        notes.push_back("services " + quote(services.value) + " of " + profile.source() + " has no endpoint_url for " +
                        wanted_id + (there.empty() ? "" : "; it has " + there));
    }
    return profile.find("endpoint_url");
}

/// Variables and profile; empty where neither has one, or they do not count.
inline setting find_configured_endpoint(environment const& surroundings, settings_request const& wanted,
                                        profile_view const& profile, std::vector<std::string>& notes,
                                        std::string& problem) {
    auto const ignored =
        find_switch(wanted.ignore_configured_endpoints, surroundings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile,
                    "ignore_configured_endpoint_urls", problem);
    if (ignored.on) return {};
    auto found = from_variables(surroundings, {wanted.endpoint_variable, "AWS_ENDPOINT_URL"});
    if (!found.value.empty()) return found;
    return find_profile_endpoint(wanted, profile, notes, problem);
}

/// AWS_MAX_ATTEMPTS and max_attempts as AWS's SDKs read them: a positive number, or it does not count.
inline setting find_max_attempts(environment const& surroundings, profile_view const& profile,
                                 std::vector<std::string>& notes) {
    constexpr int largest = (std::numeric_limits<int>::max)();
    for (auto found : {from_variables(surroundings, {"AWS_MAX_ATTEMPTS"}), profile.find("max_attempts")}) {
        if (found.value.empty()) continue;
        std::int64_t attempts = 0;
        auto const* const end = found.value.data() + found.value.size();
        auto const [stop, fault] = std::from_chars(found.value.data(), end, attempts);
        if (fault == std::errc{} && stop == end && attempts > 0 && attempts <= largest) return found;
        notes.push_back("the attempts of " + found.source + " are " + quote(found.value) +
                        ", which is no positive number and does not count");
    }
    return {};
}

inline setting find_retry_mode(environment const& surroundings, profile_view const& profile,
                               std::vector<std::string>& notes, std::string& problem) {
    auto found = first_of(from_variables(surroundings, {"AWS_RETRY_MODE"}), profile.find("retry_mode"));
    if (found.value.empty()) return found;
    for (std::string_view const mode : {"standard", "adaptive", "legacy"}) {
        if (!http::equal_names(found.value, mode)) continue;
        found.value = mode;
        if (mode != "standard")
            notes.push_back("the retry mode of " + found.source + " is " + found.value +
                            "; calls are repeated by the standard mode");
        return found;
    }
    std::string const what = found.source == "AWS_RETRY_MODE" ? found.source : "retry_mode of " + found.source;
    note_problem(problem, what + " is " + quote(found.value) + ": it must be standard, adaptive or legacy");
    return {};
}

/// A model id from outside must not move a request to another partition.
inline void check_arn(std::string_view model_id, setting const& own_region, std::string& problem) {
    auto const partition = endpoint::find_partition_in_arn(model_id);
    if (partition.empty()) return;
    auto const region = endpoint::find_region_in_arn(model_id);
    auto const of_region = endpoint::find_partition(region).name;
    auto const own = endpoint::find_partition(endpoint::strip_fips(own_region.value)).name;
    std::string const text = "the model ARN " + quote(model_id) + " is of the partition " + std::string(partition);
    if (partition != of_region)
        note_problem(problem, text + ", but its region is of " + std::string(of_region) + ": check the ARN");
    else if (partition != own)
        note_problem(problem, text + ", but the region " + quote(own_region.value) + " (" + own_region.source + ") is of " +
                                  std::string(own) + ": set the region of the client to one of " + std::string(partition) +
                                  " if the request may go there");
}

inline void check_allowed(settings_request const& wanted, setting const& region, std::string& problem) {
    if (wanted.allowed_regions.empty()) return;
    for (auto const& allowed : wanted.allowed_regions)
        if (allowed == endpoint::strip_fips(region.value)) return;
    note_problem(problem, "the region " + quote(region.value) + " (" + region.source +
                              ") is not among the allowed_regions of the client");
}

/// Why secrets may not go to an endpoint; "" if they may.
inline std::string find_exposure(settings const& where) {
    url parsed;
    if (!parse_url(where.endpoint.value, parsed).ok() || parsed.scheme == "https" || allows_plain_http(parsed.host))
        return {};
    std::string origin("http://");
    append_authority(origin, parsed);  // a path may hold what nobody should read
    return "the endpoint " + quote(origin) + " (set by " + where.endpoint.source +
           ") would get secrets over plain http: use https, or set allow_plain_http in code if the network is trusted";
}

/// Which setting is at fault where the endpoint cannot be resolved.
inline std::string blame(settings const& found, endpoint::parameters parameters) {
    auto const works = [&] { return endpoint::resolve(parameters).has_value(); };
    parameters.custom_url = {};
    if (!works()) return found.region.source;
    auto text = found.endpoint.source;
    parameters.custom_url = found.endpoint.value;
    parameters.use_fips = parameters.use_dual_stack = false;
    if (!works()) return text;
    if (!found.use_fips.source.empty() && found.use_fips.on) return text += ", FIPS by " + found.use_fips.source;
    if (found.use_dual_stack.on) return text += ", dual-stack by " + found.use_dual_stack.source;
    return text;
}

}  // namespace detail

template <class>
exchange<result<settings>> find_settings(environment const& surroundings, settings_request wanted) {
    settings found;
    auto const arn_region = endpoint::find_region_in_arn(wanted.model_id);
    bool const is_chosen = !wanted.region.value.empty();  // by an option, which wins over the ARN
    found.region = is_chosen ? std::move(wanted.region)
                             : detail::from_variables(surroundings, {"AWS_REGION", "AWS_DEFAULT_REGION"});

    auto profile = co_await detail::view_profile(surroundings, wanted);
    bool const is_named = profile.choice.named != profile_naming::by_default;
    if (profile.problem) {
        if ((found.region.value.empty() && arn_region.empty()) || is_named) co_return unexpected{std::move(*profile.problem)};
        found.notes.push_back("without the shared files: " + profile.problem->message);
    } else if (is_named && !profile.section) {
        found.notes.push_back(profile.choice.describe() + " is in neither " + profile.snapshot->describe_files());
    }
    if (found.region.value.empty()) found.region = profile.find("region");
    if (found.region.value.empty() && wanted.last_region_source)
        found.region = co_await wanted.last_region_source->find_region(surroundings);
    if (found.region.value.empty()) found.region = std::move(wanted.default_region);
    if (found.region.value.empty()) found.region = {"us-east-1", "default"};

    if (auto const value = non_blank_variable(surroundings, "AWS_EC2_METADATA_DISABLED"))
        if (!http::equal_names(*value, "true") && !http::equal_names(*value, "false"))
            found.notes.push_back("AWS_EC2_METADATA_DISABLED is " + quote(*value) +
                                  ", which does not count: only true switches instance metadata off");

    std::string problem;
    detail::check_arn(wanted.model_id, found.region, problem);
    if (!is_chosen && !arn_region.empty()) found.region = {std::string(arn_region), "model ARN"};
    detail::check_allowed(wanted, found.region, problem);
    if (!arn_region.empty()) detail::check_allowed(wanted, {std::string(arn_region), "model ARN"}, problem);
    found.endpoint = std::move(wanted.endpoint);
    if (found.endpoint.value.empty())
        found.endpoint = detail::find_configured_endpoint(surroundings, wanted, profile, found.notes, problem);
    found.use_fips = detail::find_switch(wanted.use_fips, surroundings, "AWS_USE_FIPS_ENDPOINT", profile,
                                         "use_fips_endpoint", problem);
    found.use_dual_stack = detail::find_switch(wanted.use_dual_stack, surroundings, "AWS_USE_DUALSTACK_ENDPOINT",
                                               profile, "use_dualstack_endpoint", problem);
    found.max_attempts = detail::find_max_attempts(surroundings, profile, found.notes);
    found.retry_mode = detail::find_retry_mode(surroundings, profile, found.notes, problem);
    if (!problem.empty()) co_return fail(errc::invalid_input, std::move(problem));
    found.ca_bundle =
        detail::first_of(detail::from_variables(surroundings, {"AWS_CA_BUNDLE"}), profile.find("ca_bundle"));

    endpoint::parameters parameters;
    parameters.service = wanted.service;
    parameters.region = found.region.value;
    parameters.custom_url = found.endpoint.value;
    parameters.use_fips = found.use_fips.on;
    parameters.use_dual_stack = found.use_dual_stack.on;
    auto resolved = endpoint::resolve(parameters);
    if (!resolved) {
        auto why = std::move(resolved).error();
        why.message += " (set by " + detail::blame(found, parameters) + ")";
        co_return unexpected{std::move(why)};
    }
    if (found.endpoint.value.empty()) {
        found.endpoint.source = "standard for " + resolved->region;
        if (found.use_fips.on) found.endpoint.source += ", FIPS by " + found.use_fips.source;
        if (found.use_dual_stack.on) found.endpoint.source += ", dual-stack by " + found.use_dual_stack.source;
    }
    found.endpoint.value = std::move(resolved->url);
    found.host = std::move(resolved->host);
    found.path_prefix = std::move(resolved->path_prefix);
    if (!resolved->region.empty()) found.region.value = std::move(resolved->region);
    if (wanted.needs_privacy && !wanted.allow_plain_http)
        if (auto why = detail::find_exposure(found); !why.empty()) co_return fail(errc::invalid_input, std::move(why));
    co_return found;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
