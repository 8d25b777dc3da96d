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
        self._lines: dict[int, int] = {}
        """Where in the index each object has its line: 100,000 of them take 10 MB, and what the lines say ten times
        that."""
        self._size = self._size_since = 0
        self._read_to = 0
        self.look_again()
        self.left_out = 0
        """Objects that were not kept for want of room."""

    def look_again(self) -> None:
        """Know what was kept since, by whomever: what this one keeps is not in memory before that."""
        with self._lock:
            self._size_since = 0
            for at, end, one in _read(self.folder, self._read_to):
                self._read_to = end
                if one is not None:
                    mark = _mark(one.place, one.etag)
                    self._size += one.size if mark not in self._lines else 0
                    self._lines[mark] = at

    def everything(self) -> tuple[KeptObject, ...]:
        """All that the index names, as it says; by place."""
        every = {(one.place, one.etag): one for _, _, one in _read(self.folder) if one is not None}
        return tuple(sorted(every.values()))

    def newest(self, below: str) -> Iterator[KeptObject]:
        """Of each place that begins so, the object that was kept last, one after the other."""
        last = {hash(one.place): at for at, _, one in _read(self.folder) if one is not None}
        for at, _, one in _read(self.folder):
            if one is not None and one.place.startswith(below) and last.get(hash(one.place)) == at:
                yield one

    def names(self, bucket: str, one: S3Object) -> bool:
        """Whether the index names the object; whether it is whole is not looked at."""
        return _mark(place(bucket, one.key), one.etag) in self._lines

    def held(self, bucket: str, one: S3Object) -> KeptObject | None:
        """The object if it is here as it was fetched, by its hash; None when it must be fetched."""
        where = place(bucket, one.key)
        at = self._lines.get(_mark(where, one.etag))
        kept = None if at is None else next((found for _, _, found in _read(self.folder, at)), None)
        if kept is None or (kept.place, kept.etag, kept.size) != (where, one.etag, one.size):
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
            if self._most is not None and self._size + self._size_since + size > self._most:
                self.left_out += 1
                return False
            self._size_since += size
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


def _mark(where: str, etag: str) -> int:
    """What an object is known by in memory; its line says whether it is the one."""
    return int.from_bytes(hashlib.blake2b(f"{where}\0{etag}".encode(), digest_size=8).digest(), "little")


def _read(folder: Path, begin: int = 0) -> Iterator[tuple[int, int, KeptObject | None]]:
    """The lines of the index from an offset on: where each begins and ends, and its object, None for one that is cut.

    The last line counts once it is whole.
    """
    try:
        stream = (folder / INDEX).open("rb")
    except FileNotFoundError:
        return
    with stream:
        stream.seek(begin)
        at = begin
        for line in stream:
            if not line.endswith(b"\n"):
                return
            yield at, at + len(line), _said(folder, line)
            at += len(line)


def _said(folder: Path, line: bytes) -> KeptObject | None:
    try:
        row = json.loads(line)
        path = folder / str(row["path"])
        return KeptObject(str(row["place"]), path, int(row["size"]), str(row["etag"]), str(row["sha256"]))
    except (ValueError, KeyError, TypeError):
        # The last line of a run that was killed, with that of the next: its object is fetched again.
        return None


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
