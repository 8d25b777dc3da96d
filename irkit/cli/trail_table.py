"""A table as plain text, for people: as wide as it must be, or as wide as the terminal is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

from irkit.tui.printable import printable

_GAP = 2
_LEAST = 6
"""A column is not made narrower than this."""
_CUT = "…"
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
    """The same of the texts column by column. Each text is looked at once: most columns have few."""
    safe = [_safe(dict.fromkeys(each)) for each in texts]
    kept = [at for at, each in enumerate(safe) if not each or any(each.values())]
    heads = [columns[at].replace("_", " ").upper() for at in kept]
    widths = [_widest([head, *safe[at].values()]) for head, at in zip(heads, kept, strict=True)]
    if width is not None:
        widths = fitted(widths, width, [least(columns[at], each) for at, each in zip(kept, widths, strict=True)])
    filled = [_filled(safe[at], each) for at, each in zip(kept, widths, strict=True)]
    yield (" " * _GAP).join(map(padded, heads, widths)).rstrip()
    for row in zip(*(map(each.__getitem__, texts[at]) for each, at in zip(filled, kept, strict=True)), strict=True):
        yield (" " * _GAP).join(row).rstrip()


def _safe(texts: Iterable[str]) -> dict[str, str]:
    """Each as it is shown. What Python calls printable has no sign that ``printable`` replaces; most are that."""
    several = list(texts)
    if "".join(several).isprintable():
        return dict(zip(several, several, strict=True))
    return {text: text if text.isprintable() else printable(text) for text in several}


def _widest(texts: Sequence[str]) -> int:
    """The cells that the widest of them takes. Most are ASCII: one look at all of them takes a tenth of the time."""
    return max(map(len if "".join(texts).isascii() else cells, texts))


def _filled(shown: Mapping[str, str], width: int) -> dict[str, str]:
    """Each text as it is shown, in so many cells."""
    several = list(shown.values())
    fits = "".join(several).isascii() and max(map(len, several), default=0) <= width
    return dict(zip(shown, map(str.ljust if fits else padded, several, repeat(width)), strict=True))


def roomy(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """The columns for which there is room, each at a width that still tells something.

    What one reads last goes first; then what stands last.
    """
    widths = [max([len(name), *(cells(row[at]) for row in rows)]) for at, name in enumerate(columns)]
    low = {name: least(name, each) for name, each in zip(columns, widths, strict=True)}
    kept = [name for at, name in enumerate(columns) if any(row[at] for row in rows)]
    going = [name for name in _FIRST_TO_GO if name in kept]
    going += [name for name in reversed(kept) if name not in going]
    while len(kept) > 1 and sum(low[name] for name in kept) + _GAP * (len(kept) - 1) > width:
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
        over = sum(found) + _GAP * (len(found) - 1) - width
        while over > 0 and any(each > low for each, low in zip(found, floor, strict=True)):
            can = [at for at, low in enumerate(floor) if found[at] > low]
            found[max(can, key=found.__getitem__)] -= 1
            over -= 1
    return found


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row, each text cut or filled up to its width; the last one is not filled up."""
    return (" " * _GAP).join(padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()


def terminal_width() -> int:
    """How many cells wide the terminal is."""
    import shutil  # two milliseconds, that an answer to a file does without

    return shutil.get_terminal_size().columns


def cells(text: str) -> int:
    """How many cells of a terminal a text takes (Unicode TR 11; combining marks take none)."""
    if text.isascii() or (text.endswith(_CUT) and text[:-1].isascii()):
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def padded(text: str, width: int) -> str:
    """A text in so many cells."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: max(width - 1, 0)] + _CUT
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
