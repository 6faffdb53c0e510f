'use strict';
// AWS's Bedrock client against the loopback Bedrock of the tests: what that answers is what AWS's own code takes.

const assert = require('node:assert/strict');
const {after, before, test} = require('node:test');
const bedrock = require('@aws-sdk/client-bedrock-runtime');
const {NodeHttpHandler} = require('@smithy/node-http-handler');

const {keys, startMock} = require('./support');

const modelId = 'anthropic.claude-v2:1';
const messages = [{role: 'user', content: [{text: 'Grüße, 世界 🌍'}]}];

function makeClient(mock, more = {}) {
    return new bedrock.BedrockRuntimeClient({
        region: 'eu-west-1',
        endpoint: mock.url,
        credentials: keys,
        maxAttempts: 1,
        requestHandler: new NodeHttpHandler({connectionTimeout: 20000, requestTimeout: 20000}),  // HTTP/1.1
        ...more,
    });
}

async function collect(stream) {
    const events = [];
    for await (const event of stream) events.push(event);
    return events;
}

let mock, client;
before(async () => {
    mock = await startMock();
    client = makeClient(mock);
});
after(async () => {
    client.destroy();
    await mock.stop();
});

test('Converse', async () => {
    const reply = await client.send(new bedrock.ConverseCommand({modelId, messages, inferenceConfig: {maxTokens: 100}}));
    assert.equal(reply.stopReason, 'end_turn');
    assert.match(reply.output.message.content[0].text, /Grüße, 世界 🌍/);
    assert.equal(reply.usage.totalTokens, reply.usage.inputTokens + reply.usage.outputTokens);
    assert.ok(reply.$metadata.requestId);
});

test('ConverseStream', async () => {
    const whole = await client.send(new bedrock.ConverseCommand({modelId, messages}));
    const reply = await client.send(new bedrock.ConverseStreamCommand({modelId, messages}));
    const events = await collect(reply.stream);
    assert.deepEqual(events[0], {messageStart: {role: 'assistant'}});
    const text = events.map((event) => event.contentBlockDelta?.delta.text ?? '').join('');
    assert.equal(text, whole.output.message.content[0].text);
    assert.equal(events.at(-2).messageStop.stopReason, 'end_turn');
    assert.deepEqual(events.at(-1).metadata.usage, whole.usage);
});

test('a tool, and reasoning', async () => {
    const reply = await client.send(new bedrock.ConverseStreamCommand({
        modelId,
        messages: [{role: 'user', content: [{text: 'use the tool'}]}],
        toolConfig: {tools: [{toolSpec: {name: 'weather', inputSchema: {json: {type: 'object'}}}}]},
        additionalModelRequestFields: {thinking: {type: 'enabled', budget_tokens: 1024}},
    }));
    const events = await collect(reply.stream);
    const started = events.find((event) => event.contentBlockStart?.start?.toolUse);
    assert.equal(started.contentBlockStart.start.toolUse.name, 'weather');
    const input = events.map((event) => event.contentBlockDelta?.delta.toolUse?.input ?? '').join('');
    assert.equal(typeof JSON.parse(input), 'object');
    assert.ok(events.some((event) => event.contentBlockDelta?.delta.reasoningContent?.text));
    assert.equal(events.find((event) => event.messageStop).messageStop.stopReason, 'tool_use');
});

test('InvokeModel and its stream', async () => {
    const body = Buffer.from(JSON.stringify({prompt: 'Grüße', padding: 'x'.repeat(100)}));
    const plain = await client.send(new bedrock.InvokeModelCommand({modelId, body, contentType: 'application/json'}));
    assert.deepEqual(Buffer.from(plain.body), body);
    const streamed = await client.send(new bedrock.InvokeModelWithResponseStreamCommand({modelId, body}));
    const events = await collect(streamed.body);
    assert.ok(events.length > 1);
    assert.deepEqual(Buffer.concat(events.map((event) => event.chunk.bytes)), body);
});

test('CountTokens and ApplyGuardrail', async () => {
    const counted = await client.send(new bedrock.CountTokensCommand({modelId, input: {converse: {messages}}}));
    const answered = await client.send(new bedrock.ConverseCommand({modelId, messages}));
    assert.equal(counted.inputTokens, answered.usage.inputTokens);
    const judged = await client.send(new bedrock.ApplyGuardrailCommand({
        guardrailIdentifier: 'g1',
        guardrailVersion: '1',
        source: 'INPUT',
        content: [{text: {text: 'a forbidden word'}}],
    }));
    assert.equal(judged.action, 'GUARDRAIL_INTERVENED');
});

test('asynchronous invocations', async () => {
    const started = await client.send(new bedrock.StartAsyncInvokeCommand({
        modelId: 'amazon.nova-reel-v1:0',
        modelInput: {taskType: 'TEXT_VIDEO'},
        outputDataConfig: {s3OutputDataConfig: {s3Uri: 's3://bucket/path'}},
    }));
    const found = await client.send(new bedrock.GetAsyncInvokeCommand({invocationArn: started.invocationArn}));
    assert.equal(found.status, 'Completed');
    assert.ok(found.submitTime instanceof Date);
    const listed = await client.send(new bedrock.ListAsyncInvokesCommand({maxResults: 1, sortBy: 'SubmissionTime'}));
    assert.equal(listed.asyncInvokeSummaries.length, 1);
});

test('wrong secret, wrong token, other session', async () => {
    const credentials = [{...keys, secretAccessKey: 'wrong'}, {...keys, accessKeyId: 'AKIAUNKNOWN'}, {...keys, sessionToken: 'x'}];
    for (const one of credentials) {
        const stranger = makeClient(mock, {credentials: one});
        await assert.rejects(stranger.send(new bedrock.ConverseCommand({modelId, messages})),
            (fault) => fault.$metadata.httpStatusCode === 403);
        stranger.destroy();
    }
});

test('faults: an HTTP error, an exception inside a stream', async () => {
    const faulty = await startMock(['--fault', 'status:429@1', '--fault', 'exception:throttlingException:3']);
    const victim = makeClient(faulty);
    try {
        await assert.rejects(victim.send(new bedrock.ConverseCommand({modelId, messages})), bedrock.ThrottlingException);
        const reply = await victim.send(new bedrock.ConverseStreamCommand({modelId, messages}));
        await assert.rejects(collect(reply.stream), {name: /ThrottlingException/i});
    } finally {
        victim.destroy();
        await faulty.stop();
    }
});
