// Asks what stands on the command line. One of these files compiles the client for all of them.
#include "ask.hpp"

#include <cstdio>

int main(int count, char** arguments) {
    std::printf("%s\n", ask(count > 1 ? arguments[1] : "Tell me a joke.").c_str());
}
