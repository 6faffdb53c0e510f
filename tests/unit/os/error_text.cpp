#include "bedrock/os/error_text.hpp"

#include "support/catch.hpp"

#include <cerrno>
#include <set>
#include <string>

TEST_CASE("os/error_text: what people meet has words, the rest a number", "[os]") {
    using bedrock::os::detail::system_error_text;
    std::set<std::string> words;
    for (int const code : {EACCES, ENOENT, EISDIR, ENOTDIR, ENOSPC, EROFS, EMFILE, ENOMEM, EAGAIN, EFBIG, ELOOP}) {
        auto const text = system_error_text(code);
        CHECK(text.find("system error") == std::string::npos);
        words.insert(text);
    }
    CHECK(words.size() == 11);
    CHECK(system_error_text(EACCES) == system_error_text(EPERM));
    CHECK(system_error_text(ENFILE) == system_error_text(EMFILE));
    CHECK(system_error_text(EDOM) == "system error " + std::to_string(EDOM));
}
