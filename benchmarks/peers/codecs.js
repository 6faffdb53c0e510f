'use strict';
// AWS's JavaScript on the work that bench-decode and bench-sigv4 exported: prints JSON rows for codecs.py.
// usage: node codecs.js EXPORTED_DIR ROUNDS, where @smithy/eventstream-codec and @smithy/signature-v4 can be required

const fs = require('node:fs');
const path = require('node:path');
const {createRequire} = require('node:module');
const need = createRequire(path.join(process.cwd(), 'codecs.js'));

const [folder, rounds] = [process.argv[2], Number(process.argv[3])];
const read = (name) => fs.readFileSync(path.join(folder, name));
const kinds = ['', 'messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata'];

function* events(codec, bytes) {
    for (let at = 0; at < bytes.length;) {
        const size = bytes.readUInt32BE(at);
        const message = codec.decode(bytes.subarray(at, at + size));
        at += size;
        const event = JSON.parse(Buffer.from(message.body.buffer, message.body.byteOffset, message.body.byteLength).toString('utf8'));
        const text = event.delta ? event.delta.text ?? event.delta.toolUse.input : '';
        yield [kinds.indexOf(message.headers[':event-type'].value), event.contentBlockIndex ?? -1, text];
    }
}

// As mix_event in decode.cpp.
function answer(all) {
    let sum = 0n;
    const mix = (value) => { sum = BigInt.asUintN(64, sum * 31n + BigInt.asUintN(64, BigInt(value))); };
    for (const [kind, index, text] of all) {
        const bytes = Buffer.from(text, 'utf8');
        mix(kind);
        mix(index);
        mix(bytes.length * 256 + (bytes.length ? bytes[bytes.length - 1] : 0));
    }
    return String(sum);
}

// Nanoseconds of processor time per item, best and median; `work` returns what it has done or a promise of it.
async function measure(work, items) {
    const samples = [];
    for (let round = -2; round < rounds; ++round) {
        const begin = process.cpuUsage();
        await work();
        const used = process.cpuUsage(begin);
        if (round >= 0) samples.push((used.user + used.system) * 1000 / items);
    }
    samples.sort((a, b) => a - b);
    return {median_ns: samples[samples.length >> 1], best_ns: samples[0]};
}

async function decode(rows) {
    const {EventStreamCodec} = need('@smithy/eventstream-codec');
    const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString('utf8'), (text) => Buffer.from(text, 'utf8'));
    for (const [name, {messages, answer: expected}] of Object.entries(JSON.parse(read('decode.json')))) {
        const bytes = read(`${name}.bin`);
        const right = answer(events(codec, bytes)) === expected;
        let sum = 0;
        const run = () => { for (const [kind, index, text] of events(codec, bytes)) sum = sum + kind + index + text.length | 0; };
        rows.push({table: `frames to (kind, index, text), ${name}`, candidate: '@smithy/eventstream-codec and JSON.parse',
                   item: 'message', right, ...await measure(run, messages)});
    }
}

async function sign(rows) {
    const {SignatureV4} = need('@smithy/signature-v4');
    const {Hash} = need('@smithy/hash-node');
    const signer = new SignatureV4({
        service: 'bedrock', region: 'us-east-1', sha256: Hash.bind(null, 'sha256'),
        credentials: {accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
                      sessionToken: 'T'.repeat(900)},
    });
    for (const [size, expected] of Object.entries(JSON.parse(read('sigv4.json')))) {
        const request = {
            method: 'POST', protocol: 'https:', hostname: 'bedrock-runtime.us-east-1.amazonaws.com', query: {},
            path: '/model/us.anthropic.claude-opus-4-6-v1/converse-stream', body: 'x'.repeat(Number(size)),
            headers: {Host: 'bedrock-runtime.us-east-1.amazonaws.com', 'Content-Type': 'application/json',
                      Accept: 'application/vnd.amazon.eventstream'},
        };
        const once = () => signer.sign(request, {signingDate: new Date(1440938160000)});
        const right = (await once()).headers.authorization.endsWith(`Signature=${expected.with_hash}`);
        const times = Number(size) > 100000 ? 20 : 1000;
        const run = async () => { for (let i = 0; i < times; ++i) await once(); };
        rows.push({table: `SigV4, body of ${size} bytes`, candidate: '@smithy/signature-v4 in Node', item: 'signature', right,
                   ...await measure(run, times)});
    }
}

(async () => {
    const rows = [];
    await decode(rows);
    await sign(rows);
    console.log(JSON.stringify(rows));
})();
