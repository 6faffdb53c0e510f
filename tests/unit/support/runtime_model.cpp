// Every operation, structure, member and enumeration value of the service's model, looked for in the SDK's tables, and
// random instances made from the model alone, which must survive reading and writing.
#include "support/runtime_model.hpp"

#include "bedrock/apply_guardrail.hpp"
#include "bedrock/async_invoke.hpp"
#include "bedrock/aws_error.hpp"
#include "bedrock/count_tokens.hpp"
#include "bedrock/guardrail_checks.hpp"
#include "bedrock/invoke.hpp"
#include "bedrock/model/guardrail_trace.hpp"

#include "support/client_fixture.hpp"
#include "support/json_equal.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bedrock;

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        auto const end = (std::min)(line.find(' '), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix((std::min)(end + 1, line.size()));
    }
    return words;
}

struct model_member {
    std::string_view name;
    std::string_view type;
    std::string_view place;  // "" for the JSON body
    bool required = false;
};

struct model_structure {
    enum class kind { structure, union_of, events };
    kind what = kind::structure;
    std::vector<model_member> members;
};

std::map<std::string_view, model_structure> read_structures() {
    std::map<std::string_view, model_structure> all;
    for (auto const line : runtime_model::structures) {
        auto words = words_of(line);
        auto& one = all[words[0]];
        words.erase(words.begin());
        if (!words.empty() && (words[0] == "|" || words[0] == "~")) {
            one.what = words[0] == "|" ? model_structure::kind::union_of : model_structure::kind::events;
            words.erase(words.begin());
        }
        for (auto const word : words) {
            auto const colon = word.find(':');
            auto const at = (std::min)(word.find('@'), word.size());
            model_member member{word.substr(0, colon), word.substr(colon + 1, at - colon - 1), {}, false};
            if (at != word.size()) member.place = word.substr(at + 1);
            if (member.name.ends_with('!')) {
                member.required = true;
                member.name.remove_suffix(1);
            }
            one.members.push_back(member);
        }
    }
    return all;
}

std::map<std::string_view, std::vector<std::string_view>> read_enumerations() {
    std::map<std::string_view, std::vector<std::string_view>> all;
    for (auto const line : runtime_model::enumerations) {
        auto words = words_of(line);
        auto& values = all[words[0]];
        values.assign(words.begin() + 1, words.end());
    }
    return all;
}

auto const structures = read_structures();
auto const enumerations = read_enumerations();

// What begins a tree of structures: a body, an event, or a subtree that is kept as text until asked for.
struct root {
    std::string_view structure;
    json::descriptor const* of;
    std::string (*rewrite)(std::string_view);
};

template <class T>
std::string rewrite(std::string_view text) {
    auto const value = json::read<T>(text);
    if (!value) return value.error().message;
    auto const out = json::write(*value);
    return out ? *out : out.error().message;
}

template <class T>
root root_of(std::string_view structure) {
    return {structure, &json::type_of<T>, rewrite<T>};
}

root const roots[] = {
    root_of<apply_guardrail_request>("ApplyGuardrailRequest"),
    root_of<apply_guardrail_response>("ApplyGuardrailResponse"),
    root_of<converse_request>("ConverseRequest"),
    root_of<converse_response>("ConverseResponse"),
    root_of<converse_request>("ConverseStreamRequest"),
    root_of<count_tokens_request>("CountTokensRequest"),
    root_of<count_tokens_response>("CountTokensResponse"),
    root_of<get_async_invoke_response>("GetAsyncInvokeResponse"),
    root_of<invoke_guardrail_checks_request>("InvokeGuardrailChecksRequest"),
    root_of<invoke_guardrail_checks_response>("InvokeGuardrailChecksResponse"),
    root_of<list_async_invokes_response>("ListAsyncInvokesResponse"),
    root_of<start_async_invoke_request>("StartAsyncInvokeRequest"),
    root_of<start_async_invoke_response>("StartAsyncInvokeResponse"),
    root_of<message_start_event>("MessageStartEvent"),
    root_of<content_block_start_event>("ContentBlockStartEvent"),
    root_of<content_block_delta_event>("ContentBlockDeltaEvent"),
    root_of<content_block_stop_event>("ContentBlockStopEvent"),
    root_of<message_stop_event>("MessageStopEvent"),
    root_of<metadata_event>("ConverseStreamMetadataEvent"),
    root_of<payload_part>("PayloadPart"),
    root_of<guardrail_trace_assessment>("GuardrailTraceAssessment"),
    root_of<prompt_router_trace>("PromptRouterTrace"),
};

// Members that stand outside of a JSON body, each with what the C++ member is.
struct located {
    std::string_view member;
    json::descriptor const* of;
};

#define LOCATED(name, type, member)                  \
    located {                                        \
        name, &json::type_of<decltype(type::member)> \
    }
// Bytes, and headers that the SDK makes from something richer: the member must be there.
#define LOCATED_AS(name, type, member)                                          \
    located {                                                                   \
        name, sizeof(type::member) != 0 ? nullptr : &json::type_of<std::string> \
    }

located const outside[] = {
    LOCATED("ApplyGuardrailRequest.guardrailIdentifier", apply_guardrail_request, guardrail_identifier),
    LOCATED("ApplyGuardrailRequest.guardrailVersion", apply_guardrail_request, guardrail_version),
    LOCATED("ConverseRequest.modelId", converse_request, model_id),
    LOCATED("ConverseStreamRequest.modelId", converse_request, model_id),
    LOCATED_AS("ConverseStreamResponse.stream", converse_response, message),
    LOCATED("CountTokensRequest.modelId", count_tokens_request, model_id),
    LOCATED("GetAsyncInvokeRequest.invocationArn", get_async_invoke_request, invocation_arn),
    LOCATED_AS("InvokeModelRequest.body", invoke_model_request, body),
    LOCATED("InvokeModelRequest.contentType", invoke_model_request, content_type),
    LOCATED("InvokeModelRequest.accept", invoke_model_request, accept),
    LOCATED("InvokeModelRequest.modelId", invoke_model_request, model_id),
    LOCATED("InvokeModelRequest.trace", invoke_model_request, trace),
    LOCATED("InvokeModelRequest.guardrailIdentifier", invoke_model_request, guardrail_identifier),
    LOCATED("InvokeModelRequest.guardrailVersion", invoke_model_request, guardrail_version),
    LOCATED("InvokeModelRequest.performanceConfigLatency", invoke_model_request, performance_config_latency),
    LOCATED("InvokeModelRequest.serviceTier", invoke_model_request, service_tier),
    LOCATED_AS("InvokeModelRequest.requestMetadata", invoke_model_request, request_metadata),
    LOCATED_AS("InvokeModelResponse.body", invoke_model_response, body),
    LOCATED("InvokeModelResponse.contentType", invoke_model_response, content_type),
    LOCATED("InvokeModelResponse.performanceConfigLatency", invoke_model_response, performance_config_latency),
    LOCATED("InvokeModelResponse.serviceTier", invoke_model_response, service_tier),
    LOCATED_AS("InvokeModelWithResponseStreamRequest.body", invoke_model_request, body),
    LOCATED("InvokeModelWithResponseStreamRequest.contentType", invoke_model_request, content_type),
    LOCATED("InvokeModelWithResponseStreamRequest.accept", invoke_model_request, accept),
    LOCATED("InvokeModelWithResponseStreamRequest.modelId", invoke_model_request, model_id),
    LOCATED("InvokeModelWithResponseStreamRequest.trace", invoke_model_request, trace),
    LOCATED("InvokeModelWithResponseStreamRequest.guardrailIdentifier", invoke_model_request, guardrail_identifier),
    LOCATED("InvokeModelWithResponseStreamRequest.guardrailVersion", invoke_model_request, guardrail_version),
    LOCATED("InvokeModelWithResponseStreamRequest.performanceConfigLatency", invoke_model_request,
            performance_config_latency),
    LOCATED("InvokeModelWithResponseStreamRequest.serviceTier", invoke_model_request, service_tier),
    LOCATED_AS("InvokeModelWithResponseStreamRequest.requestMetadata", invoke_model_request, request_metadata),
    LOCATED_AS("InvokeModelWithResponseStreamResponse.body", invoke_stream_response, chunks),
    LOCATED("InvokeModelWithResponseStreamResponse.contentType", invoke_stream_response, content_type),
    LOCATED("InvokeModelWithResponseStreamResponse.performanceConfigLatency", invoke_stream_response,
            performance_config_latency),
    LOCATED("InvokeModelWithResponseStreamResponse.serviceTier", invoke_stream_response, service_tier),
    LOCATED("ListAsyncInvokesRequest.submitTimeAfter", list_async_invokes_request, submit_time_after),
    LOCATED("ListAsyncInvokesRequest.submitTimeBefore", list_async_invokes_request, submit_time_before),
    LOCATED("ListAsyncInvokesRequest.statusEquals", list_async_invokes_request, status_equals),
    LOCATED("ListAsyncInvokesRequest.maxResults", list_async_invokes_request, max_results),
    LOCATED("ListAsyncInvokesRequest.nextToken", list_async_invokes_request, next_token),
    LOCATED("ListAsyncInvokesRequest.sortBy", list_async_invokes_request, sort_by),
    LOCATED("ListAsyncInvokesRequest.sortOrder", list_async_invokes_request, sort_order),
};

// Not built: HTTP/2 alone, with signed events both ways at once.
std::set<std::string_view> const left_out = {
    "InvokeModelWithBidirectionalStreamRequest",
    "InvokeModelWithBidirectionalStreamResponse",
    "InvokeModelWithBidirectionalStreamInput",
    "InvokeModelWithBidirectionalStreamOutput",
    "BidirectionalInputPayloadPart",
    "BidirectionalOutputPayloadPart",
};

// Walks the model and the SDK's descriptors side by side; what is missing on either side is named.
class comparison {
  public:
    std::vector<std::string> missing{};
    std::set<std::string_view> seen{};  // structures and enumerations

    void compare(std::string const& path, std::string_view type, json::descriptor const* of) {
        using json::shape;
        while (of->kind == shape::optional) of = of->inner;
        if (type.front() == '[') return compare_inner(path + "[]", type, *of, shape::list);
        if (type.front() == '{') return compare_inner(path + "{}", type, *of, shape::map);
        if (type.front() == '%') return compare_enumeration(path, type, *of);
        static std::map<std::string_view, shape> const plain = {
            {"str", shape::text},    {"blob", shape::blob}, {"bool", shape::boolean},
            {"i32", shape::int32},   {"i64", shape::int64}, {"f32", shape::float32},
            {"f64", shape::float64}, {"time", shape::text}, {"JSON", shape::document}};
        if (auto const found = plain.find(type); found != plain.end()) {
            if (of->kind != found->second) missing.push_back(path + ": is no " + std::string(type));
            return;
        }
        if (of->kind == shape::lazy) {
            for (auto const& one : roots)
                if (one.structure == type) return;
            missing.push_back(path + ": kept as text, and not a root");
            return;
        }
        compare_structure(type, *of);
    }

    void compare_structure(std::string_view name, json::descriptor const& of) {
        if (!visited_.emplace(name, &of).second) return;
        seen.insert(name);
        auto const found = structures.find(name);
        if (found == structures.end()) {
            missing.push_back(std::string(name) + ": no such structure in the model");
        } else if (found->second.what == model_structure::kind::union_of) {
            compare_union(std::string(name), found->second, of);
        } else {
            compare_members(std::string(name), found->second, of);
        }
    }

  private:
    static std::string_view const* names(json::descriptor const& of) {
        return static_cast<std::string_view const*>(of.table);
    }

    void compare_inner(std::string const& path, std::string_view type, json::descriptor const& of, json::shape wanted) {
        if (of.kind != wanted) return missing.push_back(path + ": is no list or map");
        compare(path, type.substr(1, type.size() - 2), of.inner);
    }

    void compare_enumeration(std::string const& path, std::string_view type, json::descriptor const& of) {
        if (of.kind != json::shape::open_enum) return missing.push_back(path + ": is no enumeration");
        seen.insert(type);
        std::vector<std::string_view> const ours(names(of), names(of) + of.count);
        auto const& theirs = enumerations.at(type);
        for (auto const value : theirs)
            if (std::find(ours.begin(), ours.end(), value) == ours.end())
                missing.push_back(path + ": has no value " + std::string(value));
        for (auto const value : ours)
            if (std::find(theirs.begin(), theirs.end(), value) == theirs.end())
                missing.push_back(path + ": the model has no value " + std::string(value));
    }

    void compare_union(std::string const& name, model_structure const& model, json::descriptor const& of) {
        if (of.kind == json::shape::boxed) {
            if (model.members.size() != 1 || model.members[0].name != names(of)[0])
                return missing.push_back(name + ": is not the one arm of the model");
            return compare(name + "." + std::string(model.members[0].name), model.members[0].type, of.inner);
        }
        if (of.kind != json::shape::union_of) return missing.push_back(name + ": is no union");
        for (auto const& arm : model.members) {
            auto const* const place = std::find(names(of), names(of) + of.count, arm.name);
            auto const path = name + "." + std::string(arm.name);
            if (place == names(of) + of.count)
                missing.push_back(path + ": missing");
            else
                compare(path, arm.type, of.arms[place - names(of)]);
        }
        if (of.count != model.members.size()) missing.push_back(name + ": arms that the model does not have");
    }

    void compare_members(std::string const& name, model_structure const& model, json::descriptor const& of) {
        if (of.kind != json::shape::structure) return missing.push_back(name + ": is no structure");
        auto const* const fields = static_cast<json::field const*>(of.table);
        for (auto const& member : model.members) {
            if (!member.place.empty()) continue;
            auto const path = name + "." + std::string(member.name);
            auto const* const found = std::find_if(fields, fields + of.count,
                                                   [&](json::field const& field) { return field.name == member.name; });
            if (found == fields + of.count)
                missing.push_back(path + ": missing");
            else
                compare(path, member.type, found->of);
        }
        for (auto const* field = fields; field != fields + of.count; ++field) {
            bool const known = std::any_of(model.members.begin(), model.members.end(),
                                           [&](model_member const& member) { return member.name == field->name; });
            bool const of_the_twin = (field->flags & (json::only_in_stream | json::ignored_field)) != 0;
            if (!known && !of_the_twin) missing.push_back(name + "." + std::string(field->name) + ": not in the model");
        }
        if (of.offset == json::no_unknown) missing.push_back(name + ": drops unknown members");
    }

    std::set<std::pair<std::string_view, json::descriptor const*>> visited_{};
};

// Makes JSON from the model alone, and remembers what it has made use of.
class model_json {
  public:
    std::string make(std::string_view type) {
        if (type.front() == '[') return "[" + make(inner(type)) + (below(2) ? "," + make(inner(type)) : "") + "]";
        if (type.front() == '{') return R"({"k 1":)" + make(inner(type)) + "}";
        if (type.front() == '%') return '"' + std::string(next_value(type)) + '"';
        static std::map<std::string_view, std::vector<std::string_view>> const plain = {
            {"str", {R"("text")", R"("é 😀 \n")", R"("\u0000\"")"}},
            {"time", {R"("2026-01-02T03:04:05Z")"}},
            {"blob", {R"("AAEC")", R"("/w==")"}},
            {"bool", {"true", "false"}},
            {"i32", {"1", "-7", "2147483647"}},
            {"i64", {"1", "9007199254740993"}},
            {"f32", {"0.5", "1", "0.7"}},
            {"f64", {"0.1", "1e-300", "0.30000000000000004"}},
            {"JSON", {"{}", R"({"a":[1,null]})", R"("x")", "null"}}};
        if (auto const found = plain.find(type); found != plain.end())
            return std::string(found->second[below(found->second.size())]);
        return make_structure(type);
    }

    /// What was never made.
    std::vector<std::string> unused() const {
        std::vector<std::string> names;
        for (auto const& [type, count] : arms_)
            if (count < structures.at(type).members.size()) names.push_back(std::string(type) + ": not every arm");
        for (auto const& [type, count] : values_)
            if (count < enumerations.at(type).size()) names.push_back(std::string(type) + ": not every value");
        for (auto const& [name, ways] : optional_)
            if (ways != 3) names.push_back(name + ": not both ways");
        return names;
    }

  private:
    static std::string_view inner(std::string_view type) { return type.substr(1, type.size() - 2); }
    std::size_t below(std::size_t end) { return engine_() % end; }

    std::string_view next_value(std::string_view type) {
        auto const& values = enumerations.at(type);
        return values[values_[type]++ % values.size()];
    }

    std::string make_structure(std::string_view name) {
        auto const& model = structures.at(name);
        if (model.what == model_structure::kind::union_of) {
            auto const& arm = model.members[arms_[name]++ % model.members.size()];
            return "{\"" + std::string(arm.name) + "\":" + make(arm.type) + "}";
        }
        std::string text = "{";
        for (auto const& member : model.members) {
            if (!member.place.empty()) continue;
            bool const is_there = member.required || below(3) != 0;
            if (!member.required) optional_[std::string(name) + "." + std::string(member.name)] |= is_there ? 1u : 2u;
            if (is_there) text += "\"" + std::string(member.name) + "\":" + make(member.type) + ",";
        }
        return text + R"("memberOfTomorrow":{"b":[1,2,{}]}})";
    }

    std::mt19937 engine_{20260807};
    std::map<std::string_view, std::size_t> arms_{};
    std::map<std::string_view, std::size_t> values_{};
    std::map<std::string, unsigned> optional_{};
};

}  // namespace

TEST_CASE("every structure, member and value of the service's model is there", "[model]") {
    comparison found;
    for (auto const& one : roots) found.compare_structure(one.structure, *one.of);
    for (auto const& [name, model] : structures) {
        if (left_out.count(name) != 0) continue;
        if (model.what == model_structure::kind::events) {
            found.seen.insert(name);
            for (auto const& event : model.members) {
                bool const is_root = std::any_of(std::begin(roots), std::end(roots),
                                                 [&](root const& r) { return r.structure == event.type; });
                auto const as_error = parse_exception_event(event.name, as_bytes(R"({"message":"m"})"));
                if (!is_root && as_error.code == errc::other_service)
                    found.missing.push_back(std::string(name) + "." + std::string(event.name) + ": missing");
            }
            continue;
        }
        for (auto const& member : model.members) {
            if (member.place.empty()) continue;
            auto const path = std::string(name) + "." + std::string(member.name);
            auto const* const there = std::find_if(std::begin(outside), std::end(outside),
                                                   [&](located const& one) { return one.member == path; });
            if (there == std::end(outside))
                found.missing.push_back(path + ": missing");
            else if (there->of != nullptr)
                found.compare(path, member.type, there->of);
            found.seen.insert(name);
        }
    }
    for (auto const& text : found.missing) FAIL_CHECK(text);
    for (auto const& [name, model] : structures) {
        INFO(name);
        CHECK(found.seen.count(name) + left_out.count(name) == 1);
    }
    for (auto const& [name, values] : enumerations) {
        INFO(name);
        CHECK(found.seen.count(name) == 1);
    }
    CHECK(structures.size() == 181);
    CHECK(enumerations.size() == 45);
    CHECK(left_out.size() <= 10);
}

TEST_CASE("whatever the service's model can say survives reading and writing", "[model]") {
    model_json from;
    for (int round = 0; round != 400; ++round) {
        for (auto const& one : roots) {
            auto const text = from.make(one.structure);
            auto const again = one.rewrite(text);
            if (json_difference(text, again) == "") continue;
            INFO(one.structure);
            INFO(text);
            INFO(again);
            REQUIRE(json_difference(text, again) == "");
        }
        if (round >= 20 && from.unused().empty()) break;
    }
    for (auto const& name : from.unused()) FAIL_CHECK(name);
}

TEST_CASE("every error of the service's model has a kind of its own", "[model]") {
    for (auto const line : runtime_model::errors) {
        auto const words = words_of(line);
        INFO(words[0]);
        http::header_list const headers{{"x-amzn-errortype", std::string(words[0])}};
        int const status = std::stoi(std::string(words[1]));
        auto const error = parse_http_error(status, headers, as_bytes(R"({"message":"m"})"), {});
        CHECK(error.name == words[0]);
        CHECK(error.http_status == status);
        CHECK(error.code != errc::other_service);
    }
}

TEST_CASE("every operation of the service's model is a call of the client", "[model]") {
    std::string const arn = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl";
    apply_guardrail_request judged{.guardrail_identifier = "x", .guardrail_version = "1"};
    judged.source = guardrail_content_source::input;
    judged.content = {guardrail_text_block{.text = "x"}};
    invoke_model_request const invoked{.model_id = "x", .body = "{}"};
    start_async_invoke_request started{.model_id = "x", .model_input = "{}"};
    started.output_data_config = async_invoke_s3_output_data_config{.s3_uri = "s3://b"};
    count_tokens_request const counted{.model_id = "x", .input = ask_for("x")};
    invoke_guardrail_checks_request checked;
    checked.messages.push_back({.role = guardrail_checks_role::user, .content = {"x"}});
    checked.checks.prompt_attack = guardrail_checks_prompt_attack_config{};
    auto const asked = ask_for("x", "x");
    std::map<std::string_view, std::function<bool(client&)>> const calls = {
        {"ApplyGuardrail", [&](client& c) { return c.apply_guardrail(judged).has_value(); }},
        {"Converse", [&](client& c) { return c.converse(asked).has_value(); }},
        {"ConverseStream", [&](client& c) { return c.open_stream(asked).finish().has_value(); }},
        {"CountTokens", [&](client& c) { return c.count_tokens(counted).has_value(); }},
        {"GetAsyncInvoke", [&](client& c) { return c.get_async_invoke({.invocation_arn = arn}).has_value(); }},
        {"InvokeGuardrailChecks", [&](client& c) { return c.invoke_guardrail_checks(checked).has_value(); }},
        {"InvokeModel", [&](client& c) { return c.invoke_model(invoked).has_value(); }},
        {"InvokeModelWithResponseStream",
         [&](client& c) { return c.open_invoke_stream(invoked).finish().has_value(); }},
        {"ListAsyncInvokes", [&](client& c) { return c.list_async_invokes({}).has_value(); }},
        {"StartAsyncInvoke", [&](client& c) { return c.start_async_invoke(started).has_value(); }},
    };
    client_fixture f;
    auto client = f.client();
    for (auto const line : runtime_model::operations) {
        auto const words = words_of(line);
        if (left_out.count(words[3]) != 0) continue;
        INFO(words[0]);
        auto const call = calls.find(words[0]);
        REQUIRE(call != calls.end());
        auto const before = f.server.request_count();
        CHECK(call->second(client));
        REQUIRE(f.server.request_count() == before + 1);
        std::string target(words[2]);
        for (auto const& [label, value] :
             {std::pair{"{modelId}", std::string("x")}, std::pair{"{guardrailIdentifier}", std::string("x")},
              std::pair{"{guardrailVersion}", std::string("1")}, std::pair{"{invocationArn}", percent_encode(arn)}})
            if (auto const at = target.find(label); at != std::string::npos)
                target.replace(at, std::string_view(label).size(), value);
        auto const request = f.server.requests().back();
        CHECK(request.head.method == words[1]);
        CHECK(request.head.target == target);
        CHECK(request.authorization.accepted);
    }
}
