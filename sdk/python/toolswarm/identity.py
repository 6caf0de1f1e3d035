"""Who is who: node certificates and key rotations (``docs/protocol/identity.md``)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any, List, Optional

from .envelope import Envelope, open_envelope
from .errors import ToolswarmError
from .ids import peer_id_of, provider_id_of

CLOCK_SKEW_MS = 10 * 60_000
"""How far two honest clocks may be apart."""
MAX_LIFETIME_MS = 400 * 86_400_000
_MAX_CERTIFICATE_BYTES = 8192
_MAX_ROTATION_BYTES = 1024
_MAX_ROTATIONS = 8
_MAX_SAFE = 2**53 - 1


class IdentityFault(ToolswarmError):
    """A certificate or rotation that does not hold; ``fault`` is the verdict of the golden vectors."""

    def __init__(self, fault: str) -> None:
        super().__init__(
            "identity.bad_certificate",
            f"This statement of identity does not hold ({fault}).",
            "Drop what rests on it.",
        )
        self.fault = fault


@dataclass(frozen=True)
class Rotation:
    """The old root gave its identity to a new one; both signed."""

    from_id: str
    to_id: str
    seq: int
    issued_at: int


@dataclass(frozen=True)
class Certificate:
    """A root says that a node serves its provider. Times are epoch milliseconds."""

    provider_id: str
    node_public_key: bytes
    peer_id: str
    issued_at: int
    expires_at: int
    seq: int
    label: str
    rotations: List[Rotation] = field(default_factory=list)


def verify_certificate(data: bytes, now: int) -> Certificate:
    """Verifies a ``node-certificate/1`` at the time ``now`` (epoch ms). Raises :class:`IdentityFault`."""
    opened = _open(data, "node-certificate/1", _MAX_CERTIFICATE_BYTES)
    value = opened.value
    if not _is_certificate(value):
        raise IdentityFault("malformed")
    if provider_id_of(opened.public_key) != value["provider"]:
        raise IdentityFault("wrong_provider")
    issued_at, expires_at = value["issuedAt"], value["expiresAt"]
    if not 0 < expires_at - issued_at <= MAX_LIFETIME_MS:
        raise IdentityFault("bad_lifetime")
    rotations = _verify_chain(value.get("rotations", []), value["provider"], now)
    if issued_at > now + CLOCK_SKEW_MS:
        raise IdentityFault("not_yet_valid")
    if expires_at < now - CLOCK_SKEW_MS:
        raise IdentityFault("expired")
    node = value["node"]
    return Certificate(
        value["provider"], node, peer_id_of(node), issued_at, expires_at, value["seq"], value["label"], rotations
    )


def verify_rotation(data: bytes, now: int) -> Rotation:
    """Verifies a ``rotation/1``: both the old and the new root signed it. Raises :class:`IdentityFault`."""
    outer = _open(data, "rotation/1", _MAX_ROTATION_BYTES)
    acceptance = outer.value.get("acceptance") if isinstance(outer.value, dict) else None
    if not isinstance(acceptance, bytes):
        raise IdentityFault("malformed")
    inner = _open(acceptance, "rotation-acceptance/1", _MAX_ROTATION_BYTES)
    value = inner.value
    if not (
        isinstance(value, dict)
        and _is_key(value.get("from"))
        and _is_key(value.get("to"))
        and _is_int(value.get("seq"), 1)
        and _is_int(value.get("issuedAt"), 0)
    ):
        raise IdentityFault("malformed")
    signers = outer.public_key, inner.public_key
    if signers != (value["from"], value["to"]) or value["from"] == value["to"]:
        raise IdentityFault("wrong_signer")
    if value["issuedAt"] > now + CLOCK_SKEW_MS:
        raise IdentityFault("not_yet_valid")
    return Rotation(provider_id_of(value["from"]), provider_id_of(value["to"]), value["seq"], value["issuedAt"])


def _verify_chain(envelopes: List[bytes], provider: str, now: int) -> List[Rotation]:
    """Each rotation leads to the next, the last one to ``provider``."""
    chain: List[Rotation] = []
    try:
        for data in envelopes:
            chain.append(verify_rotation(data, now))
    except IdentityFault:
        raise IdentityFault("bad_rotations") from None
    leads = all(a.to_id == b.from_id and a.seq + 1 == b.seq for a, b in zip(chain, chain[1:]))
    if not leads or (chain and chain[-1].to_id != provider):
        raise IdentityFault("bad_rotations")
    return chain


def _open(data: bytes, type_: str, max_bytes: int) -> Envelope:
    if len(data) > max_bytes:
        raise IdentityFault("malformed")
    try:
        return open_envelope(data, type_)
    except ToolswarmError as error:
        raise IdentityFault("bad_signature" if error.code == "kernel.bad_signature" else "malformed") from error


def _is_certificate(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("provider"), str)
        and _is_key(value.get("node"))
        and _is_int(value.get("issuedAt"), 0)
        and _is_int(value.get("expiresAt"), 0)
        and _is_int(value.get("seq"), 1)
        and _is_label(value.get("label"))
        and _is_rotations(value.get("rotations", []))
    )


def _is_rotations(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MAX_ROTATIONS and all(isinstance(one, bytes) for one in value)


def _is_key(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 32


def _is_int(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MAX_SAFE


def _is_label(value: Any) -> bool:
    """At most 64 UTF-16 units, without control characters, direction overrides and invisible tags."""
    return (
        isinstance(value, str) and len(value.encode("utf-16-le")) // 2 <= 64 and not any(map(_is_hidden, value))
    )


def _is_hidden(char: str) -> bool:
    code: Optional[int] = ord(char)
    return (
        unicodedata.category(char) in ("Cc", "Zl", "Zp")
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or 0xE0000 <= code <= 0xE007F
    )
