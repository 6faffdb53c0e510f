// Lists the models and inference profiles that can be asked here, with their limits.
#include <bedrock/bedrock.hpp>
#include <bedrock/catalogue.hpp>

#include <cstdio>

int main() {
    bedrock::catalogue catalogue(bedrock::client(), {.rules = {.providers = {"anthropic", "mistral"}}});
    auto const list = catalogue.list();  // fetched now, and again when it is an hour old
    if (!list) {
        std::fprintf(stderr, "%s\n%s\n", list.error().message.c_str(), list.error().hint.c_str());
        return 1;
    }
    for (auto const& model : list->models)
        std::printf("%s: %s, %lld tokens of context\n", model.id.c_str(), model.name.c_str(),
                    static_cast<long long>(model.context_window));
    for (auto const& note : list->notes()) std::fprintf(stderr, "%s\n", note.c_str());  // half a list says so
}
