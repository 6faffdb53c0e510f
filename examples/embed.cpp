// Finds the text that is nearest to a question: vectors of both, and the largest product of two.
#include <bedrock/bedrock.hpp>
#include <bedrock/embed.hpp>

#include <cstddef>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

int main() {
    std::vector<std::string> const texts{"The lighthouse was built in 1811.", "Gulls nest on the cliffs in May."};
    bedrock::client client;
    auto const all = client.embed({.texts = texts, .dimensions = 256});
    auto const question = client.embed({
        .texts = {"How old is the tower?"},
        .dimensions = 256,
        .purpose = bedrock::embedding_purpose::query,
    });
    if (!all || !question) {
        auto const& why = all ? question.error() : all.error();
        std::fprintf(stderr, "%s: %s\n", why.name.c_str(), why.message.c_str());
        return 1;
    }
    for (std::size_t index = 0; index != texts.size(); ++index) {
        auto const& a = all->embeddings[index];
        auto const& b = question->embeddings[0];
        std::printf("%.3f  %s\n", std::inner_product(a.begin(), a.end(), b.begin(), 0.0), texts[index].c_str());
    }
}
