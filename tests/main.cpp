// The tests' main. BEDROCK_TEST_LOCALE names a locale to run them under: a decimal comma must change nothing.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <clocale>
#include <cstdio>
#include <cstdlib>

int main(int count, char* arguments[]) {
    char const* const locale = std::getenv("BEDROCK_TEST_LOCALE");
    if (locale != nullptr && *locale != '\0' && std::setlocale(LC_ALL, locale) == nullptr) {
        std::fprintf(stderr, "BEDROCK_TEST_LOCALE: this machine has no locale %s\n", locale);
        return 2;
    }
    return Catch::Session().run(count, arguments);
}
