'use strict';
// Runs the programs of the build that BEDROCK_TOOL and BEDROCK_MOCK name, in a bare environment.

const {spawn} = require('node:child_process');
const {once} = require('node:events');
const readline = require('node:readline');

const keys = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'};
const deadline = 30000;

function environment(more = {}) {
    return {
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/nonexistent',
        AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
        AWS_MAX_ATTEMPTS: '1',
        NO_PROXY: '127.0.0.1',
        ...more,
    };
}

/** The tool with these arguments and this input: {status, out (a Buffer), err}. */
async function runTool(words, {input = '', env = {}} = {}) {
    const child = spawn(process.env.BEDROCK_TOOL, words, {env: environment(env), timeout: deadline});
    const out = [];
    let err = '';
    child.stdout.on('data', (piece) => out.push(piece));
    child.stderr.setEncoding('utf8').on('data', (piece) => (err += piece));
    child.stdin.on('error', () => {});  // it may end without reading all
    child.stdin.end(input);
    const [status, signal] = await once(child, 'close');
    if (signal) throw new Error(`${words.join(' ')}: ended by ${signal}: ${err}`);
    return {status, out: Buffer.concat(out), err};
}

/** The loopback Bedrock of the tests: {url, stop()}. */
async function startMock(words = []) {
    const child = spawn(process.env.BEDROCK_MOCK, ['--pace=0', ...words], {stdio: ['ignore', 'pipe', 'inherit']});
    const ended = once(child, 'exit');
    const lines = readline.createInterface({input: child.stdout});
    const [line] = await Promise.race([
        once(lines, 'line'),
        ended.then(() => { throw new Error('the mock ended before it listened'); }),
    ]);
    const url = line.slice('listening on '.length);
    return {
        url,
        async stop() {
            child.kill('SIGTERM');
            await ended;
        },
    };
}

module.exports = {keys, runTool, startMock};
