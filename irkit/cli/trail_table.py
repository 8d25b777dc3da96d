"""A table as plain text, for people: as wide as it must be, or as wide as the terminal is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from irkit.tui.printable import printable

_GAP = 2
_LEAST = 6
"""A column is not made narrower than this."""
_CUT = "…"
_WIDE = frozenset({"W", "F"})


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """The lines. Columns without any text are left out. ``width`` None: nothing is cut."""
    safe = [[printable(text) for text in row] for row in rows]
    kept = [at for at in range(len(columns)) if not safe or any(row[at] for row in safe)]
    heads = [columns[at].replace("_", " ").upper() for at in kept]
    body = [[row[at] for at in kept] for row in safe]
    widths = [max(map(cells, column)) for column in zip(heads, *body, strict=True)]
    if width is not None:
        widths = fitted(widths, width)
    for row in (heads, *body):
        yield line(row, widths)


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row, each text cut or filled up to its width; the last one is not filled up."""
    return (" " * _GAP).join(padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()


def fitted(widths: Sequence[int], width: int) -> list[int]:
    """The widths, the widest made narrower until all fit; when even that is too little, the last ones go over."""
    found = list(widths)
    over = sum(found) + _GAP * (len(found) - 1) - width
    while over > 0 and found and max(found) > _LEAST:
        greatest = max(found)
        second = max([each for each in found if each < greatest], default=_LEAST)
        many = found.count(greatest)
        less = max(1, min(greatest - max(second, _LEAST), -(-over // many)))
        for at, each in enumerate(found):
            if each == greatest and over > 0:
                found[at] -= min(less, over)
                over -= min(less, over)
    return found


def cells(text: str) -> int:
    """How many cells of a terminal a text takes (Unicode TR 11; combining marks take none)."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def padded(text: str, width: int) -> str:
    """A text in so many cells."""
    size = cells(text)
    if size <= width:
        return text + " " * (width - size)
    kept, room = [], width - 1
    for character in text:
        room -= _cells_of(character)
        if room < 0:
            break
        kept.append(character)
    cut = "".join(kept) + _CUT
    return cut + " " * (width - cells(cut))
