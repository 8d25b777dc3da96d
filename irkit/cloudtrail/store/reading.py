"""Every event of one file as a row, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.record import record
from irkit.cloudtrail.store import columns, typed
from irkit.cloudtrail.store.columns import Row
from irkit.errors import OutsideError


def rows(path: Path, place: str) -> Iterator[Row | Skipped]:
    """All of a file, in the order it has. Raises ``OSError`` when the file itself cannot be opened."""
    from isal import igzip

    content = path.read_bytes()
    if path.suffix == ".gz":
        content = igzip.decompress(content)  # type: ignore[no-untyped-call]
    yield from rows_of(content, place)


def rows_of(content: bytes, place: str) -> Iterator[Row | Skipped]:
    """All of an inflated file."""
    found = typed.spans(content)
    if found is None:
        yield Skipped(Locator(place), "its form is not known")
        return
    view = memoryview(content)
    for start, end in found:
        text = view[start:end]
        one = typed.row(text, place, start)
        yield one if one is not None else _read_fully(bytes(text), Locator(place, start, end - start))


def _read_fully(text: bytes, at: Locator) -> Row | Skipped:
    try:
        return columns.row(record(text, at))
    except OutsideError as error:
        return Skipped(at, error.message)
