"""One rule looks at a window of text: its pattern, what must be near, its checks, and what dismisses a value."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from irkit.native import native
from irkit.scan.detect.bounded import Pattern
from irkit.scan.detect.entropy import REGULAR, entropy
from irkit.scan.quick import TYPE_CHECKING, NamedTuple, Protocol
from irkit.scan.rule import Rule

if TYPE_CHECKING:
    from irkit.scan.detect.columns import Columns
    from irkit.scan.detect.linear import LinearPattern

LINE_BYTES = 4096
"""A longer line is cut: this much is looked at on each side of a hit, or the rule's reach."""
_REMEMBERED = 8192
"""Verdicts that one rule remembers before it forgets them all."""
_REMEMBERED_BYTES = 4096
"""Longer windows are not remembered."""
_BEFORE = 160
"""Where the name of a value stands."""
_COLUMNS = "column_password"
"""The rule whose pattern cannot count columns."""
_LF = ord("\n")


class Verdict(NamedTuple):
    """A value in a window: its place there, and why it is no finding (empty when it is one)."""

    start: int
    end: int
    dismissed: str


class Searching(Protocol):
    """An expression, of Python or of RE2."""

    def search(self, text: bytes, pos: int = 0, endpos: int = sys.maxsize, /) -> object:
        """The first match between two places; None when there is none."""


class Confirm:
    """What a rule says of windows of text. Compiled at its first use; what it said of short windows is remembered."""

    __slots__ = ("_beyond", "_cut", "_first", "_is_ours", "_near", "_pattern", "_verdicts", "rule")

    def __init__(self, rule: Rule, spans_lines: bool, is_ours: bool, first: str = "") -> None:  # noqa: FBT001 - facts
        """``spans_lines``: the rule looks beyond a line. ``is_ours``: its expressions are known to be quick.

        ``first``: what matches begin with, see ``first_bytes``.
        """
        self.rule = rule
        self._cut = max(LINE_BYTES, rule.reach)
        self._beyond = max(1, rule.reach) if spans_lines else 1
        self._is_ours = is_ours
        self._first = first
        self._pattern: Pattern | Columns | LinearPattern | None = None
        self._near: Searching | None = None
        self._verdicts: dict[tuple[bytes, bool, bool], tuple[Verdict, ...]] = {}

    def windows(self, text: bytes, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
        """What is to be looked at for hits that end there (sorted): their lines, and more where the rule wants it."""
        cut, beyond, size = self._cut, self._beyond, len(text)
        held_first = held_last = covered = -1
        for end in ends:
            if end <= covered:
                continue
            place = end - 1 if end else 0
            floor = place - cut if place > cut else 0
            first = text.rfind(b"\n", floor, place) + 1 or floor
            covered = text.find(b"\n", place, place + cut)
            if covered < 0:
                covered = min(size, place + cut)
            first = first - beyond if first > beyond else 0
            last = min(size, covered + beyond)
            if first < held_last - 1:
                held_last = last
                continue
            if held_last >= 0:
                yield held_first, held_last
            held_first, held_last = first, last
        if held_last >= 0:
            yield held_first, held_last

    def verdicts(self, text: bytes, start: int, end: int) -> tuple[Verdict, ...]:
        """The values in ``text[start:end]``; their places count from ``start``."""
        is_cut_before = start > 0 and text[start - 1] != _LF and text[start] != _LF
        is_cut_after = end < len(text) and text[end - 1] != _LF and text[end] != _LF
        asked = text[start:end], is_cut_before, is_cut_after
        known = self._verdicts.get(asked)
        if known is not None:
            return known
        found = self._look(*asked)
        if end - start <= _REMEMBERED_BYTES:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            self._verdicts[asked] = found
        return found

    def _look(self, window: bytes, is_cut_before: bool, is_cut_after: bool) -> tuple[Verdict, ...]:  # noqa: FBT001
        pattern = self._pattern or self.compile()
        found = []
        for start, end in pattern.values(window):
            if (start == 0 and is_cut_before) or (end == len(window) and is_cut_after):
                continue
            reach = self.rule.reach
            if self._near and not self._near.search(window, max(0, start - reach), end + reach):
                continue
            found.append(Verdict(start, end, self._reason(window, start, end)))
        return tuple(found)

    @property
    def is_compiled(self) -> bool:
        """Whether the rule's expressions were needed."""
        return self._pattern is not None

    def compile(self) -> Pattern | Columns | LinearPattern:
        """Compile the rule's expressions, a user's by RE2."""
        rule = self.rule
        if self._is_ours:
            if rule.id == _COLUMNS:
                from irkit.scan.detect.columns import Columns

                self._pattern = Columns()
            else:
                self._pattern = Pattern(rule.pattern, rule.bounds, self._first)
            self._near = re.compile(rule.near.encode(), re.MULTILINE) if rule.near else None
        else:
            from irkit.scan.detect.linear import LinearPattern
            from irkit.scan.detect.re2_prefilter import compiled

            self._pattern = LinearPattern(rule.pattern, rule.bounds)
            self._near = compiled(rule.near) if rule.near else None
        return self._pattern

    def _reason(self, window: bytes, start: int, end: int) -> str:
        from irkit.scan.detect.dismissal import dismissed  # 10 ms: a text without hits does without
        from irkit.scan.detect.naming import named_password
        from irkit.scan.detect.structure import CHECKS

        value = window[start:end]
        if self.rule.min_entropy and entropy(value) < self.rule.min_entropy:
            return REGULAR
        for check in self.rule.checks:
            reason = CHECKS[check](value)
            if reason and not (check == "random" and named_password(value, window[max(0, start - _BEFORE) : start])):
                return reason
        first, last = line_around(window, start, end)
        if "pem" in self.rule.checks:
            first = min(first, max(0, start - _BEFORE))  # its name may stand on the line before
        return dismissed(self.rule, value, window[first:last], start - first)


def line_feeds(text: bytes, start: int, end: int) -> int:
    """How many lines end in ``text[start:end]``."""
    return text.count(b"\n", start, end)


line_feeds = native("irkit.scan.detect._batch", line_feeds)  # twice as quick: a processor looks at many bytes at once


def line_around(text: bytes, start: int, end: int, most: int = LINE_BYTES) -> tuple[int, int]:
    """The line (or lines) that a place stands in, at most ``most`` bytes more on each side."""
    floor, ceiling = max(0, start - most), min(len(text), end + most)
    first = text.rfind(b"\n", floor, start) + 1 or floor
    last = text.find(b"\n", end, ceiling)
    return first, ceiling if last < 0 else last
