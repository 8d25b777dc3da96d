"""Takes events that lie in several files out of all parts but one: so that counts need not look for them again.

CloudTrail delivers some events twice, and folders are copied into each other (21 % of a real set were doubles). A part
whose rows go is written anew and replaces the old one in one step; small parts are put together on the way.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb

from irkit.cloudtrail.store.columns import NAMES
from irkit.cloudtrail.store.entries import PARTS, Part, Swap
from irkit.cloudtrail.store.manifest import Manifest, unwritable
from irkit.cloudtrail.store.part import writing_engine, writing_parquet

_AT_ONCE = 1_500_000
"""Event ids that are compared at once; more are compared in slices by their hash."""
_SMALL = 8_000
"""Rows of a part that is worth being put together with others."""
_MANY_SMALL = 8
_COLUMNS = ", ".join(NAMES)


class _Victim(NamedTuple):
    """Rows of a place that go from a part, and the place that holds the same events."""

    part: str
    place: str
    kept: str
    rows: int


def settling(folder: Path, manifest: Manifest) -> Generator[str, None, None]:
    """Settle all parts; the name of each part that was written anew comes as it is. Only the builder does this.

    Raises ``StoreUnwritable`` for what the disk refuses.
    """
    parts = manifest.parts()
    if all(part.settled for part in parts) and not _small(parts):
        return
    with closing(writing_engine()) as engine, _in_words(folder):
        _number(engine, folder, parts, manifest.retired())
        victims = _victims(engine, sum(part.rows for part in parts))
        small = frozenset(_small(parts))
        for part in parts:
            if part.name in {victim.part for victim in victims} - small:
                yield _rewritten(engine, folder, manifest, [part], victims)
        if small:
            yield _rewritten(engine, folder, manifest, [part for part in parts if part.name in small], victims)
    manifest.mark_settled()


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise unwritable(folder, str(error)) from error


def _small(parts: Sequence[Part]) -> list[str]:
    found = [part.name for part in parts if part.rows < _SMALL]
    return found if len(found) >= _MANY_SMALL else []


def _number(
    engine: duckdb.DuckDBPyConnection, folder: Path, parts: Sequence[Part], retired: Sequence[tuple[str, str]]
) -> None:
    """The view ``ids``: of each row that counts its part, its number in it, its event and its place."""
    names = ", ".join("'" + str(folder / PARTS / part.name).replace("'", "''") + "'" for part in parts)
    engine.execute(
        "CREATE TEMP TABLE gone AS SELECT unnest(?) AS part, unnest(?) AS place",
        [[part for part, _ in retired], [place for _, place in retired]],
    )
    engine.execute(
        "CREATE TEMP VIEW ids AS SELECT parse_filename(filename) AS part, file_row_number AS number, event_id, place, "  # noqa: S608
        f"byte_at, time FROM read_parquet([{names}], filename = true, file_row_number = true) "
        "WHERE (parse_filename(filename), place) NOT IN (SELECT part, place FROM gone)"
    )
    engine.execute("CREATE TEMP TABLE doubled (part VARCHAR, number BIGINT, place VARCHAR, kept VARCHAR)")


def _victims(engine: duckdb.DuckDBPyConnection, rows: int) -> tuple[_Victim, ...]:
    """Fills the table ``doubled``; how many rows of which place go from which part, and whose they stand behind."""
    slices = rows // _AT_ONCE + 1
    for number in range(slices):
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE met_again AS SELECT hash(event_id) AS id FROM ids "
            "WHERE hash(event_id) % ? = ? GROUP BY id HAVING count(*) > 1",
            [slices, number],
        )
        if engine.execute("SELECT count(*) FROM met_again").fetchall() == [(0,)]:
            continue
        engine.execute(
            "INSERT INTO doubled SELECT part, number, place, kept FROM (SELECT part, number, place, "
            "row_number() OVER same AS nth, first_value(place) OVER same AS kept FROM ids "
            "WHERE hash(event_id) IN (SELECT id FROM met_again) "
            "WINDOW same AS (PARTITION BY event_id ORDER BY place, byte_at, part, number)) WHERE nth > 1"
        )
    found = engine.execute("SELECT part, place, kept, count(*) FROM doubled GROUP BY ALL").fetchall()
    return tuple(_Victim(*row) for row in found)


def _rewritten(
    engine: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, old: Sequence[Part], victims: Sequence[_Victim]
) -> str:
    """Write the rows of some parts that stay as one new part, and let that count instead."""
    name = f"{secrets.token_hex(8)}.parquet"
    at = folder / PARTS / name
    sources = ", ".join("'" + str(folder / PARTS / part.name).replace("'", "''") + "'" for part in old)
    writing_parquet(
        engine,
        f"SELECT {_COLUMNS} FROM read_parquet([{sources}], filename = true, file_row_number = true) "  # noqa: S608
        "WHERE (parse_filename(filename), file_row_number) NOT IN (SELECT part, number FROM doubled) "
        "AND (parse_filename(filename), place) NOT IN (SELECT part, place FROM gone)",
        at,
    )
    quoted = str(at).replace("'", "''")
    rows, odd, first, last = engine.execute(
        "SELECT count(*), count(*) FILTER (odd <> ''), epoch_us(min(time)), epoch_us(max(time)) "  # noqa: S608
        f"FROM read_parquet('{quoted}')"
    ).fetchall()[0]
    names = {part.name for part in old}
    gone = [victim for victim in victims if victim.part in names]
    doubles: Counter[str] = Counter()
    for victim in gone:
        doubles[victim.place] += victim.rows
    manifest.swap(
        Swap(
            tuple(sorted(names)),
            Part(name, at.stat().st_size, rows, odd, first, last),
            tuple(doubles.items()),
            tuple({(victim.kept, victim.place) for victim in gone if victim.kept != victim.place}),
        )
    )
    return name
