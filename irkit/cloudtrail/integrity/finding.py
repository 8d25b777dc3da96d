"""What the check of a trail's integrity found: of each its kind, its place, what was expected and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What the whole check comes to, worst first. Only ``intact`` ends with exit code 0."""

    ALTERED = "altered"
    """Something is not as CloudTrail delivered it."""
    INCOMPLETE = "incomplete"
    """What is here is as it was delivered, but some of it is missing or could not be read."""
    UNPROVEN = "unproven"
    """Nothing speaks against it, and for a part nothing proves it."""
    INTACT = "intact"
    """All log files of the time told are here and are as CloudTrail delivered them."""


class Kind(StrEnum):
    """What is the matter. ``Kind.verdict`` is what the whole check then comes to, at best."""

    ALTERED_LOG = "altered log"
    REORDERED_LOG = "reordered log"
    """In the place of one log file lies the content of another."""
    MOVED_LOG = "moved log"
    """A log file that lies under another name or folder than the digest says, and not where it should."""
    COPIED_LOG = "copied log"
    """A log file that lies where it should and under another name too."""
    ADDED_LOG = "added log"
    """A file that no digest lists, though its time is covered."""
    MISSING_LOG = "missing log"
    UNREADABLE_LOG = "unreadable log"
    OTHER_TIME = "listed of another time"
    """A digest of the span lists files whose names are of another time than its own: they are not looked at."""
    UNCOVERED_LOG = "uncovered log"
    """A file of a time for which there is no digest."""
    ALTERED_DIGEST = "altered digest"
    MOVED_DIGEST = "moved digest"
    """It lies under another name, or in another bucket, than it says."""
    COPIED_DIGEST = "copied digest"
    MISSING_DIGEST = "missing digest"
    UNREADABLE_DIGEST = "unreadable digest"
    BAD_SIGNATURE = "bad signature"
    """The signature in the metadata is not AWS's, or not of this digest."""
    UNKNOWN_KEY = "unknown key"
    """There is no public key of that fingerprint."""
    KEY_OUT_OF_TIME = "key out of time"
    UNKNOWN_ALGORITHM = "unknown algorithm"
    UNSIGNED_DIGEST = "unsigned digest"
    """Its signature is not at hand: neither its metadata nor the digest after it."""
    CHAIN_STOPPED = "validation stopped"
    """A chain ends and a new one begins later: validation was off, or logging was stopped, in between."""
    CHAIN_BEGAN = "validation began"
    """The first chain begins after the start of the span that is asked for."""
    CHAIN_GAP = "gap between digests"
    OTHER_BUCKET = "another bucket"
    """All of it lies in another bucket than the digests say: a copy or a replica."""
    NO_DIGESTS = "no digests"
    NOT_READ = "not read"
    """Something could not be listed or asked."""
    ALTERED_COPY = "altered copy"
    """A file of a bundle is not as it was when the bundle was made."""
    REFERENCED_LOG = "referenced log"
    """Its hash was written down when the bundle was made; its bytes are not in it."""

    @property
    def verdict(self) -> Verdict:
        """What the whole check comes to at best when there is such a finding."""
        return _VERDICTS[self]


_VERDICTS = {
    **dict.fromkeys(
        (
            *(Kind.ALTERED_LOG, Kind.REORDERED_LOG, Kind.MOVED_LOG, Kind.COPIED_LOG, Kind.ADDED_LOG),
            *(Kind.ALTERED_DIGEST, Kind.MOVED_DIGEST, Kind.COPIED_DIGEST, Kind.BAD_SIGNATURE, Kind.ALTERED_COPY),
        ),
        Verdict.ALTERED,
    ),
    **dict.fromkeys(
        (
            *(Kind.MISSING_LOG, Kind.UNREADABLE_LOG, Kind.UNCOVERED_LOG, Kind.MISSING_DIGEST),
            *(Kind.UNREADABLE_DIGEST, Kind.CHAIN_STOPPED, Kind.CHAIN_GAP, Kind.NOT_READ),
        ),
        Verdict.INCOMPLETE,
    ),
    **dict.fromkeys(
        (
            *(Kind.UNKNOWN_KEY, Kind.KEY_OUT_OF_TIME, Kind.UNKNOWN_ALGORITHM, Kind.UNSIGNED_DIGEST, Kind.NO_DIGESTS),
            *(Kind.REFERENCED_LOG, Kind.OTHER_BUCKET, Kind.CHAIN_BEGAN, Kind.OTHER_TIME),
        ),
        Verdict.UNPROVEN,
    ),
}


@dataclass(frozen=True)
class Finding:
    """One finding. ``since`` and ``until`` are the span that it leaves unproven, where it leaves one."""

    kind: Kind
    place: str
    """A path or an S3 URL; for what is missing, where it should be."""
    expected: str
    seen: str
    by: str = ""
    """The digest that says what was expected."""
    since: datetime | None = None
    until: datetime | None = None
    series: str = ""
    """Account, region and trail, in words."""
