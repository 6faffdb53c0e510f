#include <bedrock/bedrock.hpp>

int main() {
    bedrock::client client({.region = "us-east-1", .endpoint = "not a URL"});
    auto const reply = client.converse({.model_id = "model", .messages = {bedrock::user("Hello")}});
    return reply ? 1 : 0;  // refused before anything is sent
}
