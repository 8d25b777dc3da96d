"""Write an answer: as a table, JSON, JSON lines or CSV, always with its coverage."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO, cast

from irkit.cli.trail_cells import as_json, cell, safe_json, stamps
from irkit.cli.trail_laid import CUT
from irkit.cli.trail_table import alike, blocks, cells, lines, padded, roomy, table, terminal_width
from irkit.cli.trail_telling import Telling
from irkit.cli.trail_told import say
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.parted import parted
from irkit.cloudtrail.questions.columned import Columned
from irkit.errors import UsageError
from irkit.scan.output.shown import csv_cell

if TYPE_CHECKING:
    from pydantic import JsonValue

SCHEMA = "irkit.trail/1"
_AT_ONCE = 1_000
"""So many rows are written in one go."""
_csv_cell = lru_cache(maxsize=4096)(csv_cell)
"""Cells repeat: regions, calls, addresses."""
_WEIGHT = 20
"""Of a row that names few ids."""
_IN_A_TABLE = 80_000
"""So many rows of a table are looked at in one go, as many as are held; those on disk a part at a time, twice."""
_WIDEST = 72
"""A text in a table that nobody chose the columns of is cut to this; other formats cut nothing."""


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class Rows(Protocol):
    """Rows in order, whose attributes are the columns; read as often as they are needed, from a disk maybe."""

    def __iter__(self) -> Iterator[object]:
        """Each of them, from the first."""

    def __len__(self) -> int:
        """How many there are."""


@dataclass(frozen=True)
class Written:
    """What is to be written, and what it does not cover."""

    columns: tuple[str, ...]
    rows: Rows
    about: Mapping[str, JsonValue]
    """The question, for the JSON document."""
    coverage: Coverage
    are_chosen: bool = False
    """Whether someone named the columns: then none is left out, and nothing is cut."""
    close: Callable[[], None] = lambda: None
    """Lets go of the rows."""


def write(what: Written, form: Format, out: TextIO) -> None:
    """Write all of it. Only JSON and JSON lines hold the coverage; who writes the others must tell it."""
    _WRITERS[form](what, out)


def _table(what: Written, out: TextIO) -> None:
    """On a terminal as wide as that is; else as wide as it must be, but for texts without end (user agents)."""
    width = terminal_width() if out.isatty() else None
    if len(what.rows) <= _IN_A_TABLE and isinstance(what.rows, Sequence):
        for texts in _columns(what, width, _IN_A_TABLE):
            columns, held = _kept(what, texts, width)
            out.writelines(blocks(columns, held, width))
        return
    # Widths, and which columns are shown, follow from a few texts of each: these are put before those of every part.
    telling = Telling(len(what.columns))
    for texts in _columns(what, width, _AT_ONCE):
        telling.hear(texts)
    columns, first = _kept(what, telling.texts, width)
    for number, texts in enumerate(_columns(what, width, _AT_ONCE)):
        held = [[*few, *texts[what.columns.index(name)]] for name, few in zip(columns, first, strict=True)]
        head, *several = lines(columns, held, width)
        out.writelines(f"{line}\n" for line in ([] if number else [head]) + several[len(first[0]) :])


def _columns(what: Written, width: int | None, at_once: int) -> Iterator[list[list[str]]]:
    """The cells of so many rows at a time, column by column; cut where nobody chose the columns."""
    for rows in _parts(what.rows, at_once):
        texts = [_texts(rows, name) for name in what.columns]
        yield texts if what.are_chosen or width is not None else list(map(_shortened, texts))


def _parts(rows: Rows, at_once: int) -> Iterator[Sequence[object]]:
    """Rows that are in memory by their number; others by what they weigh."""
    if not isinstance(rows, Sequence):
        yield from parted(rows, at_once * _WEIGHT)
        return
    for first in range(0, len(rows), at_once):
        yield rows[first : first + at_once]


def _kept(what: Written, texts: list[list[str]], width: int | None) -> tuple[tuple[str, ...], list[list[str]]]:
    """The columns that are shown, and their cells."""
    if width is None or what.are_chosen:
        return what.columns, texts
    columns, rows = _narrowed(what.columns, list(map(list, zip(*texts, strict=True))), width)
    return columns, list(map(list, zip(*rows, strict=True)))


def _texts(rows: Iterable[object], name: str) -> list[str]:
    """The cells of a column: most have nothing but texts, or nothing but times."""
    values = rows.column(name) if isinstance(rows, Columned) else list(map(attrgetter(name), rows))
    kinds = set(map(type, values))
    if kinds == {str}:
        return cast("list[str]", values)
    return stamps(cast("list[datetime]", values)) if kinds == {datetime} else list(map(cell, values))


def _shortened(texts: list[str]) -> list[str]:
    """Cut to what a table takes. No sign takes more than two cells."""
    if max(map(len, texts)) <= _WIDEST // 2:
        return texts
    if "".join(texts).isascii():
        return [text if len(text) <= _WIDEST else text[: _WIDEST - 1] + CUT for text in texts]
    cut = {text: text if cells(text) <= _WIDEST else padded(text, _WIDEST) for text in dict.fromkeys(texts)}
    return [cut[text] for text in texts]


def _narrowed(columns: tuple[str, ...], rows: list[list[str]], width: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """The columns for which a terminal has room. What is the same in every row is said once, on stderr."""
    if roomy(columns, rows, width) != tuple(name for at, name in enumerate(columns) if any(row[at] for row in rows)):
        same = alike(columns, rows)
        if same:
            say(f"irkit trail: in every row: {', '.join(f'{name} {text}' for name, text in same.items())}")
    else:
        same = {}
    rest = tuple(name for name in columns if name not in same)
    held = [[row[columns.index(name)] for name in rest] for row in rows]
    kept = roomy(rest, held, width)
    if gone := [name for at, name in enumerate(rest) if name not in kept and any(row[at] for row in held)]:
        say(f"irkit trail: no room for {', '.join(gone)}: --columns {','.join(gone[:2])}, or --format json")
    return kept, [[row[rest.index(name)] for name in kept] for row in held]


def _json(what: Written, out: TextIO) -> None:
    """One document, written part by part."""
    before = safe_json({"schema": SCHEMA, **what.about, "rows": []}, indent=2)
    after = safe_json({"coverage": coverage_json(what.coverage)}, indent=2)
    out.write(before.removesuffix("]\n}"))
    mark = ""
    for rows in _parts(what.rows, _AT_ONCE):
        several = safe_json([_row(row, what.columns) for row in rows], indent=2)
        out.write(mark + several.removeprefix("[").removesuffix("\n]").replace("\n", "\n  "))
        mark = ","
    print("\n  ]," if mark else "],", after.removeprefix("{"), sep="", file=out)


def _jsonl(what: Written, out: TextIO) -> None:
    for row in what.rows:
        print(json_line(row, what.columns), file=out)
    print(safe_json({"coverage": coverage_json(what.coverage)}), file=out)


def json_line(row: object, columns: Sequence[str]) -> str:
    """One row as one line of JSON."""
    return safe_json(_row(row, columns))


def _row(row: object, columns: Sequence[str]) -> Mapping[str, object]:
    """Most often all columns are asked for, in the row's own order."""
    held = vars(row)
    return held if tuple(held) == columns else {name: held[name] for name in columns}


def _csv(what: Written, out: TextIO) -> None:
    import csv  # half a millisecond, that other forms do without

    print(csv_row(what.columns), end="", file=out)
    for rows in _parts(what.rows, _AT_ONCE):
        held = io.StringIO(newline="")
        columns = (map(_csv_cell, _texts(rows, name)) for name in what.columns)
        csv.writer(held).writerows(zip(*columns, strict=True))
        out.write(held.getvalue())


def csv_row(texts: Sequence[str]) -> str:
    """One row of CSV (RFC 4180): each text is one line, and none is a formula to a spreadsheet."""
    import csv

    row = io.StringIO(newline="")
    csv.writer(row).writerow([_csv_cell(each) for each in texts])
    return row.getvalue()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO | None = None) -> None:
    """A table whose columns somebody chose: as wide as the terminal, else as wide as it must be."""
    target = out or sys.stdout
    width = terminal_width() if target.isatty() else None
    for line in table(columns, rows, width):
        print(line, file=target)


_WRITERS: dict[Format, Callable[[Written, TextIO], None]] = {
    Format.TABLE: _table,
    Format.JSON: _json,
    Format.JSONL: _jsonl,
    Format.CSV: _csv,
}


def coverage_json(coverage: Coverage) -> JsonValue:
    """A coverage as JSON: all its fields, what follows from them, and the words."""
    return {
        "sources": list(coverage.sources),
        "regions": list(coverage.regions),
        "accounts": list(coverage.accounts),
        "start": as_json(coverage.start),
        "end": as_json(coverage.end),
        "asked_at": as_json(coverage.asked_at),
        "trusted_until": as_json(coverage.trusted_until),
        "is_whole": coverage.is_whole,
        "not_seen": dict(coverage.not_seen),
        "skipped": [{"at": each.at.text, "why": each.why} for each in coverage.skipped],
        "notes": list(coverage.notes),
        "never": list(coverage.never),
        "counts": as_json(coverage.counts),
        "text": coverage.text,
    }


@contextmanager
def opened(file: Path | None) -> Iterator[TextIO]:
    """Where rows go: stdout, or a file that is there only when it is whole. Raises ``UsageError``."""
    if file is None:
        sys.stdout.reconfigure(errors="backslashreplace") if hasattr(sys.stdout, "reconfigure") else None
        yield sys.stdout
        sys.stdout.flush()
        return
    aside = file.with_name(f".{file.name}.{os.urandom(4).hex()}.part")
    if file.exists() and not file.is_file():  # a device or a pipe is written to, never replaced
        aside = file
    try:
        out = aside.open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from None
    try:
        with out:
            yield out
            out.flush()
            if aside is not file:
                os.fsync(out.fileno())
                aside.replace(file)
    finally:
        if aside is not file:
            aside.unlink(missing_ok=True)
