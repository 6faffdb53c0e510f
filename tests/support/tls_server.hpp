// An HTTPS server on loopback that asks its clients for a certificate, and the certificates of both: a new authority
// for each object. Never includes the SDK.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mock {

/// What one connection asked, and what its client showed.
struct tls_request {
    /// Common name of the client's certificate.
    std::string client_name{};
    std::string text{};
};

class tls_server {
  public:
    /// Gives the whole answer to a request.
    using answerer = std::function<std::string(tls_request const&)>;

    explicit tls_server(answerer answer);
    tls_server(tls_server const&) = delete;
    tls_server& operator=(tls_server const&) = delete;
    ~tls_server();

    /// "localhost:PORT".
    std::string authority() const;
    /// PEM files: the authority of both sides, a device's certificate and its key, and a certificate of another
    /// authority with its key.
    std::string const& authority_file() const;
    std::string const& certificate_file() const;
    std::string const& key_file() const;
    std::string const& stranger_certificate_file() const;
    std::string const& stranger_key_file() const;
    /// Those whose handshake ended well.
    std::vector<tls_request> requests() const;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace mock
