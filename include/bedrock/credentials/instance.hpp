// SPDX-License-Identifier: MIT
// Owns instance metadata as the selected profile sets it up: the credentials of the instance's role, and its region.
// Never asks the service before one of them is wanted.
#ifndef BEDROCK_CREDENTIALS_INSTANCE_HPP
#define BEDROCK_CREDENTIALS_INSTANCE_HPP

#include "bedrock/ascii.hpp"
#include "bedrock/config.hpp"
#include "bedrock/credentials.hpp"
#include "bedrock/credentials/credentials_json.hpp"
#include "bedrock/credentials/imds.hpp"
#include "bedrock/credentials/imds_client.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/profile_source.hpp"
#include "bedrock/settings.hpp"
#include "bedrock/shared.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace bedrock::inline BEDROCK_ABI {

/// One service for credentials and region: they share its token, and the knowledge that there is none. The profile's
/// ec2_metadata_service_endpoint and ec2_metadata_service_endpoint_mode count, as `imds_options` says.
/// **Thread safety:** full.
template <class>
class basic_instance_provider final : public credentials_provider, public region_source {
  public:
    /// Without files they are read here; without a name the profile is that of AWS_PROFILE.
    explicit basic_instance_provider(std::shared_ptr<profile_files> files = {}, std::string profile = {})
        : files_(files ? std::move(files) : detail::share_new<profile_files>()), profile_(std::move(profile)) {}

    std::string_view name() const noexcept override { return "imds"; }
    exchange<provider_answer> load(environment const& surroundings) override;
    /// **Wire:** GET `/latest/meta-data/placement/region`.
    exchange<setting> find_region(environment const& surroundings) override;

  private:
    /// The service as the files set it up now; files that cannot be read set nothing up.
    exchange<std::shared_ptr<imds_provider>> find_service(environment const& surroundings);

    std::shared_ptr<profile_files> const files_;
    std::string const profile_;
    std::mutex guard_;
    std::string endpoint_;
    std::string mode_;
    std::shared_ptr<imds_provider> service_;
};
using instance_provider = basic_instance_provider<void>;

// ---------------------------------------------------------------------------------------------------------------------

template <class Use>
exchange<std::shared_ptr<imds_provider>> basic_instance_provider<Use>::find_service(environment const& surroundings) {
    imds_options wanted;
    auto const choice = choose_profile(profile_, surroundings);
    auto const files = co_await files_->read(surroundings);
    if (auto const* const profile = files ? (*files)->set.find(choice.name) : nullptr) {
        wanted.profile_endpoint = profile->value("ec2_metadata_service_endpoint");
        wanted.profile_endpoint_mode = profile->value("ec2_metadata_service_endpoint_mode");
    }
    std::lock_guard const lock(guard_);
    if (!service_ || endpoint_ != wanted.profile_endpoint || mode_ != wanted.profile_endpoint_mode) {
        auto endpoint = wanted.profile_endpoint, mode = wanted.profile_endpoint_mode;
        service_ = detail::share_new<imds_provider>(std::move(wanted));
        endpoint_ = std::move(endpoint);
        mode_ = std::move(mode);
    }
    co_return service_;
}

template <class Use>
exchange<provider_answer> basic_instance_provider<Use>::load(environment const& surroundings) {
    auto const service = co_await find_service(surroundings);
    auto answer = co_await service->load(surroundings);
    co_return answer;
}

template <class Use>
exchange<setting> basic_instance_provider<Use>::find_region(environment const& surroundings) {
    auto const service = co_await find_service(surroundings);
    std::string path = "/latest/meta-data/placement/region";
    auto const answer = co_await service->client().get(std::move(path), surroundings);
    setting found;
    if (answer.outcome == imds_outcome::found) found.value = ascii::trim(answer.text);
    found.source = "instance metadata";
    co_return found;
}

}  // namespace bedrock::inline BEDROCK_ABI

#endif
