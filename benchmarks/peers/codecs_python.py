#!/usr/bin/env python3
"""What this Python has of AWS's (botocore, awscrt) on the work that bench-decode and bench-sigv4 exported: prints JSON
rows for codecs.py, and the names of what it has not.

    codecs_python.py EXPORTED_DIR ROUNDS
"""
import datetime
import importlib
import io
import json
import os
import sys
import time

KINDS = ["", "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]
WHEN = datetime.datetime.fromtimestamp(1440938160, datetime.timezone.utc)
PATH = "/model/us.anthropic.claude-opus-4-6-v1/converse-stream"
HEADERS = [("Host", "bedrock-runtime.us-east-1.amazonaws.com"), ("Content-Type", "application/json"),
           ("Accept", "application/vnd.amazon.eventstream")]
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "T" * 900)


def measure(work, items, rounds):
    """Nanoseconds of processor time per item: median and best."""
    samples = []
    for _ in range(rounds):
        begin = time.process_time_ns()
        work()
        samples.append((time.process_time_ns() - begin) / items)
    samples.sort()
    return {"median_ns": samples[len(samples) // 2], "best_ns": samples[0]}


def load(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def events(data):
    from botocore.eventstream import EventStreamBuffer
    buffer = EventStreamBuffer()
    for at in range(0, len(data), 16384):
        buffer.add_data(data[at:at + 16384])
        for message in buffer:
            event = json.loads(message.payload)
            delta = event.get("delta")
            text = "" if delta is None else delta["text"] if "text" in delta else delta["toolUse"]["input"]
            yield KINDS.index(message.headers[":event-type"]), event.get("contentBlockIndex", -1), text


def answer(all_events):
    """As mix_event in decode.cpp."""
    total = 0
    for kind, index, text in all_events:
        data = text.encode()
        for value in kind, index, len(data) * 256 + (data[-1] if data else 0):
            total = (total * 31 + value) & 0xFFFFFFFFFFFFFFFF
    return str(total)


def decode_by_botocore(folder, rounds):
    for name, expected in load(folder, "decode.json").items():
        with open(os.path.join(folder, name + ".bin"), "rb") as file:
            data = file.read()
        right = answer(events(data)) == expected["answer"]

        def work():
            for _ in events(data):
                pass

        yield {"table": "frames to (kind, index, text), " + name, "candidate": "botocore's EventStreamBuffer and json",
               "item": "message", "right": right, **measure(work, expected["messages"], rounds)}


def sign_by_botocore(folder, rounds):
    from botocore import auth, awsrequest, credentials
    if hasattr(auth, "get_current_datetime"):
        auth.get_current_datetime = lambda *_, **__: WHEN.replace(tzinfo=None)
    else:  # before 1.40
        class Frozen(datetime.datetime):
            @classmethod
            def utcnow(cls):
                return WHEN.replace(tzinfo=None)
        auth.datetime.datetime = Frozen
    signer = auth.SigV4Auth(credentials.Credentials(*KEYS), "bedrock", "us-east-1")
    for size, expected in load(folder, "sigv4.json").items():
        body = b"x" * int(size)

        def once():
            request = awsrequest.AWSRequest("POST", "https://" + HEADERS[0][1] + PATH, dict(HEADERS), body)
            signer.add_auth(request)
            return request.headers["Authorization"]

        times = 20 if int(size) > 100000 else 200

        def work():
            for _ in range(times):
                once()

        yield {"table": "SigV4, body of %s bytes" % size, "candidate": "botocore's SigV4Auth", "item": "signature",
               "right": once().endswith("Signature=" + expected["without_hash"]), **measure(work, times, rounds)}


def sign_by_awscrt(folder, rounds):
    from awscrt import auth, http
    provider = auth.AwsCredentialsProvider.new_static(*KEYS)
    for size, expected in load(folder, "sigv4.json").items():
        body = b"x" * int(size)

        def once():
            config = auth.AwsSigningConfig(
                algorithm=auth.AwsSigningAlgorithm.V4, signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
                credentials_provider=provider, region="us-east-1", service="bedrock", date=WHEN,
                signed_body_header_type=auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256)
            request = http.HttpRequest("POST", PATH, http.HttpHeaders(HEADERS), io.BytesIO(body))
            return auth.aws_sign_request(request, config).result().headers.get("Authorization")

        times = 20 if int(size) > 100000 else 500

        def work():
            for _ in range(times):
                once()

        yield {"table": "SigV4, body of %s bytes" % size, "candidate": "awscrt in Python", "item": "signature",
               "right": once().endswith("Signature=" + expected["with_hash"]), **measure(work, times, rounds)}


def main():
    folder, rounds = sys.argv[1], int(sys.argv[2])
    rows, missing = [], []
    for module, works in (("botocore", (decode_by_botocore, sign_by_botocore)), ("awscrt", (sign_by_awscrt,))):
        try:
            importlib.import_module(module)
        except ImportError:
            missing.append(module)
            continue
        for work in works:
            rows += work(folder, rounds)
    print(json.dumps({"rows": rows, "missing": missing}))


if __name__ == "__main__":
    main()
