"""Lines whose author says that they hold no secret: the words of the known scanners are all honoured."""

from __future__ import annotations

import re

_HERE = re.compile(
    rb"pragma: ?(?:allow|white)list[ -]secret|gitleaks:allow|betterleaks:allow|kingfisher:ignore|\bnosecret\b"
)
_NEXT = re.compile(rb"pragma: ?(?:allow|white)list[ -]nextline[ -]secret")


def is_allowed(text: bytes, start: int, end: int) -> bool:
    """Whether a word on the lines of this place, or ``allowlist nextline secret`` on the line before, allows it."""
    first = text.rfind(b"\n", 0, start) + 1
    last = text.find(b"\n", end)
    above = text.rfind(b"\n", 0, max(0, first - 1)) + 1
    last = len(text) if last < 0 else last
    return _HERE.search(text, first, last) is not None or _NEXT.search(text, above, first) is not None
