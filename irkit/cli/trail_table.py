"""A table as plain text, for people: as wide as it must be, or as wide as the terminal is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from irkit.cli.trail_laid import CUT, GAP, laid, widest
from irkit.tui.printable import printable

_AT_ONCE = 1_000
"""So many rows are laid out in one go."""
_LEAST = 6
"""A column is not made narrower than this."""
_TELLING = 12
"""A text that is cut should still have as many cells."""
_TELLING_OF = {"call": 22, "target": 20, "value": 24, "secret": 24, "locator": 1000, "event_id": 1000}
"""The same of some columns; a locator that is cut tells nothing."""
_UNCUT = 20
"""A column that is no wider (a time, an address, a key id) is not cut, where there is room at all."""
_FIRST_TO_GO = (
    *("locator", "locators", "event_id", "event_ids", "caller_id", "account", "accounts", "agent", "agents"),
    *("tactic", "why", "severity", "certainty", "via", "region", "regions", "key_id", "key_ids", "kms_key"),
    *("issuer", "audience", "joined_by", "ip", "ips", "last_at"),
)
"""What is left out of a narrow table before anything else."""
_WIDE = frozenset({"W", "F"})


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """The lines. Columns without any text are left out. ``width`` None: nothing is cut."""
    return lines(columns, list(zip(*rows, strict=True)) if rows else [() for _ in columns], width)


def lines(columns: Sequence[str], texts: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """The same of the texts column by column."""
    for several in blocks(columns, texts, width):
        yield from several.removesuffix("\n").split("\n")


def blocks(columns: Sequence[str], texts: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """The same, many lines at a time, each with a line break behind it; the first is the head alone."""
    shown = list(map(_shown, texts))
    kept = [at for at, each in enumerate(shown) if not each.texts or each.widest or any(each.texts)]
    heads = [columns[at].replace("_", " ").upper() for at in kept]
    widths = [max(cells(head), shown[at].widest) for head, at in zip(heads, kept, strict=True)]
    if width is not None:
        widths = fitted(widths, width, [least(columns[at], each) for at, each in zip(kept, widths, strict=True)])
    yield (" " * GAP).join(map(padded, heads, widths)).rstrip() + "\n"
    filled = [_filled(shown[at], each) for at, each in zip(kept, widths, strict=True)]
    several, blanks = [each for each, _ in filled], [each for _, each in filled]
    count = len(several[0]) if several else 0
    for first in range(0, count, _AT_ONCE):
        yield laid(several, blanks, first, min(first + _AT_ONCE, count))


class _Shown(NamedTuple):
    """The texts of a column as they are shown, and the cells that the widest takes."""

    texts: list[str]
    widest: int
    is_plain: bool
    """Whether each sign takes one cell."""


def _shown(texts: Sequence[str]) -> _Shown:
    """Most are printable ASCII, maybe cut: one look at all of them tells that."""
    several = texts if isinstance(texts, list) else list(texts)
    if (wide := widest(several)) >= 0:
        return _Shown(several, wide, is_plain=True)
    safe = {text: printable(text) for text in dict.fromkeys(several)}
    return _Shown(list(map(safe.__getitem__, several)), max(map(cells, safe.values())), is_plain=False)


def _filled(shown: _Shown, width: int) -> tuple[list[str], int]:
    """The texts, cut to so many cells, and how many signs each is to be filled up to yet."""
    if shown.is_plain and shown.widest <= width:
        return shown.texts, width
    filled = {text: padded(text, width) for text in dict.fromkeys(shown.texts)}
    return list(map(filled.__getitem__, shown.texts)), 0


def roomy(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """The columns for which there is room, each at a width that still tells something.

    What one reads last goes first; then what stands last.
    """
    widths = [max([len(name), *(cells(row[at]) for row in rows)]) for at, name in enumerate(columns)]
    low = {name: least(name, each) for name, each in zip(columns, widths, strict=True)}
    kept = [name for at, name in enumerate(columns) if any(row[at] for row in rows)]
    going = [name for name in _FIRST_TO_GO if name in kept]
    going += [name for name in reversed(kept) if name not in going]
    while len(kept) > 1 and sum(low[name] for name in kept) + GAP * (len(kept) - 1) > width:
        kept.remove(going.pop(0))
    return tuple(kept)


def alike(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The columns that have one and the same text in every row, but for times."""
    if len(rows) < 2:  # noqa: PLR2004 - one row is like itself
        return {}
    same = {name: rows[0][at] for at, name in enumerate(columns) if all(row[at] == rows[0][at] for row in rows)}
    return {name: text for name, text in same.items() if text and not name.endswith("at")}


def least(name: str, width: int) -> int:
    """The least width of a column whose texts are that wide."""
    return width if width <= _UNCUT else min(width, _TELLING_OF.get(name, _TELLING))


def fitted(widths: Sequence[int], width: int, telling: Sequence[int]) -> list[int]:
    """The widths, the widest made narrower until all fit, down to what is telling, and then to less.

    When even that is too little, the last ones go over.
    """
    found = list(widths)
    for floor in (telling, [min(each, _LEAST) for each in widths]):
        over = sum(found) + GAP * (len(found) - 1) - width
        while over > 0 and any(each > low for each, low in zip(found, floor, strict=True)):
            can = [at for at, low in enumerate(floor) if found[at] > low]
            found[max(can, key=found.__getitem__)] -= 1
            over -= 1
    return found


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row, each text cut or filled up to its width; the last one is not filled up."""
    return (" " * GAP).join(padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()


def terminal_width() -> int:
    """How many cells wide the terminal is."""
    import shutil  # two milliseconds, that an answer to a file does without

    return shutil.get_terminal_size().columns


def cells(text: str) -> int:
    """How many cells of a terminal a text takes (Unicode TR 11; combining marks take none)."""
    if text.isascii() or (text.endswith(CUT) and text[:-1].isascii()):
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def padded(text: str, width: int) -> str:
    """A text in so many cells."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: max(width - 1, 0)] + CUT
    size = cells(text)
    if size <= width:
        return text + " " * (width - size)
    kept, room = [], width - 1
    for character in text:
        room -= _cells_of(character)
        if room < 0:
            break
        kept.append(character)
    cut = "".join(kept) + CUT
    return cut + " " * (width - cells(cut))
