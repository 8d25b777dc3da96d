"""Objects of a bucket kept in a folder, so that a second look fetches only what is new.

``objects.jsonl`` says of each object its key, ETag, size and SHA-256, one a line, written once the file is whole; what
is not in it, or is not what it says, does not count. An object is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from irkit.clients.s3 import S3Object
from irkit.errors import OutsideError

INDEX = "objects.jsonl"
_LONGEST_NAME = 200
_BLOCK = 1 << 20
_ABANDONED_S = 3600.0


class KeptObject(NamedTuple):
    """One object on disk. ``place`` is ``s3://bucket/key``; ``size`` its bytes as stored."""

    place: str
    path: Path
    size: int
    etag: str
    sha256: str


class KeptObjects:
    """A folder of kept objects. ``most`` bytes are kept in it at most; what comes after is not kept."""

    def __init__(self, folder: Path, most: int | None = None) -> None:
        self.folder = folder
        self._most = most
        self._lock = threading.Lock()
        self._is_swept = False
        self._held = {(one.place, one.etag): one for one in _read(folder)}
        self._size = sum(one.size for one in self._held.values())
        self.left_out = 0
        """Objects that were not kept for want of room."""

    def everything(self) -> tuple[KeptObject, ...]:
        """All that the index names, as it says; by place."""
        return tuple(sorted(self._held.values()))

    def names(self, bucket: str, one: S3Object) -> bool:
        """Whether the index names the object; whether it is whole is not looked at."""
        return (place(bucket, one.key), one.etag) in self._held

    def held(self, bucket: str, one: S3Object) -> KeptObject | None:
        """The object if it is here as it was fetched, by its hash; None when it must be fetched."""
        kept = self._held.get((place(bucket, one.key), one.etag))
        if kept is None or kept.size != one.size:
            return None
        try:
            return kept if _sha256(_blocks(kept.path)) == kept.sha256 else None
        except OSError:
            return None

    def keep(self, bucket: str, one: S3Object, chunks: Iterable[bytes]) -> KeptObject | None:
        """Write an object; None when there is no room for it, and then no chunk was taken.

        Raises ``OutsideError`` when its size is not the listed one, ``OSError`` when it cannot be written.
        """
        if not self._has_room(one.size):
            return None
        path = self._path(bucket, one)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            sha256, size = _written(part, chunks)
            if size != one.size:
                msg = f"{place(bucket, one.key)} has {size} bytes and was listed with {one.size}"
                raise OutsideError(msg, hint="look again; something changes the bucket's objects")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        kept = KeptObject(place(bucket, one.key), path, size, one.etag, sha256)
        self._note(kept, one)
        return kept

    def _has_room(self, size: int) -> bool:
        with self._lock:
            if not self._is_swept:
                _sweep(self.folder)
                self._is_swept = True
            if self._most is not None and self._size + size > self._most:
                self.left_out += 1
                return False
            self._size += size
            return True

    def _note(self, kept: KeptObject, one: S3Object) -> None:
        row = {
            "place": kept.place,
            "path": str(kept.path.relative_to(self.folder)),
            "size": kept.size,
            "etag": kept.etag,
            "sha256": kept.sha256,
            "modified_at": one.modified_at.isoformat(),
            "fetched_at": datetime.now(UTC).isoformat(),
        }
        line = json.dumps(row, separators=(",", ":")) + "\n"
        with self._lock:
            # One write to a file opened for appending: lines of two processes do not mix.
            opened = os.open(self.folder / INDEX, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(opened, line.encode())
            finally:
                os.close(opened)
            self._held[kept.place, kept.etag] = kept

    def _path(self, bucket: str, one: S3Object) -> Path:
        """Where the object lies: as in the bucket, unless its key is none that a folder can hold safely."""
        parts = PurePosixPath(one.key).parts
        plain = "/".join(parts) == one.key and not one.key.startswith("/") and "\0" not in one.key
        safe = plain and all(part not in {"", ".", ".."} and len(part.encode()) <= _LONGEST_NAME for part in parts)
        path = self.folder / bucket / one.key if safe else self.folder / "odd" / _sha256([one.key.encode()])
        return path if not path.exists() else path.with_name(f"{_sha256([one.etag.encode()])[:16]}.{path.name}")


def place(bucket: str, key: str) -> str:
    """``s3://bucket/key``."""
    return f"s3://{bucket}/{key}"


def _sweep(folder: Path) -> None:
    """Take away what a run that was killed left half written; what is younger than an hour may be another's."""
    for path in folder.rglob(".*.part"):
        try:
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                path.unlink()
        except OSError:
            continue


def _read(folder: Path) -> Iterator[KeptObject]:
    try:
        lines = (folder / INDEX).read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            row = json.loads(line)
            path = folder / str(row["path"])
            yield KeptObject(str(row["place"]), path, int(row["size"]), str(row["etag"]), str(row["sha256"]))
        except (ValueError, KeyError, TypeError):
            # The last line of a run that was killed: its object is fetched again.
            continue


def _written(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        for chunk in chunks:
            stream.write(chunk)
            sha256.update(chunk)
            size += len(chunk)
    return sha256.hexdigest(), size


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _sha256(blocks: Iterable[bytes]) -> str:
    sha256 = hashlib.sha256()
    for block in blocks:
        sha256.update(block)
    return sha256.hexdigest()
