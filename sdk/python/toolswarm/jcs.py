"""Canonical JSON (RFC 8785, JCS): the form in which JSON of MCP peers is hashed."""

from __future__ import annotations

import json
import math
from typing import Any

from .errors import ToolswarmError


def canonical_bytes(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value as ``json.loads`` gives it. Raises ``kernel.not_json``."""
    try:
        return _text(value).encode("utf-8")
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError) as error:
        raise ToolswarmError(
            "kernel.not_json",
            "This value has no canonical JSON form.",
            "Whoever made it must send plain JSON in well-formed Unicode.",
        ) from error


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_text(key)}:{_text(value[key])}' for key in sorted(value, key=_utf16))}}}"
    raise TypeError(f"a value of type {type(value).__name__}")


def _utf16(key: str) -> bytes:
    """Members are ordered by their UTF-16 code units."""
    if not isinstance(key, str):
        raise TypeError("a key that is no text")
    return key.encode("utf-16-be")


def number(value: float) -> str:
    """A number as ECMAScript prints it (ECMA-262, Number::toString): every JSON number is an IEEE 754 double."""
    value = float(value)
    if not math.isfinite(value):
        raise ValueError("a number without JSON form")
    if value == 0:
        return "0"
    sign, digits, exponent = _shortest(value)
    # `exponent` is the place of the decimal point, counted from before the first digit.
    if 0 < exponent <= 21:
        if len(digits) <= exponent:
            return sign + digits.ljust(exponent, "0")
        return f"{sign}{digits[:exponent]}.{digits[exponent:]}"
    if -6 < exponent <= 0:
        return f"{sign}0.{'0' * -exponent}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if exponent > 0 else '-'}{abs(exponent - 1)}"


def _shortest(value: float) -> tuple:
    """Sign, shortest digits that give the double back, and the place of its point. ``repr`` finds the digits."""
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    joined = whole + ("" if fraction == "0" else fraction)
    digits = joined.lstrip("0")
    exponent = len(whole) + int(power or 0) - (len(joined) - len(digits))
    return "-" if value < 0 else "", digits.rstrip("0"), exponent
