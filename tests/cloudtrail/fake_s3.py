"""A bucket in memory that lists as S3 does: keys in order, pages, prefixes and delimiters."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from irkit.clients.s3 import Fetched, S3Object
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.record import Record
from irkit.errors import NotFound
from tests.cloudtrail.made import START

_NUMBERS = count(1)


@dataclass
class FakeS3:
    """Stands in for ``S3``. ``asked`` holds each request; ``fails`` may answer one with an error."""

    page_size: int = 1000
    held: dict[str, bytes] = field(default_factory=dict)
    storage: dict[str, str] = field(default_factory=dict)
    stored_at: dict[str, datetime] = field(default_factory=dict)
    """When objects were stored; those that are not here, when their names say."""
    fails: Callable[[str, str], Exception | None] = lambda _kind, _name: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[object, ...]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, key: str, content: bytes = b"{}") -> str:
        self.held[key] = content
        return key

    def tell(self, *told: object) -> None:
        self.told.append(told)

    def page(self, _bucket: str, prefix: str, after: str = "") -> tuple[tuple[S3Object, ...], bool]:
        self._ask("page", prefix)
        keys = [key for key in sorted(self.held) if key.startswith(prefix) and key > after]
        return tuple(map(self.object, keys[: self.page_size])), len(keys) > self.page_size

    def level(self, _bucket: str, prefix: str = "") -> tuple[tuple[str, ...], tuple[S3Object, ...]]:
        self._ask("level", prefix)
        below = {key: key.removeprefix(prefix) for key in sorted(self.held) if key.startswith(prefix)}
        folders = dict.fromkeys(prefix + rest.split("/")[0] + "/" for rest in below.values() if "/" in rest)
        return tuple(folders), tuple(self.object(key) for key, rest in below.items() if "/" not in rest)

    def is_versioned(self, _bucket: str) -> bool:
        return False

    def object(self, key: str) -> S3Object:
        content = self.held[key]
        stored_at = self.stored_at.get(key) or named(key).delivered_at or START
        return S3Object(key, len(content), _etag(content), stored_at, self.storage.get(key, "STANDARD"))

    def read(self, _bucket: str, key: str, _etag: str = "") -> Fetched:
        self._ask("read", key)
        if key not in self.held:
            raise NotFound(f"s3:GetObject: NoSuchKey: {key}")
        return Fetched(self.held[key], _etag, {})

    def chunks(self, bucket: str, key: str, etag: str = "") -> Iterator[bytes]:
        content = self.read(bucket, key, etag).content
        yield from (content[at : at + 1000] for at in range(0, len(content), 1000))

    def reads(self) -> int:
        return sum(kind == "read" for kind, _ in self.asked)

    def _ask(self, kind: str, name: str) -> None:
        with self._lock:
            self.asked.append((kind, name))
        if error := self.fails(kind, name):
            raise error


def key_of(
    at: datetime, account: str = "111122223333", region: str = "eu-west-1", above: str = "", kind: str = "CloudTrail"
) -> str:
    """The key of a new log file that was delivered at a time."""
    name = f"{account}_{kind}_{region}_{at:%Y%m%dT%H%MZ}_{next(_NUMBERS):016d}.json.gz"
    return f"{above}AWSLogs/{account}/{kind}/{region}/{at:%Y/%m/%d}/{name}"


def log(records: Iterable[Record]) -> bytes:
    """The content of a log file."""
    return gzip.compress(json.dumps({"Records": [json.loads(one.text) for one in records]}).encode(), mtime=0)


def _etag(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()  # noqa: S324 - what S3 does
