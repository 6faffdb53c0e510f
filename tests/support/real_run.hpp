// Drives a protocol for real, on an engine of its own and the process's environment or another one.
#pragma once

#include "bedrock/blocking.hpp"
#include "bedrock/engine.hpp"
#include "bedrock/environment.hpp"
#include "bedrock/exchange.hpp"
#include "bedrock/result.hpp"

#include <memory>
#include <utility>

struct real_run {
    bedrock::engine on{std::make_shared<bedrock::engine_share>()};
    bedrock::environment here = bedrock::environment::of_process();
    bedrock::cancellation cancel{};

    // The protocol must have been given `here`.
    template <class T>
    T operator()(bedrock::exchange<T> protocol) {
        return std::move(*bedrock::blocking_runner(on, here, cancel, 0).run(as_result(std::move(protocol))));
    }

  private:
    template <class T>
    static bedrock::exchange<bedrock::result<T>> as_result(bedrock::exchange<T> protocol) {
        auto value = co_await std::move(protocol);
        co_return value;
    }
};
