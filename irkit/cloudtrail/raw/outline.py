"""Whether a text of megabytes is whole JSON values, and where escapes stand in it: natively where that was compiled."""

from __future__ import annotations

from functools import cache

import msgspec

from irkit.native import native

_HIDING = frozenset(b"u/\\")
_ANY = msgspec.json.Decoder(msgspec.Raw)
_ROOM = 4 << 20
"""A usual file has 1 MB."""


@cache
def _room() -> memoryview:
    """What is proven in Python is copied here: a copy of its own would be mapped, and given back, for each."""
    return memoryview(bytearray(_ROOM))


def hidden(text: bytes) -> list[int]:
    r"""Where escapes stand that may hide a value: ``\u``, ``\/``, and ``\\`` where JSON stands within a text."""
    found: list[int] = []
    find, last = text.find, len(text) - 1
    at = find(b"\\")
    while 0 <= at < last:
        if text[at + 1] in _HIDING:
            found.append(at)
        at = find(b"\\", at + 2)
    return found


def is_whole(text: bytes, start: int, end: int) -> bool:
    """Whether a part of a text is nothing but whole JSON values with commas between them.

    Native code looks at quotes, brackets and the commas between the values: of objects and lists without blanks between
    them, which is AWS's own form, it tells the same, but that it does not look into them further.
    """
    size = end - start + 1
    values = memoryview(text)[start:end]
    room = _room() if size < _ROOM else memoryview(bytearray(size + 1))
    room[:1], room[1:size], room[size : size + 1] = b"[", values, b"]"
    try:
        _ANY.decode(room[: size + 1])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


hidden_in_python, is_whole_in_python = hidden, is_whole
"""What the native functions are compared with."""
_MODULE = "irkit.cloudtrail.raw._outline"
hidden, is_whole = native(_MODULE, hidden), native(_MODULE, is_whole)
