// Loads the library named by its argument, lets it work, unloads it, and looks whether it is gone; three times.
#include <cstdio>

#include <dlfcn.h>

int main(int, char** arguments) {
    for (int round = 0; round != 3; ++round) {
        void* const library = ::dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        if (!library) return std::printf("not loaded: %s\n", ::dlerror()), 2;
        void* const symbol = ::dlsym(library, "bedrock_plugin_ask");
        if (!symbol) return std::printf("no function: %s\n", ::dlerror()), 3;
        if (reinterpret_cast<int (*)()>(symbol)() != 0) return 1;
        if (::dlclose(library) != 0) return std::printf("not closed: %s\n", ::dlerror()), 4;
        if (::dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD)) return std::printf("still there after dlclose\n"), 5;
    }
    std::printf("unloaded\n");
}
