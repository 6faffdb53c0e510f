// SPDX-License-Identifier: MIT
// Owns where requests go: region names, partitions and their host names, custom endpoint URLs, the region in an ARN.
// Never reads a setting, looks up a name or opens a connection.
#ifndef BEDROCK_ENDPOINT_HPP
#define BEDROCK_ENDPOINT_HPP

#include "bedrock/clean_text.hpp"
#include "bedrock/config.hpp"
#include "bedrock/error.hpp"
#include "bedrock/result.hpp"
#include "bedrock/uri.hpp"
#include "bedrock/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI::endpoint {

/// A part of AWS with accounts and host names of its own.
struct partition {
    /// As in ARNs: "aws", "aws-cn".
    std::string_view name{};
    std::string_view dns_suffix{};
    std::string_view dual_stack_dns_suffix{};
    /// Of the hosts of AWS Sign-In, behind "REGION.".
    std::string_view sign_in_domain{};
};

/// The partition of a region; "aws" for regions that nobody has heard of yet.
/// **Wire:** the table of AWS's endpoint rules.
partition const& find_partition(std::string_view region) noexcept;

/// True for what can be a label of a host name and a part of a signature's scope: 1 to 63 of `a-z 0-9 -`, no hyphen at
/// either end. Anything else would send the request, and its signature, to a host that somebody else chose.
constexpr bool is_valid_region(std::string_view region) noexcept;

/// The region inside an ARN that is used as a model id, of Bedrock or of a SageMaker endpoint; "" for other ids.
/// **Lifetime:** of the text.
std::string_view find_region_in_arn(std::string_view model_id) noexcept;

/// The partition that such an ARN names, "aws" or "aws-cn"; "" where `find_region_in_arn` finds no region.
/// **Lifetime:** of the text.
std::string_view find_partition_in_arn(std::string_view model_id) noexcept;

/// The region inside a pseudo region that asks for FIPS, "fips-us-east-1" or "us-east-1-fips"; others as they are.
/// **Lifetime:** of the text.
constexpr std::string_view strip_fips(std::string_view region) noexcept;

/// What a resolved endpoint depends on. **Lifetime:** of the texts, as long as the call.
struct parameters {
    /// What the host begins with: "bedrock-runtime", "sts", "portal.sso"; for "signin" see `partition`.
    std::string_view service = "bedrock-runtime";
    /// May be the pseudo region "fips-us-east-1" (or "us-east-1-fips"), which asks for FIPS.
    std::string_view region{};
    /// http or https, a port, a path that comes before every request's; empty: AWS's own host.
    std::string_view custom_url{};
    bool use_fips = false;
    bool use_dual_stack = false;
};

struct resolved {
    /// Scheme, host, port and path prefix, without a `/` at the end: a request's target is appended.
    std::string url{};
    /// The value of the Host header: the port only where it is not the scheme's own.
    std::string host{};
    /// The path prefix alone, "" or "/base": the signed target begins with it.
    std::string path_prefix{};
    /// To sign for; "" where a custom endpoint was given without one.
    std::string region{};
};

/// Where a service is reached.
/// **Errors:** invalid_input for an invalid region, for none without a custom endpoint, for a URL that is none, and for
/// FIPS or dual-stack with a custom endpoint (AWS's rules: the caller's URL is used as it is or not at all).
result<resolved> resolve(parameters const& from);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

struct partition_rule {
    endpoint::partition partition;
    std::string_view prefix;         // of its regions: a word, a hyphen and a number follow
    std::string_view global_region;  // for services without regions
};

// feature-map: AWS's partitions.json; Sign-In's domains are of its endpoint rules. The first is the default.
inline constexpr partition_rule partition_rules[] = {
    {{"aws", "amazonaws.com", "api.aws", "signin.aws.amazon.com"}, {}, "aws-global"},
    {{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "signin.amazonaws.cn"}, "cn-", "aws-cn-global"},
    {{"aws-us-gov", "amazonaws.com", "api.aws", "signin.amazonaws-us-gov.com"}, "us-gov-", "aws-us-gov-global"},
    {{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "signin.amazonaws-eusc.eu"}, "eusc-de-", {}},
    {{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "signin.c2shome.ic.gov"}, "us-iso-", "aws-iso-global"},
    {{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "signin.sc2shome.sgov.gov"}, "us-isob-", "aws-iso-b-global"},
    {{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "signin.csphome.adc-e.uk"},
     "eu-isoe-",
     "aws-iso-e-global"},
    {{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "signin.csphome.hci.ic.gov"},
     "us-isof-",
     "aws-iso-f-global"},
};

/// In GovCloud some services' usual hosts are validated by FIPS 140; others have one of their own.
/// **Wire:** the endpoint rules of STS, IAM Identity Center's portal and its OIDC service.
constexpr bool is_validated_as_it_is(std::string_view service, partition const& where) noexcept {
    return where.name == "aws-us-gov" && (service == "sts" || service == "portal.sso" || service == "oidc");
}

constexpr bool is_region_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// PREFIX, a word, a hyphen, a number: "us-gov-" and "west-1".
inline bool is_region_of(std::string_view region, std::string_view prefix) noexcept {
    if (!region.starts_with(prefix)) return false;
    region.remove_prefix(prefix.size());
    auto const hyphen = region.find('-');
    if (hyphen == 0 || hyphen == std::string_view::npos) return false;
    auto const number = region.substr(hyphen + 1);
    return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Sign-In's usual hosts, and those of GovCloud with FIPS, are named in a way of their own; "" for its other ones.
/// **Wire:** the endpoint rules of Sign-In.
inline std::string find_sign_in_host(parameters const& what, partition const& where) {
    auto const in_region = std::string(what.region) + '.';
    if (what.use_dual_stack) return {};
    if (!what.use_fips) return in_region + std::string(where.sign_in_domain);
    if (where.name != "aws-us-gov") return {};
    return (what.region == "us-gov-west-1" ? "" : in_region) + "signin-fips.amazonaws-us-gov.com";
}

inline std::string find_host(parameters const& what, partition const& where) {
    std::string host = what.service == "signin" ? find_sign_in_host(what, where) : std::string();
    if (!host.empty()) return host;
    bool const is_apart = what.use_fips && (what.use_dual_stack || !is_validated_as_it_is(what.service, where));
    host.append(what.service).append(is_apart ? "-fips." : ".").append(what.region).append(".");
    return host.append(what.use_dual_stack ? where.dual_stack_dns_suffix : where.dns_suffix);
}

/// "", or why not.
inline std::string resolve_custom(parameters const& from, resolved& to) {
    url parsed;
    auto const found = parse_url(from.custom_url, parsed);
    // Without a scheme it is most often "host:port"; with an "@" it may contain a password.
    if (found.code == url_fault::missing_scheme && from.custom_url.find('@') == std::string_view::npos)
        return "the endpoint URL " + quote(from.custom_url) + ' ' + std::string(describe(found.code));
    if (!found.ok())
        return "the endpoint URL " + std::string(describe(found.code)) + " (at byte " + std::to_string(found.offset) +
               ")";
    if (!parsed.query.empty()) return "the endpoint URL has a query: give scheme, host, port and path only";
    if (has_dot_segment(parsed.path))
        return "the endpoint URL has \".\" or \"..\" as a segment of its path, which some proxies resolve and signatures do "
               "not allow: write the path without it";
    if (from.use_fips || from.use_dual_stack) {
        std::string const what = from.use_fips ? "FIPS" : "dual-stack";
        return what + " and a custom endpoint URL exclude each other: turn " + what +
               " off (it may come from the environment or the profile), or drop the URL";
    }
    auto prefix = parsed.path;
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    append_authority(to.host, parsed);
    to.path_prefix = prefix;
    to.region = from.region;
    to.url.append(parsed.scheme).append("://").append(to.host).append(prefix);
    return {};
}

}  // namespace detail

constexpr bool is_valid_region(std::string_view region) noexcept {
    constexpr std::size_t longest_label = 63;  // RFC 1035, 2.3.4
    if (region.empty() || region.size() > longest_label || region.front() == '-' || region.back() == '-') return false;
    for (char const c : region)
        if (!detail::is_region_character(c)) return false;
    return true;
}

inline partition const& find_partition(std::string_view region) noexcept {
    for (auto const& rule : detail::partition_rules)
        if (!region.empty() &&
            (region == rule.global_region || (!rule.prefix.empty() && detail::is_region_of(region, rule.prefix))))
            return rule.partition;
    return detail::partition_rules[0].partition;
}

namespace detail {

struct arn_location {
    std::string_view partition{};
    std::string_view region{};
};

inline arn_location locate_arn(std::string_view model_id) noexcept {
    std::string_view rest = model_id;
    auto const take = [&rest] {
        auto const colon = rest.find(':');
        auto const field = rest.substr(0, colon);
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
        return field;
    };
    if (take() != "arn") return {};
    auto const partition_name = take();
    if (partition_name != "aws" && !partition_name.starts_with("aws-")) return {};
    auto const service = take();
    if (service != "bedrock" && service != "sagemaker") return {};
    auto const region = take();
    return is_valid_region(region) && !rest.empty() ? arn_location{partition_name, region} : arn_location();
}

}  // namespace detail

inline std::string_view find_region_in_arn(std::string_view model_id) noexcept {
    return detail::locate_arn(model_id).region;
}

inline std::string_view find_partition_in_arn(std::string_view model_id) noexcept {
    return detail::locate_arn(model_id).partition;
}

constexpr std::string_view strip_fips(std::string_view region) noexcept {
    if (region.starts_with("fips-")) return region.substr(5);
    if (region.ends_with("-fips")) return region.substr(0, region.size() - 5);
    return region;
}

inline result<resolved> resolve(parameters const& from) {
    auto what = from;
    what.region = strip_fips(from.region);
    what.use_fips = from.use_fips || what.region.size() != from.region.size();
    if (!from.region.empty() && !is_valid_region(what.region))
        return fail(errc::invalid_input,
                    "the region " + quote(from.region) + " is not a region name: it must look like us-east-1");
    resolved to;
    if (!what.custom_url.empty()) {
        auto why = detail::resolve_custom(what, to);
        if (!why.empty()) return fail(errc::invalid_input, std::move(why));
        return to;
    }
    if (what.region.empty())
        return fail(errc::invalid_input, "no region: set AWS_REGION, or the region of the profile or of the client");

    to.host = detail::find_host(what, find_partition(what.region));
    to.url = "https://" + to.host;
    to.region = what.region;
    return to;
}

}  // namespace bedrock::inline BEDROCK_ABI::endpoint

#endif
