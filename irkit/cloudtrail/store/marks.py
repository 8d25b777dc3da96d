"""Which parts of a store may hold a value: so a look opens few parts of many.

To open a part is to read what it says of 340 pieces of columns: of 105 parts, for 10 million events, that takes longer
than to find what is asked for. Of some columns the manifest holds the checksums of all values of each part, in order. A
part without them may hold anything.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from irkit.cloudtrail.source import Progress
from irkit.cloudtrail.store.entries import Part, path_of
from irkit.cloudtrail.store.manifest import Manifest, unwritable
from irkit.cloudtrail.store.narrowing import CALL, SESSION, Held

if TYPE_CHECKING:
    import duckdb

_KINDS: Mapping[str, str] = {
    **{name: name for name in ("key_id", "principal_arn", "issuer_arn", "principal", "source_identity", "ip", "agent")},
    SESSION: "session",
    CALL: "call",
}
"""The columns, or what is made of them, as conditions have them; and what they are called in the manifest."""
_ID = "event_id"
"""As well, of which each row has its own."""
_MOST_ROWS = 1_000_000
"""A part of more, which a file of a gigabyte can be, is not marked: it would take much memory."""
_AT_ONCE = 10_000
_CODE = "I"


class Marks:
    """What the manifest of a store says of the values in its parts; read when it is asked for."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._without: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}

    def narrowed(self, parts: Iterable[Part], held: Held) -> tuple[Part, ...]:
        """Those of the parts that may hold, of each column, one of the values."""
        found = tuple(parts)
        for column, values in held:
            kind = column if column == _ID else _KINDS.get(column)
            if kind is not None and found:
                without = self._parts_without(kind, values)
                found = tuple(part for part in found if part.name not in without)
        return found

    def _parts_without(self, kind: str, values: tuple[str, ...]) -> frozenset[str]:
        if (kind, values) not in self._without:
            wanted = [_sum(value) for value in values]
            every = self._manifest.marks(kind)
            self._without[kind, values] = frozenset(part for part, data in every if not _is_any(_read(data), wanted))
        return self._without[kind, values]


def marking(folder: Path, manifest: Manifest) -> Generator[Progress, None, None]:
    """Mark the parts that are not marked yet; how far it is comes after each. Only the builder does this.

    Raises ``StoreUnwritable`` for what the disk refuses.
    """
    parts = [part for part in manifest.unmarked(_ID) if part.rows <= _MOST_ROWS]
    if not parts:
        return
    from irkit.cloudtrail.store.duck import duckdb  # a question looks at the marks before it needs that
    from irkit.cloudtrail.store.part import writing_engine

    with closing(writing_engine("140MB")) as engine:
        for number, part in enumerate(parts, 1):
            try:
                sums = _sums(engine, str(path_of(folder, part)))
            except duckdb.OutOfMemoryException:
                continue  # so many long user agents: the part is opened whatever is asked for
            except duckdb.Error as error:
                raise unwritable(folder, str(error).partition("\n")[0]) from error
            manifest.mark(part.name, sums)
            yield Progress("parts marked", number, len(parts))


def _sums(engine: duckdb.DuckDBPyConnection, at: str) -> dict[str, bytes]:
    """The checksums of a part's values, by their kind."""
    every = ", ".join(f"list(DISTINCT {text})" for text in _KINDS)
    values = engine.execute(f"SELECT {every} FROM read_parquet(?)", [at]).fetchall()[0]  # noqa: S608 own words
    found = {kind: _written(map(_sum, each)) for kind, each in zip(_KINDS.values(), values, strict=True)}
    ids = array(_CODE)
    engine.execute(f"SELECT {_ID} FROM read_parquet(?)", [at])  # noqa: S608 own words
    while rows := engine.fetchmany(_AT_ONCE):
        ids.extend([_sum(value) for (value,) in rows])
    return {**found, _ID: _written(ids)}


def _sum(value: str) -> int:
    return crc32(value.encode())


def _written(every: Iterable[int]) -> bytes:
    sums = array(_CODE, sorted(set(every)))
    if sys.byteorder != "little":
        sums.byteswap()
    return sums.tobytes()


def _read(data: bytes) -> array[int]:
    sums = array(_CODE)
    sums.frombytes(data)
    if sys.byteorder != "little":
        sums.byteswap()
    return sums


def _is_any(sums: array[int], wanted: Iterable[int]) -> bool:
    return any((at := bisect_left(sums, one)) < len(sums) and sums[at] == one for one in wanted)
