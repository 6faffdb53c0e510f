#include "bedrock/sigv4/event.hpp"

#include "bedrock/base64.hpp"
#include "bedrock/sigv4.hpp"
#include "bedrock/time.hpp"
#include "support/json_file.hpp"
#include "support/sigv4_reference.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using namespace bedrock;
using sigv4::fault;

namespace {

constexpr sigv4::credentials_view credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}};
constexpr std::string_view seed = "e1d8e8c8815e60969f2a34765c9a15945ffc0badbaa4b7e3b163ea19131e949b";

sigv4::scope at(std::int64_t unix_seconds) {
    return {"us-east-1", "bedrock", unix_seconds};
}

}  // namespace

TEST_CASE("every stage of the published chains of signed events", "[sigv4][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    simdjson::dom::parser index_parser;
    auto const index = json_file::load(index_parser, *dir + "/sigv4/index.json");
    REQUIRE(index);
    int checked = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        if (json_file::text_or_empty(entry, "class") != "event-signing") continue;
        simdjson::dom::parser parser;
        auto const file = json_file::load(parser, *dir + "/sigv4/" + json_file::text_or_empty(entry, "file"));
        REQUIRE(file);
        INFO(json_file::text_or_empty(entry, "id"));
        auto const context = json_file::member(*file, "context").value();
        auto const key_id = json_file::text_or_empty(context, "access_key_id");
        auto const secret = json_file::text_or_empty(context, "secret_access_key");
        auto const region = json_file::text_or_empty(context, "region");
        auto const service = json_file::text_or_empty(context, "service");

        sigv4::signer by;
        sigv4::event_signature chained;
        chained.hex = json_file::text_or_empty(*file, "seed_signature");
        for (auto const& event : json_file::list(*file, "events")) {
            auto const time = parse_iso8601(json_file::text_or_empty(event, "timestamp")).value();
            byte_buffer headers;
            byte_buffer payload;
            REQUIRE(decode_base64(json_file::text_or_empty(event, "headers_bytes_b64"), headers));
            REQUIRE(decode_base64(json_file::text_or_empty(event, "payload_b64"), payload));
            CHECK(chained.hex == json_file::text_or_empty(event, "prior_signature"));

            sigv4::event_signature once;
            REQUIRE(sigv4::sign_event({headers, payload, chained.hex}, {key_id, secret, {}},
                                      {region, service, time.seconds}, once)
                        .ok());
            REQUIRE(by.sign_event({headers, payload, chained.hex}, {key_id, secret, {}},
                                  {region, service, time.seconds}, chained)
                        .ok());
            CHECK(chained.string_to_sign == json_file::text_or_empty(event, "string_to_sign"));
            CHECK(chained.hex == json_file::text_or_empty(event, "signature"));
            CHECK(encode_hex(chained.bytes) == chained.hex);
            CHECK(once.string_to_sign == chained.string_to_sign);
            CHECK(once.hex == chained.hex);
            ++checked;
        }
    }
    CHECK(checked > 0);
}

TEST_CASE("a chain of events over midnight is what the specification says", "[sigv4]") {
    sigv4::signer by;
    sigv4::event_signature out;
    out.hex = seed;
    std::string prior(seed);
    for (int i = 0; i < 20; ++i) {
        auto const seconds = 1767398390 + i;  // from 2026-01-02T23:59:50Z
        std::string const date = i < 10 ? "20260102" : "20260103";
        std::string const time = i < 10 ? "2359" + std::to_string(50 + i) : "00000" + std::to_string(i - 10);
        std::string const headers(static_cast<std::size_t>(i), 'h');
        std::string const payload(static_cast<std::size_t>(i * 37), 'p');
        REQUIRE(by.sign_event({as_bytes(headers), as_bytes(payload), out.hex}, credentials, at(seconds), out).ok());

        namespace ref = sigv4_reference;
        ref::request what;
        what.secret = credentials.secret_access_key;
        what.date = date;
        what.region = "us-east-1";
        what.service = "bedrock";
        auto const expected = "AWS4-HMAC-SHA256-PAYLOAD\n" + date + 'T' + time + "Z\n" + ref::scope(what) + '\n' +
                              prior + '\n' + ref::hex(ref::sha256(headers)) + '\n' + ref::hex(ref::sha256(payload));
        CHECK(out.string_to_sign == expected);
        prior = ref::hex(ref::hmac(ref::signing_key(what), expected));
        CHECK(out.hex == prior);
    }
}

TEST_CASE("events that cannot be signed are refused and leave nothing", "[sigv4]") {
    sigv4::signer by;
    sigv4::event_signature out;
    auto const fault_of = [&](std::string_view prior, sigv4::credentials_view const& with, sigv4::scope const& where) {
        REQUIRE(by.sign_event({{}, {}, seed}, credentials, at(0), out).ok());
        auto const found = by.sign_event({{}, {}, prior}, with, where, out);
        if (!found.ok()) {
            CHECK(found.at == sigv4::stage::input);
            CHECK(out.string_to_sign.empty());
            CHECK(out.hex.empty());
            CHECK((out.bytes == crypto::sha256_digest{}));
        }
        return found.code;
    };
    CHECK(fault_of(seed, credentials, at(0)) == fault::none);
    CHECK(fault_of("", credentials, at(0)) == fault::invalid_prior_signature);
    CHECK(fault_of(seed.substr(1), credentials, at(0)) == fault::invalid_prior_signature);
    CHECK(fault_of(std::string(seed) + "0", credentials, at(0)) == fault::invalid_prior_signature);
    for (char const wrong : {'E', 'g', '\n', '\0', '/', ':', '`'}) {
        std::string prior(seed);
        prior[63] = wrong;
        CHECK(fault_of(prior, credentials, at(0)) == fault::invalid_prior_signature);
    }
    CHECK(fault_of(seed, {"AKID", "", {}}, at(0)) == fault::invalid_credentials);
    CHECK(fault_of(seed, credentials, {"", "bedrock", 0}) == fault::invalid_scope);
    CHECK(fault_of(seed, credentials, at(INT64_MAX)) == fault::invalid_time);
}
