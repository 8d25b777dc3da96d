"""Take what a query asks for out of the texts of a file, and tell what was looked at and what could not be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import orjson

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.nesting import TOO_DEEP, goes_too_deep, is_too_deep
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.raw.elements import MARK, UNTOLD, Cutter, Elements, is_likely
from irkit.cloudtrail.raw.sieve import sieve
from irkit.cloudtrail.raw.sights import NOTHING, Sights, sights
from irkit.cloudtrail.raw.splitter import Element, NoLog
from irkit.cloudtrail.raw.unwrapped import INSIGHT, is_digest, records_in
from irkit.cloudtrail.record import REPLACED, Record, parsed, record_of, word
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from pydantic import JsonValue

CHECKED = 32 << 20
"""So many bytes are checked to be records whatever is looked for, in each process: of the rest what is passed over is
only checked to hold some."""
_COUNTED = 32
"""Of so many blocks that are passed over, in one the events are counted: in each it would take a sixth of all time."""
_MANY = 64
"""Where so many records of a file may be asked for, all of them are told apart."""
_SIGNS = re.compile(rb"eventTime|@timestamp|digestS3Object|\\")
"""Without any of these a text holds neither a record nor a digest; escapes may hide them."""
_ID = b'"eventID"'
_NO_RECORD = "holds no CloudTrail record"
_NAMED = 3
"""So many records of one block that cannot be read are named one by one."""
MOST_IN_A_ROW = 50_000
"""So many objects one behind the other that are no records, and a file is no log."""


class Part(NamedTuple):
    """What a block of a file gave."""

    records: tuple[Record, ...] = ()
    events: int = 0
    """Events in it, whether they were looked at or passed over; not counted in bytes that were ``passed``."""
    skipped: tuple[Skipped, ...] = ()
    sights: Sights = NOTHING
    insights: int = 0
    """Records among them that tell of no call."""
    size: int = 0
    """The inflated bytes that these events take."""
    passed: int = 0
    """Inflated bytes that hold nothing asked for, so that their events were not counted."""
    doubles: int = 0
    """Records that stand in the block once more, to the byte."""


@dataclass
class Gaps:
    """How many parts of one file could not be read: the first are named one by one, the others are counted."""

    named: int = 0
    more: int = 0
    in_a_row: int = 0
    """Objects that are no records, since the last that is one."""
    given_up_at: int = -1

    def stop_if_no_log(self) -> None:
        """Raises ``NoLog`` when too many of them came."""
        if self.given_up_at >= 0:
            raise NoLog(self.given_up_at, f"{MOST_IN_A_ROW:,} objects in a row are no records: the rest was not read")


@dataclass
class _Tally:
    """A part in the making."""

    place: str
    gaps: Gaps
    records: list[Record] = field(default_factory=list)
    events: int = 0
    insights: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    texts: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Of an object's text: how many events it holds, and how many of them are asked for."""
    doubles: int = 0

    def skip(self, offset: int, length: int, why: str) -> None:
        self.gaps.in_a_row += 1
        if self.gaps.in_a_row == MOST_IN_A_ROW:
            self.gaps.given_up_at = offset
        if self.gaps.named < _NAMED:
            self.gaps.named += 1
            self.skipped.append(Skipped(Locator(self.place, offset, length), why))
        else:
            self.gaps.more += 1

    def part(self, seen: Sights, size: int = 0) -> Part:
        return Part(tuple(self.records), self.events, tuple(self.skipped), seen, self.insights, size, 0, self.doubles)


class Taker:
    """Takes for one query."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._sieve = sieve(query)
        self._cutter = Cutter()
        self._passed = -1
        self._taken = 0
        """Bytes of texts in AWS's own form."""

    def fast(self, text: bytes, offset: int, place: str, gaps: Gaps) -> Part:
        """Of a whole text in AWS's own form. Raises ``ValueError`` or msgspec's errors when it is not quite in it."""
        places = self._sieve.places(text)
        self._taken += len(text)
        if self._taken <= CHECKED or (places == [] and _ID not in text):
            elements = Elements(text, offset)
            is_log = text.count(_ID) >= len(elements)
            return self._among(elements, places if is_log else None, text, _Tally(place, gaps))
        if places is None or len(places) > _MANY:
            return self._among(Elements(text, offset), places, text, _Tally(place, gaps))
        tally = _Tally(place, gaps)
        try:
            few = self._cutter.cut(text, offset, places)
        except UNTOLD:
            return self._among(Elements(text, offset), places, text, tally)
        for element in few:
            if self._sieve.passes(element.text) or _ID not in element.text:
                self._look(element, tally)
        self._passed += 1
        part = tally.part(sights(text), len(text))
        if self._passed % _COUNTED:
            return part._replace(size=0, passed=len(text))
        return part._replace(events=text.count(MARK) + 1)

    def beginning(self, text: bytes, offset: int, place: str, gaps: Gaps) -> Part:
        """Of the beginning of such a text, cut where a record seems to begin: raises when the cut is within one."""
        return self._among(Elements(text, offset), self._sieve.places(text), text, _Tally(place, gaps))

    def _among(self, elements: Elements, places: list[int] | None, text: bytes, tally: _Tally) -> Part:
        for element in elements if places is None else elements.at(places):
            if self._sieve.passes(element.text) or _ID not in element.text:
                self._look(element, tally)
        for element in elements.short() if places is not None else ():
            if not self._sieve.passes(element.text):
                self._look(element, tally)
        tally.events = len(elements)
        return tally.part(sights(text), len(text))

    def slow(self, elements: Iterable[Element], text: bytes, place: str, gaps: Gaps | None = None) -> Part:
        """Of elements of any form; ``text`` is where they are from."""
        tally = _Tally(place, gaps or Gaps())
        for element in elements:
            if self._sieve.passes_wrapped(element.text):
                tally.events += self._look(element, tally)
            elif is_likely(element.text):
                tally.events += 1
                tally.gaps.in_a_row = 0
            else:
                self._look(element, tally)
            if tally.gaps.given_up_at >= 0:
                break
        return tally.part(sights(text))

    def _look(self, element: Element, tally: _Tally) -> int:
        """Parse an element and take what matches; how many events it held. One that was just looked at is known."""
        if (known := tally.texts.get(element.text)) is not None:
            tally.doubles += known[1]
            return known[0]
        before = len(tally.records)
        events = self._take(element, tally)
        if len(tally.records) > before:
            tally.texts[element.text] = events, len(tally.records) - before
        return events

    def _take(self, element: Element, tally: _Tally) -> int:
        offset, text = element
        if not _SIGNS.search(text):
            tally.skip(offset, len(text), _NO_RECORD)
            return 0
        try:
            value = parsed(text, REPLACED)
        except OutsideError as error:
            tally.skip(offset, len(text), error.message)
            return 0
        found = list(records_in(value))
        if not found and not is_digest(value):
            tally.skip(offset, len(text), _NO_RECORD)
        if found:
            tally.gaps.in_a_row = 0
        is_deep = is_too_deep(text)
        for body in found:
            if is_deep and goes_too_deep(body):
                tally.skip(offset, len(text), f"a record cannot be read: {TOO_DEEP}")
                continue
            if word(body, "eventType") == INSIGHT:
                tally.insights += 1
                continue
            raw = text if body is value else _written(body)
            try:
                one = record_of(body, raw.decode("utf-8", REPLACED), Locator(tally.place, offset, len(text)))
            except OutsideError as error:
                tally.skip(offset, len(text), error.message)
                continue
            if self._query.matches(one):
                tally.records.append(one)
        return len(found)


def _written(body: Mapping[str, JsonValue]) -> bytes:
    """A record that was found within something else, as JSON; lone surrogates and long numbers too, as they were."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, separators=(",", ":")).encode()
