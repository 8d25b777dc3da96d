"""A user's expression, run by RE2: its time is linear in the text whatever the expression is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from irkit.scan.detect.bounded import AFTER, BEFORE
from irkit.scan.detect.re2_prefilter import compiled
from irkit.scan.rule import Bounds

_MOST_MISFITS = 1000
"""Values in one window that do not keep their bounds; more than that is a hostile text."""


def invalid(text: str) -> str:
    """Why RE2 cannot run an expression; empty when it can."""
    import re2

    try:
        compiled(text)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return ""


class LinearPattern:
    """An expression with the group ``value`` and its bounds. Raises ``re2.error``."""

    def __init__(self, pattern: str, bounds: Bounds) -> None:
        self._pattern = compiled(pattern)
        self._group = self._pattern.groupindex[b"value"]
        self._before = re.compile(BEFORE[bounds].encode())
        self._after = re.compile(AFTER[bounds].encode())

    def values(self, window: bytes) -> Iterator[tuple[int, int]]:
        """The places of the values in a window; RE2 has no look-around, so bounds are looked at afterwards."""
        place = misfits = 0
        while misfits < _MOST_MISFITS and (match := self._pattern.search(window, place)):
            start, end = match.span(self._group)
            if start < 0:
                place = max(match.span()[1], place + 1)
            elif self._before.match(window, start) and self._after.match(window, end):
                yield start, end
                place = max(end, place + 1)
            else:
                misfits += 1
                place = max(match.span()[0], place) + 1
