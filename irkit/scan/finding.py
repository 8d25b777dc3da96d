"""What a scan tells: sightings in one text, and findings with every place. Values stay in memory; reprs hide them."""

from __future__ import annotations

from enum import StrEnum

from irkit.scan.quick import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from irkit.scan.rule import Confidence, Severity
    from irkit.secret import Fingerprint, Secret


class Sighting(NamedTuple):
    """A value seen in one text. ``start`` and ``end`` are bytes of that text, where its (encoded) form stands."""

    rule: str
    value: bytes
    """As it is used, decoded. Never leaves the memory of irkit's own processes."""
    start: int
    end: int
    line: int
    """From 1."""
    column: int
    """From 1, in bytes."""
    via: tuple[str, ...]
    """How it was reached, from the outside in: ``("zip:conf/.env", "base64")``; empty when it stands there plainly."""
    confidence: Confidence
    near: bytes
    """The line around it, at most 300 bytes on each side; of a decoded text, the decoded line. It holds the value."""
    dismissed: str = ""
    """Why it is no finding (``placeholder``, ``wrong checksum``, ``allowed by its line``); empty when it is one."""

    def __repr__(self) -> str:
        return f"Sighting({self.rule!r}, {self.start}-{self.end}, line {self.line}, {self.dismissed!r})"


class PlaceKind(StrEnum):
    """In what a value stands."""

    FILE = "file"
    """A file of the disk, or an entry of the index."""
    BLOB = "blob"
    """A file's content in the history."""
    COMMIT = "commit"
    """A commit's message or headers."""
    TAG = "tag"
    """An annotated tag's message or headers."""
    NOTE = "note"
    STASH = "stash"
    FILE_NAME = "file name"
    REF_NAME = "ref name"
    REFLOG = "reflog"
    CONFIG = "git config"


class Commit(NamedTuple):
    """A commit, as far as a reader wants it. ``at`` is the committer's time, ISO 8601 with its offset."""

    id: str
    author: str
    email: str
    at: str


class Place(NamedTuple):
    """One place of a value."""

    kind: PlaceKind
    path: str = ""
    """In the tree, or of the file; empty for messages. It never holds a secret: names that do are cut by then."""
    line: int = 0
    """From 1; 0 when it has none."""
    column: int = 0
    object_id: str = ""
    """Of the blob, commit or tag, in hex; empty for files of the disk."""
    span: tuple[int, int] = (0, 0)
    """Where its (encoded) form stands in the object or file, in bytes: start and end; both 0 when that is not known."""
    via: tuple[str, ...] = ()
    first: Commit | None = None
    """The commit that brought it."""
    last: Commit | None = None
    """The newest commit that still held it."""
    refs: tuple[str, ...] = ()
    """Refs whose history holds it, full names, branches first; the first few of ``refs_count``."""
    refs_count: int = 0
    is_reachable: bool = True
    """Whether a ref, a reflog or a stash leads there; only then does ``git gc`` keep it."""
    is_current: bool = False
    """Whether it still stands in the tip of a ref."""
    repository: str = ""
    """Which repository, where several are scanned."""


class Liveness(StrEnum):
    """What the provider said of a value."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """One value of one kind, and every place where it stands."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    fingerprint: Fingerprint
    last4: str
    secret: Secret
    places: tuple[Place, ...]
    near: bytes = b""
    """The line of the first place. It holds the value."""
    liveness: Liveness | None = None
    """None when the provider was not asked."""
    liveness_note: str = ""
    """Why it is unknown, or what the provider named (an account); never the value."""
    pushed: bool | None = None
    """Whether a remote-tracking ref holds it; None when that was not looked at."""

    def __repr__(self) -> str:
        return f"Finding({self.rule!r}, {self.fingerprint}, {len(self.places)} places)"


class Skipped(NamedTuple):
    """Something that was to be looked into and was not."""

    what: str
    reason: str


class Report(NamedTuple):
    """What a scan found, and how much it looked at."""

    findings: tuple[Finding, ...]
    dismissed: dict[str, int]
    """How many unique lines of text were passed over, by reason."""
    skipped: tuple[Skipped, ...]
    counts: dict[str, int]
    """How many were looked at, by what: files, blobs, commits, tags, trees, refs, reused (known from the cache)."""
    size: int
    """Bytes looked at."""
    unreachable: int = 0
    """Findings left out because nothing leads to them (see ``--unreachable``)."""
    is_incomplete: bool = False
    """Whether something that should have been scanned was not, beyond what limits or the user left out."""
