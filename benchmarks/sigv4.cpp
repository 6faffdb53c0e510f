// A signature of converse-stream with a session token, by body size, against the SHA-256 of the body alone.
#include "bedrock/sigv4.hpp"

#include "harness.hpp"

int main(int count, char** arguments) {
    using namespace bedrock;
    bench::report report(count, arguments);
    http::header_list const headers{{"Host", "bedrock-runtime.us-east-1.amazonaws.com"},
                                    {"Content-Type", "application/json"},
                                    {"Accept", "application/vnd.amazon.eventstream"}};
    std::string const token(900, 'T');
    std::string answers;
    for (std::size_t const size : {std::size_t{1} << 10, std::size_t{16} << 10, std::size_t{1} << 20}) {
        std::string const body(size, 'x');
        sigv4::request request;
        request.method = "POST";
        request.target = "/model/us.anthropic.claude-opus-4-6-v1/converse-stream";
        request.headers = headers;
        request.body = as_bytes(body);
        sigv4::signer signer;
        sigv4::signature signature;
        crypto::sha256 hash;
        crypto::sha256_digest digest;
        if (!report.export_folder().empty()) {
            sigv4::credentials_view const who{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token};
            sigv4::scope const where{"us-east-1", "bedrock", 1440938160};
            answers += (answers.empty() ? "{\"" : ",\n\"") + std::to_string(size) + "\": {";
            for (bool const sends_hash : {true, false}) {
                sigv4::options options;
                options.sign_body = sends_hash;
                if (!sigv4::sign(request, who, where, options, signature).ok()) return 1;
                answers += std::string(sends_hash ? "\"with_hash\": \"" : ", \"without_hash\": \"");
                answers.append(std::string_view(signature.hex)) += '"';
            }
            answers += '}';
            continue;
        }
        auto const sign = [&](auto&& by) {
            sigv4::credentials_view const who{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token};
            sigv4::scope const where{"us-east-1", "bedrock", 1440938160};
            return by(request, who, where, sigv4::options{}).ok() ? signature.hex.size() : 0;
        };
        report.compare(
            {"SigV4, body of " + std::to_string(size) + " bytes", "signature", 1, 0},
            {{"SHA-256 of the body alone", [&] { return crypto::hash_sha256(hash, request.body, digest) ? 64u : 0u; }},
             {"signer, key kept",
              [&] { return sign([&](auto const&... with) { return signer.sign(with..., signature); }); }},
             {"sign(), key derived",
              [&] { return sign([&](auto const&... with) { return sigv4::sign(with..., signature); }); }}});
    }
    if (!answers.empty()) report.export_file("sigv4.json", answers + "}\n");
    return report.finish();
}
