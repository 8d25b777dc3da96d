"""A rule's pattern with its bounds: what may not stand directly before and after the value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from irkit.scan.rule import Bounds

_GROUP = "(?P<value>"
_PART = re.compile(r"[()]|\\.|\[(?:\^?\])?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""A parenthesis, or what holds one that is none: an escape, a class."""
_SPACE = r"(?<=\\[nrt])"
_ESCAPED = _SPACE + r"|(?<=%(?:0[9AaDd]|2[0-9A-Fa-f]|3[A-Fa-f]|[57][Bb]))"
"""What ends with a letter or a digit and stands for none: an escape, and a sign in percent encoding (in base64 it may
stand for a part of the value)."""
BEFORE = {
    Bounds.TOKEN: rf"(?:(?<![A-Za-z0-9_-])|{_ESCAPED})",
    Bounds.PREFIX: rf"(?:(?<![A-Za-z0-9])|{_ESCAPED})",
    Bounds.WORD: rf"(?:(?<![A-Za-z0-9_])|{_ESCAPED})",
    Bounds.BASE64: rf"(?:(?<![A-Za-z0-9+/=_-])|{_SPACE}|(?<=[A-Za-z0-9_]=))",
    Bounds.NONE: "",
}
AFTER = {
    Bounds.TOKEN: r"(?![A-Za-z0-9_-])",
    Bounds.PREFIX: r"(?![A-Za-z0-9_-])",
    Bounds.WORD: r"(?![A-Za-z0-9_])",
    Bounds.BASE64: r"(?![A-Za-z0-9+/=_-])",
    Bounds.NONE: "",
}


class Pattern:
    """An expression of irkit's own, run by Python. Raises ``ValueError`` without a group ``value``, ``re.error``."""

    def __init__(self, pattern: str, bounds: Bounds, first: str = "") -> None:
        """``first`` is a look-ahead that holds wherever the pattern matches: see ``first_bytes``."""
        self._pattern = bounded(first + pattern, bounds)

    def values(self, window: bytes) -> Iterator[tuple[int, int]]:
        """The places of the values in a window."""
        for match in self._pattern.finditer(window):
            place = match.span("value")
            if place[0] >= 0:
                yield place


def bounded(pattern: str, bounds: Bounds) -> re.Pattern[bytes]:
    """The pattern, compiled, with look-around at both ends of its group ``value``.

    Raises ``ValueError`` when it has no such group, ``re.error`` when it does not compile.
    """
    start = pattern.find(_GROUP)
    if start < 0:
        msg = "the pattern has no group (?P<value>...)"
        raise ValueError(msg)
    end = _end_of_group(pattern, start)
    whole = pattern[:start] + BEFORE[bounds] + pattern[start:end] + AFTER[bounds] + pattern[end:]
    return re.compile(_with_flags_first(whole).encode(), re.MULTILINE)


def _end_of_group(pattern: str, start: int) -> int:
    """Where the group that opens at ``start`` is closed, one past its parenthesis."""
    depth = 0
    for part in _PART.finditer(pattern, start):
        if part[0] == "(":
            depth += 1
        elif part[0] == ")":
            depth -= 1
            if depth == 0:
                return part.end()
    msg = "the group value is not closed"
    raise ValueError(msg)


def _with_flags_first(pattern: str) -> str:
    """Python wants ``(?i)`` at the very start, where the look-around of a value at the start would be."""
    before, flags, after = pattern.partition("(?i)")
    return flags + before + after
