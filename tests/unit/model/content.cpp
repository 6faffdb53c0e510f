#include "bedrock/model/content.hpp"

#include "support/catch.hpp"

#include "support/random_json.hpp"

#include <string>
#include <string_view>
#include <vector>

TEST_CASE("every type of content survives reading and writing", "[model]") {
    check_random_round_trips<bedrock::reasoning_content_block>();
    check_random_round_trips<bedrock::content_block>();
    check_random_round_trips<bedrock::system_content_block>();
    check_random_round_trips<bedrock::message>();
}

TEST_CASE("messages are made from texts and blocks", "[model]") {
    using bedrock::json::write;
    CHECK(*write(bedrock::user("a")) == R"({"role":"user","content":[{"text":"a"}]})");
    CHECK(*write(bedrock::user(std::string("a"))) == R"({"role":"user","content":[{"text":"a"}]})");
    CHECK(*write(bedrock::assistant(std::string_view("a"))) == R"({"role":"assistant","content":[{"text":"a"}]})");
    CHECK(*write(bedrock::user({"a", "b"})) == R"({"role":"user","content":[{"text":"a"},{"text":"b"}]})");
    CHECK(*write(bedrock::user({"a"})) == R"({"role":"user","content":[{"text":"a"}]})");
    CHECK(*write(bedrock::user({"what?", bedrock::image_block{.format = bedrock::image_format::png,
                                                              .source = bedrock::byte_buffer(3)}})) ==
          R"({"role":"user","content":[{"text":"what?"},{"image":{"format":"png","source":{"bytes":"AAAA"}}}]})");
    std::vector<bedrock::content_block> blocks;
    blocks.push_back(bedrock::tool_result_block{.tool_use_id = "t", .content = {"done"}});
    CHECK(*write(bedrock::user(blocks)) ==
          R"({"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"text":"done"}]}}]})");
}

TEST_CASE("blocks are asked for what they hold", "[model]") {
    bedrock::content_block const block = "text";
    CHECK(block.holds<bedrock::text_block>());
    CHECK(block.get_if<bedrock::text_block>()->text == "text");
    CHECK(block.get_if<bedrock::tool_use_block>() == nullptr);
    CHECK(bedrock::assistant({"a", bedrock::cache_point_block{}, "b"}).text() == "ab");
}

TEST_CASE("blocks have the wire names of the service", "[model]") {
    char const* const texts[] = {
        R"({"video":{"format":"three_gp","source":{"s3Location":{"uri":"s3://b/k","bucketOwner":"111122223333"}}}})",
        R"({"audio":{"format":"x-aac","source":{"bytes":"AAAA"},"error":{"message":"m"}}})",
        R"({"document":{"format":"pdf","name":"n","source":{"content":[{"text":"p"}]},"context":"c","citations":{"enabled":true}}})",
        R"({"guardContent":{"text":{"text":"t","qualifiers":["grounding_source","query","guard_content"]}}})",
        R"({"guardContent":{"image":{"format":"jpeg","source":{"bytes":"AAAA"}}}})",
        R"({"cachePoint":{"type":"default","ttl":"5m"}})",
        R"({"reasoningContent":{"redactedContent":"AAAA"}})",
        R"({"searchResult":{"source":"s","title":"t","content":[{"text":"c"}],"citations":{"enabled":false}}})",
        R"({"toolAddition":{"tool":{"type":"x","name":"n","serverName":"s"}}})",
        R"({"toolRemoval":{"tool":{"name":"n"}}})",
    };
    for (auto const* const text : texts) {
        auto const block = bedrock::json::read<bedrock::content_block>(text);
        REQUIRE(block);
        CHECK_FALSE(block->holds<bedrock::json::unknown_arm>());
        CHECK(*bedrock::json::write(*block) == text);
    }
}
