"""What is remembered of a set of objects that was looked at: no values, no lines, only where something stood."""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from pathlib import Path

from irkit.scan.passed_over import PassedOver, by_reason, of_stored
from irkit.scan.quick import NamedTuple, cast

_MAGIC = b"irkit objects 3 "
_CHECK = 8
_IDS = ".ids"
_HELD = ".held"


class Forgotten(Exception):
    """What was remembered does not fit the objects any more."""


class Spot(NamedTuple):
    """Where in an object a value stands, and which: sightings of one group are alike but for their place."""

    group: int
    start: int
    end: int
    line: int
    column: int


class Kept(NamedTuple):
    """An object with secrets, without them."""

    id: str
    kind: str
    spots: tuple[Spot, ...]


class Shelf(NamedTuple):
    """A set of objects that were all looked at."""

    objects: int
    kept: tuple[Kept, ...]
    skipped: tuple[tuple[str, str, str], ...]
    """Of which object (empty: of none), what was skipped, and the reason."""
    passed: frozenset[PassedOver]
    """The lines that were passed over."""


_Stored = tuple[int, int, list[tuple[str, str, list[list[int]]]], list[tuple[str, str, str]], dict[str, list[str]]]
"""Check of the ids, count, kept, skipped, lines passed over."""


def read_shelf(folder: Path, name: str) -> Shelf | None:
    """The shelf of that name; None when there is none, or it is broken."""
    stored = _stored(folder, name)
    if stored is None:
        return None
    _, count, kept, skipped, passed = stored
    objects = (Kept(id_, kind, tuple(Spot(*spot) for spot in spots)) for id_, kind, spots in kept)
    told = tuple((id_, what, reason) for id_, what, reason in skipped)
    return Shelf(count, tuple(objects), told, of_stored(passed))


def read_ids(folder: Path, name: str) -> bytes:
    """The sorted ids of a shelf's objects, 20 bytes each; empty when they are not what was written."""
    stored = _stored(folder, name)
    try:
        ids = (folder / f"{name}{_IDS}").read_bytes() if stored else b""
    except OSError:
        return b""
    return ids if stored and zlib.crc32(ids) == stored[0] else b""


def _stored(folder: Path, name: str) -> _Stored | None:
    file = folder / f"{name}{_HELD}"
    try:
        raw = file.read_bytes() if file.is_file() else b""  # a pipe would be waited for
    except OSError:
        return None
    import json  # 1 ms: a scan without a cache has no need of it

    head, body = raw[: len(_MAGIC) + _CHECK], raw[len(_MAGIC) + _CHECK :]
    return cast("_Stored", json.loads(body)) if head == _head(name, body) else None


def write_shelf(folder: Path, name: str, ids: bytes, shelf: Shelf) -> None:
    """Remember a set of objects, whose sorted ids these are. Raises ``OSError``."""
    import json

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _replace(folder / f"{name}{_IDS}", ids)
    stored = zlib.crc32(ids), shelf.objects, shelf.kept, shelf.skipped, by_reason(shelf.passed)
    body = json.dumps(stored, separators=(",", ":")).encode()
    _replace(folder / f"{name}{_HELD}", _head(name, body) + body)


def shelf_names(folder: Path) -> list[str]:
    """The names of the shelves in a folder, the newest first."""
    found: list[tuple[float, str]] = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.endswith(_HELD):
                with suppress(OSError):
                    found.append((entry.stat().st_mtime, entry.name.removesuffix(_HELD)))
    return [name for _, name in sorted(found, reverse=True)]


def ids_file(folder: Path, name: str) -> Path:
    """The file of a shelf's sorted ids."""
    return folder / f"{name}{_IDS}"


def forget_shelf(folder: Path, name: str) -> None:
    """Remove a shelf."""
    for end in (_HELD, _IDS):
        with suppress(OSError):
            (folder / f"{name}{end}").unlink()


def _head(name: str, body: bytes) -> bytes:
    """Of a shelf of that name alone: what is remembered of other objects is whole, and wrong, in its place."""
    return _MAGIC + b"%08x" % zlib.crc32(body, zlib.crc32(name.encode()))


def _replace(file: Path, raw: bytes) -> None:
    """Write a file so that another process sees all of it or nothing."""
    import tempfile  # 1 ms, and only what is new is written

    number, name = tempfile.mkstemp(dir=file.parent, prefix=".")
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(raw)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
