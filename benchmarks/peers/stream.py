"""AWS's Python client for the end-to-end benchmark; what it reads and prints is what stream.js does."""
import sys
import time
import zlib

import botocore.config
import botocore.session

client = botocore.session.get_session().create_client(
    "bedrock-runtime",
    region_name="us-east-1",
    endpoint_url=sys.argv[1],
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
    aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    config=botocore.config.Config(retries={"total_max_attempts": 1}, proxies={}),
)


def ask(model, latencies):
    reply = client.converse_stream(
        modelId=model, messages=[{"role": "user", "content": [{"text": "Tell me a story."}]}]
    )
    events = 0
    parts = []
    for event in reply["stream"]:
        events += 1
        text = event.get("contentBlockDelta", {}).get("delta", {}).get("text")
        if text is None:
            continue
        if latencies is not None:
            latencies.append(time.monotonic_ns() - int(text))
        parts.append(text)
    return events, "".join(parts)


def main():
    if sys.argv[2:] == ["--once"]:
        _, text = ask("hello", None)
        with open("/proc/self/status", encoding="ascii") as status:
            peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
        print(text, peak)
        return
    for line in sys.stdin:
        model = line.strip()
        latencies = [] if model.startswith("paced-") else None
        begin, before = time.monotonic_ns(), time.process_time_ns()
        events, text = ask(model, latencies)
        used, took = time.process_time_ns() - before, time.monotonic_ns() - begin
        print(events, zlib.crc32(text.encode()), used, took, *(latencies or []), flush=True)


main()
