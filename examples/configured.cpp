// Asks the primary model of a configuration file, as the file says, and lists what the file offers.
#include <bedrock/bedrock.hpp>
#include <bedrock/configuration.hpp>

#include <cstdio>

int main(int count, char** arguments) {
    auto const configured = bedrock::load_configuration(count > 1 ? arguments[1] : "openclaw.json");
    if (!configured) {  // "openclaw.json, line 4, column 12: models.bedrockDiscovery.enabled: expected ..."
        std::fprintf(stderr, "%s\n%s\n", configured.error().message.c_str(), configured.error().hint.c_str());
        return 1;
    }
    for (auto const& note : configured->notes) std::fprintf(stderr, "%s\n", note.text().c_str());  // unknown keys, ...

    bedrock::client client(bedrock::make_client_options(*configured));
    bedrock::converse_request request{.model_id = configured->primary_model,
                                      .messages = {bedrock::user("Why is the sky blue?")}};
    configured->complete(request);  // maxTokens, temperature, guardrail, service tier: what the request leaves open
    auto const reply = client.converse(request);
    if (!reply) return std::fprintf(stderr, "%s\n", reply.error().message.c_str()), 1;
    std::puts(reply->text().c_str());

    if (!configured->discovery.is_on()) return 0;
    bedrock::catalogue catalogue(client, bedrock::make_catalogue_options(*configured));
    auto const list = catalogue.list();
    if (!list) return std::fprintf(stderr, "%s\n", list.error().message.c_str()), 1;
    for (auto const& model : configured->merge(list->models)) std::puts(model.id.c_str());
}
