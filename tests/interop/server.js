'use strict';
// A Bedrock on loopback out of AWS's packages: signs each request again with @smithy/signature-v4 from the bytes
// received, compares, and frames streams with @smithy/eventstream-codec.

const http = require('node:http');
const {once} = require('node:events');
const {Sha256} = require('@aws-crypto/sha256-js');
const {EventStreamCodec} = require('@smithy/eventstream-codec');
const {SignatureV4} = require('@smithy/signature-v4');

const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString('utf8'), (text) => Buffer.from(text, 'utf8'));
const string = (value) => ({type: 'string', value});

/** An event, or an exception where the type says so. */
function frame(type, payload) {
    const exception = type.endsWith('Exception');
    return Buffer.from(codec.encode({
        headers: {
            [exception ? ':exception-type' : ':event-type']: string(type),
            ':content-type': string('application/json'),
            ':message-type': string(exception ? 'exception' : 'event'),
        },
        body: Buffer.from(JSON.stringify(payload)),
    }));
}

function parseQuery(text) {
    const query = {};
    for (const pair of text ? text.split('&') : []) {
        const [name, value = ''] = pair.split('=').map(decodeURIComponent);
        query[name] = name in query ? [].concat(query[name], value) : value;
    }
    return query;
}

/** What is wrong with the authorization of a request, or ''. */
async function checkSignature(request, body, credentials) {
    const given = request.headers.authorization ?? '';
    const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$/.exec(given);
    if (!parts) return `no SigV4 authorization: ${given}`;
    const [, , , region, service, signedHeaders] = parts;
    const headers = {};
    for (const name of signedHeaders.split(';')) {
        if (!(name in request.headers)) return `${name} is signed, but was not sent`;
        headers[name] = request.headers[name];
    }
    for (const name of ['host', 'x-amz-date']) if (!(name in headers)) return `${name} is not signed`;
    for (const name of Object.keys(request.headers))
        if (name.startsWith('x-amz-') && !(name in headers)) return `${name} is not signed`;
    const date = headers['x-amz-date'];
    const contentHash = headers['x-amz-content-sha256'];
    // The signer adds its own of these.
    for (const name of ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']) delete headers[name];
    const question = request.url.indexOf('?');
    const signer = new SignatureV4({credentials, region, service, sha256: Sha256, applyChecksum: contentHash !== undefined});
    const signed = await signer.sign({
        method: request.method,
        protocol: 'http:',
        hostname: request.headers.host,
        path: question < 0 ? request.url : request.url.slice(0, question),
        query: question < 0 ? {} : parseQuery(request.url.slice(question + 1)),
        headers,
        body,
    }, {signingDate: new Date(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))});
    if (contentHash !== signed.headers['x-amz-content-sha256']) return 'x-amz-content-sha256 is not the hash of the body';
    if (signed.headers.authorization !== given) return `AWS signs ${signed.headers.authorization}, not ${given}`;
    return '';
}

/**
 * Serves `answer(request, body)`: {status, headers, body}, where a body that is a list is a stream, a piece an item.
 * `seen` has what arrived, with the verdict of each signature.
 */
async function startServer(credentials, answer) {
    const seen = [];
    const server = http.createServer(async (request, response) => {
        try {
            const pieces = [];
            for await (const piece of request) pieces.push(piece);
            const body = Buffer.concat(pieces);
            const verdict = await checkSignature(request, body, credentials);
            seen.push({method: request.method, url: request.url, headers: request.headers, body, verdict});
            if (verdict) {
                response.writeHead(403, {'content-type': 'application/json', 'x-amzn-errortype': 'InvalidSignatureException'});
                response.end(JSON.stringify({message: verdict}));
                return;
            }
            const reply = answer(request, body);
            const streamed = Array.isArray(reply.body);
            const type = streamed ? 'application/vnd.amazon.eventstream' : 'application/json';
            response.writeHead(reply.status ?? 200, {'content-type': type, 'x-amzn-requestid': 'node', ...reply.headers});
            if (!streamed) return void response.end(reply.body);
            for (const piece of reply.body)
                if (!response.write(piece)) await once(response, 'drain');
            response.end();
        } catch (fault) {
            seen.push({verdict: String(fault.stack)});
            response.destroy();
        }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        seen,
        async stop() {
            server.closeAllConnections();
            server.close();
            await once(server, 'close');
        },
    };
}

module.exports = {frame, startServer};
