"""Values of CloudTrail records as text of a fixed number of cells. An intruder chose some of them. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from os.path import commonprefix

from rich.cells import cell_len, set_cell_size

from irkit.tui.printable import printable

CUT = "…"
_SHORT = 12
"""In fewer cells a text is cut at its end alone."""
_BEGIN = 8
"""Cells of a text's beginning, before what it differs in from others."""
_ROUNDS = 4
"""Those of a group may look alike again: then what they begin with is longer."""
_ARN = "arn:"
_TURNED = frozenset({"R", "AL", "AN"})
"""Bidirectional classes that some terminals draw from right to left, over the border of a column."""
_JOINED = frozenset({"Mn", "Me", "Mc"})
"""Combining characters: a pile of them is drawn over the lines around, and selectors change how wide a sign is."""


def words(value: object) -> str:
    """A value on one line, safe to draw: times in UTC, several values with commas, nothing for None."""
    if isinstance(value, str):
        return drawable(str(value.value) if isinstance(value, Enum) else value)
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case timedelta():
            return f"{value.total_seconds():g} s"
        case Enum():
            return drawable(str(value.value))
        case Mapping():
            return ", ".join(f"{words(name)}={words(inner)}" for name, inner in value.items())
        case Iterable():
            return ", ".join(words(one) for one in value)
        case _:
            return drawable(str(value))


def drawable(text: str) -> str:
    """``printable`` text whose characters each stay in their own cells; ``escape`` writes the others."""
    shown = printable(text)
    return shown if shown.isascii() else "".join(_drawable(each) for each in shown)


def _drawable(each: str) -> str:
    if each.isascii() or each == "�":
        return each
    if unicodedata.bidirectional(each) in _TURNED or unicodedata.category(each) in _JOINED:
        return escape(each)
    return each


def escape(character: str) -> str:
    """As JSON would write it in ASCII: a backslash, ``u05d0``; in two halves beyond the 65,536th."""
    point = ord(character)
    if point < 0x10000:  # noqa: PLR2004 - the end of the first plane
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"


def fitted(text: str, width: int) -> str:
    """Exactly ``width`` cells: filled up with blanks, or cut with ``…``.

    An ARN keeps what it names; a name of one word (a path, a call) its end, in which it differs from its neighbours,
    and some of its beginning; what has several words its beginning.
    """
    if text.isascii():
        if len(text) <= width:
            return text.ljust(width)
        if text.startswith(_ARN):
            return tail(text, width).ljust(width)
        end = 0 if " " in text or width < _SHORT else (width - 1) * 2 // 3
        return f"{text[: max(0, width - 1 - end)]}{CUT}{text[len(text) - end :]}"[:width]
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)) + CUT, width)


def apart(texts: Sequence[str], width: int) -> list[str]:
    """Each text as ``fitted``; those that would look alike, though they differ, with what they differ in."""
    told = {each: fitted(each, width) for each in texts}
    for _ in range(_ROUNDS):
        alike: dict[str, list[str]] = {}
        for each, shown in told.items():
            alike.setdefault(shown, []).append(each)
        for group in alike.values():
            if len(group) > 1:
                start = len(commonprefix(group))  # noqa: RUF071 - of characters, not of folders
                told.update((each, _from(each, start, width)) for each in group)
    return [told[each] for each in texts]


def _from(text: str, start: int, width: int) -> str:
    """A text of single cells with its beginning, and what follows from a place on, or a little before."""
    room = width - _BEGIN - len(CUT)
    if not text.isascii() or room < _SHORT:
        return fitted(text, width)
    word = max(text.rfind(" ", 0, start), text.rfind("/", 0, start)) + 1
    begin = min(word if start - word < _SHORT else start, len(text) - room)
    if begin <= _BEGIN:
        return fitted(text, width)
    rest = text[begin : begin + room]
    return f"{text[:_BEGIN]}{CUT}{rest if begin + room >= len(text) else rest[: -len(CUT)] + CUT}"


def tail(arn: str, width: int) -> str:
    """An ARN that has no room: what it names, without partition, region and account; of that the end."""
    named = arn.split(":", maxsplit=5)[-1]
    return CUT + (named if len(named) < width else named[len(named) - width + 1 :]) if width > 0 else ""


def wide(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def counted(number: int, one: str, several: str = "") -> str:
    """``1 row``, ``2,104 rows``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
