"""The manifest of a bundle of kept log files: JSON lines, the first about the whole, then one for each object.

::

    {"format": "irkit-trail-bundle/1", "source": "s3://logs/", "taken_at": "2026-11-21T13:00:00+00:00",
     "since": null, "until": null, "unread": [{"place": "s3://logs/AWSLogs/...", "why": "it is archived"}],
     "public_keys_sha256": "<of public-keys.json>"}
    {"bucket": "logs", "key": "AWSLogs/...json.gz", "etag": "...", "size": 1234, "modified_at": "...",
     "sha256": "<of the stored bytes>", "inflated_sha256": "...", "inflated": 56789, "wrong": "",
     "path": "objects/logs/AWSLogs/...json.gz", "metadata": {}}

``path`` is null for an object that is only referenced: its hashes were taken, its bytes were not kept. ``metadata`` has
a digest's signature. ``public_keys_sha256`` is empty where no keys were kept; older bundles have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.cloudtrail.integrity.held import Noted, Unread
from irkit.cloudtrail.record import parsed, part, word
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

FORMAT = "irkit-trail-bundle/1"
NAME = "manifest.jsonl"


@dataclass(frozen=True)
class Row:
    """One object of a bundle; ``path`` is below the bundle's folder, empty for one that is only referenced."""

    bucket: str
    key: str
    etag: str
    modified_at: datetime
    noted: Noted
    path: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself."""

    source: str
    taken_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    unread: tuple[Unread, ...] = ()
    rows: tuple[Row, ...] = ()
    keys_sha256: str | None = None
    """Of the file of public keys; empty when there is none, None when nothing is said of it (older bundles)."""

    def lines(self) -> Iterator[bytes]:
        """As it is written."""
        head = {
            "format": FORMAT,
            "source": self.source,
            "taken_at": self.taken_at.isoformat(),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "unread": [{"place": one.place, "why": one.why} for one in self.unread],
            "public_keys_sha256": self.keys_sha256,
        }
        yield _line(head)
        for one in self.rows:
            yield _line(
                {
                    "bucket": one.bucket,
                    "key": one.key,
                    "etag": one.etag,
                    "size": one.noted.size,
                    "modified_at": one.modified_at.isoformat(),
                    "sha256": one.noted.raw,
                    "inflated_sha256": one.noted.sha256,
                    "inflated": one.noted.inflated,
                    "wrong": one.noted.wrong,
                    "path": one.path or None,
                    "metadata": dict(one.metadata),
                }
            )


def read_manifest(path: Path) -> Manifest:
    """Read one. Raises ``OutsideError`` when it is none, or a line of it cannot be read."""
    try:
        with path.open("rb") as file:
            return _manifest(file)
    except (OSError, ValueError, OutsideError) as error:
        msg = f"{path} is no manifest of a bundle: {error}"
        raise OutsideError(msg, hint="compare its SHA-256 with the one in the incident's journal") from error


def _manifest(lines: Iterable[bytes]) -> Manifest:
    source = iter(lines)
    head = parsed(next(source, b""))
    if word(head, "format") != FORMAT:
        raise ValueError(f"its first line does not say {FORMAT}")
    told = part(head, "unread")
    return Manifest(
        word(head, "source"),
        datetime.fromisoformat(word(head, "taken_at")),
        _moment(word(head, "since")),
        _moment(word(head, "until")),
        tuple(Unread(word(one, "place"), word(one, "why")) for one in (told if isinstance(told, list) else [])),
        tuple(_row(line) for line in source),
        word(head, "public_keys_sha256") if part(head, "public_keys_sha256") is not None else None,
    )


def _row(line: bytes) -> Row:
    body = parsed(line)
    path, told = word(body, "path"), part(body, "metadata")
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(f"it names a file outside of the bundle: {path}")
    size, inflated = _count(part(body, "size")), _count(part(body, "inflated"))
    hashes = word(body, "sha256"), word(body, "inflated_sha256")
    noted = Noted(*hashes, size, inflated, word(body, "wrong"), is_here=bool(path))
    return Row(
        word(body, "bucket"),
        word(body, "key"),
        word(body, "etag"),
        datetime.fromisoformat(word(body, "modified_at")),
        noted,
        path,
        {name: value for name, value in (told if isinstance(told, dict) else {}).items() if isinstance(value, str)},
    )


def _count(value: JsonValue) -> int:
    if isinstance(value, int):
        return value
    raise ValueError("a line has no size")


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _line(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"
