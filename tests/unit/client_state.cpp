#include "bedrock/client_state.hpp"

#include "support/fake_environment.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <optional>
#include <string>

using namespace bedrock;

TEST_CASE("client state: the surroundings are those given, or the process's", "[client_state]") {
    fake_environment const machine(fake_environment::variables{{"ONE", "1"}});
    client_state const given(client_options{.surroundings = machine.get()});
    CHECK(given.surroundings.variable("ONE") == "1");
    CHECK(given.surroundings.steady_milliseconds() == 1'000'000);

    client_state const own(client_options{});
    CHECK(own.surroundings.variable("PATH") == std::string(std::getenv("PATH")));
    CHECK(own.surroundings.steady_milliseconds() <= steady_milliseconds_now());
}

TEST_CASE("client state: members that were not given are the process's", "[client_state]") {
    environment partial;
    partial.variable = [](std::string const&) -> std::optional<std::string> { return "mine"; };
    client_state const state(client_options{.surroundings = partial});
    CHECK(state.surroundings.variable("PATH") == "mine");
    CHECK(state.surroundings.unix_milliseconds() > 1'700'000'000'000);
    CHECK(state.surroundings.steady_milliseconds() <= steady_milliseconds_now());
    auto const drawn = state.surroundings.random_unit();
    CHECK(drawn >= 0.0);
    CHECK(drawn < 1.0);
}

TEST_CASE("client state: a full retry budget", "[client_state]") {
    client_state const state(client_options{});
    CHECK(state.bucket.available() == state.bucket.capacity());
    CHECK(state.bucket.capacity() == 500);
}
