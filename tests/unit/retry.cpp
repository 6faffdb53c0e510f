#include "bedrock/retry.hpp"

#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <atomic>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace bedrock;

namespace {

std::optional<json_file::value> load_vectors(simdjson::dom::parser& parser) {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return std::nullopt;
    }
    auto const index = json_file::load(parser, *dir + "/retries/index.json");
    REQUIRE(index);
    return index;
}

std::vector<json_file::value> cases_of(json_file::value const& index, std::string_view kind) {
    std::vector<json_file::value> found;
    for (auto const& entry : json_file::list(index, "cases")) {
        auto const rules = json_file::text(entry, "rules");
        if (json_file::text(entry, "kind") == std::string(kind) && rules.value_or("2026") == "2026")
            found.push_back(entry);
    }
    return found;
}

std::int64_t to_ms(double seconds) {
    return static_cast<std::int64_t>(seconds * 1000 + 0.5);
}

retry::cause cause_of(int status, std::string const& name) {
    return retry::classify(name, status);
}

http::header_list headers_of(json_file::value const& entry) {
    http::header_list list;
    for (auto const& [name, value] : json_file::members(json_file::member(entry, "header")))
        list.push_back({name, json_file::text(value).value_or("")});
    return list;
}

}  // namespace

TEST_CASE("backoff as the vectors of the 2026 rules have it", "[retry][vectors]") {
    simdjson::dom::parser parser;
    auto const index = load_vectors(parser);
    if (!index) return;
    auto const cases = cases_of(*index, "backoff");
    CHECK_FALSE(cases.empty());
    for (auto const& entry : cases) {
        INFO(json_file::text_or_empty(entry, "id"));
        retry::policy rules;
        rules.transient_base_ms = to_ms(json_file::number(entry, "base_seconds").value());
        rules.max_backoff_ms = to_ms(json_file::number(entry, "max_backoff_seconds").value());
        auto const attempt = static_cast<int>(json_file::integer(entry, "attempt").value());
        CHECK(retry::backoff_ms(attempt, retry::cause::transient, json_file::number(entry, "random").value(), rules) ==
              to_ms(json_file::number(entry, "expect_delay_seconds").value()));
    }
}

TEST_CASE("classification as the vectors have it", "[retry][vectors]") {
    simdjson::dom::parser parser;
    auto const index = load_vectors(parser);
    if (!index) return;
    auto const cases = cases_of(*index, "classify");
    CHECK_FALSE(cases.empty());
    for (auto const& entry : cases) {
        INFO(json_file::text_or_empty(entry, "id"));
        auto const name = json_file::text_or_empty(entry, "error_code");
        auto const status = static_cast<int>(json_file::integer(entry, "status").value_or(0));
        auto const question = json_file::text_or_empty(entry, "question");
        auto const expect = json_file::flag(entry, "expect").value();
        if (json_file::text(entry, "io_error")) {
            http::failure broken;
            broken.code = errc::transport;
            CHECK((retry::classify(broken) == retry::cause::transient) == expect);
        } else if (question == "throttling") {
            CHECK(retry::is_throttling(name, status) == expect);
        } else if (question == "transient") {
            CHECK(retry::is_transient(name, status) == expect);
        } else {
            REQUIRE(question == "retryable");
            CHECK((cause_of(status, name) != retry::cause::none) == expect);
        }
    }
}

TEST_CASE("sequences of answers as the vectors of the 2026 rules have them", "[retry][vectors]") {
    simdjson::dom::parser parser;
    auto const index = load_vectors(parser);
    if (!index) return;
    auto const cases = cases_of(*index, "sequence");
    CHECK_FALSE(cases.empty());
    for (auto const& entry : cases) {
        INFO(json_file::text_or_empty(entry, "id"));
        auto const given = json_file::member(entry, "given").value();
        auto const base = json_file::member(given, "base_seconds").value();
        retry::policy rules;
        rules.max_attempts = static_cast<int>(json_file::integer(given, "max_attempts").value());
        rules.transient_base_ms = to_ms(json_file::number(base, "transient").value());
        rules.throttling_base_ms = to_ms(json_file::number(base, "throttling").value());
        rules.max_backoff_ms = to_ms(json_file::number(given, "max_backoff_seconds").value());
        auto const random = json_file::number(given, "random").value();
        retry::token_bucket bucket(500, static_cast<int>(json_file::integer(given, "initial_retry_tokens").value()));
        retry::attempts call(bucket, rules);
        for (auto const& step : json_file::list(entry, "responses")) {
            auto const response = json_file::member(step, "response").value();
            auto const expected = json_file::member(step, "expected").value();
            auto const outcome = json_file::text_or_empty(expected, "outcome");
            auto const status = static_cast<int>(json_file::integer(response, "status_code").value());
            if (outcome == "success") {
                REQUIRE(status == 200);
                call.succeeded();
            } else {
                auto const after = retry::find_retry_after_ms(headers_of(response), 0);
                auto const got =
                    call.failed(cause_of(status, json_file::text_or_empty(response, "error_code")), random, after);
                if (outcome == "retry_request") {
                    CHECK(got.verdict == retry::verdict::repeat);
                    CHECK(got.delay_ms == to_ms(json_file::number(expected, "delay").value()));
                } else if (outcome == "max_attempts_exceeded") {
                    CHECK(got.verdict == retry::verdict::attempts_exhausted);
                } else {
                    REQUIRE(outcome == "retry_quota_exceeded");
                    CHECK(got.verdict == retry::verdict::bucket_exhausted);
                }
            }
            CHECK(bucket.available() == json_file::integer(expected, "retry_quota").value());
            if (outcome != "retry_request") call = retry::attempts(bucket, rules);
        }
    }
}

TEST_CASE("mixed causes as the vectors of the 2026 rules have them", "[retry][vectors]") {
    simdjson::dom::parser parser;
    auto const index = load_vectors(parser);
    if (!index) return;
    auto const cases = cases_of(*index, "timing");
    CHECK_FALSE(cases.empty());
    for (auto const& entry : cases) {
        INFO(json_file::text_or_empty(entry, "id"));
        retry::token_bucket bucket;
        retry::policy rules;
        rules.max_attempts = 100;
        retry::attempts call(bucket, rules);
        int left = bucket.capacity();
        for (auto const& row : json_file::list(entry, "rows")) {
            auto const columns = json_file::list(row);
            REQUIRE(columns.size() >= 4);
            std::int64_t cost = 0;
            if (columns[2].get(cost) != simdjson::SUCCESS) continue;  // the first row is not an attempt
            auto const why = json_file::text(columns[0]) == std::string("THROTTLING") ? retry::cause::throttling
                                                                                      : retry::cause::transient;
            auto const got = call.failed(why, 1.0);
            std::int64_t delay = 0;
            REQUIRE(columns[3].get(delay) == simdjson::SUCCESS);
            CHECK(got.verdict == retry::verdict::repeat);
            CHECK(got.delay_ms == delay);
            left -= static_cast<int>(cost);
            CHECK(bucket.available() == left);
        }
    }
}

TEST_CASE("the service's own pause as the vectors of the 2026 rules have it", "[retry][vectors]") {
    simdjson::dom::parser parser;
    auto const index = load_vectors(parser);
    if (!index) return;
    auto const cases = cases_of(*index, "retry-after");
    CHECK_FALSE(cases.empty());
    for (auto const& entry : cases) {
        INFO(json_file::text_or_empty(entry, "id"));
        retry::token_bucket bucket;
        retry::attempts call(bucket);
        auto const status = static_cast<int>(json_file::integer(entry, "status").value());
        auto const got = call.failed(cause_of(status, ""), json_file::number(entry, "random").value(),
                                     retry::find_retry_after_ms(headers_of(entry), 0));
        CHECK(got.delay_ms == to_ms(json_file::number(entry, "expect_delay_seconds").value()));
        CHECK(bucket.available() == json_file::integer(entry, "expect_capacity_after_failure").value());
        call.succeeded();
        CHECK(bucket.available() == json_file::integer(entry, "expect_capacity_after_success").value());
    }
    for (auto const& entry : cases_of(*index, "parse-retry-after")) {
        INFO(json_file::text_or_empty(entry, "id"));
        auto const now = json_file::integer(entry, "now_ms").value();
        auto const expected = json_file::integer(entry, "expect_ms");
        auto const got = retry::find_retry_after_ms(headers_of(entry), now);
        CHECK(got.has_value() == expected.has_value());
        if (got && expected)
            CHECK((*got == *expected || now + *got == *expected));  // a pause, or the moment of its end
    }
    for (auto const& entry : cases_of(*index, "quota-cost")) {
        INFO(json_file::text_or_empty(entry, "id"));
        retry::token_bucket bucket(static_cast<int>(json_file::integer(entry, "initial").value()));
        retry::attempts call(bucket);
        bool const throttled = json_file::text(entry, "error") == std::string("throttling");
        call.failed(throttled ? retry::cause::throttling : retry::cause::transient, 0);
        CHECK(bucket.capacity() - bucket.available() == json_file::integer(entry, "expect_cost").value());
    }
}

TEST_CASE("full jitter lies under the cap", "[retry]") {
    using retry::cause;
    CHECK(retry::backoff_ms(1, cause::transient, 0) == 0);
    CHECK(retry::backoff_ms(1, cause::transient, 0.5) == 25);
    CHECK(retry::backoff_ms(1, cause::throttling, 1) == 1000);
    CHECK(retry::backoff_ms(5, cause::throttling, 1) == 16'000);
    CHECK(retry::backoff_ms(6, cause::throttling, 1) == 20'000);
    CHECK(retry::backoff_ms(2'000'000'000, cause::transient, 0.25) == 5000);
    CHECK(retry::backoff_ms(0, cause::transient, 1) == 50);
    CHECK(retry::backoff_ms(-7, cause::transient, 1) == 50);
    CHECK(retry::backoff_ms(1, cause::transient, -1) == 0);
    CHECK(retry::backoff_ms(1, cause::transient, 7) == 50);
    CHECK(retry::backoff_ms(1, cause::transient, std::numeric_limits<double>::quiet_NaN()) == 0);
}

TEST_CASE("the service may ask for more, up to five seconds, never for less", "[retry]") {
    using retry::cause;
    CHECK(retry::delay_ms(1, cause::transient, 1, 10) == 50);
    CHECK(retry::delay_ms(1, cause::transient, 1, 70) == 70);
    CHECK(retry::delay_ms(1, cause::transient, 1, 5050) == 5050);
    CHECK(retry::delay_ms(1, cause::transient, 1, 5051) == 5050);
    CHECK(retry::delay_ms(1, cause::throttling, 0, 1'000'000) == 5000);
    CHECK(retry::delay_ms(1, cause::transient, 1, std::nullopt) == 50);
}

TEST_CASE("find_retry_after_ms reads milliseconds, seconds and dates", "[retry]") {
    std::int64_t const now = 784111777000;  // Sun, 06 Nov 1994 08:49:37 GMT
    auto const find = [&](http::header_list const& headers) { return retry::find_retry_after_ms(headers, now); };
    CHECK(find({}) == std::nullopt);
    CHECK(find({{"X-Amz-Retry-After", "1500"}}) == 1500);
    CHECK(find({{"x-amz-retry-after", "0"}}) == 0);
    CHECK(find({{"x-amz-retry-after", "-1"}}) == std::nullopt);
    CHECK(find({{"x-amz-retry-after", "1.5"}}) == std::nullopt);
    CHECK(find({{"x-amz-retry-after", ""}}) == std::nullopt);
    CHECK(find({{"x-amz-retry-after", "99999999999999999999"}}) == std::nullopt);
    CHECK(find({{"Retry-After", "2"}}) == 2000);
    CHECK(find({{"Retry-After", "2"}, {"x-amz-retry-after", "7"}}) == 7);
    CHECK(find({{"x-amz-retry-after", "bad"}, {"retry-after", "2"}}) == 2000);
    CHECK(find({{"retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"}}) == 3000);
    CHECK(find({{"retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"}}) == 0);
    CHECK(find({{"retry-after", "soon"}}) == std::nullopt);
    auto const huge = find({{"retry-after", "9223372036854775807"}});
    REQUIRE(huge);
    CHECK(*huge > 0);
}

TEST_CASE("what is worth a repeat", "[retry]") {
    using retry::cause;
    using retry::classify;
    CHECK(classify("ThrottlingException", 400) == cause::throttling);
    CHECK(classify("SlowDown", 503) == cause::throttling);
    CHECK(classify("EC2ThrottledException", 0) == cause::throttling);
    CHECK(classify("LimitExceededException", 400) == cause::throttling);
    CHECK(classify("ModelNotReadyException", 429) == cause::throttling);
    CHECK(classify("IDPCommunicationError", 400) == cause::transient);
    CHECK(classify("RequestTimeoutException", 400) == cause::transient);
    CHECK(classify("ModelTimeoutException", 408) == cause::none);
    CHECK(classify("ModelStreamErrorException", 424) == cause::none);
    CHECK(classify("ValidationException", 400) == cause::none);
    CHECK(classify("AccessDeniedException", 403) == cause::none);
    CHECK(classify("ServiceQuotaExceededException", 400) == cause::none);
    CHECK(classify("", 501) == cause::none);
    CHECK(classify("throttlingException", 0) == cause::none);  // names are compared as they are

    auto const of_failure = [](errc code, bool sent) {
        http::failure failure;
        failure.code = code;
        failure.request_sent = sent;
        return classify(failure);
    };
    CHECK(of_failure(errc::transport, true) == cause::transient);
    CHECK(of_failure(errc::truncated, true) == cause::transient);
    CHECK(of_failure(errc::timeout, false) == cause::transient);
    CHECK(of_failure(errc::timeout, true) == cause::none);
    CHECK(of_failure(errc::cancelled, false) == cause::none);
    CHECK(of_failure(errc::invalid_input, false) == cause::none);
    CHECK(of_failure(errc::none, false) == cause::none);
    CHECK(classify(http::failure{errc::transport, false, "a certificate", true}) == cause::none);
    CHECK(classify(http::failure{errc::transport, false, "a reset", false}) == cause::transient);

    auto const of_error = [](errc code, auto change) {
        error made = make_error(code, "");
        change(made);
        return classify(made);
    };
    CHECK(of_error(errc::transport, [](error&) {}) == cause::none);
    CHECK(of_error(errc::transport, [](error& e) { e.retryable = true; }) == cause::transient);
    CHECK(of_error(errc::truncated, [](error&) {}) == cause::transient);
    CHECK(of_error(errc::truncated, [](error& e) { e.content_emitted = true; }) == cause::none);
    CHECK(of_error(errc::timeout, [](error&) {}) == cause::none);
    CHECK(of_error(errc::timeout, [](error& e) { e.retryable = true; }) == cause::transient);
    CHECK(of_error(errc::credentials, [](error& e) { e.http_status = 500; }) == cause::none);
    CHECK(of_error(errc::protocol, [](error& e) { e.http_status = 200; }) == cause::none);
    CHECK(of_error(errc::protocol, [](error& e) { e.http_status = 502; }) == cause::transient);
    CHECK(of_error(errc::throttling, [](error& e) { e.name = "ThrottlingException"; }) == cause::throttling);
    CHECK(of_error(errc::throttling, [](error& e) {
              e.name = "ThrottlingException";
              e.content_emitted = true;
          }) == cause::none);
}

TEST_CASE("the error of a broken transfer knows whether a repeat is safe", "[retry]") {
    auto const retryable = [](errc code, bool sent) {
        auto const why = retry::make_error(http::failure{code, sent, "words"});
        CHECK(why.code == code);
        CHECK(why.name == own_error_name(code));
        CHECK(why.message == "words");
        return why.retryable;
    };
    CHECK(retryable(errc::transport, true));
    CHECK(retryable(errc::truncated, true));
    CHECK(retryable(errc::timeout, false));
    CHECK_FALSE(retryable(errc::timeout, true));
    CHECK_FALSE(retryable(errc::cancelled, false));
    CHECK_FALSE(retryable(errc::protocol, true));
}

TEST_CASE("the bucket gives no more than it has and keeps no more than its capacity", "[retry]") {
    retry::token_bucket bucket(20);
    CHECK(bucket.take(14));
    CHECK_FALSE(bucket.take(14));
    CHECK(bucket.available() == 6);
    CHECK(bucket.take(5));
    bucket.give(100);
    CHECK(bucket.available() == 20);
    bucket.give(std::numeric_limits<int>::max());
    CHECK(bucket.available() == 20);
    CHECK(bucket.take(20));
    CHECK_FALSE(bucket.take(1));
    CHECK(bucket.available() == 0);
}

TEST_CASE("attempts count, pay and refill", "[retry]") {
    retry::token_bucket bucket(500, 400);
    {
        retry::attempts call(bucket);
        call.succeeded();
        CHECK(bucket.available() == 401);
    }
    {
        retry::attempts call(bucket);
        CHECK(call.failed(retry::cause::none, 1).verdict == retry::verdict::not_retryable);
        CHECK(bucket.available() == 401);
        CHECK(call.failures() == 1);
    }
    {
        retry::attempts call(bucket);
        CHECK(call.failed(retry::cause::throttling, 1).verdict == retry::verdict::repeat);
        CHECK(call.failed(retry::cause::transient, 1).delay_ms == 100);
        CHECK(bucket.available() == 382);
        call.succeeded();  // the last repeat's cost only
        CHECK(bucket.available() == 396);
    }
    retry::policy once;
    once.max_attempts = 1;
    retry::attempts call(bucket, once);
    CHECK(call.failed(retry::cause::transient, 1).verdict == retry::verdict::attempts_exhausted);
    CHECK(bucket.available() == 396);
}

TEST_CASE("patience repeats throttling beyond attempts and bucket, with pauses of a second and more", "[retry]") {
    using retry::cause;
    using retry::verdict;
    retry::policy rules;
    rules.max_attempts = 2;
    retry::token_bucket bucket(500, 7);
    retry::attempts call(bucket, rules);
    CHECK(call.failed(cause::throttling, 0, std::nullopt, 60'000).delay_ms == 0);
    CHECK(bucket.available() == 2);
    auto got = call.failed(cause::throttling, 0, std::nullopt, 60'000);
    CHECK(got.verdict == verdict::repeat);
    CHECK(got.delay_ms == 1000);
    CHECK(call.failed(cause::throttling, 1, std::nullopt, 60'000).delay_ms == 4000);
    CHECK(call.failed(cause::throttling, 0, 2500, 60'000).delay_ms == 2500);
    CHECK(call.failed(cause::throttling, 1, std::nullopt, 15'999).verdict == verdict::attempts_exhausted);
    CHECK(call.failed(cause::throttling, 0, std::nullopt, 999).verdict == verdict::attempts_exhausted);
    CHECK(call.failed(cause::throttling, 0, std::nullopt, 1000).verdict == verdict::repeat);
    CHECK(call.failed(cause::throttling, 0, std::nullopt, -5).verdict == verdict::attempts_exhausted);
    CHECK(call.failed(cause::transient, 0, std::nullopt, 60'000).verdict == verdict::attempts_exhausted);
    CHECK(call.failed(cause::none, 0, std::nullopt, 60'000).verdict == verdict::not_retryable);
    CHECK(bucket.available() == 2);
    retry::attempts poor(bucket);
    CHECK(poor.failed(cause::throttling, 1, std::nullopt, 60'000).verdict == verdict::repeat);
    CHECK(poor.failed(cause::throttling, 1).verdict == verdict::bucket_exhausted);
    poor.succeeded();
    CHECK(bucket.available() == 3);  // what was not paid is not given back
    retry::token_bucket full(500, 100);
    retry::attempts patient(full, rules);
    CHECK(patient.failed(cause::throttling, 0, std::nullopt, 60'000).verdict == verdict::repeat);
    CHECK(patient.failed(cause::throttling, 0, std::nullopt, 60'000).verdict == verdict::repeat);
    patient.succeeded();
    CHECK(full.available() == 96);
}

TEST_CASE("a quota of the day is known by its words", "[retry]") {
    CHECK(retry::is_daily_quota("Too many tokens per day, please wait before trying again."));
    CHECK(retry::is_daily_quota("DAILY limit"));
    CHECK_FALSE(retry::is_daily_quota("Too many tokens, please wait before trying again."));
    CHECK_FALSE(retry::is_daily_quota("per da"));
    CHECK_FALSE(retry::is_daily_quota(""));
}

TEST_CASE("threads share one bucket without losing or minting a token", "[retry][threads]") {
    constexpr int threads = 8;
    constexpr int rounds = 20'000;
    retry::token_bucket bucket(100);
    std::vector<std::thread> workers;
    std::atomic<bool> out_of_bounds{false};
    for (int t = 0; t < threads; ++t)
        workers.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                int const count = 5 + (t + i) % 30;
                if (!bucket.take(count)) continue;
                int const seen = bucket.available();
                if (seen < 0 || seen > 100) out_of_bounds = true;
                bucket.give(count);
            }
        });
    for (auto& worker : workers) worker.join();
    CHECK_FALSE(out_of_bounds);
    CHECK(bucket.available() == 100);
}
