// Owns AWS's public service model of bedrock-runtime as data: what botocore 1.43.67 (2026-08-07) and the JavaScript SDK
// (client-bedrock-runtime 3.1163.0) have in common. Never includes the SDK: the model is what the SDK is compared with.
#pragma once

#include <string_view>

namespace runtime_model {

/// Name, method, path, input, output.
inline constexpr std::string_view operations[] = {
    "ApplyGuardrail POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply "
    "ApplyGuardrailRequest ApplyGuardrailResponse",
    "Converse POST /model/{modelId}/converse ConverseRequest ConverseResponse",
    "ConverseStream POST /model/{modelId}/converse-stream ConverseStreamRequest ConverseStreamResponse",
    "CountTokens POST /model/{modelId}/count-tokens CountTokensRequest CountTokensResponse",
    "GetAsyncInvoke GET /async-invoke/{invocationArn} GetAsyncInvokeRequest GetAsyncInvokeResponse",
    "InvokeGuardrailChecks POST /guardrail-checks/invoke InvokeGuardrailChecksRequest "
    "InvokeGuardrailChecksResponse",
    "InvokeModel POST /model/{modelId}/invoke InvokeModelRequest InvokeModelResponse",
    "InvokeModelWithBidirectionalStream POST /model/{modelId}/invoke-with-bidirectional-stream "
    "InvokeModelWithBidirectionalStreamRequest InvokeModelWithBidirectionalStreamResponse",
    "InvokeModelWithResponseStream POST /model/{modelId}/invoke-with-response-stream "
    "InvokeModelWithResponseStreamRequest InvokeModelWithResponseStreamResponse",
    "ListAsyncInvokes GET /async-invoke ListAsyncInvokesRequest ListAsyncInvokesResponse",
    "StartAsyncInvoke POST /async-invoke StartAsyncInvokeRequest StartAsyncInvokeResponse",
};

/// Name and HTTP status of every error.
inline constexpr std::string_view errors[] = {
    "AccessDeniedException 403",       "ConflictException 400",         "InternalServerException 500",
    "ModelErrorException 424",         "ModelNotReadyException 429",    "ModelStreamErrorException 424",
    "ModelTimeoutException 408",       "ResourceNotFoundException 404", "ServiceQuotaExceededException 400",
    "ServiceUnavailableException 503", "ThrottlingException 429",       "ValidationException 400",
};

/// Name and members, `name:type`. A `!` behind the name: required; `@place` behind the type: not in the JSON body but
/// in the path, the query, a header, or the whole body. A `|` behind the structure's name: a union of these arms; `~`:
/// the events of a stream. Types: str blob bool i32 i64 f32 f64 time JSON, a structure, `%` an enumeration, `[list]`,
/// `{map}`.
inline constexpr std::string_view structures[] = {
    "ApplyGuardrailRequest guardrailIdentifier!:str@uri guardrailVersion!:str@uri "
    "source!:%GuardrailContentSource content!:[GuardrailContentBlock] outputScope:%GuardrailOutputScope",
    "ApplyGuardrailResponse usage!:GuardrailUsage action!:%GuardrailAction actionReason:str "
    "outputs!:[GuardrailOutputContent] assessments!:[GuardrailAssessment] guardrailCoverage:GuardrailCoverage",
    "ConverseRequest modelId!:str@uri messages:[Message] system:[SystemContentBlock] "
    "inferenceConfig:InferenceConfiguration toolConfig:ToolConfiguration "
    "guardrailConfig:GuardrailConfiguration additionalModelRequestFields:JSON "
    "promptVariables:{PromptVariableValues} additionalModelResponseFieldPaths:[str] requestMetadata:{str} "
    "performanceConfig:PerformanceConfiguration serviceTier:ServiceTier outputConfig:OutputConfig",
    "ConverseResponse output!:ConverseOutput stopReason!:%StopReason usage!:TokenUsage "
    "metrics!:ConverseMetrics additionalModelResponseFields:JSON trace:ConverseTrace "
    "performanceConfig:PerformanceConfiguration serviceTier:ServiceTier",
    "ConverseStreamRequest modelId!:str@uri messages:[Message] system:[SystemContentBlock] "
    "inferenceConfig:InferenceConfiguration toolConfig:ToolConfiguration "
    "guardrailConfig:GuardrailStreamConfiguration additionalModelRequestFields:JSON "
    "promptVariables:{PromptVariableValues} additionalModelResponseFieldPaths:[str] requestMetadata:{str} "
    "performanceConfig:PerformanceConfiguration serviceTier:ServiceTier outputConfig:OutputConfig",
    "ConverseStreamResponse stream:ConverseStreamOutput@payload",
    "CountTokensRequest modelId!:str@uri input!:CountTokensInput",
    "CountTokensResponse inputTokens!:i32",
    "GetAsyncInvokeRequest invocationArn!:str@uri",
    "GetAsyncInvokeResponse invocationArn!:str modelArn!:str clientRequestToken:str "
    "status!:%AsyncInvokeStatus failureMessage:str submitTime!:time lastModifiedTime:time endTime:time "
    "outputDataConfig!:AsyncInvokeOutputDataConfig",
    "InvokeGuardrailChecksRequest messages!:[GuardrailChecksMessage] checks!:GuardrailChecksConfig",
    "InvokeGuardrailChecksResponse results!:GuardrailChecksResults usage!:GuardrailChecksUsageResults",
    "InvokeModelRequest body:blob@payload contentType:str@header accept:str@header modelId!:str@uri "
    "trace:%Trace@header guardrailIdentifier:str@header guardrailVersion:str@header "
    "performanceConfigLatency:%PerformanceConfigLatency@header serviceTier:%ServiceTierType@header "
    "requestMetadata:str@header",
    "InvokeModelResponse body!:blob@payload contentType!:str@header "
    "performanceConfigLatency:%PerformanceConfigLatency@header serviceTier:%ServiceTierType@header",
    "InvokeModelWithBidirectionalStreamRequest modelId!:str@uri "
    "body!:InvokeModelWithBidirectionalStreamInput@payload",
    "InvokeModelWithBidirectionalStreamResponse body!:InvokeModelWithBidirectionalStreamOutput@payload",
    "InvokeModelWithResponseStreamRequest body:blob@payload contentType:str@header accept:str@header "
    "modelId!:str@uri trace:%Trace@header guardrailIdentifier:str@header guardrailVersion:str@header "
    "performanceConfigLatency:%PerformanceConfigLatency@header serviceTier:%ServiceTierType@header "
    "requestMetadata:str@header",
    "InvokeModelWithResponseStreamResponse body!:ResponseStream@payload contentType!:str@header "
    "performanceConfigLatency:%PerformanceConfigLatency@header serviceTier:%ServiceTierType@header",
    "ListAsyncInvokesRequest submitTimeAfter:time@query submitTimeBefore:time@query "
    "statusEquals:%AsyncInvokeStatus@query maxResults:i32@query nextToken:str@query "
    "sortBy:%SortAsyncInvocationBy@query sortOrder:%SortOrder@query",
    "ListAsyncInvokesResponse nextToken:str asyncInvokeSummaries:[AsyncInvokeSummary]",
    "StartAsyncInvokeRequest clientRequestToken:str modelId!:str modelInput!:JSON "
    "outputDataConfig!:AsyncInvokeOutputDataConfig tags:[Tag]",
    "StartAsyncInvokeResponse invocationArn!:str",
    "GuardrailContentBlock | text:GuardrailTextBlock image:GuardrailImageBlock",
    "GuardrailUsage topicPolicyUnits!:i32 contentPolicyUnits!:i32 wordPolicyUnits!:i32 "
    "sensitiveInformationPolicyUnits!:i32 sensitiveInformationPolicyFreeUnits!:i32 "
    "contextualGroundingPolicyUnits!:i32 contentPolicyImageUnits:i32 automatedReasoningPolicyUnits:i32 "
    "automatedReasoningPolicies:i32",
    "GuardrailOutputContent text:str",
    "GuardrailAssessment topicPolicy:GuardrailTopicPolicyAssessment "
    "contentPolicy:GuardrailContentPolicyAssessment wordPolicy:GuardrailWordPolicyAssessment "
    "sensitiveInformationPolicy:GuardrailSensitiveInformationPolicyAssessment "
    "contextualGroundingPolicy:GuardrailContextualGroundingPolicyAssessment "
    "automatedReasoningPolicy:GuardrailAutomatedReasoningPolicyAssessment "
    "invocationMetrics:GuardrailInvocationMetrics appliedGuardrailDetails:AppliedGuardrailDetails",
    "GuardrailCoverage textCharacters:GuardrailTextCharactersCoverage images:GuardrailImageCoverage",
    "Message role!:%ConversationRole content!:[ContentBlock]",
    "SystemContentBlock | text:str guardContent:GuardrailConverseContentBlock cachePoint:CachePointBlock",
    "InferenceConfiguration maxTokens:i32 temperature:f32 topP:f32 stopSequences:[str]",
    "ToolConfiguration tools!:[Tool] toolChoice:ToolChoice",
    "GuardrailConfiguration guardrailIdentifier:str guardrailVersion:str trace:%GuardrailTrace",
    "PromptVariableValues | text:str",
    "PerformanceConfiguration latency:%PerformanceConfigLatency",
    "ServiceTier type!:%ServiceTierType",
    "OutputConfig textFormat:OutputFormat effort:str",
    "ConverseOutput | message:Message",
    "TokenUsage inputTokens!:i32 outputTokens!:i32 totalTokens!:i32 cacheReadInputTokens:i32 "
    "cacheWriteInputTokens:i32 cacheDetails:[CacheDetail]",
    "ConverseMetrics latencyMs!:i64",
    "ConverseTrace guardrail:GuardrailTraceAssessment promptRouter:PromptRouterTrace",
    "GuardrailStreamConfiguration guardrailIdentifier:str guardrailVersion:str trace:%GuardrailTrace "
    "streamProcessingMode:%GuardrailStreamProcessingMode",
    "ConverseStreamOutput ~ messageStart:MessageStartEvent contentBlockStart:ContentBlockStartEvent "
    "contentBlockDelta:ContentBlockDeltaEvent contentBlockStop:ContentBlockStopEvent "
    "messageStop:MessageStopEvent metadata:ConverseStreamMetadataEvent "
    "internalServerException:InternalServerException modelStreamErrorException:ModelStreamErrorException "
    "validationException:ValidationException throttlingException:ThrottlingException "
    "serviceUnavailableException:ServiceUnavailableException",
    "CountTokensInput | invokeModel:InvokeModelTokensRequest converse:ConverseTokensRequest",
    "AsyncInvokeOutputDataConfig | s3OutputDataConfig:AsyncInvokeS3OutputDataConfig",
    "GuardrailChecksMessage role!:%GuardrailChecksRole content!:[GuardrailChecksContentBlock]",
    "GuardrailChecksConfig contentFilter:GuardrailChecksContentFilterConfig "
    "promptAttack:GuardrailChecksPromptAttackConfig "
    "sensitiveInformation:GuardrailChecksSensitiveInformationConfig",
    "GuardrailChecksResults contentFilter:GuardrailChecksContentFilterResult "
    "promptAttack:GuardrailChecksPromptAttackResult "
    "sensitiveInformation:GuardrailChecksSensitiveInformationResult",
    "GuardrailChecksUsageResults contentFilter:GuardrailChecksContentFilterUsage "
    "promptAttack:GuardrailChecksPromptAttackUsage "
    "sensitiveInformation:GuardrailChecksSensitiveInformationUsage",
    "InvokeModelWithBidirectionalStreamInput ~ chunk:BidirectionalInputPayloadPart",
    "InvokeModelWithBidirectionalStreamOutput ~ chunk:BidirectionalOutputPayloadPart "
    "internalServerException:InternalServerException modelStreamErrorException:ModelStreamErrorException "
    "validationException:ValidationException throttlingException:ThrottlingException "
    "modelTimeoutException:ModelTimeoutException serviceUnavailableException:ServiceUnavailableException",
    "ResponseStream ~ chunk:PayloadPart internalServerException:InternalServerException "
    "modelStreamErrorException:ModelStreamErrorException validationException:ValidationException "
    "throttlingException:ThrottlingException modelTimeoutException:ModelTimeoutException "
    "serviceUnavailableException:ServiceUnavailableException",
    "AsyncInvokeSummary invocationArn!:str modelArn!:str clientRequestToken:str status:%AsyncInvokeStatus "
    "failureMessage:str submitTime!:time lastModifiedTime:time endTime:time "
    "outputDataConfig!:AsyncInvokeOutputDataConfig",
    "Tag key!:str value!:str",
    "GuardrailTextBlock text!:str qualifiers:[%GuardrailContentQualifier]",
    "GuardrailImageBlock format!:%GuardrailImageFormat source!:GuardrailImageSource",
    "GuardrailTopicPolicyAssessment topics!:[GuardrailTopic]",
    "GuardrailContentPolicyAssessment filters!:[GuardrailContentFilter]",
    "GuardrailWordPolicyAssessment customWords!:[GuardrailCustomWord] "
    "managedWordLists!:[GuardrailManagedWord]",
    "GuardrailSensitiveInformationPolicyAssessment piiEntities!:[GuardrailPiiEntityFilter] "
    "regexes!:[GuardrailRegexFilter]",
    "GuardrailContextualGroundingPolicyAssessment filters:[GuardrailContextualGroundingFilter]",
    "GuardrailAutomatedReasoningPolicyAssessment findings:[GuardrailAutomatedReasoningFinding]",
    "GuardrailInvocationMetrics guardrailProcessingLatency:i64 usage:GuardrailUsage "
    "guardrailCoverage:GuardrailCoverage",
    "AppliedGuardrailDetails guardrailId:str guardrailVersion:str guardrailArn:str "
    "guardrailOrigin:[%GuardrailOrigin] guardrailOwnership:%GuardrailOwnership",
    "GuardrailTextCharactersCoverage guarded:i32 total:i32",
    "GuardrailImageCoverage guarded:i32 total:i32",
    "ContentBlock | text:str image:ImageBlock document:DocumentBlock video:VideoBlock audio:AudioBlock "
    "toolUse:ToolUseBlock toolResult:ToolResultBlock guardContent:GuardrailConverseContentBlock "
    "cachePoint:CachePointBlock reasoningContent:ReasoningContentBlock citationsContent:CitationsContentBlock "
    "searchResult:SearchResultBlock toolAddition:ToolAdditionBlock toolRemoval:ToolRemovalBlock",
    "GuardrailConverseContentBlock | text:GuardrailConverseTextBlock image:GuardrailConverseImageBlock",
    "CachePointBlock type!:%CachePointType ttl:%CacheTTL",
    "Tool | toolSpec:ToolSpecification systemTool:SystemTool cachePoint:CachePointBlock",
    "ToolChoice | auto:AutoToolChoice any:AnyToolChoice tool:SpecificToolChoice",
    "OutputFormat type!:%OutputFormatType structure!:OutputFormatStructure",
    "CacheDetail ttl!:%CacheTTL inputTokens!:i32",
    "GuardrailTraceAssessment modelOutput:[str] inputAssessment:{GuardrailAssessment} "
    "outputAssessments:{[GuardrailAssessment]} actionReason:str",
    "PromptRouterTrace invokedModelId:str",
    "MessageStartEvent role!:%ConversationRole",
    "ContentBlockStartEvent start!:ContentBlockStart contentBlockIndex!:i32",
    "ContentBlockDeltaEvent delta!:ContentBlockDelta contentBlockIndex!:i32",
    "ContentBlockStopEvent contentBlockIndex!:i32",
    "MessageStopEvent stopReason!:%StopReason additionalModelResponseFields:JSON",
    "ConverseStreamMetadataEvent usage!:TokenUsage metrics!:ConverseStreamMetrics trace:ConverseStreamTrace "
    "performanceConfig:PerformanceConfiguration serviceTier:ServiceTier",
    "InvokeModelTokensRequest body!:blob",
    "ConverseTokensRequest messages:[Message] system:[SystemContentBlock] toolConfig:ToolConfiguration "
    "additionalModelRequestFields:JSON",
    "AsyncInvokeS3OutputDataConfig s3Uri!:str kmsKeyId:str bucketOwner:str",
    "GuardrailChecksContentBlock | text:str",
    "GuardrailChecksContentFilterConfig categories!:[GuardrailChecksContentFilterCategoryConfig]",
    "GuardrailChecksPromptAttackConfig categories!:[GuardrailChecksPromptAttackCategoryConfig]",
    "GuardrailChecksSensitiveInformationConfig entities!:[GuardrailChecksSensitiveInformationEntityConfig]",
    "GuardrailChecksContentFilterResult results!:[GuardrailChecksContentFilterResultEntry]",
    "GuardrailChecksPromptAttackResult results!:[GuardrailChecksPromptAttackResultEntry]",
    "GuardrailChecksSensitiveInformationResult results!:[GuardrailChecksSensitiveInformationResultEntry] "
    "truncated:bool",
    "GuardrailChecksContentFilterUsage textUnits!:i32",
    "GuardrailChecksPromptAttackUsage textUnits!:i32",
    "GuardrailChecksSensitiveInformationUsage textUnits!:i32",
    "BidirectionalInputPayloadPart bytes:blob",
    "BidirectionalOutputPayloadPart bytes:blob",
    "PayloadPart bytes:blob",
    "GuardrailImageSource | bytes:blob",
    "GuardrailTopic name!:str type!:%GuardrailTopicType action!:%GuardrailTopicPolicyAction detected:bool",
    "GuardrailContentFilter type!:%GuardrailContentFilterType confidence!:%GuardrailContentFilterConfidence "
    "filterStrength:%GuardrailContentFilterStrength action!:%GuardrailContentPolicyAction detected:bool",
    "GuardrailCustomWord match!:str action!:%GuardrailWordPolicyAction detected:bool",
    "GuardrailManagedWord match!:str type!:%GuardrailManagedWordType action!:%GuardrailWordPolicyAction "
    "detected:bool",
    "GuardrailPiiEntityFilter match!:str type!:%GuardrailPiiEntityType "
    "action!:%GuardrailSensitiveInformationPolicyAction detected:bool",
    "GuardrailRegexFilter name:str match:str regex:str action!:%GuardrailSensitiveInformationPolicyAction "
    "detected:bool",
    "GuardrailContextualGroundingFilter type!:%GuardrailContextualGroundingFilterType threshold!:f64 "
    "score!:f64 action!:%GuardrailContextualGroundingPolicyAction detected:bool",
    "GuardrailAutomatedReasoningFinding | valid:GuardrailAutomatedReasoningValidFinding "
    "invalid:GuardrailAutomatedReasoningInvalidFinding "
    "satisfiable:GuardrailAutomatedReasoningSatisfiableFinding "
    "impossible:GuardrailAutomatedReasoningImpossibleFinding "
    "translationAmbiguous:GuardrailAutomatedReasoningTranslationAmbiguousFinding "
    "tooComplex:GuardrailAutomatedReasoningTooComplexFinding "
    "noTranslations:GuardrailAutomatedReasoningNoTranslationsFinding",
    "ImageBlock format!:%ImageFormat source!:ImageSource error:ErrorBlock",
    "DocumentBlock format:%DocumentFormat name!:str source!:DocumentSource context:str "
    "citations:CitationsConfig",
    "VideoBlock format!:%VideoFormat source!:VideoSource",
    "AudioBlock format!:%AudioFormat source!:AudioSource error:ErrorBlock",
    "ToolUseBlock toolUseId!:str name!:str input!:JSON type:%ToolUseType",
    "ToolResultBlock toolUseId!:str content!:[ToolResultContentBlock] status:%ToolResultStatus type:str",
    "ReasoningContentBlock | reasoningText:ReasoningTextBlock redactedContent:blob",
    "CitationsContentBlock content:[CitationGeneratedContent] citations:[Citation]",
    "SearchResultBlock source!:str title!:str content!:[SearchResultContentBlock] citations:CitationsConfig",
    "ToolAdditionBlock tool!:ToolReference",
    "ToolRemovalBlock tool!:ToolReference",
    "GuardrailConverseTextBlock text!:str qualifiers:[%GuardrailConverseContentQualifier]",
    "GuardrailConverseImageBlock format!:%GuardrailConverseImageFormat source!:GuardrailConverseImageSource",
    "ToolSpecification name!:str description:str inputSchema!:ToolInputSchema strict:bool",
    "SystemTool name!:str",
    "AutoToolChoice",
    "AnyToolChoice",
    "SpecificToolChoice name!:str",
    "OutputFormatStructure | jsonSchema:JsonSchemaDefinition",
    "ContentBlockStart | toolUse:ToolUseBlockStart toolResult:ToolResultBlockStart image:ImageBlockStart",
    "ContentBlockDelta | text:str toolUse:ToolUseBlockDelta toolResult:[ToolResultBlockDelta] "
    "reasoningContent:ReasoningContentBlockDelta citation:CitationsDelta image:ImageBlockDelta",
    "ConverseStreamMetrics latencyMs!:i64",
    "ConverseStreamTrace guardrail:GuardrailTraceAssessment promptRouter:PromptRouterTrace",
    "GuardrailChecksContentFilterCategoryConfig category!:%GuardrailChecksContentFilterCategory",
    "GuardrailChecksPromptAttackCategoryConfig category!:%GuardrailChecksPromptAttackCategory",
    "GuardrailChecksSensitiveInformationEntityConfig type!:%GuardrailChecksSensitiveInformationEntityType",
    "GuardrailChecksContentFilterResultEntry category!:%GuardrailChecksContentFilterCategory "
    "severityScore!:f64",
    "GuardrailChecksPromptAttackResultEntry category!:%GuardrailChecksPromptAttackCategory severityScore!:f64",
    "GuardrailChecksSensitiveInformationResultEntry type!:%GuardrailChecksSensitiveInformationEntityType "
    "confidenceScore!:f64 beginOffset!:i32 endOffset!:i32 messageIndex!:i32 contentIndex!:i32",
    "GuardrailAutomatedReasoningValidFinding translation:GuardrailAutomatedReasoningTranslation "
    "claimsTrueScenario:GuardrailAutomatedReasoningScenario supportingRules:[GuardrailAutomatedReasoningRule] "
    "logicWarning:GuardrailAutomatedReasoningLogicWarning",
    "GuardrailAutomatedReasoningInvalidFinding translation:GuardrailAutomatedReasoningTranslation "
    "contradictingRules:[GuardrailAutomatedReasoningRule] "
    "logicWarning:GuardrailAutomatedReasoningLogicWarning",
    "GuardrailAutomatedReasoningSatisfiableFinding translation:GuardrailAutomatedReasoningTranslation "
    "claimsTrueScenario:GuardrailAutomatedReasoningScenario "
    "claimsFalseScenario:GuardrailAutomatedReasoningScenario "
    "logicWarning:GuardrailAutomatedReasoningLogicWarning",
    "GuardrailAutomatedReasoningImpossibleFinding translation:GuardrailAutomatedReasoningTranslation "
    "contradictingRules:[GuardrailAutomatedReasoningRule] "
    "logicWarning:GuardrailAutomatedReasoningLogicWarning",
    "GuardrailAutomatedReasoningTranslationAmbiguousFinding "
    "options:[GuardrailAutomatedReasoningTranslationOption] "
    "differenceScenarios:[GuardrailAutomatedReasoningScenario]",
    "GuardrailAutomatedReasoningTooComplexFinding",
    "GuardrailAutomatedReasoningNoTranslationsFinding",
    "ImageSource | bytes:blob s3Location:S3Location",
    "ErrorBlock message:str",
    "DocumentSource | bytes:blob s3Location:S3Location text:str content:[DocumentContentBlock]",
    "CitationsConfig enabled!:bool",
    "VideoSource | bytes:blob s3Location:S3Location",
    "AudioSource | bytes:blob s3Location:S3Location",
    "ToolResultContentBlock | json:JSON text:str image:ImageBlock document:DocumentBlock video:VideoBlock "
    "searchResult:SearchResultBlock",
    "ReasoningTextBlock text!:str signature:str",
    "CitationGeneratedContent | text:str",
    "Citation title:str source:str sourceContent:[CitationSourceContent] location:CitationLocation",
    "SearchResultContentBlock text!:str",
    "ToolReference type:str name:str serverName:str",
    "GuardrailConverseImageSource | bytes:blob",
    "ToolInputSchema | json:JSON",
    "JsonSchemaDefinition schema!:str name:str description:str",
    "ToolUseBlockStart toolUseId!:str name!:str type:%ToolUseType",
    "ToolResultBlockStart toolUseId!:str type:str status:%ToolResultStatus",
    "ImageBlockStart format!:%ImageFormat",
    "ToolUseBlockDelta input!:str",
    "ToolResultBlockDelta | text:str json:JSON",
    "ReasoningContentBlockDelta | text:str redactedContent:blob signature:str",
    "CitationsDelta title:str source:str sourceContent:[CitationSourceContentDelta] location:CitationLocation",
    "ImageBlockDelta source:ImageSource error:ErrorBlock",
    "GuardrailAutomatedReasoningTranslation premises:[GuardrailAutomatedReasoningStatement] "
    "claims:[GuardrailAutomatedReasoningStatement] "
    "untranslatedPremises:[GuardrailAutomatedReasoningInputTextReference] "
    "untranslatedClaims:[GuardrailAutomatedReasoningInputTextReference] confidence:f64",
    "GuardrailAutomatedReasoningScenario statements:[GuardrailAutomatedReasoningStatement]",
    "GuardrailAutomatedReasoningRule identifier:str policyVersionArn:str",
    "GuardrailAutomatedReasoningLogicWarning type:%GuardrailAutomatedReasoningLogicWarningType "
    "premises:[GuardrailAutomatedReasoningStatement] claims:[GuardrailAutomatedReasoningStatement]",
    "GuardrailAutomatedReasoningTranslationOption translations:[GuardrailAutomatedReasoningTranslation]",
    "S3Location uri!:str bucketOwner:str",
    "DocumentContentBlock | text:str",
    "CitationSourceContent | text:str",
    "CitationLocation | web:WebLocation documentChar:DocumentCharLocation documentPage:DocumentPageLocation "
    "documentChunk:DocumentChunkLocation searchResultLocation:SearchResultLocation",
    "CitationSourceContentDelta text:str",
    "GuardrailAutomatedReasoningStatement logic:str naturalLanguage:str",
    "GuardrailAutomatedReasoningInputTextReference text:str",
    "WebLocation url:str domain:str",
    "DocumentCharLocation documentIndex:i32 start:i32 end:i32",
    "DocumentPageLocation documentIndex:i32 start:i32 end:i32",
    "DocumentChunkLocation documentIndex:i32 start:i32 end:i32",
    "SearchResultLocation searchResultIndex:i32 start:i32 end:i32",
};

/// Name and values.
inline constexpr std::string_view enumerations[] = {
    "%AsyncInvokeStatus InProgress Completed Failed",
    "%AudioFormat mp3 opus wav aac flac mp4 ogg mkv mka x-aac m4a mpeg mpga pcm webm",
    "%CachePointType default",
    "%CacheTTL 5m 1h",
    "%ConversationRole user assistant system",
    "%DocumentFormat pdf csv doc docx xls xlsx html txt md",
    "%GuardrailAction NONE GUARDRAIL_INTERVENED",
    "%GuardrailAutomatedReasoningLogicWarningType ALWAYS_FALSE ALWAYS_TRUE",
    "%GuardrailChecksContentFilterCategory VIOLENCE HATE SEXUAL MISCONDUCT INSULTS",
    "%GuardrailChecksPromptAttackCategory JAILBREAK PROMPT_INJECTION PROMPT_LEAKAGE",
    "%GuardrailChecksRole user assistant system",
    "%GuardrailChecksSensitiveInformationEntityType ADDRESS AGE AWS_ACCESS_KEY AWS_SECRET_KEY "
    "CA_HEALTH_NUMBER CA_SOCIAL_INSURANCE_NUMBER CREDIT_DEBIT_CARD_CVV CREDIT_DEBIT_CARD_EXPIRY "
    "CREDIT_DEBIT_CARD_NUMBER DRIVER_ID EMAIL INTERNATIONAL_BANK_ACCOUNT_NUMBER IP_ADDRESS LICENSE_PLATE "
    "MAC_ADDRESS NAME PASSWORD PHONE PIN SWIFT_CODE UK_NATIONAL_HEALTH_SERVICE_NUMBER "
    "UK_NATIONAL_INSURANCE_NUMBER UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER URL USERNAME US_BANK_ACCOUNT_NUMBER "
    "US_BANK_ROUTING_NUMBER US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER US_PASSPORT_NUMBER "
    "US_SOCIAL_SECURITY_NUMBER VEHICLE_IDENTIFICATION_NUMBER",
    "%GuardrailContentFilterConfidence NONE LOW MEDIUM HIGH",
    "%GuardrailContentFilterStrength NONE LOW MEDIUM HIGH",
    "%GuardrailContentFilterType INSULTS HATE SEXUAL VIOLENCE MISCONDUCT PROMPT_ATTACK",
    "%GuardrailContentPolicyAction BLOCKED NONE",
    "%GuardrailContentQualifier grounding_source query guard_content",
    "%GuardrailContentSource INPUT OUTPUT",
    "%GuardrailContextualGroundingFilterType GROUNDING RELEVANCE",
    "%GuardrailContextualGroundingPolicyAction BLOCKED NONE",
    "%GuardrailConverseContentQualifier grounding_source query guard_content",
    "%GuardrailConverseImageFormat png jpeg",
    "%GuardrailImageFormat png jpeg",
    "%GuardrailManagedWordType PROFANITY",
    "%GuardrailOrigin REQUEST ACCOUNT_ENFORCED ORGANIZATION_ENFORCED",
    "%GuardrailOutputScope INTERVENTIONS FULL",
    "%GuardrailOwnership SELF CROSS_ACCOUNT",
    "%GuardrailPiiEntityType ADDRESS AGE AWS_ACCESS_KEY AWS_SECRET_KEY CA_HEALTH_NUMBER "
    "CA_SOCIAL_INSURANCE_NUMBER CREDIT_DEBIT_CARD_CVV CREDIT_DEBIT_CARD_EXPIRY CREDIT_DEBIT_CARD_NUMBER "
    "DRIVER_ID EMAIL INTERNATIONAL_BANK_ACCOUNT_NUMBER IP_ADDRESS LICENSE_PLATE MAC_ADDRESS NAME PASSWORD "
    "PHONE PIN SWIFT_CODE UK_NATIONAL_HEALTH_SERVICE_NUMBER UK_NATIONAL_INSURANCE_NUMBER "
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER URL USERNAME US_BANK_ACCOUNT_NUMBER US_BANK_ROUTING_NUMBER "
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER US_PASSPORT_NUMBER US_SOCIAL_SECURITY_NUMBER "
    "VEHICLE_IDENTIFICATION_NUMBER",
    "%GuardrailSensitiveInformationPolicyAction ANONYMIZED BLOCKED NONE",
    "%GuardrailStreamProcessingMode sync async",
    "%GuardrailTopicPolicyAction BLOCKED NONE",
    "%GuardrailTopicType DENY",
    "%GuardrailTrace enabled disabled enabled_full",
    "%GuardrailWordPolicyAction BLOCKED NONE",
    "%ImageFormat png jpeg gif webp",
    "%OutputFormatType json_schema",
    "%PerformanceConfigLatency standard optimized",
    "%ServiceTierType priority default flex reserved",
    "%SortAsyncInvocationBy SubmissionTime",
    "%SortOrder Ascending Descending",
    "%StopReason end_turn tool_use max_tokens stop_sequence guardrail_intervened content_filtered "
    "malformed_model_output malformed_tool_use model_context_window_exceeded",
    "%ToolResultStatus success error",
    "%ToolUseType server_tool_use",
    "%Trace ENABLED DISABLED ENABLED_FULL",
    "%VideoFormat mkv mov mp4 webm flv mpeg mpg wmv three_gp",
};

}  // namespace runtime_model
