// CRC-32 by every path of this processor, against zlib, libdeflate and ISA-L.
#include "bedrock/crc32.hpp"

#include "corpus.hpp"
#include "harness.hpp"

#ifdef BENCH_WITH_ZLIB
#include <zlib.h>
#endif
#ifdef BENCH_WITH_LIBDEFLATE
#include <libdeflate.h>
#endif
#ifdef BENCH_WITH_ISAL
#include <isa-l/crc.h>
#endif

namespace {

// The checksums of each frame: its prelude's, and the message's, which goes on from that.
template <class Crc>
std::uint64_t sum_frames(bedrock::byte_view bytes, Crc crc) {
    std::uint64_t sum = 0;
    while (!bytes.empty()) {
        auto const size = bedrock::load_big_endian<std::uint32_t>(bytes.data());
        auto const prelude = crc(bytes.first(8), 0u);
        sum = sum * 31 + crc(bytes.subspan(8, size - 12), prelude);
        bytes = bytes.subspan(size);
    }
    return sum;
}

}  // namespace

int main(int count, char** arguments) {
    bench::report report(count, arguments);
    using bedrock::crc32_path;
    for (auto const& corpus : bench::load_all()) {
        auto const bytes = bedrock::as_bytes(corpus.bytes);
        std::vector<bench::candidate> candidates;
        for (auto const path : {bedrock::best_crc32_path(), crc32_path::pclmul, crc32_path::vpclmul,
                                crc32_path::arm_crc, crc32_path::arm_pmull, crc32_path::portable}) {
            bool const again = path == bedrock::best_crc32_path() && !candidates.empty();
            if (again || !bedrock::has_crc32_path(path)) continue;
            candidates.push_back({"bedrock, " + std::string(bedrock::describe(path)), [bytes, path] {
                                      return sum_frames(bytes, [path](bedrock::byte_view part, std::uint32_t before) {
                                          return bedrock::crc32(part, before, path);
                                      });
                                  }});
        }
#ifdef BENCH_WITH_ZLIB
        candidates.push_back(
            {"zlib " ZLIB_VERSION, [bytes] {
                 return sum_frames(bytes, [](bedrock::byte_view part, std::uint32_t before) {
                     return static_cast<std::uint32_t>(
                         ::crc32(before, reinterpret_cast<Bytef const*>(part.data()), static_cast<uInt>(part.size())));
                 });
             }});
#endif
#ifdef BENCH_WITH_LIBDEFLATE
        candidates.push_back({"libdeflate " LIBDEFLATE_VERSION_STRING, [bytes] {
                                  return sum_frames(bytes, [](bedrock::byte_view part, std::uint32_t before) {
                                      return libdeflate_crc32(before, part.data(), part.size());
                                  });
                              }});
#endif
#ifdef BENCH_WITH_ISAL
        candidates.push_back({"isa-l", [bytes] {
                                  return sum_frames(bytes, [](bedrock::byte_view part, std::uint32_t before) {
                                      auto const* const at = reinterpret_cast<unsigned char const*>(part.data());
                                      return crc32_gzip_refl(before, at, part.size());
                                  });
                              }});
#endif
        report.compare({"CRC-32 of both parts of every frame, " + corpus.name, "message",
                        static_cast<double>(corpus.messages), static_cast<double>(corpus.bytes.size())},
                       candidates);
    }
#ifndef BENCH_WITH_ZLIB
    report.skip("zlib");
#endif
#ifndef BENCH_WITH_LIBDEFLATE
    report.skip("libdeflate");
#endif
#ifndef BENCH_WITH_ISAL
    report.skip("isa-l");
#endif
    return report.finish();
}
