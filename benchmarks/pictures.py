#!/usr/bin/env python3
"""Draws the benchmarks' results as bar charts: pictures/*.svg, plain SVG with its text as text, for light and dark pages.

    pictures.py [--out DIR] FILE.json...        what `peers/codecs.py --json` and the programs' `--json` wrote

A picture whose results are not in the files is left as it is, and named.
"""
import argparse
import json
import math
import os
import sys
from xml.sax.saxutils import escape

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, LABELS, VALUES, ROW, BAR = 760, 282, 96, 26, 16

STYLE = """
  text { font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 } .note, .tick { fill: #59636e; font-size: 12px } .group { font-weight: 600 }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
  .page { fill: #ffffff } .grid { stroke: #d1d9e0 } .ours { fill: #1a7f5a } .peer { fill: #8c959f } .floor { fill: #c6cdd5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note, .tick { fill: #9198a1 }
    .value { stroke: #0d1117 } .page { fill: #0d1117 } .grid { stroke: #3d444d } .ours { fill: #3fb98a } .peer { fill: #767e88 } .floor { fill: #4a525c }
  }
"""

# A bar: the candidate in the JSON, what it is called here, and how it is coloured.
CODECS = [("bedrock, avx2", "bedrock, AVX2", "ours"), ("bedrock, ssse3", "bedrock, SSSE3", "ours"),
          ("bedrock, portable", "bedrock, portable", "ours")]
PICTURES = {
    "decode": {
        "title": "An event of a stream: from bytes to (kind, index, text)",
        "note": "processor time a message of 199 bytes, checksums verified; logarithmic, less is better",
        "unit": "ns", "log": True,
        "groups": [("", "frames to (kind, index, text), converse", [
            ("decoder and event, whole", "bedrock", "ours"),
            ("decoder and simdjson on demand, whole", "bedrock's frames and simdjson", "ours"),
            ("aws-c-event-stream and simdjson, whole", "aws-c-event-stream and simdjson", "peer"),
            ("@smithy/eventstream-codec and JSON.parse", "@smithy/eventstream-codec and JSON", "peer"),
            ("botocore's EventStreamBuffer and json", "botocore and json", "peer")])],
    },
    "sigv4": {
        "title": "A SigV4 signature of a request of 1 KiB",
        "note": "processor time, with a session token; less is better",
        "unit": "us",
        "groups": [("", "SigV4, body of 1024 bytes", [
            ("SHA-256 of the body alone", "SHA-256 of the body alone", "floor"),
            ("signer, key kept", "bedrock, key kept", "ours"),
            ("sign(), key derived", "bedrock, key derived", "ours"),
            ("awscrt in Python", "awscrt in Python", "peer"),
            ("@smithy/signature-v4 in Node", "@smithy/signature-v4 in Node", "peer"),
            ("botocore's SigV4Auth", "botocore", "peer")])],
    },
    "base64": {
        "title": "base64 of 16 KiB",
        "note": "GB/s of bytes, into memory that is kept; more is better",
        "unit": "GB/s",
        "groups": [("writing", "base64: writing 16384 bytes", CODECS + [("OpenSSL, EVP_EncodeBlock", "OpenSSL", "peer")]),
                   ("reading", "base64: reading 16384 bytes", CODECS + [("OpenSSL, EVP_DecodeBlock", "OpenSSL", "peer")])],
    },
}


def value_of(row, unit):
    best = row["best_ns"]
    return best if unit == "ns" else best / 1000 if unit == "us" else 1 / best


def text_of(value, unit):
    number = "{:,.0f}".format(value).replace(",", " ") if value >= 100 else "%.3g" % value
    return "%s %s" % (number, "µs" if unit == "us" else unit)


def ticks_of(largest, log):
    if log:
        return [10.0 ** power for power in range(1, math.ceil(math.log10(largest)) + 1)]
    step = 10.0 ** math.floor(math.log10(largest))
    step = next(step * part for part in (0.1, 0.2, 0.5, 1, 2) if largest / (step * part) <= 6)
    return [step * i for i in range(math.ceil(largest / step) + 1)]


def draw(picture, found):
    unit, log = picture["unit"], picture.get("log", False)
    groups = [(name, [(label, value_of(found[table, candidate], unit), kind) for candidate, label, kind in bars
                      if (table, candidate) in found]) for name, table, bars in picture["groups"]]
    ticks = ticks_of(max(value for _, bars in groups for _, value, _ in bars), log)
    room = WIDTH - LABELS - VALUES

    def place(value):
        share = math.log10(value / ticks[0]) / math.log10(ticks[-1] / ticks[0]) if log else value / ticks[-1]
        return LABELS + room * max(share, 0)

    body, y = [], 68
    top = y
    for name, bars in groups:
        if name:
            body.append('<text class="group" x="16" y="%d">%s</text>' % (y + 13, escape(name)))
            y += 24
        for label, value, kind in bars:
            end = place(value)
            body.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LABELS - 8, y + 13, escape(label)))
            body.append('<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>' % (kind, LABELS, y, end - LABELS, BAR))
            body.append('<text class="value" x="%.1f" y="%d">%s</text>' % (end + 6, y + 13, text_of(value, unit)))
            y += ROW
        y += 6
    grid = ['<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text class="tick" x="%.1f" y="%d" text-anchor="middle">'
            '%s</text>' % (place(tick), top - 6, place(tick), y, place(tick), y + 16,
                           "{:,.10g}".format(round(tick, 6)).replace(",", " ")) for tick in ticks]
    height = y + 30
    head = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">'
            % (WIDTH, height, WIDTH, height, escape(picture["title"], {'"': "&quot;"})),
            "<style>%s</style>" % STYLE, '<rect class="page" width="100%" height="100%"/>',
            '<text class="title" x="16" y="26">%s</text>' % escape(picture["title"]),
            '<text class="note" x="16" y="46">%s</text>' % escape(picture["note"])]
    return "\n".join(head + grid + body + ["</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=os.path.join(HERE, "pictures"), metavar="DIR")
    parser.add_argument("files", nargs="+", metavar="FILE.json")
    arguments = parser.parse_args()
    found = {}
    for name in arguments.files:
        with open(name, encoding="utf-8") as file:
            for row in json.load(file):
                if not row.get("right", True):
                    sys.exit("%s: a wrong answer of %s is not drawn" % (name, row["candidate"]))
                found[row["table"], row["candidate"]] = row
    os.makedirs(arguments.out, exist_ok=True)
    for name, picture in PICTURES.items():
        if any((table, bars[0][0]) not in found for _, table, bars in picture["groups"]):
            print("skipped: no results for " + name)
            continue
        with open(os.path.join(arguments.out, name + ".svg"), "w", encoding="utf-8") as file:
            file.write(draw(picture, found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
