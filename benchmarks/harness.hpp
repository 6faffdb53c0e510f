// The measuring that all benchmarks share: candidates for the same work, interleaved round by round, in processor time,
// medians and best of them, and the answer of each checked against the first one's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// One way to do the work. `run` does all of it once and returns an answer that every candidate must agree on.
struct candidate {
    std::string name;
    std::function<std::uint64_t()> run;
};

/// The work of one table.
struct work {
    std::string title;
    std::string item;  // what a time is given for: "message", "signature"
    double items = 1;
    double bytes = 0;
};

/// Samples that were taken elsewhere.
struct sampled {
    std::string name;
    std::vector<double> samples{};
};

/// Prints tables, and writes them as JSON where the program was called with `--json FILE`. `--quick` takes one short
/// round only: for a look whether it runs. `--export DIR` asks for the work and its answers in files instead, for peers
/// in other languages (peers/codecs.py).
class report {
  public:
    report(int count, char const* const* arguments) {
        for (int i = 1; i < count; ++i) {
            std::string_view const argument = arguments[i];
            if (argument == "--quick") is_quick_ = true, rounds_ = 1, sample_ns_ = 1e5;
            if (argument == "--json" && i + 1 < count) json_path_ = arguments[++i];
            if (argument == "--export" && i + 1 < count) export_folder_ = arguments[++i];
        }
    }

    /// Empty where nothing is to be exported.
    std::string const& export_folder() const { return export_folder_; }

    void export_file(std::string const& name, std::string_view bytes) {
        auto const path = export_folder_ + "/" + name;
        std::FILE* const file = std::fopen(path.c_str(), "wb");
        bool const whole = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
        if (file == nullptr || std::fclose(file) != 0 || !whole) {
            std::perror(path.c_str());
            failed_ = true;
        }
    }

    void compare(work const& what, std::vector<candidate> const& candidates) {
        std::printf("\n%s\n", what.title.c_str());
        std::vector<std::size_t> repeats;
        std::vector<std::vector<double>> samples(candidates.size());
        std::uint64_t expected = 0;
        for (auto const& one : candidates) {
            auto const answer = one.run();
            if (&one == candidates.data()) expected = answer;
            if (answer != expected) fail(one.name);
            repeats.push_back(find_repeats(one));
        }
        for (int round = 0; round < rounds_; ++round)
            for (std::size_t i = 0; i < candidates.size(); ++i)
                samples[i].push_back(time(candidates[i], repeats[i]) / what.items);
        double first = 0;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            auto const middle = median(samples[i]);
            auto const best = samples[i].front();
            if (i == 0) first = middle;
            std::printf("  %-52s %12.2f ns a %s %7.2f x  (best %.2f)", candidates[i].name.c_str(), middle,
                        what.item.c_str(), middle / first, best);
            if (what.bytes != 0) std::printf(" %8.2f GB/s", what.bytes / what.items / middle);
            std::printf("\n");
            add_row(what, candidates[i].name, "ns", middle, best);
        }
        std::fflush(stdout);
    }

    bool is_quick() const { return is_quick_; }

    /// A table of what was measured elsewhere, in `unit`: "ms", "KiB".
    void show(work const& what, std::string const& unit, std::vector<sampled> rows) {
        std::printf("\n%s\n", what.title.c_str());
        double first = 0;
        for (auto& [name, samples] : rows) {
            if (samples.empty()) continue;
            auto const middle = median(samples);
            auto const best = samples.front();
            if (first == 0) first = middle;
            std::printf("  %-52s %12.3f %s a %s", name.c_str(), middle, unit.c_str(), what.item.c_str());
            if (first != 0) std::printf(" %7.2f x", middle / first);
            std::printf("  (best %.3f)\n", best);
            add_row(what, name, unit, middle, best);
        }
        std::fflush(stdout);
    }

    /// An answer that was found wrong elsewhere.
    void fail(std::string_view who) {
        std::printf("  WRONG ANSWER: %.*s\n", static_cast<int>(who.size()), who.data());
        failed_ = true;
    }

    /// A peer that is not on this machine.
    void skip(std::string_view peer) {
        std::printf("\nskipped: %.*s is not here\n", static_cast<int>(peer.size()), peer.data());
    }

    int finish() const {
        if (!json_path_.empty()) {
            std::FILE* const file = std::fopen(json_path_.c_str(), "w");
            if (file == nullptr) return std::perror(json_path_.c_str()), 1;
            std::fprintf(file, "[\n%s\n]\n", rows_.c_str());
            std::fclose(file);
        }
        return failed_ ? 1 : 0;
    }

  private:
    // Processor time, not the wall's: other programs may run beside.
    double time(candidate const& one, std::size_t repeats) {
        auto const begin = std::clock();
        for (std::size_t i = 0; i < repeats; ++i) sink_ = sink_ ^ one.run();
        return static_cast<double>(std::clock() - begin) * 1e9 / CLOCKS_PER_SEC / static_cast<double>(repeats);
    }

    std::size_t find_repeats(candidate const& one) {
        std::size_t repeats = 1;
        while (time(one, repeats) * static_cast<double>(repeats) < sample_ns_ / 2) repeats *= 2;
        return repeats;
    }

    static double median(std::vector<double>& samples) {
        std::sort(samples.begin(), samples.end());
        return samples[samples.size() / 2];
    }

    void add_row(work const& what, std::string const& name, std::string const& unit, double middle, double best) {
        char numbers[120];
        std::snprintf(numbers, sizeof numbers, R"("median_%s": %.3f, "best_%s": %.3f)", unit.c_str(), middle,
                      unit.c_str(), best);
        if (!rows_.empty()) rows_ += ",\n";
        rows_ += R"({"table": ")" + what.title + R"(", "candidate": ")" + name + R"(", "item": ")" + what.item +
                 R"(", )" + numbers + "}";
    }

    bool is_quick_ = false;
    int rounds_ = 21;
    double sample_ns_ = 5e6;
    std::string json_path_;
    std::string export_folder_;
    std::string rows_;
    bool failed_ = false;
    std::uint64_t volatile sink_ = 0;
};

}  // namespace bench
