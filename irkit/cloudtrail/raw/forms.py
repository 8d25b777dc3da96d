"""The forms of a file's text: AWS's own and one JSON value a line, as long as it is in them, else bracket by bracket.

Each is fed block by block, and gives what was taken of the records that a block ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw.elements import FIRST, HEAD, MARK, TAIL, UNTOLD, is_lines, lines
from irkit.cloudtrail.raw.splitter import LONGEST, STEP, NoLog, Splitter, is_dense
from irkit.cloudtrail.raw.taking import Gaps, Part, Taker


@dataclass
class Text:
    """One file's text, and who takes what is asked for."""

    taker: Taker
    place: str
    gaps: Gaps = field(default_factory=Gaps)

    def unread(self, offset: int, why: str) -> Part:
        """What cannot be read, from an offset on; 0 for the file as a whole."""
        at = Locator(self.place, offset) if offset else Locator(self.place)
        return Part(skipped=(Skipped(at, why),))


class Form(Protocol):
    """A text that is fed block by block."""

    @property
    def rest(self) -> int:
        """After the end: where something begins that has none; -1 when the text is whole."""

    def take(self, block: bytes) -> Iterator[Part]:
        """What a block gives. Raises ``NoLog``."""

    def end(self) -> Iterator[Part]:
        """What is left."""


def form_of(text: Text, block: bytes) -> Form:
    """The form of a text that begins with a block."""
    if block.startswith(FIRST):
        return Wrapped(text)
    return Lines(text) if is_lines(block) else Brackets(text)


class Brackets:
    """Any form: the brackets are looked at one by one. ``opened`` stand open before the text."""

    def __init__(self, text: Text, offset: int = 0, opened: bytes = b"") -> None:
        self._text = text
        self._splitter = Splitter(offset, opened)

    @property
    def rest(self) -> int:
        """As in ``Form``."""
        return self._splitter.rest

    def take(self, block: bytes) -> Iterator[Part]:
        """As in ``Form``."""
        text = self._text
        for at in range(0, len(block), STEP):
            piece = block[at : at + STEP]
            if is_dense(piece):
                raise NoLog(self._splitter.at, "holds little but brackets and quotes: the rest was not read")
            yield text.taker.slow(self._splitter.feed(piece), piece, text.place, text.gaps)
            text.gaps.stop_if_no_log()

    def end(self) -> Iterator[Part]:
        """As in ``Form``."""
        text = self._text
        yield text.taker.slow(self._splitter.close(), b"", text.place, text.gaps)
        if self._splitter.junk >= 0:
            yield text.unread(self._splitter.junk, "holds what is no JSON")


class _Held:
    """A form in which the text up to its last end of a record is taken with each block, and the rest is held."""

    head = b""
    """What is put before the rest."""
    opened = b""
    """The brackets that stand open before a record."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.held = b""
        self.offset = 0
        """Of the first byte held."""
        self._brackets: Brackets | None = None

    @property
    def rest(self) -> int:
        """As in ``Form``."""
        return self._brackets.rest if self._brackets is not None else -1

    def take(self, block: bytes) -> Iterator[Part]:
        """As in ``Form``."""
        if self._brackets is not None:
            yield from self._brackets.take(block)
            return
        self.held += block
        try:
            yield from self._beginning()
        except UNTOLD:
            yield from self._turned()

    def end(self) -> Iterator[Part]:
        """As in ``Form``."""
        if self._brackets is None:
            try:
                yield from self._ending()
            except UNTOLD:
                yield from self._turned()
        if self._brackets is not None:
            yield from self._brackets.end()

    def _turned(self) -> Iterator[Part]:
        """It is not in this form: from here on bracket by bracket."""
        held, self.held = self.held[len(self.head) :], b""
        self._brackets = Brackets(self.text, self.offset + len(self.head), self.opened)
        yield from self._brackets.take(held)

    def _beginning(self) -> Iterator[Part]:
        """Up to the last end of a record. Raises ``ValueError`` or msgspec's errors when it is not in this form."""
        raise ValueError

    def _ending(self) -> Iterator[Part]:
        """The rest. Raises the same."""
        raise ValueError


class Wrapped(_Held):
    """AWS's own form."""

    head, opened = HEAD, b"{["

    def _beginning(self) -> Iterator[Part]:
        held = self.held
        cut = held.rfind(MARK)
        if held.endswith(TAIL) and not self.offset and held.startswith(FIRST) and len(held) <= LONGEST:
            return  # most likely the whole file: it is looked at in the end
        if cut < 0:
            if len(held) > LONGEST:
                raise ValueError
            return
        text = self.text
        yield text.taker.beginning(held[: cut + 1] + TAIL, self.offset, text.place, text.gaps)
        self.held = HEAD + held[cut + 2 :]
        self.offset += cut + 2 - len(HEAD)

    def _ending(self) -> Iterator[Part]:
        whole = self.held.rstrip()
        if not whole.endswith(TAIL):
            raise ValueError
        yield self.text.taker.fast(whole, self.offset, self.text.place, self.text.gaps)


class Lines(_Held):
    """One JSON value a line."""

    def _beginning(self) -> Iterator[Part]:
        cut = self.held.rfind(b"\n") + 1
        if not cut:
            if len(self.held) > LONGEST:
                raise ValueError
            return
        yield self._taken(self.held[:cut])
        self.held = self.held[cut:]
        self.offset += cut

    def _ending(self) -> Iterator[Part]:
        yield self._taken(self.held)

    def _taken(self, whole: bytes) -> Part:
        return self.text.taker.slow(lines(whole, self.offset), whole, self.text.place, self.text.gaps)
