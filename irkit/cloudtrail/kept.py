"""Keep a trail's log files as evidence: the objects as stored, their hashes, digests with metadata, public keys.

What comes out is a bundle, which ``irkit trail verify BUNDLE`` checks without any network::

    manifest.jsonl      what each object is (irkit.cloudtrail.integrity.manifest); written last, so without it the
                        bundle is not whole, and keeping goes on where it stopped
    public-keys.json    AWS's public keys of the time, as AWS told them
    objects/BUCKET/KEY  the objects; beside each digest its metadata

Nothing is overwritten: an object that changed meanwhile is kept beside the one before.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from irkit.cloudtrail.integrity.bundle import BEFORE, OBJECTS
from irkit.cloudtrail.integrity.digest import end_of_name, series
from irkit.cloudtrail.integrity.folder import KEYS
from irkit.cloudtrail.integrity.gaps import HOUR
from irkit.cloudtrail.integrity.hashed import Hashed, hashed
from irkit.cloudtrail.integrity.held import Held, Noted, Unread
from irkit.cloudtrail.integrity.manifest import NAME, Manifest, Row
from irkit.cloudtrail.integrity.metadata import ENDINGS, read_metadata, sidecar, sidecar_text
from irkit.cloudtrail.integrity.public_keys import keys_json
from irkit.cloudtrail.integrity.s3_objects import S3Objects
from irkit.cloudtrail.integrity.threads import mapped
from irkit.cloudtrail.kept_objects import KeptObject, KeptObjects
from irkit.cloudtrail.query import Window
from irkit.cloudtrail.source import Progress
from irkit.errors import OutsideError, Refused

_CHUNK = 1 << 20


class Keep(StrEnum):
    """What is kept of log files. Digests are always kept whole."""

    WHOLE = "whole"
    """The objects themselves."""
    REFERENCE = "reference"
    """Their hashes, sizes and places: the objects are read once, and stay where they are."""


@dataclass(frozen=True)
class Kept:
    """What was kept. ``unread`` are objects that could not be had."""

    folder: Path
    digests: int
    logs: int
    size: int
    """Bytes as stored, of digests and log files."""
    fetched: int
    """Objects that were not in the bundle's folder yet."""
    unread: tuple[Unread, ...]


def _nobody(_: Progress) -> None:
    """Is told, and does nothing."""


def keep(
    source: S3Objects,
    folder: Path,
    what: Keep = Keep.WHOLE,
    window: Window | None = None,
    told: Callable[[Progress], None] = _nobody,
) -> Kept:
    """Keep all that the source has in a folder of its own. Raises ``Refused`` when that holds a whole bundle already.

    Raises ``OutsideError`` when nothing can be listed, ``OSError`` when nothing can be written.
    """
    if (folder / NAME).exists():
        raise Refused(f"{folder} holds a whole bundle already", hint="keep into another folder: nothing is overwritten")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken_at = source.asked_at
    objects = [*source.digests(), *source.logs()]
    if not objects:
        raise OutsideError(f"{source.label}: nothing is there to keep", hint="look at the path and the times")
    keeper = _Keeper(source, folder, what)
    rows: list[Row] = []
    for number, row in enumerate(mapped(keeper.row, objects, source.jobs), start=1):
        rows += [row] if row else []
        told(Progress("files", number, len(objects), size=sum_of(row)))
    keys_sha256 = keeper.keep_keys(objects)
    unread = (*source.unread(), *keeper.unread)
    since, until = (window.start, window.end) if window else (None, None)
    manifest = Manifest(source.label, taken_at, since, until, unread, tuple(rows), keys_sha256)
    _write(folder / NAME, manifest.lines())
    digests = sum(series(one.key) is not None for one in rows)
    size = sum(one.noted.size for one in rows)
    return Kept(folder, digests, len(rows) - digests, size, keeper.fetched, unread)


def sum_of(row: Row | None) -> int:
    """The bytes of one object."""
    return row.noted.size if row else 0


class _Keeper:
    """Keeps one object after the other, from several threads."""

    def __init__(self, source: S3Objects, folder: Path, what: Keep) -> None:
        self._source = source
        self._folder = folder
        self._what = what
        self._objects = KeptObjects(folder / OBJECTS)
        self.unread: list[Unread] = []
        self.fetched = 0
        self._lock = threading.Lock()

    def row(self, held: Held) -> Row | None:
        """The manifest's row of an object that is kept or referenced now; None when it cannot be had."""
        listed = self._source.listed(held)
        try:
            if self._what is Keep.REFERENCE and series(held.key) is None:
                seen = hashed(self._source.chunks(held))
                return Row(held.bucket, held.key, listed.etag, listed.modified_at, _noted(seen, ""))
            kept = self._objects.held(held.bucket, listed)
            metadata = self._metadata(held, kept)
            if kept is None or metadata is None:
                kept, metadata = self._fetched(held)
        except OutsideError as error:
            self.unread.append(Unread(held.place, error.message))
            return None
        path = kept.path.relative_to(self._folder).as_posix()
        noted = _noted(hashed(_chunks(kept.path)), path)
        return Row(held.bucket, held.key, listed.etag, listed.modified_at, noted, path, metadata)

    def _metadata(self, held: Held, kept: KeptObject | None) -> Mapping[str, str] | None:
        """A kept digest's metadata, from a try before; None when they must be fetched. A log file has none."""
        if series(held.key) is None:
            return {}
        beside = sidecar(kept.path) if kept else None
        return read_metadata(beside) if beside else None

    def _fetched(self, held: Held) -> tuple[KeptObject, Mapping[str, str]]:
        listed = self._source.listed(held)
        chunks = self._source.chunks(held)
        if series(held.key) is None:
            return self._written(held, chunks), {}
        stored = list(chunks)
        metadata = self._source.metadata(held)
        kept = self._objects.held(held.bucket, listed) or self._written(held, stored)
        text = sidecar_text(held.bucket, held.key, listed.etag, listed.modified_at.isoformat(), metadata)
        _write_once(kept.path.with_name(kept.path.name + ENDINGS[0]), text)
        return kept, metadata

    def _written(self, held: Held, chunks: Iterable[bytes]) -> KeptObject:
        kept = self._objects.keep(held.bucket, self._source.listed(held), chunks)
        if kept is None:
            raise OutsideError(f"there is no room for {held.place}", hint="make room, and keep again: it goes on")
        with self._lock:
            self.fetched += 1
        return kept

    def keep_keys(self, objects: Iterable[Held]) -> str:
        """Ask AWS for the public keys of the digests' regions and times, and keep them; the SHA-256 of their file."""
        ends = [(name.region, end) for one in objects if (name := series(one.key)) and (end := end_of_name(one.key))]
        if not ends:
            return ""
        last = max(end for _, end in ends)
        # Backfill digests are signed later than they end.
        until = max(last, self._source.asked_at) if any("_backfill" in one.key for one in objects) else last
        keys = self._source.keys(sorted({region for region, _ in ends}), min(end for _, end in ends) - HOUR, until)
        text = keys_json(keys)
        _write_once(self._folder / KEYS, text)
        return hashlib.sha256(text).hexdigest()


def _noted(seen: Hashed, path: str) -> Noted:
    return Noted(seen.raw, seen.sha256, seen.size, seen.inflated, seen.wrong, is_here=bool(path))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _write_once(path: Path, data: bytes) -> None:
    """Write a small file; the same one may be there from a try before, another one stays beside it."""
    if path.exists() and path.read_bytes() != data:
        path.replace(path.with_name(f"{path.name}.{secrets.token_hex(4)}{BEFORE}"))
    if not path.exists():
        _write(path, [data])


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file whole or not at all; it is on the disk on return. Raises ``FileExistsError``."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
