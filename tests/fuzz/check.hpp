// Owns the assertion of the fuzz targets: one that says what was not true and aborts, as a fuzzer wants it.
// Never compiled out.
#pragma once

#include <cstdio>
#include <cstdlib>

#define BEDROCK_FUZZ_CHECK(condition)                                                      \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                  \
        }                                                                                  \
    } while (false)
