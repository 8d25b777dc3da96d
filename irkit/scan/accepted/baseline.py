"""detect-secrets' baseline (``.secrets.baseline``, format 1.x; 0.x is read): known values by file, type and SHA-1.

The hash is unkeyed SHA-1 of what a plug-in of detect-secrets calls the secret; that is the format's, and it means that
a weak password can be guessed from its entry. Where irkit writes entries that detect-secrets itself would never find,
their file is called ``./path`` (its hook leaves such entries alone), or ``git history: path`` for what stands in the
history alone.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from irkit.errors import UsageError
from irkit.scan.quick import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME = ".secrets.baseline"
OWN = "./"
HISTORY = "git history: "
MOST_BYTES = 256 << 20
_SHA1 = re.compile(r"[0-9a-f]{40}")
_KNOWN = {"type", "filename", "hashed_secret", "is_verified", "line_number", "is_secret"}


class BaselineInvalid(UsageError):
    """The file is no baseline of detect-secrets, or cannot be read."""


class Scope(StrEnum):
    """Where an entry's value stands, by how its file is written."""

    TREE = "tree"
    """In the file, as detect-secrets sees it."""
    OWN = "own"
    """In the file, where only irkit sees it."""
    HISTORY = "history"


class Entry(NamedTuple):
    """One known value."""

    filename: str
    """As it is written in the baseline."""
    type: str
    hashed_secret: str
    """SHA-1, 40 hex digits."""
    line: int = 0
    """From 1; 0 when the baseline does not say (``--slim``)."""
    is_secret: bool | None = None
    """What a person said when they audited it; None: nobody did."""
    is_verified: bool = False
    more: tuple[tuple[str, JsonValue], ...] = ()
    """Fields that irkit does not know; they are kept."""

    @property
    def path(self) -> str:
        """The file's path below the root, without what marks it as irkit's own."""
        return posixpath.normpath(self.filename.removeprefix(HISTORY))

    @property
    def scope(self) -> Scope:
        """Where its value stands."""
        if self.filename.startswith(HISTORY):
            return Scope.HISTORY
        return Scope.OWN if self.filename.startswith(OWN) else Scope.TREE

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two entries the same, as in detect-secrets: file, hash and type; never the line."""
        return self.filename, self.hashed_secret, self.type


class Baseline(NamedTuple):
    """A baseline file; ``document`` is all of it, as read, but for its entries."""

    entries: tuple[Entry, ...]
    document: dict[str, JsonValue]

    @property
    def is_slim(self) -> bool:
        """Whether it was written without line numbers and time (``detect-secrets scan --slim``)."""
        return "generated_at" not in self.document

    def with_entries(self, entries: Iterable[Entry]) -> Baseline:
        """The same file with other entries, in detect-secrets' order, each key once (the first wins)."""
        unique: dict[tuple[str, str, str], Entry] = {}
        for entry in entries:
            unique.setdefault(entry.key, entry)
        return Baseline(tuple(sorted(unique.values(), key=_order)), self.document)


def read(file: Path) -> Baseline:
    """The baseline in a file. Raises ``BaselineInvalid``, which says what is wrong in it."""
    try:
        with file.open("rb") as opened:  # it may be a device without an end
            text = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BaselineInvalid(f"{file}: {error.strerror}", hint="--update-baseline makes one") from None
    if len(text) > MOST_BYTES:
        raise BaselineInvalid(f"{file}: larger than {MOST_BYTES >> 20} MiB")
    try:
        made: JsonValue = json.loads(text)
    except (ValueError, RecursionError) as error:
        is_conflict = b"\n<<<<<<< " in text
        hint = "it has conflicts of a merge: take either side, then --update-baseline" if is_conflict else ""
        raise BaselineInvalid(f"{file} is no JSON: {error}", hint=hint) from None
    if not isinstance(made, dict) or not isinstance(made.get("results"), dict):
        raise BaselineInvalid(f"{file} is no baseline of detect-secrets: it has no results")
    entries: list[Entry] = []
    for filename, listed in cast("dict[str, JsonValue]", made["results"]).items():
        if not isinstance(listed, list):
            raise BaselineInvalid(f"{file}: results of {filename!r} are no list")
        entries += [_entry(file, filename, each) for each in listed]
    return Baseline((), {**made, "results": {}}).with_entries(entries)


def text(baseline: Baseline) -> str:
    """The file's text, as detect-secrets writes it."""
    results: dict[str, JsonValue] = {}
    for entry in baseline.entries:
        listed = results.setdefault(entry.filename, [])
        cast("list[JsonValue]", listed).append(_json(entry, baseline.is_slim))
    return json.dumps({**baseline.document, "results": results}, indent=2) + "\n"


def _entry(file: Path, filename: str, made: JsonValue) -> Entry:
    if not isinstance(made, dict):
        raise BaselineInvalid(f"{file}: an entry of {filename!r} is no object")
    kind, digest, line = made.get("type"), made.get("hashed_secret"), made.get("line_number", 0)
    is_secret, is_verified = made.get("is_secret"), made.get("is_verified", False)
    if not isinstance(kind, str) or not isinstance(digest, str) or not _SHA1.fullmatch(digest):
        raise BaselineInvalid(f"{file}: an entry of {filename!r} has no type, or no SHA-1 as its hashed_secret")
    if not isinstance(line, int) or line < 0:
        raise BaselineInvalid(f"{file}: an entry of {filename!r} has a line_number that is none")
    if not (is_secret is None or isinstance(is_secret, bool)) or not isinstance(is_verified, bool):
        raise BaselineInvalid(f"{file}: an entry of {filename!r} has an is_secret or is_verified that is no bool")
    more = tuple((name, value) for name, value in made.items() if name not in _KNOWN)
    return Entry(filename, kind, digest, line, is_secret, is_verified, more)


def _json(entry: Entry, is_slim: bool) -> JsonValue:  # noqa: FBT001 - detect-secrets has the two forms
    made: dict[str, JsonValue] = {
        "type": entry.type,
        "filename": entry.filename,
        "hashed_secret": entry.hashed_secret,
        "is_verified": entry.is_verified,
    }
    if entry.line and not is_slim:
        made["line_number"] = entry.line
    if entry.is_secret is not None:
        made["is_secret"] = entry.is_secret
    return {**made, **dict(entry.more)}


def _order(entry: Entry) -> tuple[str, int, str, str]:
    return entry.filename, entry.line, entry.hashed_secret, entry.type
