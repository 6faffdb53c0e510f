// An HTTPS server on loopback, with all the certificates that a test of one needs: made anew for each object, so that
// none expires. Never includes the SDK.
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
    /// The handshake took up an earlier session.
    bool resumed = false;
    /// 1 for the first connection whose handshake ended well.
    int connection = 0;
};

struct tls_server_options {
    bool asks_for_certificate = true;
    /// What is wrong with the server's own certificate.
    enum class flaw { none, expired, not_yet_valid, other_host, other_authority } certificate = flaw::none;
    /// Nothing newer than TLS 1.1.
    bool is_old = false;
    /// A connection serves requests until its client ends it.
    bool keeps_connections = false;
    /// Connections end with close_notify.
    bool says_goodbye = true;
};

class tls_server {
  public:
    /// Gives the whole answer to a request.
    using answerer = std::function<std::string(tls_request const&)>;

    explicit tls_server(answerer answer, tls_server_options how = {});
    tls_server(tls_server const&) = delete;
    tls_server& operator=(tls_server const&) = delete;
    ~tls_server();

    /// "localhost:PORT".
    std::string authority() const;
    unsigned short port() const;
    /// PEM files: the authority of both sides, a device's certificate and its key, and a certificate of another
    /// authority with its key.
    std::string const& authority_file() const;
    /// A folder with the authority's certificate under its hash, and nothing else.
    std::string authority_folder() const;
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
