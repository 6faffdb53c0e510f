// The features of the processor as Linux names them in /proc/cpuinfo: an answer that the SDK has no part in.
#pragma once

#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <string>

class processor_features {
  public:
    processor_features() {
#if defined(__x86_64__) || defined(__aarch64__)
        std::ifstream file("/proc/cpuinfo");
        for (std::string line; names_.empty() && std::getline(file, line);) {
            if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
            std::istringstream words(line.substr(line.find(':') + 1));
            for (std::string word; words >> word;) names_.insert(word);
        }
#endif
    }
    /// False on other systems and processors.
    bool is_known() const { return !names_.empty(); }
    bool has(std::initializer_list<char const*> all) const {
        for (auto const* const one : all)
            if (names_.count(one) == 0) return false;
        return true;
    }

  private:
    std::set<std::string> names_;
};
