"""Identifiers. A provider is its root key (``z6Mk…``, as in did:key), a node its libp2p peer id (``12D3KooW…``).

A tool's full id is ``provider/server/tool@version#fingerprint``; names are labels, never identity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional
from urllib.parse import quote, unquote

from .errors import ToolswarmError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUB = b"\xed\x01"
# Identity multihash of libp2p's protobuf `PublicKey { type: Ed25519, data: 32 bytes }`.
_PEER_PREFIX = bytes.fromhex("002408011220")
_MAX_KEY_TEXT = 64
_SERVER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
_TOOL_ID = re.compile(r"([^/]+)/([^/]+)/([^/@#]+)(?:@([^/@#]+))?(?:#([0-9a-f]{64}))?")
# What ECMAScript's encodeURIComponent leaves as it is, beside letters and digits.
_PLAIN = "-_.!~*'()"


def provider_id_of(public_key: bytes) -> str:
    """The id of a provider's raw Ed25519 root key (32 bytes)."""
    return "z" + _to_base58(_ED25519_PUB + _key(public_key))


def peer_id_of(public_key: bytes) -> str:
    """The libp2p peer id of a node's raw Ed25519 key (32 bytes)."""
    return _to_base58(_PEER_PREFIX + _key(public_key))


def provider_key_of(provider_id: str) -> bytes:
    """The raw key in a provider id. Raises ``ids.bad_provider``."""
    key = _key_behind(_ED25519_PUB, provider_id[1:]) if provider_id.startswith("z") else None
    if key is None:
        raise ToolswarmError("ids.bad_provider", "This is not a provider id.", "A provider id starts with z6Mk.")
    return key


def peer_key_of(peer_id: str) -> bytes:
    """The raw key in a peer id. Raises ``ids.bad_peer``, also for peer ids of other kinds of keys."""
    key = _key_behind(_PEER_PREFIX, peer_id)
    if key is None:
        raise ToolswarmError("ids.bad_peer", "This is not the peer id of a node.", "It starts with 12D3KooW.")
    return key


@dataclass(frozen=True)
class ToolId:
    """The parts of a tool's id; ``tool`` is its name at its server."""

    provider: str
    server: str
    tool: str
    version: Optional[str] = None
    fingerprint: Optional[str] = None

    def __str__(self) -> str:
        version = f"@{_escape(self.version)}" if self.version else ""
        fingerprint = f"#{self.fingerprint}" if self.fingerprint else ""
        return f"{self.provider}/{self.server}/{_escape(self.tool)}{version}{fingerprint}"


def parse_tool_id(text: str) -> Optional[ToolId]:
    """A full id in the one form in which ids are written; ``None`` for anything else (aliases, short forms)."""
    match = _TOOL_ID.fullmatch(text)
    if match is None or not _SERVER_NAME.fullmatch(match[2]):
        return None
    provider, server, tool, version, fingerprint = match.groups()
    found = ToolId(provider, server, _unescape(tool), version and _unescape(version), fingerprint)
    try:
        provider_key_of(provider)
        return found if str(found) == text else None
    except (ToolswarmError, UnicodeEncodeError):
        return None


def _escape(name: str) -> str:
    return quote(name, safe=_PLAIN)


def _unescape(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _key(public_key: bytes) -> bytes:
    if len(public_key) != 32:
        raise ValueError("an Ed25519 public key has 32 bytes")
    return public_key


def _to_base58(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number > 0:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _key_behind(prefix: bytes, text: str) -> Optional[bytes]:
    if not text or len(text) > _MAX_KEY_TEXT or any(char not in _ALPHABET for char in text):
        return None
    number = 0
    for char in text:
        number = number * 58 + _ALPHABET.index(char)
    zeros = len(text) - len(text.lstrip("1"))
    data = b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
    fits = len(data) == len(prefix) + 32 and data.startswith(prefix)
    return data[len(prefix) :] if fits else None
