// An HTTP client that shares no code with libcurl, the SDK or the mock: cpp-httplib's, by its public interface. Never
// includes the SDK.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mock {

struct client_response {
    int status = 0;  ///< 0: no response
    std::string content_type{};
    std::string body{};
};

/// A connection to 127.0.0.1 that is kept between requests.
class independent_client {
  public:
    using headers = std::vector<std::pair<std::string, std::string>>;

    explicit independent_client(unsigned short port);
    independent_client(independent_client const&) = delete;
    independent_client& operator=(independent_client const&) = delete;
    ~independent_client();

    client_response get(std::string const& path, headers const& sent = {});
    client_response post(std::string const& path, headers const& sent, std::string const& body);
    /// The body goes out as chunks, of unannounced length.
    client_response post_chunks(std::string const& path, headers const& sent, std::vector<std::string> const& chunks);

  private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace mock
