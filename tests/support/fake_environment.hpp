// An environment made of a map and a clock that the test turns by hand.
#pragma once

#include "bedrock/environment.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

struct fake_environment {
    using variables = std::map<std::string, std::string>;

    explicit fake_environment(variables set = {}) : values(std::make_shared<variables>(std::move(set))) {}

    std::shared_ptr<variables> values;
    std::shared_ptr<std::int64_t> unix_ms = std::make_shared<std::int64_t>(1'767'323'045'000);  // 2026-01-02T03:04:05Z
    std::shared_ptr<std::int64_t> steady_ms = std::make_shared<std::int64_t>(1'000'000);

    /// Where offsets of services' clocks are kept; null: nowhere.
    std::shared_ptr<bedrock::clock_offsets> offsets{};

    bedrock::environment get() const {
        bedrock::environment made;
        made.clock_offsets = offsets;
        made.variable = [set = values](std::string const& name) -> std::optional<std::string> {
            auto const found = set->find(name);
            if (found == set->end()) return std::nullopt;
            return found->second;
        };
        made.unix_milliseconds = [now = unix_ms] { return *now; };
        made.steady_milliseconds = [now = steady_ms] { return *now; };
        made.random_unit = [] { return 0.5; };
        return made;
    }
};
