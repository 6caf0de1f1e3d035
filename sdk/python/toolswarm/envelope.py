"""Signed envelopes: the CBOR array ``[type, payload, key, signature]``, signed over ``toolswarm/<type> 0x00 payload``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import cbor, ed25519
from .errors import ToolswarmError, malformed

_TYPE = re.compile(r"[a-z][a-z0-9-]{0,46}/[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Envelope:
    """An envelope whose signature holds. Whether that key may say such a thing is the rule of the record."""

    type: str
    payload: bytes
    public_key: bytes
    signature: bytes
    value: cbor.CborValue
    """The payload, decoded."""
    data: bytes
    """The envelope as it travelled: what is stored and passed on."""


def signed_message(type_: str, payload: bytes) -> bytes:
    """What a signature covers. Types hold no NUL, so that no message of one type is a message of another."""
    if not _TYPE.fullmatch(type_):
        raise _wrong_type("record", type_)
    return f"toolswarm/{type_}".encode() + b"\0" + payload


def open_envelope(data: bytes, expected_type: str) -> Envelope:
    """Verifies hostile bytes. Raises ``kernel.malformed``, ``kernel.wrong_type`` or ``kernel.bad_signature``."""
    parts = cbor.decode(data)
    if not isinstance(parts, list) or len(parts) != 4 or not isinstance(parts[0], str):
        raise malformed("not an envelope")
    type_, payload, key, signature = parts
    if not all(isinstance(part, bytes) for part in parts[1:]) or len(key) != 32 or len(signature) != 64:
        raise malformed("not an envelope")
    if type_ != expected_type:
        raise _wrong_type(expected_type, type_)
    if not ed25519.verify(key, signature, signed_message(type_, payload)):
        raise ToolswarmError(
            "kernel.bad_signature",
            "The signature does not match.",
            "Drop the record; it was altered or forged.",
        )
    return Envelope(type_, payload, key, signature, cbor.decode(payload), data)


def _wrong_type(expected: str, found: str) -> ToolswarmError:
    return ToolswarmError(
        "kernel.wrong_type",
        f"Expected a signed {expected}, got {found[:40]}.",
        "Drop it; the sender mixed up its messages.",
    )
