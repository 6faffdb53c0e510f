// A client in front of the signature-checking server, in surroundings that the test made: no variable of the machine,
// no pause between attempts.
#pragma once

#include "bedrock/client.hpp"
#include "bedrock/environment.hpp"

#include "support/frames.hpp"
#include "support/mock_server.hpp"

#include "support/catch.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

inline constexpr char example_key_id[] = "AKIAIOSFODNN7EXAMPLE";
inline constexpr char example_secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

inline bedrock::credentials example_keys() {
    bedrock::credentials keys;
    keys.access_key_id = example_key_id;
    keys.secret_access_key = example_secret;
    return keys;
}

struct client_fixture {
    using variables = std::map<std::string, std::string>;

    explicit client_fixture(mock::server_options how = {}) : server(std::move(how)) {
        REQUIRE(server.running());
        options.endpoint = server.url();
        options.credentials = example_keys();
        bedrock::environment here;
        here.variable = [variables = set](std::string const& name) -> std::optional<std::string> {
            auto const found = variables->find(name);
            return found == variables->end() ? std::nullopt : std::optional(found->second);
        };
        here.random_unit = [] { return 0.0; };
        options.surroundings = std::move(here);
    }

    mock::server server;
    /// The environment of the clients; to be changed only while none of them works.
    std::shared_ptr<variables> set = std::make_shared<variables>(variables{{"AWS_EC2_METADATA_DISABLED", "true"}});
    bedrock::client_options options;

    bedrock::client client() const { return bedrock::client(options); }
    /// A client whose failures are final.
    bedrock::client one_attempt_client() const {
        auto once = options;
        once.retry.max_attempts = 1;
        return bedrock::client(std::move(once));
    }
};

inline bedrock::converse_request ask_for(std::string text, std::string model_id = "anthropic.claude-v2:1") {
    bedrock::converse_request request;
    request.model_id = std::move(model_id);
    request.messages.push_back(bedrock::user(std::move(text)));
    return request;
}

/// What a stream gave, event by event, and how it ended.
struct drained_stream {
    std::vector<std::string> types;
    std::string text;
    bedrock::result<bedrock::converse_response> end;
};

inline drained_stream drain(bedrock::event_reader events) {
    std::vector<std::string> types;
    std::string text;
    while (auto const* const event = events.next()) {
        types.emplace_back(event->type());
        text += event->text();
    }
    return {std::move(types), std::move(text), std::move(events).finish()};
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}
