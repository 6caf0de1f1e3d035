"""Entries, manifests and fingerprints: what nodes say of the tools they share (``docs/protocol/records.md``)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, Optional

from .envelope import open_envelope
from .errors import ToolswarmError
from .identity import IdentityFault, verify_certificate
from .jcs import canonical_bytes

ENTRY_TYPE = "entry/1"
MAX_MANIFEST_BYTES = 4 << 20
_MAX_SAFE = 2**53 - 1
_SERVER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
_FINGERPRINTED = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")


@dataclass(frozen=True)
class Entry:
    """A verified entry: one server at one node."""

    key: str
    """``provider/peer/server``, with ``/private`` behind it where it is not for everybody."""
    provider_id: str
    peer_id: str
    server: str
    seq: int
    manifest: Optional[bytes]
    """SHA-256 of the manifest; ``None`` ends the entry."""
    private: bool
    value: Dict[str, Any]
    """Every field as it was signed, unknown ones included."""


def fingerprint_of(tool: Dict[str, Any]) -> str:
    """Lower-case hex SHA-256 over the canonical JSON of what pins a tool; changing any of it makes another tool."""
    pinned = {name: tool[name] for name in _FINGERPRINTED if name in tool}
    return hashlib.sha256(canonical_bytes(pinned)).hexdigest()


def read_entry(data: bytes, now: int) -> Entry:
    """Verifies a signed entry and the certificate in it at the time ``now`` (epoch ms).

    Raises ``kernel.…`` where the envelope does not hold, ``registry.bad_entry`` where it makes no sense,
    ``identity.bad_certificate``, or ``registry.wrong_signer`` where another node signed than the one it names.
    """
    opened = open_envelope(data, ENTRY_TYPE)
    value = opened.value
    if not _is_entry(value):
        raise ToolswarmError(
            "registry.bad_entry",
            "This registry entry makes no sense.",
            "Drop it; the sender is broken or hostile.",
        )
    node = verify_certificate(value["cert"], now)
    if node.node_public_key != opened.public_key:
        raise ToolswarmError(
            "registry.wrong_signer",
            "The entry was not signed by the node that it names.",
            "Drop it; it is forged.",
        )
    key = f"{node.provider_id}/{node.peer_id}/{value['name']}{'/private' if value['private'] else ''}"
    return Entry(
        key,
        node.provider_id,
        node.peer_id,
        value["name"],
        value["seq"],
        value["manifest"],
        value["private"],
        value,
    )


def read_manifest(data: bytes, expected_hash: bytes) -> Dict[str, Any]:
    """Reads a manifest after comparing its hash. Raises ``registry.bad_manifest``."""
    if len(data) > MAX_MANIFEST_BYTES or hashlib.sha256(data).digest() != expected_hash:
        raise _bad_manifest("these are not the tools that were signed")
    try:
        manifest = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise _bad_manifest("not JSON") from error
    tools = manifest.get("tools") if isinstance(manifest, dict) else None
    if not isinstance(tools, list) or manifest.get("format") != "toolswarm-manifest/1":
        raise _bad_manifest("not a manifest")
    if not all(isinstance(tool, dict) and isinstance(tool.get("inputSchema"), dict) for tool in tools):
        raise _bad_manifest("a tool without schema")
    return manifest


def _is_entry(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    name, manifest, cert = value.get("name"), value.get("manifest"), value.get("cert")
    return (
        isinstance(name, str)
        and _SERVER_NAME.fullmatch(name) is not None
        and isinstance(cert, bytes)
        and len(cert) <= 3200
        and _is_count(value.get("seq"), 1, _MAX_SAFE)
        and all(_is_count(value.get(part), 0, _MAX_SAFE) for part in ("iat", "exp"))
        and "manifest" in value
        and (manifest is None or (isinstance(manifest, bytes) and len(manifest) == 32))
        and isinstance(value.get("private"), bool)
        and _is_count(value.get("tools"), 0, 10_000)
        and all(_is_text(value.get(part), most) for part, most in _TEXTS.items())
        and _are_texts(value.get("tags"), 16, 40)
        and _are_texts(value.get("addresses"), 8, 160)
        and _are_texts(value.get("caps", []), 16, 40)
    )


_TEXTS = {"version": 64, "title": 120, "description": 600, "by": 64}


def _is_count(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_text(value: Any, most: int) -> bool:
    """Lengths are counted in UTF-16 units, as every implementation does."""
    return isinstance(value, str) and len(value.encode("utf-16-le")) // 2 <= most


def _are_texts(value: Any, count: int, most: int) -> bool:
    return isinstance(value, list) and len(value) <= count and all(_is_text(one, most) for one in value)


def _bad_manifest(why: str) -> ToolswarmError:
    return ToolswarmError(
        "registry.bad_manifest",
        f"The description of this server’s tools makes no sense ({why}).",
        "Its provider must share it anew.",
    )


__all__ = ["ENTRY_TYPE", "Entry", "IdentityFault", "fingerprint_of", "read_entry", "read_manifest"]
