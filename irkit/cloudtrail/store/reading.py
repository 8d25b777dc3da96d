"""Every event of one file as a row, and what could not be read of it: the same events that a raw look gives.

A file in AWS's own form is decoded with types declared, as long as it is in that form; everything else is read as the
raw reader reads it, record by record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.elements import FIRST, HEAD, MARK, TAIL, Elements
from irkit.cloudtrail.raw.inflated import Broken, inflated
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.reading import Part, Reader
from irkit.cloudtrail.raw.splitter import LONGEST, Element, Splitter, TooLong
from irkit.cloudtrail.store import columns, typed
from irkit.cloudtrail.store.columns import Row

Found = Row | Skipped


class FileReader:
    """Reads one file."""

    def __init__(self, file: RawFile) -> None:
        self._file = file
        self._raw = Reader(Query())
        self._held = b""
        self._offset = 0
        """Of the first byte held."""
        self._splitter: Splitter | None = None

    def read(self) -> Iterator[Found]:
        """All of it, in the order it has."""
        blocks = inflated(self._file)
        begun = False
        broken: Broken | None = None
        while True:
            try:
                block = next(blocks)
            except StopIteration as end:
                broken = end.value
                break
            if not begun and not block.startswith(FIRST):
                self._splitter = Splitter()
            begun = True
            try:
                yield from self._take(block)
            except TooLong as error:
                yield self._unread(error.offset, f"no record ends within {LONGEST >> 20} MB")
                return
        yield from self._rest()
        if broken is not None:
            yield self._unread(broken.offset, broken.why)
        elif not begun:
            yield self._unread(0, "is empty")
        elif self._splitter is not None and self._splitter.rest >= 0:
            yield self._unread(self._splitter.rest, "ends in the middle of a record")
        if self._splitter is not None and self._splitter.junk >= 0:
            yield self._unread(self._splitter.junk, "holds what is no JSON")

    def _take(self, block: bytes) -> Iterator[Found]:
        if self._splitter is not None:
            yield from self._slowly(self._splitter.feed(block))
            return
        self._held += block
        if len(self._held) == len(block) and block.endswith(TAIL):
            return  # most likely the whole file
        cut = self._held.rfind(MARK)
        if cut < 0:
            if len(self._held) > LONGEST:
                yield from self._changed()
            return
        elements = _elements(self._held[: cut + 1] + TAIL, self._offset)
        if elements is None:
            yield from self._changed()
            return
        self._held = HEAD + self._held[cut + 2 :]
        self._offset += cut + 2 - len(HEAD)
        yield from self._quickly(elements)

    def _rest(self) -> Iterator[Found]:
        if self._splitter is None and self._held:
            text = self._held.rstrip()
            elements = _elements(text, self._offset) if text.endswith(TAIL) else None
            yield from self._quickly(elements) if elements is not None else self._changed()
        if self._splitter is not None:
            yield from self._slowly(self._splitter.close())

    def _changed(self) -> Iterator[Found]:
        """From here on bracket by bracket."""
        self._splitter = Splitter(self._offset + len(HEAD), b"{[")
        held, self._held = self._held[len(HEAD) :], b""
        yield from self._slowly(self._splitter.feed(held))

    def _quickly(self, elements: Elements) -> Iterator[Found]:
        place = self._file.place
        for element in elements:
            one = typed.row(element.text, place, element.offset)
            if one is not None:
                yield one
            else:
                yield from self._slowly([element])

    def _slowly(self, elements: Iterable[Element]) -> Iterator[Found]:
        for element in elements:
            yield from _found(self._raw.slow([element], b"", self._file.place))

    def _unread(self, offset: int, why: str) -> Skipped:
        return Skipped(Locator(self._file.place, offset) if offset else Locator(self._file.place), why)


def _elements(text: bytes, offset: int) -> Elements | None:
    """None when the text is not quite in AWS's form."""
    try:
        return Elements(text, offset)
    except (ValueError, msgspec.MsgspecError):
        return None


def _found(part: Part) -> Iterator[Found]:
    yield from (columns.row(one) for one in part.records)
    yield from part.skipped
