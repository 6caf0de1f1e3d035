"""Deterministic CBOR (RFC 8949, section 4.2.1) without floats, tags or indefinite lengths: the bytes of every record.

One value has one encoding. The decoder refuses whatever the encoder would not have written, so that a hash or a
signature speaks of one meaning. See ``docs/protocol/envelopes.md``.
"""

from __future__ import annotations

from typing import Dict, List, Union

from .errors import ToolswarmError, malformed

CborValue = Union[None, bool, int, str, bytes, List["CborValue"], Dict[str, "CborValue"]]

MAX_DEPTH = 16
"""Arrays and maps inside each other."""

_MAX_INT = 2**64 - 1
_MIN_INT = -(2**64)
_BOM = "\ufeff"
_ARGUMENT_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}


def encode(value: CborValue) -> bytes:
    """The one encoding of ``value``. Raises ``kernel.unencodable``."""
    out = bytearray()
    _encode(value, out, 0)
    return bytes(out)


def decode(data: bytes) -> CborValue:
    """Decodes hostile bytes. Raises ``kernel.malformed`` unless they are canonical and nothing follows them."""
    value, end = _decode(data, 0, 0)
    if end != len(data):
        raise malformed("bytes are left over")
    return value


def _encode(value: CborValue, out: bytearray, depth: int) -> None:
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        if not _MIN_INT <= value <= _MAX_INT:
            raise _unencodable("an integer beyond 64 bits")
        _head(0 if value >= 0 else 1, value if value >= 0 else -1 - value, out)
    elif isinstance(value, (bytes, bytearray)):
        _head(2, len(value), out)
        out += value
    elif isinstance(value, str):
        raw = _text(value)
        _head(3, len(raw), out)
        out += raw
    elif isinstance(value, (list, tuple, dict)):
        _encode_container(value, out, depth)
    else:
        raise _unencodable(f"a value of type {type(value).__name__}")


def _encode_container(value: Union[list, tuple, dict], out: bytearray, depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise _unencodable("too deep nesting")
    if not isinstance(value, dict):
        _head(4, len(value), out)
        for item in value:
            _encode(item, out, depth + 1)
        return
    if not all(isinstance(key, str) for key in value):
        raise _unencodable("a key that is no text")
    _head(5, len(value), out)
    for key_bytes, item in sorted((encode(key), item) for key, item in value.items()):
        out += key_bytes
        _encode(item, out, depth + 1)


def _head(major: int, argument: int, out: bytearray) -> None:
    if argument < 24:
        out.append(major << 5 | argument)
        return
    for low, size in _ARGUMENT_BYTES.items():
        if argument < 1 << (8 * size):
            out.append(major << 5 | low)
            out += argument.to_bytes(size, "big")
            return


def _text(value: str) -> bytes:
    if value.startswith(_BOM):
        raise _unencodable("text that begins with a byte order mark")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _unencodable("text that is not well-formed") from error


def _decode(data: bytes, at: int, depth: int) -> tuple:
    major, argument, at = _read_head(data, at)
    if major == 7:
        if argument not in (20, 21, 22):
            raise malformed("a simple value that records do not have")
        return {20: False, 21: True, 22: None}[argument], at
    if major == 6:
        raise malformed("a tag")
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        return _decode_string(data, at, argument, major == 3)
    if depth >= MAX_DEPTH:
        raise malformed("nested too deeply")
    return _decode_array(data, at, argument, depth) if major == 4 else _decode_map(data, at, argument, depth)


def _read_head(data: bytes, at: int) -> tuple:
    if at >= len(data):
        raise malformed("it ends early")
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low < 24:
        return major, low, at
    size = _ARGUMENT_BYTES.get(low)
    if size is None or major == 7 or at + size > len(data):
        raise malformed("a head without meaning")
    argument = int.from_bytes(data[at : at + size], "big")
    if argument < (24 if size == 1 else 1 << (4 * size)):
        raise malformed("a head that is not the shortest")
    return major, argument, at + size


def _decode_string(data: bytes, at: int, length: int, is_text: bool) -> tuple:
    if at + length > len(data):
        raise malformed("it ends early")
    raw = bytes(data[at : at + length])
    if not is_text:
        return raw, at + length
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed("text that is not UTF-8") from error
    if text.startswith(_BOM):
        raise malformed("text that begins with a byte order mark")
    return text, at + length


def _decode_array(data: bytes, at: int, length: int, depth: int) -> tuple:
    if length > len(data) - at:
        raise malformed("it ends early")
    items = []
    for _ in range(length):
        item, at = _decode(data, at, depth + 1)
        items.append(item)
    return items, at


def _decode_map(data: bytes, at: int, length: int, depth: int) -> tuple:
    if length * 2 > len(data) - at:
        raise malformed("it ends early")
    found: dict = {}
    before = b""
    for _ in range(length):
        start = at
        key, at = _decode(data, at, depth + 1)
        encoded = bytes(data[start:at])
        if not isinstance(key, str) or encoded <= before:
            raise malformed("keys that are no text, out of order or there twice")
        before = encoded
        found[key], at = _decode(data, at, depth + 1)
    return found, at


def _unencodable(what: str) -> ToolswarmError:
    return ToolswarmError(
        "kernel.unencodable",
        f"A record cannot hold {what}.",
        "This is a fault of the program that made the record.",
    )
