// A whole call, credentials included (an instance's role, with it a role of STS), whose Nth operation on the network
// fails: for every N, until one call needs fewer. Whatever fails, the call ends in an answer or in an error with words,
// and the next one, on the same client state, in an answer.
#include "bedrock/call.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fake_environment.hpp"
#include "support/frames.hpp"

using namespace bedrock;

namespace {

constexpr char config[] =
    "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/r\n"
    "credential_source = Ec2InstanceMetadata\n";

/// What can go wrong with one operation.
enum class damage { refused, reset, late, page, garbage, throttled };
constexpr damage all_damage[] = {damage::refused, damage::reset,   damage::late,
                                 damage::page,    damage::garbage, damage::throttled};

http::response serve(http::request const& request, bool streaming) {
    http::response made;
    made.head.status = 200;
    auto const has = [&](std::string_view part) { return request.url.find(part) != std::string::npos; };
    if (has("/latest/api/token")) {
        made.head.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "600"}};
        made.body = "TOKEN";
    } else if (has("security-credentials/role")) {
        made.body = R"({"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t",)"
                    R"("Expiration":"2026-01-02T09:00:00Z"})";
    } else if (has("security-credentials/")) {
        made.body = "role";
    } else if (has("sts.eu-west-1.amazonaws.com")) {
        made.body =
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>k"
            "</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-02T09:00:00Z</Expiration>"
            "</Credentials></AssumeRoleResult></AssumeRoleResponse>";
    } else if (streaming) {
        made.head.headers = {{"Content-Type", "application/vnd.amazon.eventstream"}};
        made.body = mock::golden_stream();
    } else {
        made.body = R"({"output":{}})";
    }
    return made;
}

/// Answers asks at once, and one of them badly.
class failing_runner {
  public:
    failing_runner(damage what, int nth) : what_(what), nth_(nth) {}

    template <class T>
    T run(exchange<T> protocol) {
        while (ask* const wanted = protocol.step()) answer(*wanted);
        return protocol.take();
    }
    bool struck() const { return asked_ >= nth_; }

  private:
    struct played final : http::transfer {
        std::string rest{};
    };

    bool strikes() { return ++asked_ == nth_; }
    /// Spoils the answer, or returns how its transfer fails.
    http::failure spoil(http::response& answer) const {
        switch (what_) {
            case damage::refused:
                return {errc::transport, false, "cannot connect to host"};
            case damage::reset:
                return {errc::transport, true, "the connection to host failed"};
            case damage::late:
                return {errc::timeout, true, "no answer from host within 1 s (the first byte clock)"};
            case damage::page:
                answer = {{502, {{"Content-Type", "text/html"}}}, "<html><body>Bad gateway</body></html>"};
                break;
            case damage::garbage:
                answer.body = std::string("\x00\xFF{\"", 4);
                break;
            case damage::throttled:
                answer = {{429, {{"x-amzn-errortype", "ThrottlingException"}}}, R"({"message":"slow down"})"};
                break;
        }
        return {};
    }

    void answer(ask& wanted) {
        switch (wanted.kind) {
            case ask_kind::http: {
                auto& sent = static_cast<http_ask&>(wanted);
                sent.response = serve(sent.request, false);
                if (strikes()) sent.failure = spoil(sent.response);
                break;
            }
            case ask_kind::open: {
                auto& sent = static_cast<open_ask&>(wanted);
                auto response = serve(sent.request, true);
                if (strikes()) sent.failure = spoil(response);
                if (sent.failure) break;
                auto made = std::make_unique<played>();
                made->head = std::move(response.head);
                made->rest = std::move(response.body);
                sent.transfer = std::move(made);
                break;
            }
            case ask_kind::receive: {
                auto& from = static_cast<played&>(static_cast<receive_ask&>(wanted).from);
                http::response piece{{}, from.rest.substr(0, 64)};
                from.rest.erase(0, piece.body.size());
                if (strikes()) from.end = spoil(piece);
                if (!from.end) from.buffer.append(as_bytes(piece.body));
                from.ended = from.end || piece.body.empty();
                break;
            }
            case ask_kind::file: {
                auto& file = static_cast<file_ask&>(wanted);
                if (file.path != "/home/user/.aws/config") break;
                file.outcome = file_outcome::found;
                file.text = config;
                break;
            }
            case ask_kind::pause:
            case ask_kind::replace:
            case ask_kind::process:
            case ask_kind::wait:
            case ask_kind::network:
                break;
        }
    }

    damage what_;
    int nth_;
    int asked_ = 0;
};

exchange<std::optional<error>> take_first(http::transfer& from) {
    if (from.buffer.size() == 0) {
        receive_ask more(from, true);
        co_await more;
    }
    if (from.end) co_return retry::make_error(from.end);
    co_return std::nullopt;
}

struct machine {
    client_options options() const {
        client_options made;
        made.surroundings = around.get();
        return made;
    }
    fake_environment around{{{"HOME", "/home/user"}}};
    client_state state{options()};
};

/// The code of the outcome; none for an answer.
error call(client_state& state, failing_runner& runner, bool streaming) {
    sigv4::signer signer;
    call_options const options;
    operation const what{.name = streaming ? "ConverseStream" : "Converse", .path = "/model/m/x", .body = "{}"};
    call_frame frame{state, options, signer, what};
    if (streaming) {
        auto got = runner.run(open_streaming(frame, take_first));
        return got ? error{} : got.error();
    }
    auto got = runner.run(send_plain(frame));
    return got ? error{} : got.error();
}

}  // namespace

TEST_CASE("whichever operation fails, a call ends well or with words, and the next one works") {
    for (bool const streaming : {false, true})
        for (auto const what : all_damage) {
            int nth = 1, survived = 0;
            for (;; ++nth) {
                REQUIRE(nth < 100);
                INFO("streaming " << streaming << ", damage " << static_cast<int>(what) << ", operation " << nth);
                machine host;
                failing_runner runner(what, nth);
                auto const got = call(host.state, runner, streaming);
                if (!runner.struck()) {
                    CHECK(got.code == errc::none);
                    break;
                }
                if (got.code == errc::none) {
                    ++survived;
                } else {
                    CHECK_FALSE(got.message.empty());
                    CHECK_FALSE(got.name.empty());
                    CHECK(got.code != errc::cancelled);
                }
                *host.around.unix_ms += 400'000;  // past what is remembered of a metadata service that was not there
                *host.around.steady_ms += 400'000;
                failing_runner sound(what, 1'000'000);
                CHECK(call(host.state, sound, streaming).code == errc::none);
            }
            CHECK(nth > 10);  // token, role and keys, each with its body; STS; the call
            if (what == damage::refused || what == damage::reset) CHECK(survived >= 2);
        }
}
