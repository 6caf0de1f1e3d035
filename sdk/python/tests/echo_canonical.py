"""Reads JSON lines, writes the canonical bytes of each in hex: so that two implementations can be compared on any input."""

import json
import sys

from toolswarm import cbor, jcs

for line in sys.stdin:
    given = json.loads(line)
    if "json" in given:
        print(jcs.canonical_bytes(given["json"]).hex())
    else:
        print(cbor.encode(cbor.decode(bytes.fromhex(given["cbor"]))).hex())
