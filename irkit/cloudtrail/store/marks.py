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
from zlib import crc32

from irkit.cloudtrail.source import Progress
from irkit.cloudtrail.store.entries import Part, path_of
from irkit.cloudtrail.store.manifest import Manifest
from irkit.cloudtrail.store.narrowing import CALL, SESSION, Held

_KINDS: Mapping[str, str] = {
    **{name: name for name in ("key_id", "principal_arn", "issuer_arn", "principal", "source_identity", "ip", "agent")},
    SESSION: "session",
    CALL: "call",
}
"""The columns, or what is made of them, as conditions have them; and what they are called in the manifest."""
_CODE = "I"


class Marks:
    """What the manifest of a store says of the values in its parts; read when it is asked for."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._sums: dict[str, dict[str, array[int]]] = {}

    def narrowed(self, parts: Iterable[Part], held: Held) -> tuple[Part, ...]:
        """Those of the parts that may hold, of each column, one of the values."""
        found = tuple(parts)
        for column, values in held:
            if column in _KINDS and found:
                sums, wanted = self._of(_KINDS[column]), [_sum(value) for value in values]
                found = tuple(part for part in found if part.name not in sums or _is_any(sums[part.name], wanted))
        return found

    def _of(self, kind: str) -> dict[str, array[int]]:
        if kind not in self._sums:
            self._sums[kind] = {part: _read(data) for part, data in self._manifest.marks(kind)}
        return self._sums[kind]


def marking(folder: Path, manifest: Manifest) -> Generator[Progress, None, None]:
    """Mark the parts that are not marked yet; how far it is comes after each. Only the builder does this."""
    parts = manifest.unmarked()
    if not parts:
        return
    from irkit.cloudtrail.store.part import writing_engine  # DuckDB: a question looks at the marks before it needs that

    statement = f"SELECT {', '.join(f'list(DISTINCT {text})' for text in _KINDS)} FROM read_parquet(?)"  # noqa: S608
    with closing(writing_engine("140MB")) as engine:
        for number, part in enumerate(parts, 1):
            values = engine.execute(statement, [str(path_of(folder, part))]).fetchall()[0]
            manifest.mark(part.name, {kind: _written(each) for kind, each in zip(_KINDS.values(), values, strict=True)})
            yield Progress("parts marked", number, len(parts))


def _sum(value: str) -> int:
    return crc32(value.encode())


def _written(values: Iterable[str]) -> bytes:
    sums = array(_CODE, sorted({_sum(value) for value in values}))
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
