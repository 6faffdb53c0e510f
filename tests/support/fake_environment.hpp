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

    /// Whether it lets itself be told that its wall clock is wrong, and what it was told; the clock does not change.
    bool correctable = false;
    std::shared_ptr<std::int64_t> corrected_to = std::make_shared<std::int64_t>(0);

    bedrock::environment get() const {
        bedrock::environment made;
        if (correctable) made.correct_clock = [to = corrected_to](std::int64_t now) { *to = now; };
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
