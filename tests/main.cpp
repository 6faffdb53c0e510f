// The tests' main. BEDROCK_TEST_LOCALE names a locale to run them under: a decimal comma must change nothing.
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>

int main(int count, char* arguments[]) {
    char const* const locale = std::getenv("BEDROCK_TEST_LOCALE");
    if (locale != nullptr && *locale != '\0' && std::setlocale(LC_ALL, locale) == nullptr) {
        std::fprintf(stderr, "BEDROCK_TEST_LOCALE: this machine has no locale %s\n", locale);
        return 2;
    }
#if defined(SIGPIPE)
    std::signal(SIGPIPE, SIG_IGN);  // a child that stops reading early is a failed write, not the end of the tests
#endif
    return Catch::Session().run(count, arguments);
}
