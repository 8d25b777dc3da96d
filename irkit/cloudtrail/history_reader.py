"""One region's event history, page by page, newest first, with its state as it goes; run on a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from irkit.clients.cloudtrail import PAGE, Asked, CloudTrail, Page
from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.history_plan import Look
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record, record
from irkit.errors import OutsideError

PLACE = "event-history:"
_SECOND = timedelta(seconds=1)
_TELLING = 0.1
"""The share of the time from which on what it took tells what the rest will take."""


@dataclass
class Reader:
    """A region, what to look for there (``spans`` oldest first), and how far it is. ``why``: why it is not whole."""

    trail: CloudTrail
    region: str
    looks: Sequence[Look]
    spans: tuple[Window, ...]
    query: Query
    most_pages: int | None = None
    """It ends, ``is_cut``, after so many pages; and after the first few, where it would come to more."""
    events: int = 0
    """Events looked at."""
    why: str = "not read to the end"
    error: OutsideError | None = None
    skipped: list[Skipped] = field(default_factory=list)
    is_done: bool = False
    is_cut: bool = False
    _pages_read: int = 0
    _looked: int = 0
    _back_to: datetime | None = None
    """The oldest event of the look under way."""
    _began: float = field(default_factory=time.monotonic)

    def run(self, over: threading.Event, tell: Callable[[tuple[Record, ...]], None]) -> None:
        """Read to the end, or until ``over``; ``tell`` hears each page's matching records, and at last no record."""
        try:
            for look in self.looks:
                self._back_to = None
                for page in self._pages(look, over):
                    tell(tuple(self._matching(page)))
                    if self._is_enough():
                        return
                self._looked += 1
            self.why = ""
        except OutsideError as error:
            self.error = error
            back = f" (seen back to {iso(self._back_to)})" if self._back_to else ""
            self.why = error.message + back
        finally:
            self.is_done = True
            tell(())

    @property
    def seconds_left(self) -> float | None:
        """By the share of the time that is behind it; None while that is so little that it tells nothing.

        Events lie close in the hours of an incident, which are read first, and far apart before them.
        """
        share = self._share
        if self.is_done:
            return 0.0
        return (time.monotonic() - self._began) * (1 - share) / share if share > _TELLING else None

    @property
    def _share(self) -> float:
        total = sum((end - start).total_seconds() for start, end in self.spans)
        back_to, passed = self._back_to, 0.0
        if back_to is not None:
            passed = sum((end - max(start, back_to)).total_seconds() for start, end in self.spans if end > back_to)
        return (self._looked + (passed / total if total else 0.0)) / max(len(self.looks), 1)

    def _is_enough(self) -> bool:
        self._pages_read += 1
        if self.most_pages is not None and self._pages_read >= Patience.QUESTION:
            self.is_cut = self._pages_read >= self.most_pages * min(self._share, 1.0)
        return self.is_cut

    def _pages(self, look: Look, over: threading.Event) -> Iterator[Page]:
        """A look that breaks off goes on from where it was, once for each step that it came forward."""
        spans, tried_at = self.spans, None
        while True:
            try:
                for page in newest_first(self.trail, self.region, look, spans, over):
                    if page.oldest_at is not None:
                        self._back_to = min(page.oldest_at, self._back_to or page.oldest_at)
                    yield page
            except OutsideError:
                if self._back_to is None or self._back_to == tried_at or over.is_set():
                    raise
                tried_at = self._back_to
                spans = tuple(
                    Window(start, min(end, tried_at + _SECOND)) for start, end in self.spans if start <= tried_at
                )
            else:
                return

    def _matching(self, page: Page) -> Iterator[Record]:
        self.events += len(page.texts)
        place = Locator(f"{PLACE}{self.region}")
        for text, event_id in zip_longest(page.texts, page.ids[: len(page.texts)], fillvalue=""):
            try:
                one = record(text, place)
            except OutsideError as error:
                named = f"event {event_id}: " if event_id else ""
                self.skipped.append(Skipped(place, named + (error.message if text else "it came without its record")))
                continue
            if self.query.matches(one):
                yield one


def newest_first(
    trail: CloudTrail, region: str, look: Look, spans: Sequence[Window], over: threading.Event
) -> Iterator[Page]:
    """The pages of several spans of time, by as few requests as can be.

    One stream runs over the gaps between the spans while that is cheaper than a request of its own: by the rate of
    events that the stream itself shows.
    """
    waiting = list(spans)
    end = waiting[-1].end if waiting else None
    while waiting and end is not None:
        asked, end = Asked(look.attribute, look.value, waiting[0].start, end), None
        for page in trail.pages(region, asked, over):
            yield page
            if page.oldest_at is None:
                continue
            while waiting and page.oldest_at < waiting[-1].start:
                waiting.pop()
            if not waiting or _leaps(page, waiting[-1].end):
                end = waiting[-1].end if waiting else None
                break


def _leaps(page: Page, to: datetime) -> bool:
    """Whether more than a page lies between a page's oldest event and an older moment, at the page's own rate."""
    if page.oldest_at is None or page.newest_at is None or page.oldest_at <= to:
        return False
    spent = max((page.newest_at - page.oldest_at).total_seconds(), 1.0)
    return len(page.texts) / spent * (page.oldest_at - to).total_seconds() > PAGE
