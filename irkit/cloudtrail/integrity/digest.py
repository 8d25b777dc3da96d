"""One digest file of CloudTrail's log file validation, and the string that AWS signs of it.

Source: CloudTrail user guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log file
integrity validation".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.record import parsed, part, word
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

SIGNED_BY = "SHA256withRSA"
HASHED_BY = "SHA-256"
_NAME = re.compile(
    r"(?P<account>\d{12})_CloudTrail-Digest_(?P<region>[^_/]+)_(?P<trail>.+)_(?P<home>[^_/]+)"
    r"_(?P<end>\d{8}T\d{6}Z)(?P<backfill>_backfill)?\.json(?:\.gz)?"
)
_HINT = "keep the file; compare it with the one in the trail's bucket"


class Series(NamedTuple):
    """What digests make one chain: those of one trail for one account and region; backfills make their own."""

    account: str
    region: str
    trail: str
    home: str
    """The region the trail was made in."""
    backfill: str = ""
    """``_backfill`` for digests that AWS adds later, for log files that were late (since February 2026)."""

    @property
    def text(self) -> str:
        """``111122223333 eu-west-1 trail main``."""
        more = " (backfill)" if self.backfill else ""
        return f"{self.account} {self.region} trail {self.trail}{more}"


class Listed(NamedTuple):
    """A log file as a digest names it; ``sha256`` is of the inflated content, in lower-case hex."""

    bucket: str
    key: str
    sha256: str
    algorithm: str


class Previous(NamedTuple):
    """The digest before, as the next one names it; ``sha256`` is of its inflated content, ``signature`` is hex."""

    bucket: str
    key: str
    sha256: str
    signature: str


@dataclass(frozen=True)
class Digest:
    """One digest. It covers what was delivered from ``start_at`` to ``end_at``."""

    place: str
    """Where it lies: a path or an S3 URL."""
    sha256: str
    """Of its inflated content."""
    series: Series
    start_at: datetime
    end_at: datetime
    end_text: str
    bucket: str
    key: str
    """Where it says that it lies."""
    fingerprint: str
    algorithm: str
    previous: Previous | None
    """None in the first digest of a chain: when validation was switched on, or logging started again."""
    logs: tuple[Listed, ...]

    @property
    def to_sign(self) -> bytes:
        """The string whose signature AWS keeps in the object's metadata."""
        before = self.previous.signature if self.previous else "null"
        return f"{self.end_text}\n{self.bucket}/{self.key}\n{self.sha256}\n{before}".encode("utf-8", "surrogateescape")

    @property
    def at(self) -> tuple[str, str]:
        """Bucket and key, as other digests name it."""
        return self.bucket, self.key


def digest(content: bytes, place: str) -> Digest:
    """Read one inflated digest. Raises ``OutsideError`` for what is none."""
    body = parsed(content)
    key, end = word(body, "digestS3Object"), word(body, "digestEndTime")
    logs = part(body, "logFiles")
    if not key or not end or not isinstance(logs, list):
        raise OutsideError("this is no digest: it lacks digestS3Object, digestEndTime or logFiles", hint=_HINT)
    try:
        start_at, end_at = moment(word(body, "digestStartTime")), moment(end)
    except ValueError as error:
        raise OutsideError(f"this is no digest: {error}", hint=_HINT) from error
    return Digest(
        place=place,
        sha256=hashlib.sha256(content).hexdigest(),
        series=series(key) or Series(word(body, "awsAccountId"), "", key.rpartition("/")[0], ""),
        start_at=start_at,
        end_at=end_at,
        end_text=end,
        bucket=word(body, "digestS3Bucket"),
        key=key,
        fingerprint=word(body, "digestPublicKeyFingerprint"),
        algorithm=word(body, "digestSignatureAlgorithm"),
        previous=_previous(body),
        logs=tuple(_listed(one) for one in logs),
    )


def series(key: str) -> Series | None:
    """The series that a digest's key or path says; None when the name is no digest's."""
    found = _NAME.fullmatch(key.rpartition("/")[2])
    if not found:
        return None
    return Series(found["account"], found["region"], found["trail"], found["home"], found["backfill"] or "")


def end_of_name(key: str) -> datetime | None:
    """When the digest of a key ends, by its name; None when that says no time."""
    found = _NAME.fullmatch(key.rpartition("/")[2])
    try:
        return moment(found["end"]) if found else None
    except ValueError:
        return None


def _previous(body: JsonValue) -> Previous | None:
    """What the digest says of the one before; None when all of that is null."""
    found = Previous(
        word(body, "previousDigestS3Bucket"),
        word(body, "previousDigestS3Object"),
        word(body, "previousDigestHashValue").lower(),
        word(body, "previousDigestSignature"),
    )
    return found if any(found) else None


def _listed(one: JsonValue) -> Listed:
    return Listed(
        word(one, "s3Bucket"),
        word(one, "s3Object"),
        word(one, "hashValue").lower(),
        word(one, "hashAlgorithm"),
    )


def moment(text: str) -> datetime:
    """A time of a digest. Raises ``ValueError`` for what is none, or so far off that it cannot be reckoned with."""
    at = datetime.fromisoformat(text)
    if not MINYEAR < at.year < MAXYEAR:  # hours are added to it, and taken from it
        raise ValueError(f"{text} is no digest's time")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
