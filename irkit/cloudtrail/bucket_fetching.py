"""Fetches a bucket's objects, many at once, never many bytes at once; those that a folder keeps are not fetched."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from irkit.clients.aws import aws_code
from irkit.clients.cloudtrail import PAUSES
from irkit.clients.s3 import S3, S3Object
from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.kept_objects import KeptObject, KeptObjects, place
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.errors import Denied, NotFound, OutsideError, Throttled

AT_ONCE = 16
_IN_FLIGHT = 64 << 20
"""Bytes being fetched or waiting to be read."""
_WHOLE = 8 << 20
"""Objects up to this size are held in memory; larger ones are written to disk as they come."""
_REPLACED = "PreconditionFailed"
_ARCHIVED = "InvalidObjectState"


@dataclass
class Fetching:
    """What was fetched so far. ``reused`` objects lay in the folder already; ``failed`` ones are named with why."""

    s3: S3
    bucket: str
    kept: KeptObjects | None = None
    fetched: int = 0
    size: int = 0
    """Bytes fetched."""
    reused: int = 0
    failed: list[Skipped] = field(default_factory=list)
    errors: list[OutsideError] = field(default_factory=list)
    trouble: str = ""
    """Why objects are not kept any more: the folder cannot be written."""
    over: threading.Event = field(default_factory=threading.Event)

    def add(self, other: Fetching) -> None:
        """Count what another fetched as well."""
        self.fetched += other.fetched
        self.size += other.size
        self.reused += other.reused
        self.failed += other.failed
        self.errors += other.errors

    def files(self, pages: Iterable[tuple[S3Object, ...]], spool: Path) -> Generator[RawFile, None, None]:
        """The objects as files to read, in the order in which they arrive; closing it ends the fetching.

        Large ones that are not kept are written to the folder ``spool``.
        """
        objects = (one for page in pages for one in page)
        running: dict[Future[RawFile | None], int] = {}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetching") as pool:
            try:
                yield from self._arriving(objects, pool, running, spool)
            finally:
                self.over.set()
                pool.shutdown(cancel_futures=True)

    def _arriving(
        self,
        objects: Iterator[S3Object],
        pool: ThreadPoolExecutor,
        running: dict[Future[RawFile | None], int],
        spool: Path,
    ) -> Iterator[RawFile]:
        waiting = next(objects, None)
        while waiting is not None or running:
            while waiting is not None and self._has_room(running, waiting):
                running[pool.submit(self._file, waiting, spool)] = min(waiting.size, _WHOLE)
                waiting = next(objects, None)
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                del running[future]
                file = future.result()
                if file is not None:
                    yield file

    def _has_room(self, running: dict[Future[RawFile | None], int], one: S3Object) -> bool:
        if not running:
            return True
        return len(running) < 2 * AT_ONCE and sum(running.values()) + min(one.size, _WHOLE) <= _IN_FLIGHT

    def _file(self, one: S3Object, spool: Path) -> RawFile | None:
        where = place(self.bucket, one.key)
        if one.is_archived:
            self.failed.append(Skipped(Locator(where), f"is archived ({one.storage}): restore it first"))
            return None
        if self.kept is not None and (held := self.kept.held(self.bucket, one)) is not None:
            self.reused += 1
            return RawFile(where, held.size, str(held.path))
        try:
            return self._patiently(one, where, spool)
        except OutsideError as error:
            if not self.over.is_set():
                self.errors.append(error)
                self.failed.append(Skipped(Locator(where), _why(error)))
            return None

    def _patiently(self, one: S3Object, where: str, spool: Path) -> RawFile:
        """The object, asked for again while S3 says to slow down."""
        for pause in PAUSES:
            try:
                return self._fetch(one, where, spool)
            except Throttled:
                if self.over.wait(pause.total_seconds()):
                    raise
        return self._fetch(one, where, spool)

    def _fetch(self, one: S3Object, where: str, spool: Path) -> RawFile:
        if one.size > _WHOLE:
            file = self._spooled(one, where, spool)
        else:
            content = self.s3.read(self.bucket, one.key, one.etag).content
            kept = self._kept(one, iter([content]))
            file = RawFile(where, one.size, str(kept.path)) if kept else RawFile(where, one.size, content=content)
        self.fetched += 1
        self.size += one.size
        return file

    def _spooled(self, one: S3Object, where: str, spool: Path) -> RawFile:
        if kept := self._kept(one, self._chunks(one)):
            return RawFile(where, one.size, str(kept.path))
        path = spool / secrets.token_hex(8)
        with path.open("wb") as stream:
            for chunk in self._chunks(one):
                stream.write(chunk)
        return RawFile(where, one.size, str(path))

    def _chunks(self, one: S3Object) -> Iterator[bytes]:
        """The object bit by bit, until all is over: what was written by then is not of the listed size."""
        return takewhile(lambda _: not self.over.is_set(), self.s3.chunks(self.bucket, one.key, one.etag))

    def _kept(self, one: S3Object, chunks: Iterator[bytes]) -> KeptObject | None:
        if self.kept is None or self.trouble:
            return None
        try:
            return self.kept.keep(self.bucket, one, chunks)
        except OSError as error:
            self.trouble = f"{self.kept.folder}: {error.strerror or error}"
            return None


def _why(error: OutsideError) -> str:
    """What to do about an object that cannot be read."""
    code = aws_code(error)
    if code == _REPLACED:
        return "was replaced between the listing and the reading"
    if code == _ARCHIVED:
        return "is archived: restore it first"
    match error:
        case NotFound():
            return "was gone when it was to be read"
        case Denied() if "kms" in error.message.lower():
            return f"its KMS key does not let us decrypt it (kms:Decrypt): {error.message}"
        case Denied():
            return f"we may not read it (s3:GetObject): {error.message}"
        case Throttled():
            return "S3 went on asking to slow down"
    return error.message
