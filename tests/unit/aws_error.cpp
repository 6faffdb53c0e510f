#include "bedrock/aws_error.hpp"

#include "support/guarded_buffer.hpp"
#include "support/json_file.hpp"
#include "support/vectors.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace bedrock;

namespace {

error answer(int status, http::header_list const& headers, std::string_view body, error_context const& context = {}) {
    return parse_http_error(status, headers, as_bytes(body), context);
}

error exception_event(std::string_view type, std::string_view payload, error_context const& context = {}) {
    return parse_exception_event(type, as_bytes(payload), context);
}

bool is_clean(std::string_view text) {
    if (!valid_utf8(text)) return false;
    for (char const c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f') return false;
    return text.find("  ") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
}

http::header_list headers_of(json_file::value const& object) {
    http::header_list list;
    for (auto const& [name, value] : json_file::members(json_file::member(object, "headers")))
        list.push_back({name, json_file::text(value).value_or("")});
    return list;
}

}  // namespace

TEST_CASE("names and messages as the vectors have them", "[aws_error][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    simdjson::dom::parser parser;
    auto const index = json_file::load(parser, *dir + "/extras/index.json");
    REQUIRE(index);
    int checked = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        if (json_file::text(entry, "kind") != std::string("error-code")) continue;
        INFO(json_file::text_or_empty(entry, "id"));
        auto const status = static_cast<int>(json_file::integer(entry, "status").value());
        auto const got = answer(status, headers_of(entry), json_file::text_or_empty(entry, "body"));
        CHECK(got.name == json_file::text_or_empty(entry, "expect_code"));
        if (auto const message = json_file::text(entry, "expect_message")) CHECK(got.message == *message);
        CHECK_FALSE(got.message.empty());
        CHECK(got.http_status == status);
        ++checked;
    }
    CHECK(checked > 0);
}

TEST_CASE("recorded failures of Bedrock", "[aws_error][vectors]") {
    auto const dir = vectors_dir();
    if (!dir) {
        WARN("no -Dvectors: skipped");
        return;
    }
    simdjson::dom::parser parser;
    auto const index = json_file::load(parser, *dir + "/bedrock-recorded/index.json");
    REQUIRE(index);
    int checked = 0;
    for (auto const& entry : json_file::list(*index, "cases")) {
        if (json_file::text(entry, "class") != std::string("error")) continue;
        INFO(json_file::text_or_empty(entry, "id"));
        simdjson::dom::parser case_parser;
        auto const file =
            json_file::load(case_parser, *dir + "/bedrock-recorded/" + json_file::text_or_empty(entry, "file"));
        REQUIRE(file);
        auto const response = json_file::member(*file, "response").value();
        auto const status = static_cast<int>(json_file::integer(response, "status").value());
        auto const headers = headers_of(response);
        auto const got = answer(status, headers, json_file::text_or_empty(response, "body"));
        CHECK(got.http_status == status);
        CHECK(got.code != errc::none);
        CHECK(got.code != errc::protocol);
        CHECK(got.code != errc::other_service);
        CHECK_FALSE(got.message.empty());
        CHECK(got.request_id == http::find_header(headers, "x-amzn-requestid"));
        if (auto const type = http::find_header(headers, "x-amzn-errortype"); !type.empty())
            CHECK(got.name == type.substr(0, type.find(':')));
        else if (status == 400)
            CHECK(got.name == "ValidationException");
        ++checked;
    }
    CHECK(checked > 0);
}

TEST_CASE("an expired token as Bedrock reports it", "[aws_error]") {
    auto const got = answer(
        403,
        {{"x-amzn-ErrorType", "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/"},
         {"x-amzn-requestid", "402bd639-607f-433b-aa01-2852fc75287a"}},
        R"({"message":"The security token included in the request is expired"})");
    CHECK(got.code == errc::expired_credentials);
    CHECK(got.name == "ExpiredTokenException");
    CHECK(got.message == "The security token included in the request is expired");
    CHECK(got.request_id == "402bd639-607f-433b-aa01-2852fc75287a");
    CHECK(got.http_status == 403);
    CHECK_FALSE(got.retryable);
    CHECK(got.hint.find("AWS_SESSION_TOKEN") != std::string::npos);
}

TEST_CASE("error names are cleaned", "[aws_error]") {
    CHECK(clean_error_name("FooError") == "FooError");
    CHECK(clean_error_name("FooError:http://internal.amazon.com/coral/") == "FooError");
    CHECK(clean_error_name("aws.protocoltests.restjson#FooError") == "FooError");
    CHECK(clean_error_name("aws.x#FooError:http://a/b#c") == "FooError");
    CHECK(clean_error_name("FooError,BarError") == "FooError");
    CHECK(clean_error_name(" FooError ") == "FooError");
    CHECK(clean_error_name("").empty());
    CHECK(clean_error_name(":").empty());
    CHECK(clean_error_name("#").empty());
    CHECK(clean_error_name("Foo Error").empty());
    CHECK(clean_error_name("Foo\x1b[31m").empty());
    CHECK(clean_error_name("F\xC3\xB6\xC3\xB6").empty());
    CHECK(clean_error_name(std::string(128, 'a')).size() == 128);
    CHECK(clean_error_name(std::string(129, 'a')).empty());
}

TEST_CASE("where the name and the message come from", "[aws_error]") {
    http::header_list const typed{{"X-AMZN-ERRORTYPE", "InHeader"}};
    CHECK(answer(400, typed, R"({"code":"InCode","__type":"InType"})").name == "InHeader");
    CHECK(answer(400, {}, R"({"__type":"a#InType","CODE":"InCode"})").name == "InCode");
    CHECK(answer(400, {}, R"({"__type":"a#InType"})").name == "InType");
    CHECK(answer(400, {}, R"({"code":42,"__type":"InType"})").name == "InType");
    CHECK(answer(400, {{"x-amzn-errortype", ""}}, R"({"__type":"InType"})").name == "InType");
    CHECK(answer(400, {{"x-amzn-errortype", "<b>"}, {"x-amzn-errortype", "Second"}}, "").name == "Second");

    CHECK(answer(400, {}, R"({"Message":"large","message":"small"})").message == "small");
    CHECK(answer(400, {}, R"({"Message":"large"})").message == "large");
    CHECK(answer(400, {}, R"({"message":null,"Message":"large"})").message == "large");
    CHECK(answer(400, {}, R"({"message":{"text":"not a string"}})").message.starts_with("HTTP 400 without a message"));
    CHECK(answer(400, {}, R"({"message":"caf\u00e9 \ud83d\ude00"})").message == "caf\u00e9 \U0001F600");
    CHECK(answer(400, typed, "").message == "HTTP 400 without a message");
    auto const ill_formed = answer(400, {}, "{\"message\":\"a\xFF\xC3 b\",\"code\":\"X\"}");
    CHECK(ill_formed.message == "a\xEF\xBF\xBD\xEF\xBF\xBD b");
    CHECK(ill_formed.name == "X");

    auto const gateway = answer(400, {}, R"({"error":{"message":"too new","code":"invalid_request","type":"t"}})");
    CHECK(gateway.message == "too new");
    CHECK(gateway.name == "invalid_request");
    CHECK(
        answer(404, {}, R"({"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"})")
            .name == "UnknownOperationException");
    CHECK(answer(400, {}, R"({"error":{"error":{"message":"deep"},"code":"c"}})").message.find("deep") !=
          std::string::npos);  // as an excerpt
}

TEST_CASE("an answer without a name is named by its status", "[aws_error]") {
    struct row {
        int status;
        std::string_view name;
        errc code;
        bool retryable;
    };
    for (auto const& [status, name, code, retryable] : {
             row{400, "ValidationException", errc::validation, false},
             row{401, "Unauthorized", errc::authentication, false},
             row{403, "AccessDeniedException", errc::access_denied, false},
             row{404, "ResourceNotFoundException", errc::resource_not_found, false},
             row{408, "ModelTimeoutException", errc::model_timeout, false},
             row{413, "UnknownError", errc::other_service, false},
             row{424, "ModelErrorException", errc::model_error, false},
             row{429, "ThrottlingException", errc::throttling, true},
             row{500, "InternalServerException", errc::internal_server, true},
             row{501, "InternalServerException", errc::internal_server, false},
             row{502, "InternalServerException", errc::internal_server, true},
             row{503, "ServiceUnavailableException", errc::service_unavailable, true},
             row{504, "InternalServerException", errc::internal_server, true},
             row{509, "ThrottlingException", errc::throttling, true},
             row{301, "UnknownError", errc::other_service, false},
             row{0, "UnknownError", errc::other_service, false},
         }) {
        for (std::string_view const body : {"", "{}", " \r\n", R"({"message":"m"})", R"({"message":)"}) {
            INFO(status << " " << body);
            auto const got = answer(status, {}, body);
            CHECK(got.name == name);
            CHECK(got.code == code);
            CHECK(got.retryable == retryable);
            CHECK(got.http_status == status);
            CHECK(got.message.find(body.find("\"m\"") != std::string_view::npos ? "m" : std::to_string(status)) !=
                  std::string::npos);
        }
    }
}

TEST_CASE("a web page is not from Bedrock", "[aws_error]") {
    std::string_view const page =
        "<!DOCTYPE html>\n<html><head><title>403 Forbidden</title><style>p { color: red }</style>\n"
        "<script>if (1 > 0) alert('x')</script><!-- > hidden --></head>"
        "<body><h1>Access\x1b[31m blocked</h1>\r\n<p>by   \xff proxy</p></body></html>";
    auto const got = answer(403, {{"content-type", "text/html"}}, page);
    CHECK(got.code == errc::protocol);
    CHECK(got.name == "Protocol");
    CHECK(got.http_status == 403);
    CHECK_FALSE(got.retryable);
    CHECK(got.message ==
          "HTTP 403 with a web page: the answer is not from Bedrock but from a proxy, a gateway or another server: "
          "403 Forbidden Access [31m blocked by \xEF\xBF\xBD proxy");
    CHECK(got.hint.find("endpoint") != std::string::npos);

    auto const busy = answer(502, {}, page);
    CHECK(busy.code == errc::internal_server);
    CHECK(busy.name == "InternalServerException");
    CHECK(busy.retryable);
    CHECK(busy.message.find("not from Bedrock") != std::string::npos);
    CHECK(answer(429, {}, page).name == "ThrottlingException");

    CHECK(answer(404, {}, "404 page not found\n").message ==
          "HTTP 404 with a plain text: the answer is not from Bedrock but from a proxy, a gateway or another server: "
          "404 page not found");
    CHECK(answer(400, {}, "[1,2]").code == errc::protocol);
    CHECK(answer(400, {{"x-amzn-errortype", "ValidationException"}}, "plain").message ==
          "HTTP 400 with a body that is not JSON: plain");
    for (auto const* open : {"<", "<script>", "<style>", "<!--", "<p"})
        CHECK(is_clean(answer(403, {}, std::string("<html>text") + open).message));
}

TEST_CASE("a huge or torn body costs nothing and still gives its name", "[aws_error]") {
    std::string const huge = R"({"__type":"ValidationException","message":")" + std::string(10'000'000, 'x') + "\"}";
    auto const got = answer(400, {}, huge);
    CHECK(got.name == "ValidationException");
    CHECK(got.message.size() < 1000);
    std::string const long_message = R"({"message":")" + std::string(20'000, 'x') + R"(","code":"Behind"})";
    auto const cut = answer(400, {}, long_message);
    CHECK(cut.name == "Behind");
    CHECK(cut.message == std::string(4096, 'x') + "\xE2\x80\xA6");

    std::string tags;
    for (int i = 0; i < 1'000'000; ++i) tags += "<script";
    CHECK(is_clean(answer(403, {}, tags).message));
    CHECK(is_clean(answer(403, {}, std::string(1'000'000, '<')).message));
    CHECK(is_clean(answer(403, {}, std::string(1'000'000, '[')).message));
    CHECK(is_clean(answer(403, {}, R"({"a":)" + std::string(100'000, '[')).message));
}

TEST_CASE("every cut of an answer is read without harm", "[aws_error]") {
    std::string_view const whole =
        "\xEF\xBB\xBF "
        "{\"__type\":\"a#ModelErrorException\",\"message\":\"b\\u0007\\nc\xC3\xA9\",\"originalStatusCode\":500,"
        "\"resourceName\":\"arn:x\",\"error\":{\"code\":\"c\"},\"extra\":[1,{\"message\":\"no\"}]} ";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        guarded_buffer const body(whole.substr(0, size));
        auto const got = parse_http_error(424, {}, body.bytes());
        CHECK(is_clean(got.message));
        CHECK_FALSE(got.message.empty());
        CHECK_FALSE(got.name.empty());
        auto const event = parse_exception_event("modelStreamErrorException", body.bytes());
        CHECK(event.code == errc::model_stream_error);
        CHECK(is_clean(event.message));
        CHECK_FALSE(event.message.empty());
    }
    auto const got = answer(424, {}, whole);
    CHECK(got.name == "c");  // `code` goes before `__type`
    CHECK(got.message == "b c\xC3\xA9 (the model answered status 500, resource arn:x)");
}

TEST_CASE("what the model said is folded in", "[aws_error]") {
    CHECK(exception_event("modelStreamErrorException",
                          R"({"message":"m","originalStatusCode":424,"originalMessage":"Input\u0000 is too long"})")
              .message == "m (the model answered status 424: Input is too long)");
    CHECK(exception_event("modelStreamErrorException", R"({"message":"m","originalMessage":"m"})").message == "m");
    CHECK(exception_event("modelStreamErrorException", R"({"originalMessage":"o"})").message == "the model answered o");
    CHECK(exception_event("modelStreamErrorException", R"({"message":"m","originalStatusCode":"500"})").message == "m");
    CHECK(exception_event("modelStreamErrorException", R"({"message":"m","originalStatusCode":1e99})").message == "m");
}

TEST_CASE("exceptions inside a stream are the errors that they are outside", "[aws_error]") {
    struct row {
        std::string_view type;
        std::string_view name;
        errc code;
        int status;
        bool retryable;
    };
    for (auto const& [type, name, code, status, retryable] : {
             row{"throttlingException", "ThrottlingException", errc::throttling, 429, true},
             row{"serviceUnavailableException", "ServiceUnavailableException", errc::service_unavailable, 503, true},
             row{"internalServerException", "InternalServerException", errc::internal_server, 500, true},
             row{"modelStreamErrorException", "ModelStreamErrorException", errc::model_stream_error, 424, false},
             row{"modelTimeoutException", "ModelTimeoutException", errc::model_timeout, 408, false},
             row{"validationException", "ValidationException", errc::validation, 400, false},
             row{"ThrottlingException", "ThrottlingException", errc::throttling, 429, true},
             row{"somethingNewException", "SomethingNewException", errc::other_service, 0, false},
             row{"", "UnknownError", errc::other_service, 0, false},
             row{"\x1b[2J", "UnknownError", errc::other_service, 0, false},
         }) {
        INFO(type);
        auto const got = exception_event(type, R"({"message":"Too many\nrequests"})");
        CHECK(got.name == name);
        CHECK(got.code == code);
        CHECK(got.http_status == status);
        CHECK(got.retryable == retryable);
        CHECK(got.message == "Too many requests");
    }
    CHECK(exception_event("somethingNew", "not JSON \x01 at all").message == "not JSON at all");
    CHECK(exception_event("somethingNew", R"({"reason":"kept"})").message == R"({"reason":"kept"})");
    CHECK_FALSE(exception_event("throttlingException", "").message.empty());
}

TEST_CASE("error frames", "[aws_error]") {
    auto const got = parse_error_event("InternalError", "An internal server error occurred");
    CHECK(got.name == "InternalError");
    CHECK(got.code == errc::internal_server);
    CHECK(got.http_status == 500);
    CHECK(got.retryable);
    CHECK(got.message == "An internal server error occurred");
    CHECK(parse_error_event("", "").name == "UnknownError");
    CHECK(parse_error_event("aws#ThrottlingException:x", "m").code == errc::throttling);
}

TEST_CASE("every throttling name, and the families of authentication", "[aws_error]") {
    for (auto const* name :
         {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
          "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
          "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
          "PriorRequestNotComplete", "EC2ThrottledException"}) {
        INFO(name);
        auto const got = answer(400, {{"x-amzn-errortype", name}}, "{}");
        CHECK(got.code == errc::throttling);
        CHECK(got.retryable);
        CHECK(got.name == name);
    }
    CHECK(answer(429, {{"x-amzn-errortype", "NewLimit"}}, "{}").code == errc::throttling);
    auto const not_ready = answer(429, {{"x-amzn-errortype", "ModelNotReadyException"}}, "{}");
    CHECK(not_ready.code == errc::model_not_ready);
    CHECK(not_ready.retryable);
    CHECK(exception_event("modelNotReadyException", "{}").retryable);
    for (auto const* name : {"UnrecognizedClientException", "InvalidSignatureException",
                             "MissingAuthenticationTokenException", "IncompleteSignature", "SignatureDoesNotMatch"})
        CHECK(find_error_code(name) == errc::authentication);
    CHECK(find_error_code("ExpiredToken") == errc::expired_credentials);
    CHECK(find_error_code("NeverHeardOf") == errc::other_service);
    CHECK(find_error_code("") == errc::other_service);
    for (auto const& known : aws_error_detail::named_codes) CHECK(known.code != errc::other_service);
}

TEST_CASE("request ids", "[aws_error]") {
    auto const find = [](http::header_list const& headers) { return find_request_id(headers); };
    CHECK(find({}).empty());
    CHECK(find({{"x-amz-request-id", "c"}, {"X-Amzn-Request-Id", "b"}, {"X-Amzn-RequestId", "a"}}) == "a");
    CHECK(find({{"x-amz-request-id", "c"}, {"X-Amzn-Request-Id", "b"}}) == "b");
    CHECK(find({{"x-amz-request-id", "c"}}) == "c");
    CHECK(find({{"x-amzn-requestid", ""}, {"x-amz-request-id", "c"}}) == "c");
    CHECK(find({{"x-amzn-requestid", " a\x1b\x07 b "}}) == "a b");
    CHECK(find({{"x-amzn-requestid", std::string(10'000, 'a')}}).size() < 200);
}

TEST_CASE("bodies of foreign gateways give the best name and message there is", "[aws_error]") {
    struct row {
        int status;
        char const* body;
        char const* name;
        errc code;
        char const* message;
    };
    for (auto const& row : {
             row{400, R"({"error":{"message":"litellm.BadRequestError: no","type":"None","param":null,"code":"400"}})",
                 "ValidationException", errc::validation, "litellm.BadRequestError: no"},
             row{400, R"({"error":{"message":"no","type":"invalid_request_error","code":null}})",
                 "invalid_request_error", errc::validation, "no"},
             row{429, R"({"error":{"message":"slow","type":"tokens","code":"rate_limit_exceeded"}})",
                 "rate_limit_exceeded", errc::throttling, "slow"},
             row{401, R"({"error":{"message":"bad key","code":401}})", "Unauthorized", errc::authentication, "bad key"},
             row{529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
                 "overloaded_error", errc::internal_server, "Overloaded"},
             row{403, R"({"error":"forbidden here"})", "AccessDeniedException", errc::access_denied, "forbidden here"},
             row{404, R"({"detail":"Not Found"})", "ResourceNotFoundException", errc::resource_not_found, "Not Found"},
             row{422, R"({"detail":[{"loc":["body","x"],"msg":"field required","type":"value_error"}]})", "value_error",
                 errc::other_service, "field required"},
             row{500, R"({"detail":{"error":"boom"}})", "InternalServerException", errc::internal_server, "boom"},
             row{400, R"({"errors":[{"message":"first"},{"message":"second"}]})", "ValidationException",
                 errc::validation, "first"},
             row{400, R"([{"error":{"code":400,"message":"in a list","status":"INVALID"}}])", "ValidationException",
                 errc::validation, "in a list"},
             row{400, R"({"message":"plain","code":"400"})", "ValidationException", errc::validation, "plain"},
             row{400, R"({"Message":"capital","__type":"a#FooException"})", "FooException", errc::other_service,
                 "capital"},
             row{400, R"({"type":"https://example.com/probs/x","detail":"a problem"})", "ValidationException",
                 errc::validation, "a problem"},
         }) {
        INFO(row.body);
        auto const why = answer(row.status, {}, row.body);
        CHECK(why.name == row.name);
        CHECK(why.code == row.code);
        CHECK(why.message == row.message);
    }
    // Inside each other as deep as they like.
    std::string deep;
    for (int i = 0; i != 300; ++i) deep += R"({"error":)";
    CHECK(answer(500, {}, deep).code == errc::internal_server);
}
