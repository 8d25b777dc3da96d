"""A fixed text as it reads when a text around it is encoded: expressions that find it without decoding everything.

RFC 4648 is the source for base64, its URL alphabet and hex.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URL = {"+": "[+-]", "/": "[/_]"}
_BYTE, _CHARACTER = 8, 6
"""Bits of a byte, and of a base64 character."""
_LEAST_BITS = 24
"""An expression that pins down less than this fires on random text."""
_ENOUGH_CHARACTERS = 5
"""Half known characters are left out of an expression of so many: classes make compiling ten times slower."""


def in_base64(text: bytes) -> tuple[str, ...]:
    """Expressions for the text within base64, at each of its three alignments; none when the text is too short."""
    return _distinct(_aligned(text, before) for before in range(3))


def in_double_base64(text: bytes) -> tuple[str, ...]:
    """The same for base64 of base64."""
    inner = [_known_characters(text, before) for before in range(3)]
    return _distinct(_aligned(one, before) for one in inner for before in range(3))


def in_hex(text: bytes) -> tuple[str, ...]:
    """An expression for the text within hex digits of either case."""
    return (f"(?i:{text.hex()})",) if len(text) * _BYTE >= _LEAST_BITS else ()


def in_utf_16(text: bytes) -> tuple[str, ...]:
    """An expression for the text in UTF-16 of either order; it ends before the last character's second byte."""
    return (r"\x00".join(map(_escaped, text)),) if len(text) * _BYTE >= _LEAST_BITS else ()


def in_utf_32(text: bytes) -> tuple[str, ...]:
    """The same for UTF-32."""
    return (r"\x00\x00\x00".join(map(_escaped, text)),) if len(text) * _BYTE >= _LEAST_BITS else ()


def _distinct(expressions: Iterable[str]) -> tuple[str, ...]:
    """Apart from each other, because Hyperscan compiles alternatives more slowly than expressions of their own."""
    return tuple(dict.fromkeys(one for one in expressions if one))


def _escaped(byte: int) -> str:
    return f"\\x{byte:02x}"


def _known_characters(text: bytes, before: int) -> bytes:
    """The base64 characters that the text alone decides, with ``before`` unknown bytes in front of it."""
    first = -(-before * _BYTE // _CHARACTER)
    return b64encode(bytes(before) + text)[first : (before + len(text)) * _BYTE // _CHARACTER]


def _aligned(text: bytes, before: int) -> str:
    """An expression for base64 with ``before`` unknown bytes in front; characters half known are classes."""
    if len(text) * _BYTE < _LEAST_BITS:
        return ""
    known = "?" * (before * _BYTE) + "".join(f"{byte:08b}" for byte in text)
    known += "?" * (-len(known) % _CHARACTER)
    sixes = [known[place : place + _CHARACTER] for place in range(0, len(known), _CHARACTER)]
    whole = [six for six in sixes if "?" not in six]
    kept = whole if len(whole) >= _ENOUGH_CHARACTERS else [six for six in sixes if six != "?" * _CHARACTER]
    return "".join(_class(six) for six in kept)


@cache
def _class(six: str) -> str:
    """The base64 characters whose bits agree with those known."""
    if "?" not in six:
        letter = _BASE64[int(six, 2)]
        return _URL.get(letter, letter)
    fits = [_BASE64[number] for number in range(64) if re.fullmatch(six.replace("?", "."), f"{number:06b}")]
    return "[" + "".join(fits).replace("+", r"+\-").replace("/", "/_") + "]"
