"""Lines whose author says that they hold no secret: the words of the known scanners are all honoured."""

from __future__ import annotations

import re

_HERE = re.compile(
    rb"(?i)pragma: ?(?:allow|white)list[ -]secret|gitleaks:allow|betterleaks:allow|kingfisher:ignore|\bnosecret\b"
)
_NEXT = re.compile(rb"(?i)pragma: ?(?:allow|white)list[ -]nextline[ -]secret")
_PARTS = (b"allow", b"whitelist", b"ignore", b"nosecret")
"""One of them is in every such word; looking for them is much quicker."""
_LINE_BYTES = 4096
"""How much of a long line is looked at, on each side of the value."""
ALLOWED = "allowed by its line"


def is_allowed(text: bytes, start: int, end: int) -> bool:
    """Whether a word on the lines of this place, or ``allowlist nextline secret`` on the line before, allows it."""
    first = text.rfind(b"\n", max(0, start - _LINE_BYTES), start) + 1 or max(0, start - _LINE_BYTES)
    last = text.find(b"\n", end, end + _LINE_BYTES)
    last = min(len(text), end + _LINE_BYTES) if last < 0 else last
    floor = max(0, first - 1 - _LINE_BYTES)
    above = text.rfind(b"\n", floor, max(0, first - 1)) + 1 or floor
    lowered = text[above:last].lower()
    if not any(part in lowered for part in _PARTS):
        return False
    return _HERE.search(text, first, last) is not None or _NEXT.search(text, above, first) is not None
