#include "support/tls_server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "support/socket_server.hpp"

namespace mock {

namespace {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using key_pair = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate = std::unique_ptr<X509, freed_by<X509_free>>;
using context = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using session = std::unique_ptr<SSL, freed_by<SSL_free>>;

void require(bool good) {
    if (!good) std::abort();
}

key_pair make_key() {
    std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> const maker(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
    EVP_PKEY* made = nullptr;
    require(maker && EVP_PKEY_keygen_init(maker.get()) == 1 &&
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker.get(), NID_X9_62_prime256v1) == 1 &&
            EVP_PKEY_keygen(maker.get(), &made) == 1);
    return key_pair(made);
}

void add_extension(X509* to, X509* issuer, int kind, char const* value) {
    X509V3_CTX about{};
    X509V3_set_ctx(&about, issuer, to, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> const made(
        X509V3_EXT_conf_nid(nullptr, &about, kind, value));
    require(made && X509_add_ext(to, made.get(), -1) == 1);
}

struct identity {
    key_pair key{};
    certificate shown{};
};

struct validity {
    long from_days = -1;
    long to_days = 1;
};

// Signed by `issuer`, or by itself.
identity make_identity(char const* name, identity const* issuer, validity when = {},
                       char const* hosts = "DNS:localhost,DNS:bedrock.test,IP:127.0.0.1") {
    static long serial = 1;
    identity made{make_key(), certificate(X509_new())};
    auto* const shown = made.shown.get();
    auto* const subject = X509_get_subject_name(shown);
    auto const* const text = reinterpret_cast<unsigned char const*>(name);
    constexpr long day = 86'400;
    require(X509_set_version(shown, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(shown), serial++) == 1 &&
            X509_gmtime_adj(X509_getm_notBefore(shown), when.from_days * day) &&
            X509_gmtime_adj(X509_getm_notAfter(shown), when.to_days * day) &&
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
            X509_set_issuer_name(shown, issuer ? X509_get_subject_name(issuer->shown.get()) : subject) == 1 &&
            X509_set_pubkey(shown, made.key.get()) == 1);
    auto* const signer = issuer ? issuer->shown.get() : shown;
    add_extension(shown, signer, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
    if (issuer) add_extension(shown, signer, NID_subject_alt_name, hosts);
    require(X509_sign(shown, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) > 0);
    return made;
}

template <class Write>
std::string write_file(std::string const& path, Write write) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    require(file && write(file) == 1);
    require(std::fclose(file) == 0);
    return path;
}

std::string write_certificate(std::string const& path, identity const& from) {
    return write_file(path, [&](std::FILE* file) { return PEM_write_X509(file, from.shown.get()); });
}

std::string write_key(std::string const& path, identity const& from) {
    return write_file(path, [&](std::FILE* file) {
        return PEM_write_PrivateKey(file, from.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

std::string common_name(X509* of) {
    char text[256] = {};
    if (of) X509_NAME_get_text_by_NID(X509_get_subject_name(of), NID_commonName, text, sizeof text);
    return text;
}

}  // namespace

struct tls_server::state {
    state(answerer with, tls_server_options how)
        : answer(std::move(with)), keeps_connections(how.keeps_connections), says_goodbye(how.says_goodbye) {
        using flaw = tls_server_options::flaw;
        char pattern[] = "/tmp/bedrock-tls-XXXXXX";
        require(::mkdtemp(pattern) != nullptr);
        folder = pattern;
        auto const authority = make_identity("test authority", nullptr);
        auto const stranger_authority = make_identity("another authority", nullptr);
        bool const is_strange = how.certificate == flaw::other_authority;
        auto const server = make_identity(
            "localhost", is_strange ? &stranger_authority : &authority,
            how.certificate == flaw::expired         ? validity{-2, -1}
            : how.certificate == flaw::not_yet_valid ? validity{1, 2}
                                                     : validity{},
            how.certificate == flaw::other_host ? "DNS:other.test" : "DNS:localhost,DNS:bedrock.test,IP:127.0.0.1");
        auto const device = make_identity("device-1", &authority);
        auto const stranger = make_identity("stranger", &stranger_authority);
        files = {write_certificate(folder + "/authority.pem", authority),
                 write_certificate(folder + "/device.pem", device), write_key(folder + "/device.key", device),
                 write_certificate(folder + "/stranger.pem", stranger), write_key(folder + "/stranger.key", stranger)};
        hashed = folder + "/hashed";
        require(::mkdir(hashed.c_str(), 0700) == 0);
        char hash[32];
        std::snprintf(hash, sizeof hash, "/%08lx.0", X509_subject_name_hash(authority.shown.get()));
        files.push_back(write_certificate(hashed + hash, authority));
        tls.reset(SSL_CTX_new(TLS_server_method()));
        require(tls && SSL_CTX_use_certificate(tls.get(), server.shown.get()) == 1 &&
                SSL_CTX_use_PrivateKey(tls.get(), server.key.get()) == 1 &&
                X509_STORE_add_cert(SSL_CTX_get_cert_store(tls.get()), authority.shown.get()) == 1);
        constexpr unsigned char context_name[] = "test";
        require(SSL_CTX_set_session_id_context(tls.get(), context_name, sizeof context_name) == 1);
        if (how.asks_for_certificate)
            SSL_CTX_set_verify(tls.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        if (how.is_old) {
            SSL_CTX_set_security_level(tls.get(), 0);
            require(SSL_CTX_set_min_proto_version(tls.get(), TLS1_VERSION) == 1 &&
                    SSL_CTX_set_max_proto_version(tls.get(), TLS1_1_VERSION) == 1);
        }
        listening.emplace([this](connection& peer) { serve(peer); });
    }
    ~state() {
        listening.reset();
        for (auto const& file : files) ::unlink(file.c_str());
        ::rmdir(hashed.c_str());
        ::rmdir(folder.c_str());
    }

    void serve(connection& peer) {
        sigset_t pipes;  // a client may be gone when OpenSSL says goodbye to it
        (::sigemptyset)(&pipes);
        (::sigaddset)(&pipes, SIGPIPE);
        require(::pthread_sigmask(SIG_BLOCK, &pipes, nullptr) == 0);
        session const talk(SSL_new(tls.get()));
        require(talk && SSL_set_fd(talk.get(), peer.socket()) == 1);
        if (SSL_accept(talk.get()) != 1) {
            peer.peer_closes();  // a reset could overtake the alert that says why
            return;
        }
        tls_request asked;
        certificate const shown(SSL_get_peer_certificate(talk.get()));
        asked.client_name = common_name(shown.get());
        asked.resumed = SSL_session_reused(talk.get()) == 1;
        {
            std::lock_guard const lock(guard);
            asked.connection = ++connections;
        }
        do {
            asked.text.clear();
            char piece[4096];
            while (asked.text.size() < whole_size(asked.text)) {
                int const got = SSL_read(talk.get(), piece, sizeof piece);
                if (got <= 0) return;
                asked.text.append(piece, static_cast<std::size_t>(got));
            }
            std::string said;
            {
                std::lock_guard const lock(guard);
                seen.push_back(asked);
                said = answer(asked);
            }
            SSL_write(talk.get(), said.data(), static_cast<int>(said.size()));
        } while (keeps_connections);
        if (says_goodbye) SSL_shutdown(talk.get());
    }

    // As far as the text tells: a head and its Content-Length.
    static std::size_t whole_size(std::string const& text) {
        auto const end = text.find("\r\n\r\n");
        if (end == std::string::npos) return std::string::npos;
        auto const at = text.find("Content-Length: ");
        return end + 4 + (at < end ? static_cast<std::size_t>(std::strtoull(text.c_str() + at + 16, nullptr, 10)) : 0);
    }

    answerer answer;
    std::string folder;
    std::string hashed;
    std::vector<std::string> files;
    context tls;
    mutable std::mutex guard;
    std::vector<tls_request> seen;
    bool keeps_connections;
    bool says_goodbye;
    int connections = 0;
    std::optional<socket_server> listening;
};

tls_server::tls_server(answerer answer, tls_server_options how)
    : state_(std::make_unique<state>(std::move(answer), how)) {}
tls_server::~tls_server() = default;

std::string tls_server::authority() const {
    return "localhost:" + std::to_string(state_->listening->port());
}
unsigned short tls_server::port() const {
    return state_->listening->port();
}
std::string tls_server::authority_folder() const {
    return state_->hashed;
}
std::string const& tls_server::authority_file() const {
    return state_->files[0];
}
std::string const& tls_server::certificate_file() const {
    return state_->files[1];
}
std::string const& tls_server::key_file() const {
    return state_->files[2];
}
std::string const& tls_server::stranger_certificate_file() const {
    return state_->files[3];
}
std::string const& tls_server::stranger_key_file() const {
    return state_->files[4];
}
std::vector<tls_request> tls_server::requests() const {
    std::lock_guard const lock(state_->guard);
    return state_->seen;
}

}  // namespace mock
