#include "bedrock/error.hpp"

#include "support/catch.hpp"
#include <set>
#include <string>
#include <string_view>

using bedrock::errc;

TEST_CASE("our own kinds have a name each, a service's kinds none", "[error]") {
    std::set<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(errc::other_service); ++code) {
        auto const kind = static_cast<errc>(code);
        bool const own = kind >= errc::invalid_input && kind <= errc::out_of_memory;
        auto const name = bedrock::own_error_name(kind);
        CHECK(name.empty() == !own);
        if (own) CHECK(names.insert(name).second);
    }
    CHECK(names == std::set<std::string_view>{"InvalidInput", "Credentials", "Transport", "Timeout", "Cancelled",
                                              "Truncated", "Protocol", "TooManyRounds", "CallbackFailed",
                                              "OutOfMemory"});
    CHECK(bedrock::own_error_name(static_cast<errc>(250)).empty());
}

TEST_CASE("a new error knows nothing but what it was told", "[error]") {
    auto const made = bedrock::make_error(errc::timeout, "no byte for 5 minutes");
    CHECK(made.code == errc::timeout);
    CHECK(made.name == "Timeout");
    CHECK(made.message == "no byte for 5 minutes");
    CHECK(made.http_status == 0);
    CHECK(made.hint.empty());
    CHECK(made.request_id.empty());
    CHECK(made.attempts == 0);
    CHECK_FALSE(made.retryable);
    CHECK_FALSE(made.content_emitted);
    CHECK(made.partial == nullptr);
    CHECK(bedrock::make_error(errc::throttling, "slow down").name.empty());
}

TEST_CASE("an error is an aggregate that starts as no error", "[error]") {
    bedrock::error const nothing;
    CHECK(nothing.code == errc::none);
    bedrock::error const some{.code = errc::throttling, .http_status = 429, .retryable = true};
    CHECK(some.http_status == 429);
    CHECK(some.retryable);
    CHECK(some.message.empty());
}

TEST_CASE("a copy is deep", "[error]") {
    auto const first = bedrock::make_error(errc::protocol, std::string(100, 'x'));
    auto second = first;
    second.message[0] = 'y';
    CHECK(first.message[0] == 'x');
}
