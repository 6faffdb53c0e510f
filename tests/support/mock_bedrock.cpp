// The program `mock-bedrock`: a Bedrock on loopback for demonstrations and scripts, on the mock server of the tests.
// Never leaves 127.0.0.1, and never includes the SDK.
#include <signal.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/fault.hpp"
#include "support/frames.hpp"
#include "support/mock_server.hpp"
#include "support/relay.hpp"

namespace {

struct settings {
    mock::server_options server{};
    unsigned short port = 0;
    std::vector<mock::fault> faults{};
    bool verbose = false;
};

void print_help(std::FILE* to) {
    std::fputs(
        "usage: mock-bedrock [OPTION]...\n"
        "A pretend Amazon Bedrock on 127.0.0.1 that answers the runtime's operations for any model id, raw "
        "invocations\n"
        "with an echo, the control plane's for a few models, and checks each request's signature. Prints\n"
        "`listening on http://127.0.0.1:PORT` and runs until SIGTERM or SIGINT.\n\n"
        "  --port N                the port; 0, the default, takes any free one\n"
        "  --access-key ID         accepted key (AKIAIOSFODNN7EXAMPLE)\n"
        "  --secret-key KEY        its secret (wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY)\n"
        "  --session-token TOKEN   its session token; without one the key is a long-term key\n"
        "  --bearer TOKEN          accept this bearer token too\n"
        "  --region REGION         accept signatures for this region only\n"
        "  --no-auth               accept every request\n"
        "  --clock-offset SECONDS  the server's clock is this far ahead (negative: behind)\n"
        "  --pace MS               pause between the events of a stream (15)\n"
        "  --fault FAULT           misbehave; may be given more than once, the first that applies wins\n"
        "  --verbose               one line for each request on stderr, and why a signature was refused\n"
        "  --help\n\n"
        "Faults:\n",
        to);
    std::fputs(std::string(mock::describe_faults()).c_str(), to);
    std::fputs(
        "\nPrompts: \"count to N\" makes it count, for long streams. A request that offers tools gets a tool use when "
        "the prompt\n"
        "has the word \"tool\" or a tool's name. `additionalModelRequestFields.thinking` gets a reasoning block.\n",
        to);
}

[[noreturn]] void bad_usage(std::string const& problem) {
    std::fprintf(stderr, "mock-bedrock: %s\nTry `mock-bedrock --help`.\n", problem.c_str());
    std::exit(2);
}

template <typename Number>
Number parse_number(std::string_view option, std::string_view text) {
    Number number = 0;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        bad_usage("'" + std::string(text) + "' is not a value for " + std::string(option));
    }
    return number;
}

settings parse_arguments(int count, char** arguments) {
    settings parsed;
    parsed.server.keep_requests = false;
    parsed.server.pace = std::chrono::milliseconds(15);
    auto& key = parsed.server.authorization.keys.front();
    for (int i = 1; i < count; ++i) {
        std::string_view option = arguments[i];
        if (option == "--help") {
            print_help(stdout);
            std::exit(0);
        }
        if (option == "--verbose") {
            parsed.verbose = true;
            continue;
        }
        if (option == "--no-auth") {
            parsed.server.check_authorization = false;
            continue;
        }
        std::string_view value;
        if (auto const equals = option.find('='); equals != std::string_view::npos) {
            value = option.substr(equals + 1);
            option = option.substr(0, equals);
        } else if (i + 1 < count) {
            value = arguments[++i];
        } else {
            bad_usage("unknown option or missing value: " + std::string(option));
        }
        if (option == "--port") {
            parsed.port = parse_number<unsigned short>(option, value);
        } else if (option == "--access-key") {
            key.id = value;
        } else if (option == "--secret-key") {
            key.secret = value;
        } else if (option == "--session-token") {
            key.session_token = value;
        } else if (option == "--bearer") {
            parsed.server.authorization.bearer_tokens.emplace_back(value);
        } else if (option == "--region") {
            parsed.server.authorization.region = value;
        } else if (option == "--clock-offset") {
            parsed.server.clock_offset_seconds = parse_number<std::int64_t>(option, value);
        } else if (option == "--pace") {
            parsed.server.pace = std::chrono::milliseconds(parse_number<unsigned short>(option, value));
        } else if (option == "--fault") {
            auto const fault = mock::parse_fault(value);
            if (!fault) bad_usage("'" + std::string(value) + "' is not a fault");
            parsed.faults.push_back(*fault);
        } else {
            bad_usage("unknown option: " + std::string(option));
        }
    }
    return parsed;
}

mock::reply with_exception(mock::reply stream, mock::fault const& fault) {
    if (stream.framed != mock::framing::chunked) return stream;
    if (stream.parts.size() > fault.number) stream.parts.resize(fault.number);
    stream.parts.push_back(
        {mock::exception_frame(fault.name, R"({"message":"The mock was told to fail here."})"), std::nullopt});
    return stream;
}

std::optional<mock::reply> faulty_reply(std::vector<mock::fault> const& faults, mock::received_request const& request) {
    for (auto const& fault : faults) {
        if (fault.on_connection() || !fault.covers(request.number)) continue;
        if (fault.what == mock::fault::kind::exception) return with_exception(mock::bedrock_reply(request), fault);
        auto const type = fault.name.empty() ? std::string(mock::usual_error_type(fault.number)) : fault.name;
        return mock::error_reply(static_cast<int>(fault.number), type, "The mock was told to fail here.");
    }
    return std::nullopt;
}

mock::relay_plan plan_of(mock::fault const& fault) {
    using action = mock::relay_plan::action;
    mock::relay_plan plan;
    plan.at = fault.number;
    switch (fault.what) {
        case mock::fault::kind::cut:
            plan.what = action::cut;
            break;
        case mock::fault::kind::reset:
            plan.what = action::reset;
            break;
        case mock::fault::kind::stall:
            plan.what = action::stall;
            break;
        case mock::fault::kind::drip:
            plan = {action::drip, 0, false, fault.number, std::chrono::milliseconds(1)};
            break;
        case mock::fault::kind::corrupt:
            plan.what = action::corrupt;
            break;
        case mock::fault::kind::silent:
            plan.what = action::silent;
            break;
        case mock::fault::kind::close:
            plan.what = action::close;
            break;
        default:
            break;
    }
    return plan;
}

void print_request(mock::received_request const& request, int status) {
    std::fprintf(stderr, "%zu %s %s -> %d", request.number, request.head.method.c_str(), request.head.target.c_str(),
                 status);
    std::fprintf(
        stderr, " (%zu bytes, connection %zu, %s)\n", request.body.size(), request.connection,
        request.authorization.accepted ? request.authorization.detail.c_str() : request.authorization.message.c_str());
    if (!request.authorization.accepted) std::fprintf(stderr, "%s\n", request.authorization.detail.c_str());
}

}  // namespace

int main(int count, char** arguments) {
    auto settings = parse_arguments(count, arguments);
    // Before any thread exists, so that all of them leave these signals to sigwait() below.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    std::vector<mock::fault> on_connections;
    for (auto const& fault : settings.faults) {
        if (fault.on_connection()) on_connections.push_back(fault);
    }
    settings.server.port = on_connections.empty() ? settings.port : static_cast<unsigned short>(0);
    if (settings.verbose) settings.server.observer = print_request;
    mock::server server(settings.server);
    std::unique_ptr<mock::relay> relay;
    if (server.running() && !on_connections.empty()) {
        auto const choose = [on_connections](std::size_t connection) {
            for (auto const& fault : on_connections) {
                if (fault.covers(connection)) return plan_of(fault);
            }
            return mock::relay_plan{};
        };
        relay = std::make_unique<mock::relay>(server.port(), choose, settings.port);
    }
    if (!server.running() || (relay && !relay->running())) {
        std::fprintf(stderr, "mock-bedrock: cannot listen on 127.0.0.1:%u; another port, or 0 for any?\n",
                     settings.port);
        return 1;
    }
    server.set_handler([faults = settings.faults](auto const& request) { return faulty_reply(faults, request); });
    std::printf("listening on %s\n", relay ? relay->url().c_str() : server.url().c_str());
    std::fflush(stdout);
    int signal_number = 0;
    sigwait(&ends, &signal_number);
    return 0;
}
