"""Ed25519 with one verdict everywhere (RFC 8032, without prehash or context).

The narrowest rule holds: the key is canonical and not of small order, s is below the group order, and the equation holds
without the cofactor. ``cryptography`` does the arithmetic where it is installed; else the plain Python below does, some
hundred times slower, with the same verdict. It is for verifying: it does not run in constant time, so nothing is signed.
"""

from __future__ import annotations

import hashlib
from typing import Optional, Tuple

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # The standard library alone is enough.
    Ed25519PublicKey = None  # type: ignore[assignment, misc]

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_MINUS_1 = pow(2, (_P - 1) // 4, _P)

# The y coordinates of the eight points of small order; the sign of x makes no difference.
_SMALL_ORDER_Y = {
    0,
    1,
    _P - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303021670,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
}

_Point = Tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` (64 bytes) over ``message`` holds for the raw ``public_key`` (32 bytes)."""
    if len(signature) != 64 or not is_strict_key(public_key):
        return False
    if Ed25519PublicKey is None:
        return _verify_plain(public_key, signature, message)
    if int.from_bytes(signature[32:], "little") >= _L:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_strict_key(public_key: bytes) -> bool:
    """Whether a key has the one canonical form and a large order. Says nothing about being on the curve."""
    if len(public_key) != 32:
        return False
    y = int.from_bytes(public_key, "little") & ((1 << 255) - 1)
    return y < _P and y not in _SMALL_ORDER_Y


def _verify_plain(public_key: bytes, signature: bytes, message: bytes) -> bool:
    key = _decompress(public_key)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % _L
    x, y, z, t = key
    expected = _add(_multiply(s, _BASE), _multiply(k, (-x % _P, y, z, -t % _P)))
    return _compress(expected) == signature[:32]


def _recover_x(y: int, sign: int) -> Optional[int]:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P != 0:
        x = x * _SQRT_MINUS_1 % _P
    if (x * x - square) % _P != 0 or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x


def _decompress(encoded: bytes) -> Optional[_Point]:
    value = int.from_bytes(encoded, "little")
    y = value & ((1 << 255) - 1)
    x = _recover_x(y, value >> 255)
    return None if x is None else (x, y, 1, x * y % _P)


def _compress(point: _Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _add(a: _Point, b: _Point) -> _Point:
    """RFC 8032, 5.1.4: complete, so that doubling needs no case of its own."""
    left = (a[1] - a[0]) * (b[1] - b[0]) % _P
    right = (a[1] + a[0]) * (b[1] + b[0]) % _P
    cross = 2 * a[3] * b[3] * _D % _P
    scale = 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, scale - cross, scale + cross, right + left
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(factor: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


_BASE_Y = 4 * pow(5, -1, _P) % _P
_BASE = _decompress(_BASE_Y.to_bytes(32, "little"))
assert _BASE is not None
