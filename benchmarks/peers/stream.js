// AWS's JavaScript client for the end-to-end benchmark.
//
//     stream.js URL            reads model ids, a line each, asks for each stream, and prints of each: events, CRC-32 of
//                              the text, processor time, time, then the latencies where texts are times; nanoseconds
//     stream.js URL --once     asks for `hello`, and prints its text and the most memory used, KiB
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');
const zlib = require('node:zlib');

const {BedrockRuntimeClient, ConverseStreamCommand} = require('@aws-sdk/client-bedrock-runtime');
const {NodeHttpHandler} = require('@smithy/node-http-handler');

const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: process.argv[2],
    credentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'},
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),  // HTTP/1.1
});

// Node 18 has none.
const crc32 = zlib.crc32 ?? ((bytes) => {
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
});

async function ask(modelId, latencies) {
    const messages = [{role: 'user', content: [{text: 'Tell me a story.'}]}];
    const reply = await client.send(new ConverseStreamCommand({modelId, messages}));
    let events = 0;
    let text = '';
    for await (const event of reply.stream) {
        ++events;
        const part = event.contentBlockDelta?.delta.text;
        if (part === undefined) continue;
        if (latencies) latencies.push(process.hrtime.bigint() - BigInt(part));
        text += part;
    }
    return {events, text};
}

async function main() {
    if (process.argv[3] === '--once') {
        const {text} = await ask('hello');
        const peak = /VmHWM:\s*(\d+)/.exec(fs.readFileSync('/proc/self/status', 'latin1'))[1];
        console.log(text, peak);
        return;
    }
    for await (const modelId of readline.createInterface({input: process.stdin})) {
        const latencies = modelId.startsWith('paced-') ? [] : null;
        const begin = process.hrtime.bigint();
        const before = process.cpuUsage();
        const {events, text} = await ask(modelId, latencies);
        const {user, system} = process.cpuUsage(before);
        const took = process.hrtime.bigint() - begin;
        console.log(events, crc32(Buffer.from(text)), (user + system) * 1000, String(took), ...(latencies ?? []).map(String));
    }
}

main().then(() => client.destroy());
