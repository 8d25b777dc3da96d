"""A builder's work for one worker process: some files into one part. Both speak JSON, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.store.columns import NAMES, Row

_TIME, _ACCOUNT, _REGION, _ODD = (NAMES.index(name) for name in ("time", "account", "region", "odd"))


class JobFile(NamedTuple):
    """A file to read, and what its place is called in locators."""

    place: str
    path: str


class FileDone(NamedTuple):
    """What was in a file; times in microseconds since 1970, None when there was no event."""

    place: str
    events: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Job:
    """Files that make one part, written at ``part``."""

    part: str
    files: tuple[JobFile, ...]

    @property
    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps({"part": self.part, "files": self.files}) + "\n"

    @classmethod
    def read(cls, line: str) -> Job:
        """Of its line."""
        body = json.loads(line)
        return cls(body["part"], tuple(JobFile(*each) for each in body["files"]))


@dataclass(frozen=True)
class JobDone:
    """What came of a job. With a ``failure`` nothing was written; without rows there is no part."""

    failure: str = ""
    rows: int = 0
    odd: int = 0
    size: int = 0
    files: tuple[FileDone, ...] = ()
    scopes: tuple[tuple[str, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[str, ...] = ()
    """Places of files of which nothing could be read: they are not in the store."""

    @property
    def line(self) -> str:
        """As one line of JSON."""
        return (
            json.dumps(
                {
                    "failure": self.failure,
                    "rows": self.rows,
                    "odd": self.odd,
                    "size": self.size,
                    "files": self.files,
                    "scopes": self.scopes,
                    "skipped": [(*each.at, each.why) for each in self.skipped],
                    "unread": self.unread,
                }
            )
            + "\n"
        )

    @classmethod
    def read(cls, line: str) -> JobDone:
        """Of its line."""
        body = json.loads(line)
        return cls(
            failure=body["failure"],
            rows=body["rows"],
            odd=body["odd"],
            size=body["size"],
            files=tuple(FileDone(*each) for each in body["files"]),
            scopes=tuple((account, region) for account, region in body["scopes"]),
            skipped=tuple(Skipped(Locator(place, at, count), why) for place, at, count, why in body["skipped"]),
            unread=tuple(body["unread"]),
        )


@dataclass
class Tally:
    """Counts what passes on its way into a part."""

    rows: int = 0
    odd: int = 0
    files: list[FileDone] = field(default_factory=list)
    scopes: set[tuple[str, str]] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def counted(self, file: JobFile, found: Iterable[Row | Skipped]) -> Iterator[Row]:
        """The rows of one file; what it skips is kept."""
        events, skips = 0, len(self.skipped)
        first, last = None, None
        for one in found:
            if isinstance(one, Skipped):
                self.skipped.append(one)
                continue
            at = int(one[_TIME])
            first = at if first is None or at < first else first
            last = at if last is None or at > last else last
            events += 1
            self.odd += one[_ODD] != ""
            self.scopes.add((str(one[_ACCOUNT]), str(one[_REGION])))
            yield one
        self.rows += events
        if not events and len(self.skipped) > skips:
            self.unread.append(file.place)
        else:
            self.files.append(FileDone(file.place, events, first, last))

    def done(self, part: Path) -> JobDone:
        """The job's end; a part without rows is taken away."""
        size = part.stat().st_size
        if not self.rows:
            part.unlink()
        return JobDone(
            rows=self.rows,
            odd=self.odd,
            size=size,
            files=tuple(self.files),
            scopes=tuple(sorted(self.scopes)),
            skipped=tuple(self.skipped),
            unread=tuple(self.unread),
        )
