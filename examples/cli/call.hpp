// Owns what --verbose prints: a line for each request, behind whatever the call itself had to say.
// Never prints a secret: it prints what the SDK's observer is told, which holds none.
#pragma once

#include <bedrock/bedrock.hpp>

#include "io.hpp"

#include <memory>
#include <string>

namespace cli {

/// The requests of a call. Silent unless it was asked for; the client that it watches may outlive it.
class request_log {
  public:
    explicit request_log(bool wanted) : lines_(wanted ? std::make_shared<std::string>() : nullptr) {}

    bedrock::client_options watched(bedrock::client_options options) const {
        if (lines_)
            options.on_attempt = [lines = lines_](bedrock::attempt_report const& report) {
                *lines += bedrock::describe(report) + '\n';
            };
        return options;
    }
    /// To standard error: the first line there is the call's.
    void print() const {
        if (lines_) print_error(*lines_);
    }

  private:
    std::shared_ptr<std::string> lines_;
};

}  // namespace cli
