"""Every event of one file as a row, and what could not be read of it: the same events that a raw look gives.

It is the raw reader, but what is in AWS's own form is decoded with types declared instead of into dicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.elements import Elements
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.reading import Reader
from irkit.cloudtrail.raw.splitter import Element
from irkit.cloudtrail.raw.taking import Gaps, Part
from irkit.cloudtrail.store import columns, typed
from irkit.cloudtrail.store.columns import Row

Found = Row | Skipped


class RowReader(Reader):
    """Reads files into rows. The rows of a block are made as they are asked for, so that memory holds few of them."""

    def __init__(self) -> None:
        super().__init__(Query())
        self._waiting: list[Iterator[Found]] = []
        """The rows of the part that was taken last."""

    def rows(self, file: RawFile) -> Iterator[Found]:
        """All of a file, in the order it has."""
        for part in self.read(file):
            for found in self._waiting:
                yield from found
            self._waiting.clear()
            yield from part.skipped

    def fast(self, text: bytes, offset: int, place: str, gaps: Gaps) -> Part:
        """As the raw reader's; the rows wait."""
        self._waiting.append(self._typed(Elements(text, offset), place, gaps))
        return Part()

    def beginning(self, text: bytes, offset: int, place: str, gaps: Gaps) -> Part:
        """As the raw reader's; the rows wait."""
        return self.fast(text, offset, place, gaps)

    def slow(self, elements: Iterable[Element], text: bytes, place: str, gaps: Gaps | None = None) -> Part:  # noqa: ARG002 the raw reader's arguments
        """As the raw reader's; the rows wait."""
        self._waiting.append(self._typed(list(elements), place, gaps or Gaps()))
        return Part()

    def _typed(self, elements: Iterable[Element], place: str, gaps: Gaps) -> Iterator[Found]:
        for element in elements:
            one = typed.row(element.text, place, element.offset)
            if one is not None:
                yield one
                continue
            part = super().slow([element], b"", place, gaps)
            yield from (columns.row(record) for record in part.records)
            yield from part.skipped
