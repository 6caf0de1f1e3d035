"""The golden vectors of the project, which every implementation shares. Set VECTORS to their folder."""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from toolswarm import (
    IdentityFault,
    ToolswarmError,
    cbor,
    ed25519,
    fingerprint_of,
    ids,
    jcs,
    open_envelope,
    read_entry,
    read_manifest,
    verify_certificate,
    verify_rotation,
)
from toolswarm.envelope import signed_message

FOLDER = Path(os.environ.get("VECTORS", Path(__file__).parents[3] / "test" / "conformance" / "vectors"))


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def value_of(item: Any) -> Any:
    """``{"$bytes": hex}`` and ``{"$int": decimal}`` in vectors."""
    if isinstance(item, list):
        return [value_of(one) for one in item]
    if isinstance(item, dict):
        if "$bytes" in item:
            return bytes.fromhex(item["$bytes"])
        if "$int" in item:
            return int(item["$int"])
        return {key: value_of(one) for key, one in item.items()}
    return item


class Vectors(unittest.TestCase):
    def refused(self, code: str, act: Any, *args: Any) -> None:
        with self.assertRaises(ToolswarmError) as caught:
            act(*args)
        self.assertEqual(caught.exception.code, code)

    def test_cbor(self) -> None:
        vectors = load("cbor")
        for case in vectors["valid"]:
            with self.subTest(case["hex"]):
                value = value_of(case["value"])
                self.assertEqual(cbor.encode(value).hex(), case["hex"])
                self.assertEqual(cbor.decode(bytes.fromhex(case["hex"])), value)
        for case in vectors["invalid"]:
            with self.subTest(case["why"]):
                self.refused("kernel.malformed", cbor.decode, bytes.fromhex(case["hex"]))

    def test_jcs(self) -> None:
        vectors = load("jcs")
        for case in vectors["valid"]:
            with self.subTest(case["canonical"]):
                self.assertEqual(jcs.canonical_bytes(json.loads(case["json"])).decode(), case["canonical"])
        for text in vectors["invalid"]:
            self.refused("kernel.not_json", jcs.canonical_bytes, json.loads(text))

    def test_numbers(self) -> None:
        """Samples of RFC 8785, appendix B, and around the borders of the notations."""
        samples = {
            5e-324: "5e-324",
            -5e-324: "-5e-324",
            1.7976931348623157e308: "1.7976931348623157e+308",
            9007199254740992: "9007199254740992",
            295147905179352830000: "295147905179352830000",
            9.999999999999997e22: "9.999999999999997e+22",
            1e23: "1e+23",
            999999999999999700000: "999999999999999700000",
            1e21: "1e+21",
            9.999999999999997e-7: "9.999999999999997e-7",
            0.000001: "0.000001",
            333333333.33333325: "333333333.33333325",
            -0.0000033333333333333333: "-0.0000033333333333333333",
            1424953923781206.2: "1424953923781206.2",
            120: "120",
        }
        for value, text in samples.items():
            self.assertEqual(jcs.number(value), text)

    def test_ed25519_with_what_is_installed(self) -> None:
        self.check_ed25519()

    def test_ed25519_in_plain_python(self) -> None:
        with mock.patch.object(ed25519, "Ed25519PublicKey", None):
            self.check_ed25519()

    def check_ed25519(self) -> None:
        for case in load("ed25519")["cases"]:
            with self.subTest(case["why"]):
                parts = (bytes.fromhex(case[part]) for part in ("publicKey", "signature", "message"))
                self.assertIs(ed25519.verify(*parts), case["valid"])

    def test_ids(self) -> None:
        vectors = load("ids")
        for case in vectors["keys"]:
            key = bytes.fromhex(case["publicKey"])
            self.assertEqual(ids.provider_id_of(key), case["providerId"])
            self.assertEqual(ids.peer_id_of(key), case["peerId"])
            self.assertEqual(ids.provider_key_of(case["providerId"]), key)
            self.assertEqual(ids.peer_key_of(case["peerId"]), key)
        for case in vectors["toolIds"]:
            parsed = ids.parse_tool_id(case["text"])
            self.assertEqual(parsed, ids.ToolId(**case["parts"]))
            self.assertEqual(str(parsed), case["text"])
        for text in vectors["notProviderIds"]:
            self.refused("ids.bad_provider", ids.provider_key_of, text)
        for text in vectors["notPeerIds"]:
            self.refused("ids.bad_peer", ids.peer_key_of, text)
        for text in vectors["notToolIds"]:
            self.assertIsNone(ids.parse_tool_id(text), text)

    def test_envelopes(self) -> None:
        vectors = load("envelopes")
        for case in vectors["valid"]:
            with self.subTest(case["type"]):
                opened = open_envelope(bytes.fromhex(case["envelope"]), case["type"])
                self.assertEqual(opened.value, value_of(case["payload"]))
                self.assertEqual(opened.payload.hex(), case["payloadHex"])
                self.assertEqual(signed_message(case["type"], opened.payload).hex(), case["signedHex"])
        for case in vectors["invalid"]:
            with self.subTest(case["why"]):
                self.refused(case["code"], open_envelope, bytes.fromhex(case["envelope"]), case["expectedType"])

    def test_certificates(self) -> None:
        vectors = load("identity")["certificates"]
        for case in vectors["valid"]:
            found = verify_certificate(bytes.fromhex(case["bytes"]), case["now"])
            self.assertEqual((found.provider_id, found.peer_id), (case["providerId"], case["peerId"]))
            self.assertEqual([one.from_id for one in found.rotations], case["rotatedFrom"])
        self.check_faults(verify_certificate, vectors["invalid"])

    def test_rotations(self) -> None:
        vectors = load("identity")["rotations"]
        for case in vectors["valid"]:
            found = verify_rotation(bytes.fromhex(case["bytes"]), case["now"])
            self.assertEqual((found.from_id, found.to_id), (case["from"], case["to"]))
        self.check_faults(verify_rotation, vectors["invalid"])

    def check_faults(self, act: Any, cases: Any) -> None:
        for case in cases:
            with self.subTest(case["why"]), self.assertRaises(IdentityFault) as caught:
                act(bytes.fromhex(case["bytes"]), case["now"])
            self.assertEqual(caught.exception.fault, case["fault"], case["why"])

    def test_fingerprints(self) -> None:
        for case in load("fingerprints")["tools"]:
            self.assertEqual(fingerprint_of(case["tool"]), case["fingerprint"])

    def test_entries(self) -> None:
        vectors = load("entries")
        for case in vectors["valid"]:
            with self.subTest(case["name"]):
                entry = read_entry(bytes.fromhex(case["bytes"]), vectors["now"])
                self.assertEqual(entry.key, case["key"])
                self.assertEqual(entry.value, value_of(case["payload"]))
        for case in vectors["invalid"]:
            with self.subTest(case["why"]):
                self.refused(case["code"], read_entry, bytes.fromhex(case["bytes"]), vectors["now"])

    def test_manifests(self) -> None:
        for case in load("entries")["manifests"]:
            data, digest = bytes.fromhex(case["bytes"]), bytes.fromhex(case["hash"])
            self.assertEqual(read_manifest(data, digest), case["manifest"])
            self.refused("registry.bad_manifest", read_manifest, data + b" ", digest)


if __name__ == "__main__":
    unittest.main()
