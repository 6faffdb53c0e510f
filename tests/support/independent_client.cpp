#include "support/independent_client.hpp"

#include <httplib.h>

#include <cstddef>

namespace mock {

struct independent_client::state {
    explicit state(unsigned short port) : client("127.0.0.1", port) {
        client.set_keep_alive(true);
        client.set_read_timeout(60, 0);
    }
    httplib::Client client;
};

namespace {

httplib::Headers to_httplib(independent_client::headers const& sent) {
    httplib::Headers made;
    for (auto const& [name, value] : sent) made.emplace(name, value);
    return made;
}

client_response from_httplib(httplib::Result const& got) {
    if (!got) return {};
    return {got->status, got->get_header_value("Content-Type"), got->body};
}

}  // namespace

independent_client::independent_client(unsigned short port) : state_(std::make_unique<state>(port)) {}
independent_client::~independent_client() = default;

client_response independent_client::get(std::string const& path, headers const& sent) {
    return from_httplib(state_->client.Get(path, to_httplib(sent)));
}

client_response independent_client::post(std::string const& path, headers const& sent, std::string const& body) {
    return from_httplib(state_->client.Post(path, to_httplib(sent), body, "application/json"));
}

client_response independent_client::post_chunks(std::string const& path, headers const& sent,
                                                std::vector<std::string> const& chunks) {
    std::size_t next = 0;
    httplib::ContentProviderWithoutLength const provider = [&](std::size_t, httplib::DataSink& sink) {
        if (next == chunks.size()) {
            sink.done();
            return true;
        }
        auto const& chunk = chunks[next++];
        return sink.write(chunk.data(), chunk.size());
    };
    return from_httplib(state_->client.Post(path, to_httplib(sent), provider, "application/json"));
}

}  // namespace mock
