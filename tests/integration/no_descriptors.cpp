// A process without free file descriptors: calls end with an error that names it, and the clients work again as soon
// as there are some.
#include "bedrock/async_client.hpp"
#include "bedrock/client.hpp"

#include "support/client_fixture.hpp"

#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

using namespace bedrock;

namespace {

/// Takes all descriptors that the process may have.
class all_descriptors {
  public:
    all_descriptors() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        auto fewer = before_;
        fewer.rlim_cur = 256;
        taken_.reserve(256);
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &fewer) == 0);
        for (int one = ::dup(0); one >= 0; one = ::dup(0)) taken_.push_back(one);
    }
    all_descriptors(all_descriptors const&) = delete;
    all_descriptors& operator=(all_descriptors const&) = delete;
    ~all_descriptors() {
        for (int const one : taken_) ::close(one);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }

  private:
    rlimit before_{};
    std::vector<int> taken_;
};

result<converse_response> call(async_client& client) {
    result<converse_response> got = fail(errc::other_service, "not called");
    client.converse(ask_for("hello"), {}, [&](result<converse_response> end) { got = std::move(end); });
    while (client.pump(10'000) != 0) {
    }
    return got;
}

void check_named(result<converse_response> const& end) {
    REQUIRE_FALSE(end);
    INFO(end.error().message);
    CHECK(end.error().code == errc::transport);
    CHECK(contains(end.error().message, "too many open files (EMFILE)"));
    CHECK(contains(end.error().message, "ulimit -n"));
}

}  // namespace

TEST_CASE_METHOD(client_fixture, "no descriptors: for a new client") {
    auto client = one_attempt_client();
    {
        all_descriptors const none_left;
        check_named(client.converse(ask_for("hello")));
        check_named(drain(client.open_stream(ask_for("hello"))).end);
    }
    CHECK(client.converse(ask_for("hello")));
    CHECK(drain(client.open_stream(ask_for("hello"))).end);
}

TEST_CASE_METHOD(client_fixture, "no descriptors: for the sockets of a client that works") {
    options.fresh_connection = true;
    auto client = one_attempt_client();
    REQUIRE(client.converse(ask_for("hello")));
    REQUIRE(server.wait_for_open_connections(0));  // the server's end has a descriptor too
    {
        all_descriptors const none_left;
        check_named(client.converse(ask_for("hello")));
    }
    CHECK(client.converse(ask_for("hello")));
}

TEST_CASE_METHOD(client_fixture, "no descriptors: for a loop") {
    options.retry.max_attempts = 1;
    async_client client(options);
    {
        all_descriptors const none_left;
        check_named(call(client));
    }
    CHECK(call(client));
    options.fresh_connection = true;
    async_client fresh(options);
    REQUIRE(call(fresh));
    REQUIRE(server.wait_for_open_connections(1));  // that of the client before
    {
        all_descriptors const none_left;
        check_named(call(fresh));
    }
    CHECK(call(fresh));
}
