// After a call, nothing in the process's memory is the secret key that it was signed with.
#include "bedrock/client.hpp"

#include "support/catch.hpp"
#include "support/fake_environment.hpp"
#include "support/sanitizers.hpp"
#include "support/socket_server.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

using namespace bedrock;

namespace {

/// Why this process's memory cannot be searched, or null.
char const* not_searchable() {
#if defined(BEDROCK_TEST_IS_SANITIZED)
    return "a sanitizer keeps freed memory, and maps terabytes of its own";
#else
    return ::access("/proc/self/maps", R_OK) == 0 ? nullptr : "the system has no /proc/self/maps";
#endif
}

/// A secret key of 40 characters that the program has in another form only, so that a search does not find itself.
class masked_key {
  public:
    explicit masked_key(unsigned seed) {
        for (std::size_t i = 0; i != bytes_.size(); ++i) {
            seed = seed * 1'103'515'245u + 12'345u;
            bytes_[i] = static_cast<unsigned char>(static_cast<unsigned char>('A' + (seed >> 16) % 26) ^ mask);
        }
    }
    /// Writes one character at a time, so that they are never beside each other in memory.
    void write_to(int file) const {
        for (unsigned char const masked : bytes_) {
            auto const plain = static_cast<unsigned char>(masked ^ mask);
            REQUIRE(::write(file, &plain, 1) == 1);
        }
    }
    /// How often half of the key or more is in a region.
    std::size_t count(unsigned char const volatile* begin, std::size_t size) const {
        std::size_t found = 0;
        constexpr std::size_t half = 20;
        for (std::size_t i = 0; i + half <= size; ++i) {
            for (std::size_t const part : {std::size_t{0}, half}) {
                std::size_t same = 0;
                while (same != half && static_cast<unsigned char>(begin[i + same] ^ mask) == bytes_[part + same]) ++same;
                if (same == half) ++found;
            }
        }
        return found;
    }

  private:
    static constexpr unsigned char mask = 0xa5;
    std::array<unsigned char, 40> bytes_{};
};

/// Everything that the process can write to: stacks, heap and globals.
std::size_t count_in_memory(masked_key const& key) {
    struct region {
        std::uintptr_t begin;
        std::size_t size;
    };
    std::vector<region> regions;
    regions.reserve(4096);
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find(" rw-p ") == std::string::npos) continue;
        auto const dash = line.find('-');
        auto const begin = std::stoull(line.substr(0, dash), nullptr, 16);
        auto const end = std::stoull(line.substr(dash + 1), nullptr, 16);
        regions.push_back({static_cast<std::uintptr_t>(begin), static_cast<std::size_t>(end - begin)});
    }
    maps.close();
    std::size_t found = 0;
    for (auto const& one : regions)
        found += key.count(reinterpret_cast<unsigned char const volatile*>(one.begin), one.size);
    return found;
}

/// A folder with the shared files of one profile.
struct shared_files {
    explicit shared_files(masked_key const& key, bool by_process) {
        REQUIRE(::mkdtemp(folder.data()));
        write(folder + "/key", "", key, "");
        write_text("config", by_process ? "[default]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"AKIA\","
                                          "\"SecretAccessKey\":\"%s\"}' $(cat " + folder + "/key)\n"
                                        : "");
        if (by_process)
            write_text("credentials", "");
        else
            write(folder + "/credentials", "[default]\naws_access_key_id = AKIA\naws_secret_access_key = ", key, "\n");
    }
    ~shared_files() {
        for (auto const* const name : {"key", "config", "credentials"}) ::unlink((folder + '/' + name).c_str());
        ::rmdir(folder.c_str());
    }
    void write_text(std::string const& name, std::string const& text) const {
        std::ofstream(folder + '/' + name) << text;
    }
    static void write(std::string const& path, std::string_view before, masked_key const& key, std::string_view after) {
        int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        CHECK(::write(file, before.data(), before.size()) == static_cast<::ssize_t>(before.size()));
        key.write_to(file);
        CHECK(::write(file, after.data(), after.size()) == static_cast<::ssize_t>(after.size()));
        ::close(file);
    }
    std::string folder{"/tmp/bedrock-wiped-XXXXXX"};
};

/// The response to one request of a client that is gone then.
result<converse_response> say_hello(fake_environment const& machine, std::string endpoint = {}) {
    client_options options;
    options.surroundings = machine.get();
    options.endpoint = std::move(endpoint);
    client on(std::move(options));
    converse_request request;
    request.model_id = "m";
    request.messages = {user("hello")};
    return on.converse(request);
}

void call(shared_files const& files) {
    socket_server server([](connection& peer) {
        while (!peer.read_request().empty())
            peer.send(plain_answer(R"({"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},)"
                                   R"("stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,)"
                                   R"("totalTokens":2},"metrics":{"latencyMs":1}})"));
    });
    fake_environment const machine({{"HOME", files.folder},
                                    {"AWS_CONFIG_FILE", files.folder + "/config"},
                                    {"AWS_SHARED_CREDENTIALS_FILE", files.folder + "/credentials"},
                                    {"AWS_EC2_METADATA_DISABLED", "true"},
                                    {"AWS_REGION", "us-east-1"}});
    auto const answer = say_hello(machine, server.url());
    INFO((answer ? std::string() : answer.error().message));
    REQUIRE(answer);
}

}  // namespace

TEST_CASE("wiped memory: a secret key is nowhere after the client is gone", "[wiping]") {
    if (auto const* const reason = not_searchable()) {
        WARN("not tested: " << reason);
        return;
    }
    bool const by_process = GENERATE(false, true);
    masked_key const key(by_process ? 7 : 8);
    {
        shared_files const files(key, by_process);
        call(files);
    }
    CHECK(count_in_memory(key) == 0);
}

TEST_CASE("wiped memory: a web identity token that could not be traded is nowhere after the call", "[wiping]") {
    if (auto const* const reason = not_searchable()) {
        WARN("not tested: " << reason);
        return;
    }
    masked_key const token(10);
    {
        shared_files const files(token, true);
        fake_environment const machine({{"HOME", files.folder},
                                        {"AWS_CONFIG_FILE", "/dev/null"},
                                        {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
                                        {"AWS_WEB_IDENTITY_TOKEN_FILE", files.folder + "/key"},
                                        {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r"},
                                        {"AWS_ENDPOINT_URL_STS", "http://sts.invalid"},  // refused: no TLS
                                        {"AWS_EC2_METADATA_DISABLED", "true"},
                                        {"AWS_REGION", "us-east-1"}});
        auto const answer = say_hello(machine);
        REQUIRE_FALSE(answer);
        INFO(answer.error().message);
        CHECK(answer.error().code == errc::credentials);
        CHECK(answer.error().message.find("http://sts.invalid") != std::string::npos);
    }
    CHECK(count_in_memory(token) == 0);
}

TEST_CASE("wiped memory: the search finds what is not wiped", "[wiping]") {
    if (auto const* const reason = not_searchable()) {
        WARN("not tested: " << reason);
        return;
    }
    masked_key const key(9);
    shared_files const files(key, false);
    std::ifstream in(files.folder + "/credentials");
    std::string const text{std::istreambuf_iterator<char>(in), {}};
    CHECK(count_in_memory(key) >= 2);
    CHECK(text.size() > 40);
}
