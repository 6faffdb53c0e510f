#!/usr/bin/env python3
"""Compares how the SDK reads random documents with how independent readers do.

    compare.py PROGRAM xml|profiles [--seconds N] [--seed N]

PROGRAM is the program of readings.cpp. `xml`: what expat refuses must be refused, and what both take must have the same
elements and texts. `profiles`: files that botocore takes must give the same profiles. Exit status 77, with a line that
says so, where the other reader is not installed.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import xml.parsers.expat

SKIPPED = 77


class Readings:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, kind, one, other=b''):
        self.process.stdin.write(f'{kind} {len(one)} {len(other)}\n'.encode() + one + other)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f'FAIL: the program ended at {one!r} {other!r}')
        return json.loads(line)


# ---- XML

XML_PIECES = ['<a>', '</a>', '<b ', 'k', '=', '"v"', "'v'", "'", '"', '>', '/>', '<', '&', '&lt;', '&amp;', '&x;', '&#65;',
              '&#x20;', '&#0;', '&#1;', '&#xFFFE;', ';', '<!--', '-->', '--', '-', '<!-->', '<?', '?>', 'xml', 'pi',
              "<?xml version='1.0'?>", "<?xml version='1.0' encoding='UTF-8'?>", 'version="1.0"', ' ', '\n', '\r\n', '\t', 'text',
              ']]>', '<![CDATA[', '\x01', '\x7f', '\ufeff', '\ufffe', '\u20ac', '<b>', '</b>', '<c/>', '1', '.', ':', '_', 'é',
              '<a k="1" l="2">', '<a k="1" k="2">', '<a k="1"l="2">', '<a k=v>', '<a k>', '</ a>', '</a >', 'standalone="yes"']


def xml_case(rng):
    if rng.random() < 0.5:
        return ''.join(rng.choice(XML_PIECES) for _ in range(rng.randrange(1, 9)))
    depth = rng.randrange(1, 4)
    names = [rng.choice(['a', 'b', 'ns:c', '_d', 'e-1.f']) for _ in range(depth)]
    inner = ''.join(rng.choice(XML_PIECES) for _ in range(rng.randrange(0, 3)))
    attribute = rng.choice(['', '', ' k="1"', ' k="1" l=\'2\'', ' k = "&lt;"', ' ' + rng.choice(XML_PIECES)])
    text = ''.join(f'<{n}{attribute}>' for n in names) + inner + ''.join(f'</{n}>' for n in reversed(names))
    text = rng.choice(['', '', '\ufeff', "<?xml version='1.0'?>", ' ', '<!-- c -->']) + text
    if rng.random() < 0.4:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(XML_PIECES) + text[at + rng.randrange(2):]
    return text


def expat_events(data):
    events = []

    def add(kind, value):
        if kind == 'text' and events and events[-1][0] == 'text':
            events[-1][1] += value
        else:
            events.append([kind, value])

    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: add('start', name)
    parser.EndElementHandler = lambda name: add('end', name)
    parser.CharacterDataHandler = lambda text: add('text', text)
    try:
        parser.Parse(data, True)
    except xml.parsers.expat.ExpatError:
        return None
    return events


def joined(events):
    """Texts in a row as one."""
    made = []
    for kind, value in events:
        if kind == 'text' and made and made[-1][0] == 'text':
            made[-1][1] += value
        else:
            made.append([kind, value])
    return made


def compare_xml(readings, rng):
    data = xml_case(rng).encode('utf-8', 'surrogatepass')
    ours = readings.read('xml', data)
    theirs = expat_events(data)
    if theirs is None and ours is not None:
        return f'taken although expat refuses it: {data!r}'
    if ours is not None and joined(ours) != theirs:
        return f'read otherwise: {data!r}\n  ours  {ours}\n  expat {theirs}'
    # What is well-formed may be refused for a document type, a version, an encoding, or a name beyond ASCII only.
    may_be_refused = not data.isascii() or b'<!DOCTYPE' in data or b'encoding' in data or (
        data.startswith(b'<?xml') and not re.match(rb'<\?xml\s+version\s*=\s*["\']1\.0["\']', data))
    if theirs is not None and ours is None and not may_be_refused:
        return f'refused although expat takes it: {data!r}'
    return 'both' if ours is not None else ''


# ---- profiles

NAMES = ['default', 'dev', 'a b', 'работа', 'x!', 'a.b@c', 'p\\q', "it's", '"q"', '"q r"', "'s t'", 'a"b c"d']
KEYS = ['region', 'output', 'aws_access_key_id', 'aws_secret_access_key', 'Role_Arn', 's3', 'k']
VALUES = ['v', 'us-west-2', 'a=b', '', 'x y', 'v#1', 'é', '[z]']


def profile_text(rng, prefix):
    lines = []
    base = rng.choice(['', '', ' ', '  ', '\t'])
    for _ in range(rng.randrange(1, 4)):
        name = rng.choice(NAMES)
        header = name if not prefix or name == 'default' else f'profile {name}'
        lines.append(rng.choice([base, base, '', '  ']) + f'[{header}]')
        for _ in range(rng.randrange(0, 4)):
            indent = rng.choice([base, base, '', ' ', '  ', '    ', '\t'])
            kind = rng.random()
            if kind < 0.75:
                lines.append(f'{indent}{rng.choice(KEYS)}{rng.choice(["=", " = "])}{rng.choice(VALUES)}')
            elif kind < 0.85:
                lines.append(rng.choice(['', '   ', '# comment', '; comment']))
            else:
                lines.append(f'{indent}{rng.choice(["sub = w", "more", "n=1"])}')
    return rng.choice(['\n', '\n', '\r\n']).join(lines) + rng.choice(['', '\n'])


def botocore_profiles(loader, errors, path, prefix):
    """None for a file that botocore refuses."""
    try:
        if prefix:
            return loader.load_config(path)['profiles']
        return loader.raw_config_parse(path)
    except errors.ConfigParseError:
        return None


def comparable(profiles):
    """With the line ends of blank lines, and the empty values of blocks, taken out: they mean nothing."""
    made = {}
    for name, values in profiles.items():
        made[name] = {}
        for key, value in values.items():
            if isinstance(value, dict):
                value = {nested.lower(): text for nested, text in value.items() if nested} or ''
            else:
                value = '\n'.join(line.strip() for line in value.split('\n') if line.strip())
            made[name][key] = value
    return made


def compare_profiles(readings, rng, folder, loader, errors):
    prefix = rng.random() < 0.5
    text = profile_text(rng, prefix)
    path = os.path.join(folder, 'file')
    with open(path, 'w', newline='', encoding='utf-8') as file:
        file.write(text)
    data = text.encode()
    ours = readings.read('profiles', data if prefix else b'', b'' if prefix else data)
    if ours is None:
        return f'refused: {text!r}'
    theirs = botocore_profiles(loader, errors, path, prefix)
    if theirs is None:
        return ''
    # A name that stands for two sections in the config file is decided otherwise: botocore takes the later one.
    theirs = {name: values for name, values in theirs.items() if name}
    if prefix and text.count('[default]') and 'profile default' in text:
        return ''
    if comparable(ours) != comparable(theirs):
        return f'read otherwise: {text!r}\n  ours     {ours}\n  botocore {theirs}'
    return 'both'


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('program')
    arguments.add_argument('kind', choices=['xml', 'profiles'])
    arguments.add_argument('--seconds', type=float, default=5)
    arguments.add_argument('--seed', type=int, default=20261130)
    given = arguments.parse_args()
    rng = random.Random(given.seed)
    readings = Readings(given.program)
    with tempfile.TemporaryDirectory() as folder:
        if given.kind == 'xml':
            compare = lambda: compare_xml(readings, rng)
        else:
            try:
                import botocore.configloader
                import botocore.exceptions
            except ImportError:
                print('SKIPPED: botocore is not installed (Debian: python3-botocore)')
                return SKIPPED
            compare = lambda: compare_profiles(readings, rng, folder, botocore.configloader, botocore.exceptions)
        cases = both = failures = 0
        until = time.monotonic() + given.seconds
        while time.monotonic() < until and failures < 10:
            cases += 1
            said = compare()
            both += said == 'both'
            if said not in ('', 'both'):
                failures += 1
                print('FAIL:', said)
    print(f'{given.kind}: {cases} cases, {both} taken by both readers, {failures} differences, seed {given.seed}')
    return 1 if failures or both == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
