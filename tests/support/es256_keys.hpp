// Private keys made for tests, in PEM: they open nothing.
#pragma once

namespace es256_keys {

// RFC 6979, A.2.5, without its point
inline constexpr char rfc6979[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MDECAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEH\n"
    "-----END EC PRIVATE KEY-----\n";

// One key in its forms.
inline constexpr char sec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIEE1QdD0tHC/LmYXH2XQp7KETo50GC6M64asv5NY1ERfoAoGCCqGSM49\n"
    "AwEHoUQDQgAEAd12Y38Bp28jl5GZAKXeEQgTM7ALWaKVXQVNt8Q2yJMVhNwyTT+c\n"
    "+G5bjjr/UGoiCKaEmCoeto5+NwgbGTEjNg==\n"
    "-----END EC PRIVATE KEY-----\n";

inline constexpr char pkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQTVB0PS0cL8uZhcf\n"
    "ZdCnsoROjnQYLozrhqy/k1jURF+hRANCAAQB3XZjfwGnbyOXkZkApd4RCBMzsAtZ\n"
    "opVdBU23xDbIkxWE3DJNP5z4bluOOv9QaiIIpoSYKh62jn43CBsZMSM2\n"
    "-----END PRIVATE KEY-----\n";

inline constexpr char sec1_with_parameters[] =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIEE1QdD0tHC/LmYXH2XQp7KETo50GC6M64asv5NY1ERfoAoGCCqGSM49\n"
    "AwEHoUQDQgAEAd12Y38Bp28jl5GZAKXeEQgTM7ALWaKVXQVNt8Q2yJMVhNwyTT+c\n"
    "+G5bjjr/UGoiCKaEmCoeto5+NwgbGTEjNg==\n"
    "-----END EC PRIVATE KEY-----\n";

inline constexpr char sec1_without_point[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MDECAQEEIEE1QdD0tHC/LmYXH2XQp7KETo50GC6M64asv5NY1ERfoAoGCCqGSM49\n"
    "AwEH\n"
    "-----END EC PRIVATE KEY-----\n";

// The same, encrypted.
inline constexpr char encrypted_pkcs8[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg6SzKBK7DerAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEOAHV8NvBndrgk7LS0FjfqIEgZDh\n"
    "EUqOse6lpu3ZQ9xdec1dYKsAWPWsv2qU9fMnR1PnIfKUogoG7v3p2sY972Ao/xHS\n"
    "nsjvZ8DHEldvF32Hg65YNzYQZfwAeoQBp4WjDfXVEuAwbztQfzO3GHV64NErBE6u\n"
    "uBvWvh9p084XXMDhRmzy+HR7Ni1javkPJfe799H4F2GTsyM851qumOYK8VpXpyw=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

inline constexpr char encrypted_sec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-128-CBC,CE148E3CEDD3520BDC381201C63CE263\n"
    "\n"
    "HtEvpEC6SQN8ufLQW5MQ4JKA5k/7jmv2PLg0SiMXzkx8jHkTFLnj1JcZViRB8coz\n"
    "HxsZwJ3718xmS8A9oDSNkOsOg1bxDIm3A3EIZVbBvAbWsVdlygkMEXcbL56dM9yI\n"
    "0X9SezuOcyxEmqSBm2fKUqpQUj2jculKCa04vFrW3Og=\n"
    "-----END EC PRIVATE KEY-----\n";

// The same, its curve spelled out instead of named, which RFC 5480 forbids.
inline constexpr char explicit_parameters[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIIBaAIBAQQgQTVB0PS0cL8uZhcfZdCnsoROjnQYLozrhqy/k1jURF+ggfowgfcC\n"
    "AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////\n"
    "MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr\n"
    "vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE\n"
    "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W\n"
    "K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8\n"
    "YyVRAgEBoUQDQgAEAd12Y38Bp28jl5GZAKXeEQgTM7ALWaKVXQVNt8Q2yJMVhNwy\n"
    "TT+c+G5bjjr/UGoiCKaEmCoeto5+NwgbGTEjNg==\n"
    "-----END EC PRIVATE KEY-----\n";

// Its public half.
inline constexpr char public_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAd12Y38Bp28jl5GZAKXeEQgTM7AL\n"
    "WaKVXQVNt8Q2yJMVhNwyTT+c+G5bjjr/UGoiCKaEmCoeto5+NwgbGTEjNg==\n"
    "-----END PUBLIC KEY-----\n";

// Others.
inline constexpr char secp256k1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHQCAQEEIGXLr1W9sS2VvcdY3spBjKK+Sk3APQvRLlTLZ9C0LEtroAcGBSuBBAAK\n"
    "oUQDQgAEoZfHQxL/pBdXT7Q9irM8ve89HwoYJRNcpLtT9dXVAH0xFC/VdX04SJKh\n"
    "GXGVsDy8sazeNv5XzntEPdujxfXwhA==\n"
    "-----END EC PRIVATE KEY-----\n";

inline constexpr char p384[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIGkAgEBBDA5nA5oG7P2qGFrDU4/isLSEoF9GtAY+O2bo8Te0xALvevJ8L7L1g98\n"
    "fae6jqC797OgBwYFK4EEACKhZANiAARKrNALhs5hNnSXH6awZx+Sf6voD7UoTlXb\n"
    "M8fsShCsCoyT9sOI3G1U6iJDu5lNI7kkOUJPvGOWyB8PpHmEgEDvs0emT3Xw9QZZ\n"
    "G+8DCthqqc69XFYDDQ3B8XmPcAesipM=\n"
    "-----END EC PRIVATE KEY-----\n";

inline constexpr char ed25519[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIIaR7S1hZORB4g28pfhzHOQ/DL+JrLI8x8B9eqc2TFvT\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace es256_keys
