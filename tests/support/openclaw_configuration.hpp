// The configuration files that OpenClaw's users have: as the page about Amazon Bedrock shows them, in the older form
// and in the newer one. Tests of the reader and of the tool share them.
#pragma once

#include <string_view>

namespace openclaw {

inline constexpr std::string_view classic_discovery = R"({
  models: {
    bedrockDiscovery: {
      enabled: true,
      region: "us-east-1",
      providerFilter: ["anthropic", "amazon"],
      refreshInterval: 3600,
      defaultContextWindow: 32000,
      defaultMaxTokens: 4096,
    },
  },
}
)";

inline constexpr std::string_view classic_provider = R"~({
  models: {
    providers: {
      "amazon-bedrock": {
        baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
        api: "bedrock-converse-stream",
        auth: "aws-sdk",
        models: [
          {
            id: "us.anthropic.claude-opus-4-6-v1",
            name: "Claude Opus 4.6 (Bedrock)",
            reasoning: true,
            input: ["text", "image"],
            cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
            contextWindow: 200000,
            maxTokens: 8192,
          },
        ],
      },
    },
  },
  agents: {
    defaults: {
      model: { primary: "amazon-bedrock/us.anthropic.claude-opus-4-6-v1" },
    },
  },
}
)~";

inline constexpr std::string_view newer = R"({
  // The newer place of discovery, beside a guardrail and parameters.
  plugins: {
    entries: {
      "amazon-bedrock": {
        enabled: true,
        config: {
          discovery: {
            enabled: true,
            region: "us-west-2",
            providerFilter: ["anthropic"],
            refreshInterval: 0,
            defaultContextWindow: 64000,
            defaultMaxTokens: 2048,
          },
          guardrail: {
            guardrailIdentifier: "abc123", // foo
            guardrailVersion: "1",
            streamProcessingMode: "sync",
            trace: "enabled",
          },
        },
      },
    },
  },
  agents: {
    defaults: {
      model: { primary: 'bedrock/anthropic.claude-opus-4-6-v1@work', fallbacks: [] },
      params: { temperature: .5, serviceTier: 'flex' },
      models: {
        "amazon-bedrock/anthropic.claude-opus-4-6-v1": { params: { service_tier: "priority", cacheRetention: "none" } },
        "anthropic/claude": { params: { temperature: 7 } },
      },
    },
  },
  gateway: { port: 18789 },
}
)";

}  // namespace openclaw
