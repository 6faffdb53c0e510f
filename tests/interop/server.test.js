'use strict';
// The tool against a server of AWS's packages: every request is signed as AWS signs, every answer is read as it is meant.

const assert = require('node:assert/strict');
const {after, before, beforeEach, test} = require('node:test');

const {keys, runTool} = require('./support');
const {frame, startServer} = require('./server');

const token = 'session/token+with=signs';
const nextToken = 'a+b/c=d e&f~g*';
const text = 'Grüße, "世界" 🌍\n';
const converseAnswer = {
    metrics: {latencyMs: 12},
    output: {message: {role: 'assistant', content: [{text}]}},
    stopReason: 'end_turn',
    usage: {inputTokens: 3, outputTokens: 4, totalTokens: 7},
};

function converseFrames() {
    return [
        frame('messageStart', {role: 'assistant', p: 'abc'}),
        ...Array.from(text, (character) => frame('contentBlockDelta', {contentBlockIndex: 0, delta: {text: character}})),
        frame('contentBlockStop', {contentBlockIndex: 0}),
        frame('contentBlockStart', {contentBlockIndex: 1, start: {toolUse: {name: 'weather', toolUseId: 't1'}}}),
        frame('contentBlockDelta', {contentBlockIndex: 1, delta: {toolUse: {input: '{"city":'}}}),
        frame('contentBlockDelta', {contentBlockIndex: 1, delta: {toolUse: {input: '"Lisbon"}'}}}),
        frame('contentBlockStop', {contentBlockIndex: 1}),
        frame('messageStop', {stopReason: 'tool_use'}),
        frame('metadata', {metrics: {latencyMs: 12}, usage: {inputTokens: 3, outputTokens: 4, totalTokens: 7}}),
    ];
}

/** The same bytes in pieces that end nowhere near a frame's end. */
function recut(frames, size) {
    const bytes = Buffer.concat(frames);
    return Array.from({length: Math.ceil(bytes.length / size)}, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

function answer(request, body) {
    const path = request.url.split('?')[0];
    if (path.endsWith('/converse')) return {body: JSON.stringify(converseAnswer)};
    if (path.endsWith('/converse-stream')) {
        if (path.includes('throttled'))
            return {body: [...converseFrames().slice(0, 4), frame('throttlingException', {message: 'Too many tokens.'})]};
        return {body: path.includes('recut') ? recut(converseFrames(), 7) : converseFrames()};
    }
    if (path.endsWith('/invoke')) return {body, headers: {'content-type': request.headers['content-type']}};
    if (path.endsWith('/invoke-with-response-stream'))
        return {
            body: [body.subarray(0, 5), body.subarray(5)].map((piece) => frame('chunk', {bytes: piece.toString('base64')})),
            headers: {'x-amzn-bedrock-content-type': 'application/json'},
        };
    if (path.endsWith('/count-tokens')) return {body: '{"inputTokens":42}'};
    if (path === '/foundation-models') return {body: '{"modelSummaries":[]}'};
    if (path === '/inference-profiles') {
        const next = request.url.includes('nextToken') ? {} : {nextToken};
        return {body: JSON.stringify({inferenceProfileSummaries: [], ...next})};
    }
    return {status: 404, headers: {'x-amzn-errortype': 'UnknownOperationException'}, body: '{}'};
}

let server;
before(async () => (server = await startServer({...keys, sessionToken: token}, answer)));
after(() => server.stop());
beforeEach(() => server.seen.splice(0));

async function run(words, options = {}) {
    const env = {AWS_ENDPOINT_URL: server.url, AWS_SESSION_TOKEN: token, ...options.env};
    const seen = await runTool(words, {...options, env});
    for (const {verdict, url} of options.refused ? [] : server.seen) assert.equal(verdict, '', url);
    return seen;
}

const models = [
    'anthropic.claude-v2:1',
    'us.anthropic.claude-opus-4-6-v1',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3',
    'recut',
];

for (const model of models) {
    test(`converse and its stream: ${model}`, async () => {
        const whole = await run(['converse', '--model', model, '--no-stream', '--json', text]);
        assert.equal(whole.err, '');
        assert.equal(whole.status, 0);
        const reply = JSON.parse(whole.out);
        assert.deepEqual(reply.output, converseAnswer.output);
        assert.deepEqual(reply.usage, converseAnswer.usage);

        const streamed = await run(['converse', '--model', model, '--json', '--max-tokens', '9', text]);
        assert.equal(streamed.err, '');
        assert.equal(streamed.status, 0);
        const joined = JSON.parse(streamed.out);
        assert.equal(joined.stopReason, 'tool_use');
        assert.deepEqual(joined.output.message.content, [
            {text},
            {toolUse: {toolUseId: 't1', name: 'weather', input: {city: 'Lisbon'}}},
        ]);

        assert.deepEqual(server.seen.map(({method, url}) => `${method} ${decodeURIComponent(url)}`),
            [`POST /model/${model}/converse`, `POST /model/${model}/converse-stream`]);
        assert.deepEqual(JSON.parse(server.seen[1].body), {
            inferenceConfig: {maxTokens: 9},
            messages: [{role: 'user', content: [{text}]}],
        });
    });
}

test('an exception inside the stream ends in an error that names it', async () => {
    const seen = await run(['converse', '--model', 'throttled', 'Hello']);
    assert.equal(seen.status, 1);
    assert.match(seen.err, /ThrottlingException/i);
    assert.match(seen.err, /Too many tokens\./);
    assert.equal(seen.out.toString('utf8').trimEnd(), Array.from(text).slice(0, 3).join(''));
});

test('raw bodies go both ways as they are, streamed too', async () => {
    const body = Buffer.from(JSON.stringify({prompt: text, numbers: [1, 2.5]}));
    const plain = await run(['invoke', '--model', models[0], '-'], {input: body});
    assert.deepEqual(plain.out, body);
    const streamed = await run(['invoke', '--model', models[2], '--stream', '-'], {input: body});
    assert.equal(streamed.err, '');
    assert.deepEqual(streamed.out, body);
    for (const {body: arrived} of server.seen) assert.deepEqual(arrived, body);
});

test('count-tokens, and questions with a query', async () => {
    const input = JSON.stringify({input: {converse: {messages: [{role: 'user', content: [{text}]}]}}});
    const counted = await run(['count-tokens', '--model', models[0], '-'], {input});
    assert.deepEqual(JSON.parse(counted.out), {inputTokens: 42});
    await run(['models']);
    const paged = server.seen.map(({url}) => new URL(url, server.url)).filter(({searchParams}) => searchParams.has('nextToken'));
    assert.deepEqual(paged.map(({searchParams}) => searchParams.get('nextToken')), [nextToken]);
});

test('another region, a wrong secret', async () => {
    await run(['converse', '--model', models[0], 'Hello'], {env: {AWS_REGION: 'ap-southeast-2'}});
    assert.match(server.seen[0].headers.authorization, /\/ap-southeast-2\/bedrock\/aws4_request/);
    const seen = await run(['converse', '--model', models[0], 'Hello'], {env: {AWS_SECRET_ACCESS_KEY: 'wrong'}, refused: true});
    assert.equal(seen.status, 1);
    assert.match(seen.err, /InvalidSignature/);
    assert.match(server.seen[1].verdict, /^AWS signs /);
});
