// Every value of every enumeration that is shown to a person has words of its own.
#include "bedrock/agent_event.hpp"
#include "bedrock/conversation_report.hpp"
#include "bedrock/credentials/profile_plan.hpp"
#include "bedrock/crypto/es256.hpp"
#include "bedrock/event_stream/frame.hpp"
#include "bedrock/ini.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <string_view>

using namespace bedrock;

namespace {

/// The values from `first` to `last` have different words.
template <class Enum, class Describe>
void check(Enum first, Enum last, Describe describe) {
    std::set<std::string> seen;
    for (int value = static_cast<int>(first); value <= static_cast<int>(last); ++value) {
        std::string const words(describe(static_cast<Enum>(value)));
        INFO(value << ": " << words);
        CHECK_FALSE(words.empty());
        CHECK(words.back() != '.');
        CHECK(seen.insert(words).second);
    }
}

}  // namespace

TEST_CASE("described enums: each value has words of its own") {
    check(event_stream::fault::prelude_crc, event_stream::fault::truncated,
          [](auto code) { return event_stream::describe(code); });
    CHECK(event_stream::describe(event_stream::fault::none).empty());
    check(ini::fault::too_large, ini::fault::missing_nested_key, [](auto code) { return ini::describe(code); });
    check(agent_event_kind::start, agent_event_kind::error, [](auto kind) { return describe(kind); });
    check(agent_stop::stop, agent_stop::aborted, [](auto stop) { return describe(stop); });
    check(crypto::key_fault::unreadable, crypto::key_fault::not_p256, [](auto fault) { return crypto::describe(fault); });
    check(profile_base::static_keys, profile_base::login, [](auto base) { return describe(base); });
    check(conversation_issue::invalid_utf8, conversation_issue::cache_point_order, [](auto issue) { return name(issue); });
}
