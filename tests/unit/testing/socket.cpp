#include "bedrock/testing/socket.hpp"

#include "support/catch.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace sockets = bedrock::testing::sockets;

/// Waits until the socket is readable, 20 s at most.
bool wait_for(bedrock::descriptor which) {
    std::vector<sockets::watched> those{{which, POLLIN, 0}};
    return sockets::wait(those, 20'000) && those[0].revents != 0;
}

}  // namespace

TEST_CASE("a connection on loopback carries bytes until it is closed", "[socket]") {
    std::uint16_t port = 0;
    auto const listener = sockets::listen(port);
    REQUIRE(listener != sockets::none);
    REQUIRE(port != 0);
    CHECK(sockets::accept(listener) == sockets::none);  // nobody has called, and that did not block

    auto const caller = sockets::detail::open();
    REQUIRE(caller != sockets::none);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(caller, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(wait_for(listener));
    auto const served = sockets::accept(listener);
    REQUIRE(served != sockets::none);

    char piece[16];
    CHECK(sockets::receive(served, piece, sizeof piece) < 0);
    CHECK(sockets::would_block());
    CHECK(sockets::send(caller, "hello") == 5);
    REQUIRE(wait_for(served));
    REQUIRE(sockets::receive(served, piece, sizeof piece) == 5);
    CHECK(std::string_view(piece, 5) == "hello");

    bool const with_reset = GENERATE(false, true);
    sockets::close(served, with_reset);
    REQUIRE(wait_for(caller));
    auto const last = sockets::receive(caller, piece, sizeof piece);
#if defined(_WIN32)
    CHECK(last <= 0);  // wine shuts a socket down before it closes it, so that no reset is sent
#else
    CHECK(last == (with_reset ? -1 : 0));
#endif
    sockets::close(caller, false);
    sockets::close(listener);
}
