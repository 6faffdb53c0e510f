#include "bedrock/base64/portable.hpp"

#include "support/base64_checks.hpp"

TEST_CASE("base64 by tables is what OpenSSL writes and reads", "[base64]") {
    base64_test::check_encode(bedrock::base64_detail::encode_portable);
    base64_test::check_decode(bedrock::base64_detail::decode_portable);
}

TEST_CASE("the alphabets are those of RFC 4648", "[base64]") {
    namespace detail = bedrock::base64_detail;
    std::string_view const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string_view const url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    CHECK(std::string_view(detail::standard.digits, 64) == standard);
    CHECK(std::string_view(detail::url_safe.digits, 64) == url_safe);
}
