"""Takes events that lie in several files out of all parts but one: so that counts need not look for them again.

CloudTrail delivers some events twice, and folders are copied into each other (21 % of a real set were doubles). A part
whose rows go is written anew and replaces the old one in one step; small parts are put together on the way: a look at
118 parts takes twice the time of one at 20.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple

from irkit.cloudtrail.source import Progress
from irkit.cloudtrail.store.columns import NAMES
from irkit.cloudtrail.store.duck import duckdb
from irkit.cloudtrail.store.entries import PARTS, Part, Swap, path_of
from irkit.cloudtrail.store.manifest import Manifest, unwritable
from irkit.cloudtrail.store.part import ORDER, writing_engine, writing_parquet

_AT_ONCE = 600_000
"""Event ids that are compared at once; more are compared in slices by their hash."""
_FULL = 85_000
"""So many rows small parts are put together to; a part is small when it has less than half of them."""
_MEMORY = "115MB"
"""Puts so many rows in order; the process has AWS's client and a question's traces as well, where a bucket is asked."""
_MANY_SMALL = 8
_COLUMNS = ", ".join(NAMES)


class _Victims(NamedTuple):
    """How many rows of a place go from a part, and the place that holds the same events."""

    part: int
    place: str
    kept: str
    rows: int


def settling(folder: Path, manifest: Manifest) -> Generator[Progress, None, None]:
    """Settle all parts; how far it is comes after each step. Only the builder does this.

    Raises ``StoreUnwritable`` for what the disk refuses.
    """
    parts = manifest.neighbours()
    groups = _groups(parts)
    if all(part.settled for part in parts) and not groups:
        return
    with (
        TemporaryDirectory(prefix="irkit-") as spill,
        _in_words(folder),
        closing(writing_engine(_MEMORY, Path(spill))) as engine,
    ):
        settler = _Settler(engine, folder, manifest, parts)
        victims = yield from settler.victims()
        alone = [[number] for number in sorted({victim.part for victim in victims}.difference(*groups))]
        step = _Steps("parts written anew", len(alone) + len(groups))
        yield step.begun
        for group in (*alone, *groups):
            settler.rewrite(group, victims)
            yield step.done()
    manifest.mark_settled()


class _Steps:
    """Tells how far some steps of one kind are, and how long the rest may take by those before."""

    def __init__(self, unit: str, total: int) -> None:
        self._unit = unit
        self._total = total
        self._done = 0
        self._began = monotonic()

    @property
    def begun(self) -> Progress:
        """None is done."""
        return Progress(self._unit, 0, self._total)

    def done(self) -> Progress:
        """One more is done."""
        self._done += 1
        left = (monotonic() - self._began) * (self._total - self._done) / self._done
        return Progress(self._unit, self._done, self._total, seconds_left=left)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise unwritable(folder, str(error).partition("\n")[0]) from error


def _groups(parts: Sequence[Part]) -> list[list[int]]:
    """The numbers of small parts, if there are many: those that become one together."""
    small = [number for number, part in enumerate(parts) if part.rows < _FULL // 2]
    groups: list[list[int]] = []
    rows = _FULL
    for number in small if len(small) >= _MANY_SMALL else ():
        rows += parts[number].rows
        if rows > _FULL:
            groups.append([])
            rows = parts[number].rows
        groups[-1].append(number)
    return [group for group in groups if len(group) > 1]


class _Settler:
    """The parts of a store, numbered, and the rows that go from them (the table ``doubled``)."""

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, parts: Sequence[Part]
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._manifest = manifest
        self._parts = parts
        self._places = sorted(manifest.stamps())
        retired = [(str(folder / PARTS / part), place) for part, place in manifest.retired()]
        self._make("parts", range(len(parts)), [str(path_of(folder, part)) for part in parts])
        self._make("places", range(len(self._places)), self._places)
        self._make("gone", [part for part, _ in retired], [place for _, place in retired])
        engine.execute("CREATE TEMP TABLE doubled (part BIGINT, number BIGINT, place BIGINT, kept BIGINT)")
        engine.execute(f"CREATE TEMP VIEW ids AS SELECT event_id FROM {self._rows(range(len(parts)))}")  # noqa: S608
        engine.execute(
            "CREATE TEMP VIEW rows AS SELECT event_id, parts.key AS part, file_row_number AS number, "  # noqa: S608
            f"places.key AS place, byte_at FROM {self._rows(range(len(parts)))} AS each "
            "JOIN parts ON parts.value = filename JOIN places ON places.value = place "
            "ANTI JOIN gone ON gone.key = filename AND gone.value = place"
        )

    def _make(self, name: str, keys: Sequence[int | str], values: Sequence[str]) -> None:
        kind = "VARCHAR" if name == "gone" else "BIGINT"
        self._engine.execute(
            f"CREATE TEMP TABLE {name} AS SELECT unnest(?::{kind}[]) AS key, unnest(?::VARCHAR[]) AS value",
            [list(keys), list(values)],
        )

    def _rows(self, numbers: Iterable[int]) -> str:
        names = (str(path_of(self._folder, self._parts[number])).replace("'", "''") for number in numbers)
        listed = ", ".join(f"'{name}'" for name in names)
        return f"read_parquet([{listed}], filename = true, file_row_number = true)"

    def victims(self) -> Generator[Progress, None, tuple[_Victims, ...]]:
        """Finds the rows that go: of each event all but the first."""
        slices = sum(part.rows for part in self._parts) // _AT_ONCE + 1
        step = _Steps("slices of the event ids compared", slices)
        yield step.begun
        for number in range(slices):
            self._compare(number, slices)
            yield step.done()
        found = self._engine.execute("SELECT part, place, kept, count(*) FROM doubled GROUP BY ALL").fetchall()
        return tuple(_Victims(part, self._places[place], self._places[kept], rows) for part, place, kept, rows in found)

    def _compare(self, number: int, slices: int) -> None:
        """Note what goes of one slice."""
        execute = self._engine.execute
        execute(
            "CREATE OR REPLACE TEMP TABLE met_again AS SELECT event_id FROM ids "
            "WHERE hash(event_id) % ? = ? GROUP BY event_id HAVING count(*) > 1",
            [slices, number],
        )
        if execute("SELECT count(*) FROM met_again").fetchall() == [(0,)]:
            return
        execute(
            "CREATE OR REPLACE TEMP TABLE kept AS SELECT event_id, min((place, byte_at, part, number)) AS first, "
            "min(place) AS place "
            "FROM rows SEMI JOIN met_again USING (event_id) GROUP BY event_id"
        )
        execute(
            "INSERT INTO doubled SELECT part, number, rows.place, kept.place "
            "FROM rows JOIN kept USING (event_id) WHERE (rows.place, byte_at, part, number) <> first"
        )

    def rewrite(self, numbers: Sequence[int], victims: Sequence[_Victims]) -> None:
        """Write the rows of some parts that stay as one new part, and let that count instead."""
        name = f"{secrets.token_hex(8)}.parquet"
        at = self._folder / PARTS / name
        listed = ", ".join(map(str, numbers))
        self._write(
            f"SELECT {_COLUMNS} FROM {self._rows(numbers)} AS each JOIN parts ON parts.value = filename "  # noqa: S608
            f"ANTI JOIN (FROM doubled WHERE part IN ({listed})) AS doubled "
            "ON doubled.part = parts.key AND doubled.number = file_row_number "
            "ANTI JOIN gone ON gone.key = filename AND gone.value = place",
            at,
        )
        gone = [victim for victim in victims if victim.part in numbers]
        doubles: Counter[str] = Counter()
        for victim in gone:
            doubles[victim.place] += victim.rows
        self._manifest.swap(
            Swap(
                tuple(self._parts[number].name for number in numbers),
                self._part(at),
                tuple(doubles.items()),
                tuple({(victim.kept, victim.place) for victim in gone if victim.kept != victim.place}),
            )
        )

    def _write(self, statement: str, at: Path) -> None:
        """In order; more than memory can put in order stays in that of its parts."""
        try:
            writing_parquet(self._engine, f"{statement} {ORDER}", at)
        except duckdb.OutOfMemoryException:
            writing_parquet(self._engine, statement, at)

    def _part(self, at: Path) -> Part | None:
        """What was written; None, and no file, when no row was left."""
        quoted = str(at).replace("'", "''")
        rows, odd, first, last = self._engine.execute(
            "SELECT count(*), count(*) FILTER (odd <> ''), epoch_us(min(time)), epoch_us(max(time)) "  # noqa: S608
            f"FROM read_parquet('{quoted}')"
        ).fetchall()[0]
        if not rows:
            at.unlink()
            return None
        return Part(at.name, at.stat().st_size, rows, odd, first, last)
