#include "bedrock/exception_error.hpp"

#include "support/allocations.hpp"

#include "support/catch.hpp"

#include <new>
#include <stdexcept>
#include <string>

using namespace bedrock;

TEST_CASE("exception_error: out of memory needs no memory", "[error]") {
    auto const before = allocations::count();
    auto const made = detail::out_of_memory_error();
    CHECK(allocations::count() == before);
    CHECK(made.code == errc::out_of_memory);
    CHECK(made.name == "OutOfMemory");
    CHECK(made.message == "out of memory");
    CHECK_FALSE(made.retryable);
}

#if BEDROCK_EXCEPTIONS

TEST_CASE("exception_error: what is thrown becomes an error with its text", "[error]") {
    auto const caught = [](auto thrown) {
        return detail::catch_errors([&]() -> result<int> { throw thrown; }).error();
    };
    CHECK(caught(std::bad_alloc()).code == errc::out_of_memory);
    auto const said = caught(std::runtime_error("boom\n\x1b[31m"));
    CHECK(said.code == errc::callback_failed);
    CHECK(said.name == "CallbackFailed");
    CHECK(said.message.starts_with("a function of the caller's threw an exception: \"boom"));
    CHECK(said.message.find('\x1b') == std::string::npos);
    CHECK(said.message.find('\n') == std::string::npos);
    CHECK(caught(7).message.starts_with("a function of the caller's threw an exception that is not a std::exception"));
    CHECK(caught(std::runtime_error(std::string(100'000, 'x'))).message.size() < 1500);
    CHECK(detail::catch_errors([]() -> result<int> { return 3; }).value() == 3);
}

#endif
