'use strict';
// Event-stream frames: what AWS's codec writes, the tool reads, and the other way round, byte for byte.

const assert = require('node:assert/strict');
const {test} = require('node:test');
const {EventStreamCodec, Int64} = require('@smithy/eventstream-codec');

const {runTool} = require('./support');

const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString('utf8'), (text) => Buffer.from(text, 'utf8'));
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const long = (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return new Int64(bytes);
};

/** A header in three forms: AWS's, and the `type` and `value` that the tool prints. */
const makers = [
    () => [{type: 'boolean', value: true}, 'bool_true', true],
    () => [{type: 'boolean', value: false}, 'bool_false', false],
    (random) => {
        const value = random(256) - 128;
        return [{type: 'byte', value}, 'byte', value];
    },
    (random) => {
        const value = random(65536) - 32768;
        return [{type: 'short', value}, 'short', value];
    },
    (random) => {
        const value = random(2 ** 32) - 2 ** 31;
        return [{type: 'integer', value}, 'integer', value];
    },
    (random) => {
        const value = BigInt.asIntN(64, (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32)));
        return [{type: 'long', value: long(value)}, 'long', String(value)];
    },
    (random) => {
        const value = randomBytes(random, random(300));
        return [{type: 'binary', value}, 'byte_array', base64(value)];
    },
    (random) => {
        const value = ['', 'plain', 'Grüße, 世界 🌍', '"\\\u0001\n', 'x'.repeat(32767)][random(5)];
        return [{type: 'string', value}, 'string', value];
    },
    (random) => {
        const value = random(2 ** 32) * 1000 + random(1000);
        return [{type: 'timestamp', value: new Date(value)}, 'timestamp', String(value)];
    },
    (random) => {
        const hex = Buffer.from(randomBytes(random, 16)).toString('hex');
        const value = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
        return [{type: 'uuid', value}, 'uuid', value];
    },
];

/** Numbers below a limit, the same in every run. */
function makeRandom(seed) {
    let state = BigInt(seed);
    return (limit) => {
        state = (state * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
        return Number(((state >> 32n) * BigInt(limit)) >> 32n);
    };
}

function randomBytes(random, size) {
    return Uint8Array.from({length: size}, () => random(256));
}

function makeMessages() {
    const random = makeRandom(2026);
    const messages = [{headers: [], payload: new Uint8Array(0)}];
    for (const maker of makers) messages.push({headers: [['one', ...maker(random)]], payload: randomBytes(random, 5)});
    messages.push({headers: makers.map((maker, at) => [`h${at}`, ...maker(random)]), payload: randomBytes(random, 70000)});
    messages.push({headers: [['n'.repeat(255), ...makers[0](random)]], payload: new Uint8Array(1)});
    for (let count = 0; count < 200; ++count) {
        const headers = Array.from({length: random(6)}, (_, at) => [`${at}é`, ...makers[random(makers.length)](random)]);
        messages.push({headers, payload: randomBytes(random, random(400))});
    }
    return messages;
}

const messages = makeMessages();
const frames = messages.map(({headers, payload}) => Buffer.from(codec.encode({
    headers: Object.fromEntries(headers.map(([name, theirs]) => [name, theirs])),
    body: payload,
})));
const expectedLines = messages.map(({headers, payload}) => ({
    headers: headers.map(([name, , type, value]) => ({name, type, value})),
    payload: base64(payload),
}));

test('frames of AWS are read by bedrock decode', async () => {
    const seen = await runTool(['decode'], {input: Buffer.concat(frames)});
    assert.equal(seen.err, '');
    assert.equal(seen.status, 0);
    const lines = seen.out.toString('utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.length, expectedLines.length);
    for (const [at, line] of lines.entries()) assert.deepEqual(line, expectedLines[at], `message ${at}`);
});

test('frames of bedrock encode are AWS\'s byte for byte, and read by its codec', async () => {
    const input = expectedLines.map((line) => JSON.stringify(line)).join('\n');
    const seen = await runTool(['encode', '-'], {input});
    assert.equal(seen.err, '');
    assert.equal(seen.status, 0);
    let rest = seen.out;
    for (const [at, {headers, payload}] of messages.entries()) {
        const frame = rest.subarray(0, rest.readUInt32BE(0));
        rest = rest.subarray(frame.length);
        const message = codec.decode(frame);
        assert.deepEqual(Buffer.from(message.body), Buffer.from(payload), `message ${at}`);
        assert.deepEqual(Object.keys(message.headers), headers.map(([name]) => name));
        assert.deepEqual(frame, frames[at], `message ${at}`);
    }
    assert.equal(rest.length, 0);
});

test('both refuse a frame with any one byte inverted', async () => {
    const frame = frames[frames.findIndex((one) => one.length > 40 && one.length < 120)];
    for (let at = 0; at < frame.length; ++at) {
        const broken = Buffer.from(frame);
        broken[at] ^= 0xff;
        assert.throws(() => codec.decode(broken), `theirs, byte ${at}`);
        const seen = await runTool(['decode'], {input: broken});
        assert.equal(seen.status, 1, `ours, byte ${at}`);
        assert.equal(seen.out.length, 0, `ours, byte ${at}`);
    }
});
