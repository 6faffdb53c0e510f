// What the end-to-end programs measure with: clocks, percentiles, the memory of a process.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

namespace bench {

inline std::int64_t clock_ns(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}
/// The clock that processes of one machine share.
inline std::int64_t monotonic_ns() {
    return clock_ns(CLOCK_MONOTONIC);
}
/// Of all threads of this process.
inline std::int64_t processor_ns() {
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/// `share` of the samples are no larger.
inline double percentile(std::vector<double> samples, double share) {
    if (samples.empty()) return 0;
    auto const rank = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1) + 0.5);
    std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(rank), samples.end());
    return samples[rank];
}

/// A line of /proc/self/status in KiB: "VmHWM:", the most that was in memory at once, "VmRSS:", what is now.
inline long memory_kib(std::string_view name) {
    std::FILE* const file = std::fopen("/proc/self/status", "r");
    if (file == nullptr) return 0;
    char line[256];
    long found = 0;
    while (found == 0 && std::fgets(line, sizeof line, file) != nullptr)
        if (std::string_view(line).starts_with(name)) found = std::strtol(line + name.size(), nullptr, 10);
    std::fclose(file);
    return found;
}

}  // namespace bench
