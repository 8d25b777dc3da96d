"""Rows of text broken to a width, each later line indented below its first: long plans stay readable. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

_LEAST = 20
"""Cells of a line at least, however narrow the screen."""


def hanging(rows: Iterable[Text], width: int, indent: int = 4) -> Text:
    """The rows, one below the other; what does not fit goes on ``indent`` cells right of where its row begins."""
    room = max(width, _LEAST)
    console = Console(file=io.StringIO(), width=room)
    return Text("\n").join(line for row in rows for line in _broken(row, room, indent, console))


def _broken(row: Text, width: int, indent: int, console: Console) -> Iterator[Text]:
    lead = " " * min(width // 2, _margin(row) + indent)
    while row.cell_len > width:
        line = next(iter(row.wrap(console, width)))
        if not line.plain.strip():
            line = row[:width]
        left = row[len(line.plain) :]
        line.rstrip()
        yield line
        row = Text.assemble(lead, left[_margin(left) :])
    if row.plain.strip() or not row.plain:
        yield row


def _margin(text: Text) -> int:
    return len(text.plain) - len(text.plain.lstrip(" "))
