// Links units that were compiled in unlike ways, and compares what they answer.
#include <cstdio>
#include <string>

std::string answers_plain();
std::string answers_optimised();
std::string answers_without_exceptions();
std::string answers_joined();
std::string answers_meeting();

int main() {
    std::string const expected = answers_plain();
    std::fputs(expected.c_str(), stdout);
    struct {
        char const* name;
        std::string (*answers)();
    } const units[] = {
        {"optimised", answers_optimised},
        {"without exceptions", answers_without_exceptions},
        {"joined header", answers_joined},
        {"tree and joined headers in one unit", answers_meeting},
    };
    int failed = 0;
    for (auto const& unit : units) {
        auto const answers = unit.answers();
        if (answers == expected) continue;
        ++failed;
        std::printf("NOT THE SAME: %s\n%s", unit.name, answers.c_str());
    }
    // The published signature of the AWS test suite's get-vanilla, so that all of them being wrong alike is seen too.
    if (expected.find("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31") == std::string::npos) {
        ++failed;
        std::puts("the signature is not the published one");
    }
    return failed == 0 ? 0 : 1;
}
