"""JSON text, cut into the objects that stand on their own, whatever holds them: exact, streaming, a block at a time.

Objects are those at the top (one a line, or one behind the other) and those in the arrays of ``[...]`` or
``{"Records": [...]}``. Strings and brackets alone are looked at: whether an object is valid JSON is seen when it
is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 16 << 20
"""An object of more bytes is no event: CloudTrail's are at most 256 KB (1 MB since 2025)."""
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_OPENED = re.compile(rb'\s*\{\s*"(?:Records|records|Events|events|logEvents)"\s*:\s*\[')
_TOKENS = (b'"', b"{", b"[", b"}", b"]")
_MAY_OPEN = 64
_BETWEEN = b" \t\r\n,:\x1e\xef\xbb\xbf\x00"
_DEEPEST = 1 << 16
"""So many brackets, and there is nothing of CloudTrail's. Less deep ones are one record's loss, not a file's."""
STEP = 2 << 20
"""So many bytes are looked at in one go; fewer may be as dense as they are: one record may be, which has up to 1 MB."""


class Element(NamedTuple):
    """An object's text, and where it begins."""

    offset: int
    text: bytes


class Splitter:
    """Is fed a text block by block, and gives its objects. ``junk`` is where the first bytes between them stand."""

    def __init__(self, offset: int = 0, opened: bytes = b"") -> None:
        """``opened``: the brackets, such as ``{[``, that stand open before the first block."""
        self._held = b""
        self._offset = offset
        """Of the first byte held."""
        self._open = bytearray(opened)
        self._level = len(opened)
        """How many brackets are open where objects stand on their own."""
        self._at = 0
        self._start = -1
        self._after = 0
        self.junk = -1

    def feed(self, block: bytes) -> Iterator[Element]:
        """The objects that end in this block."""
        self._held += block
        yield from self._given(ends=False)
        self._forget()
        if len(self._held) > LONGEST:
            raise TooLong(self._offset)

    def close(self) -> Iterator[Element]:
        """The objects that no block has shown to end; then ``rest`` is what is left."""
        yield from self._given(ends=True)
        if self._start < 0:
            self._between(len(self._held))

    @property
    def at(self) -> int:
        """Where the next block begins."""
        return self._offset + len(self._held)

    @property
    def rest(self) -> int:
        """Where an object begins that has no end, or where the text ends within brackets; -1 when it is whole."""
        if self._start >= 0:
            return self._offset + self._start
        return self._offset + len(self._held) if self._open else -1

    def _given(self, *, ends: bool) -> Iterator[Element]:
        for token in _TOKEN.finditer(self._held, self._at):
            mark = token[0]
            if mark[0] == ord('"'):
                if token.end() == len(self._held) and not ends:
                    return
                self._at = token.end()
                continue
            if not self._level and not self._open and len(self._held) - token.start() < _MAY_OPEN and not ends:
                return
            self._at = token.end()
            if mark in b"{[":
                self._opened(token.start(), mark)
            elif (found := self._closed(token.end())) is not None:
                yield found
        self._at = len(self._held)

    def _opened(self, at: int, mark: bytes) -> None:
        if self._start < 0:
            self._between(at)
            if not self._open:
                self._level = 2 if mark == b"{" and _OPENED.match(self._held, at) else int(mark == b"[")
            if self._is_between:
                self._start = at
        self._open += mark
        self._after = at + 1
        if len(self._open) > _DEEPEST:
            why = f"is nested more than {_DEEPEST:,} levels deep: the rest was not read"
            raise NoLog(self._offset + max(self._start, 0), why)

    def _closed(self, end: int) -> Element | None:
        if self._start < 0:
            self._between(end - 1)
        self._after = end
        if not self._open:
            return None
        self._open.pop()
        if not self._open:
            self._level = 0
        if self._start < 0 or len(self._open) != self._level:
            return None
        start, self._start = self._start, -1
        return Element(self._offset + start, self._held[start:end])

    @property
    def _is_between(self) -> bool:
        """Whether objects stand on their own here."""
        return len(self._open) == self._level and self._open[-1:] != b"{"

    def _between(self, at: int) -> None:
        if self.junk < 0 and self._is_between and self._held[self._after : at].strip(_BETWEEN):
            self.junk = self._offset + self._after

    def _forget(self) -> None:
        if self._start < 0:
            self._between(self._at)
            self._after = self._at
        done = self._start if self._start >= 0 else self._at
        self._held = self._held[done:]
        self._offset += done
        self._at -= done
        self._after -= done
        self._start = min(0, self._start)


def is_dense(text: bytes) -> bool:
    """Whether most of a text is brackets and quotes: slow to look at, and no log, in which they are one byte in 7."""
    return len(text) >= STEP and sum(map(text.count, _TOKENS)) * 2 > len(text)


class NoLog(Exception):
    """From ``offset`` on this is no log, and is not worth the time to read."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(offset, why)
        self.offset = offset
        self.why = why


class TooLong(NoLog):
    """An object has no end within what any event takes; it begins at ``offset``."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset, f"no record ends within {LONGEST >> 20} MB")
