"""A source of records in memory, which notes what it was asked."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record, record, record_of
from irkit.cloudtrail.source import Batch, Progress
from irkit.errors import Throttled
from tests.cloudtrail.made import START

DATA = Path(__file__).parent.parent / "data" / "cloudtrail"
_SIZE = 5


class Held:
    """Gives matching records a few at a time, newest first, as a source may."""

    label = "records in memory"

    def __init__(
        self, records: Iterable[Record], not_seen: dict[str, str] | None = None, fails_at: int | None = None
    ) -> None:
        self.records = list(records)
        self.asked: list[Query] = []
        self.closed = 0
        self._not_seen = not_seen or {}
        self._fails_at = fails_at

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        self.asked.append(query)
        if len(self.asked) == self._fails_at:
            raise Throttled("AWS asks to slow down", hint="retry in a minute")
        hits = [one for one in reversed(self.records) if query.matches(one)]
        try:
            for first in range(0, len(hits) or 1, _SIZE):
                yield Batch(tuple(hits[first : first + _SIZE]), Progress("files", first, len(hits)))
        finally:
            self.closed += 1
        return Coverage(
            tuple(sorted({one.region for one in self.records})) or ("eu-west-1",),
            START,
            START + timedelta(hours=1),
            START + timedelta(hours=2),
            not_seen=self._not_seen if len(self.asked) > 1 else {},
            counts=Counts(files=1, events=len(self.records)),
        )


def invictus() -> list[Record]:
    """The excerpt of a real attack's records."""
    lines = (DATA / "invictus.jsonl").read_text(encoding="utf-8").splitlines()
    return [record(line, Locator("invictus.jsonl", number)) for number, line in enumerate(lines)]


def stratus() -> Iterator[tuple[str, Record]]:
    """A technique's name, and a record that it made."""
    for line in (DATA / "stratus.jsonl").read_text(encoding="utf-8").splitlines():
        held = json.loads(line)
        yield held["technique"], record_of(held["record"], json.dumps(held["record"]))
