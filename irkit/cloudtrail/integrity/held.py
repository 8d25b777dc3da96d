"""What is at hand to be checked: files of a folder, objects of a bucket, or of a kept bundle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from irkit.cloudtrail.integrity.finding import Finding
from irkit.cloudtrail.integrity.public_keys import PublicKey
from irkit.cloudtrail.query import Window


class Held(NamedTuple):
    """One file or object. ``key`` is its S3 key when ``bucket`` is known, else its path below the folder given."""

    place: str
    """A path or an S3 URL, to show."""
    key: str
    bucket: str = ""
    size: int = 0
    stored_at: datetime | None = None
    """When S3 took it; None where that is not known."""

    @property
    def name(self) -> str:
        """The last part of the key, without ``.gz``: a log file that is kept inflated is the same file."""
        return self.key.rpartition("/")[2].removesuffix(".gz")

    def lies_at(self, bucket: str, key: str) -> bool:
        """Whether it lies where a digest says. A folder may hold any part of the bucket's tree, or more than it."""
        if self.bucket:
            return (self.bucket, self.key) == (bucket, key)
        own, said = self.key.removesuffix(".gz"), key.removesuffix(".gz")
        return own == said or said.endswith(f"/{own}") or own.endswith(f"/{said}")


@dataclass(frozen=True)
class Unread:
    """Something that could not be listed or read: where, and why in words."""

    place: str
    why: str


class Noted(NamedTuple):
    """What a bundle's manifest says of one object; hashes in lower-case hex."""

    raw: str
    sha256: str
    size: int
    inflated: int
    wrong: str
    is_here: bool
    """Whether its bytes are in the bundle, or only its hashes are."""


class Spoken(NamedTuple):
    """What CloudTrail says of one trail. Times are None where it does not say them."""

    trail: str
    home: str
    has_validation: bool
    digest_at: datetime | None = None
    """When the last digest was delivered."""
    stopped_at: datetime | None = None
    """Since when it logs nothing."""
    digest_error: str = ""


class Holding(Protocol):
    """Where log files, digests, their metadata and the public keys come from."""

    @property
    def label(self) -> str:
        """What it is, in words: ``files under logs/``."""

    @property
    def asked_at(self) -> datetime:
        """When its state was as it is: now, or when it was saved."""

    @property
    def window(self) -> Window | None:
        """The span that it was taken of; None for all there is."""

    @property
    def jobs(self) -> int:
        """How many of its files are best read at a time."""

    def digests(self) -> Iterable[Held]:
        """Every digest."""

    def logs(self) -> Iterable[Held]:
        """Every other file that may hold records."""

    def unread(self) -> tuple[Unread, ...]:
        """What could not be listed; complete after ``digests`` and ``logs``."""

    def chunks(self, one: Held) -> Iterator[bytes]:
        """Its stored bytes, in pieces. Raises ``OSError`` or ``OutsideError`` when they cannot be had."""

    def metadata(self, one: Held) -> Mapping[str, str]:
        """A digest's metadata, complete after its ``chunks``: ``signature``, ``signature-algorithm`` and others."""

    def noted(self, one: Held) -> Noted | None:
        """What was written down of it when it was kept; None for what was not kept by irkit."""

    def spoken(self) -> tuple[Spoken, ...]:
        """What CloudTrail itself says of the trails that deliver to it; nothing of files."""

    def touched(self) -> tuple[Finding, ...]:
        """What of its own, beside the objects, is not as it was kept."""

    def past(self, place: str) -> str:
        """What is still known of an object that is gone or was overwritten, in words; empty when nothing is."""

    def notes(self) -> Iterable[str]:
        """What else limits what can be said of it."""

    def keys(self, regions: Iterable[str], since: datetime, until: datetime) -> tuple[PublicKey, ...]:
        """The public keys of these regions for a span, as far as they can be had; ``unread`` says what cannot."""
