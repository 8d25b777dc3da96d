"""The texts of the records of one block of AWS's own form, ``{"Records":[{...},{...}]}``, or of lines, found unparsed.

msgspec skips over JSON values at 2.7 GB/s, checking them as it goes: cheaper than any search for their beginnings, and
exact where a record holds what looks like another one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sized
from itertools import accumulate, groupby
from typing import cast

import msgspec

from irkit.cloudtrail.raw.outline import is_whole
from irkit.cloudtrail.raw.splitter import Element, Splitter
from irkit.cloudtrail.record import LOGSTASH_TIME

HEAD = b'{"Records":['
TAIL = b"]}"
FIRST = HEAD + b'{"eventVersion":'
MARK = b'},{"eventVersion":'
_TIMES, _ID = (b'"eventTime"', f'"{LOGSTASH_TIME}"'.encode()), b'"eventID"'
_SHORT = 300
"""Bytes: of many thousands of real records the shortest has 654."""
_RECORD = 16
"""No record takes fewer bytes."""
_FEW = 1 << 20
"""Bytes of lines that may be as short as they are."""


class _Wrapped(msgspec.Struct):
    Records: list[msgspec.Raw]


_WRAPPED = msgspec.json.Decoder(_Wrapped)
_VIEW = cast("Callable[[msgspec.Raw], Sized]", memoryview)
"""A raw value's length is that of its bytes, which are not copied for it."""
_ANY = msgspec.json.Decoder(msgspec.Raw)
UNTOLD = (ValueError, msgspec.MsgspecError, RecursionError)
"""What is raised where records cannot be told so: bracket by bracket they still may be, one nested very deeply too."""


class Elements:
    """The records' texts of a block; ``offset`` is that of the block's first byte in the file."""

    def __init__(self, text: bytes, offset: int = 0) -> None:
        """Raises ``ValueError`` when the text is not of that form, without blanks between the records."""
        self._text = text
        self._offset = offset
        raws = _WRAPPED.decode(text).Records
        self._sizes = list(map(len, map(_VIEW, raws)))
        self._before = list(accumulate(self._sizes, initial=len(HEAD)))
        """Of each record, and of one more, the bytes before it but for the commas between records."""
        whole = self._before[-1] + max(len(raws) - 1, 0) + len(TAIL)
        if whole != len(text) or not text.startswith(HEAD):
            raise ValueError("there are blanks between the records")

    def __len__(self) -> int:
        return len(self._sizes)

    def __iter__(self) -> Iterator[Element]:
        return map(self._element, range(len(self)))

    def at(self, places: list[int]) -> Iterator[Element]:
        """The records that stand at some places (in order), each once."""
        last = -1
        numbers = range(len(self._before))
        for place in places:
            number = bisect_right(numbers, place, key=self._start) - 1
            if last < number < len(self):
                last = number
                if number >= 0:
                    yield self._element(number)

    def short(self) -> Iterator[Element]:
        """What is shorter than any record of CloudTrail's."""
        if min(self._sizes, default=_SHORT) < _SHORT:
            yield from (self._element(number) for number, size in enumerate(self._sizes) if size < _SHORT)

    def _start(self, number: int) -> int:
        return self._before[number] + number

    def _element(self, number: int) -> Element:
        start = self._start(number)
        return Element(self._offset + start, self._text[start : start + self._sizes[number]])


class Cutter:
    """Cuts the records at some places out of texts in AWS's own form, without telling all others apart.

    A record is cut out from mark to mark. That marks which stand within a record are not taken for its ends is proven:
    what is cut out is one JSON value, and what stands before it is nothing but whole ones.
    """

    def cut(self, text: bytes, offset: int, places: list[int]) -> list[Element]:
        """The records at these places (in order), each once.

        Raises ``ValueError`` or msgspec's errors for what cannot be told so; ``Elements`` may then still read it.
        """
        found: list[Element] = []
        done = len(HEAD)
        for place in places:
            if place < done:
                continue
            # The last record that begins here or before: its mark has two bytes, "},", before it. A place on that comma
            # is one of the record that ends there.
            start = max(done, text.rfind(MARK, done, place + len(MARK) - 2) + 2)
            end = (text.find(MARK, max(place - 1, start)) + 1) or len(text) - len(TAIL)
            if start > done and not is_whole(text, done, start - 1):
                raise ValueError("a mark stands within a record")
            one = text[start:end]
            _ANY.decode(one)
            found.append(Element(offset + start, one))
            done = end + 1
        return found


def is_likely(text: bytes) -> bool:
    """Whether a text is likely to be a record, without a full look at it: JSON with the names of one."""
    try:
        return len(text) >= _SHORT and _is_timed(text) and _ID in text and bool(_ANY.decode(text))
    except UNTOLD:
        return False


def _is_timed(text: bytes) -> bool:
    return any(each in text for each in _TIMES)


def is_lines(text: bytes) -> bool:
    """Whether a text begins with a line that is a JSON object, and goes on."""
    line, end, _ = text.partition(b"\n")
    try:
        return bool(end) and line[:1] == b"{" and bool(_ANY.decode(line))
    except UNTOLD:
        return False


def lines(text: bytes, offset: int) -> list[Element]:
    """The lines of a text, but for empty ones. A line that is no JSON costs none of the others: it is among them.

    Raises msgspec's errors or ``ValueError`` when the text is not of lines, or ends with one that is no JSON value.
    """
    if text.count(b"\n") * _RECORD > max(len(text), _FEW):
        raise ValueError("these lines are no records")
    several: list[Element] = []
    at = offset
    for line in text.split(b"\n"):
        if line.strip():
            several.append(Element(at, line))
        at += len(line) + 1
    try:
        if len(_ANY.decode_lines(text)) == len(several):
            return several
    except UNTOLD:
        pass
    return list(_mended(several, text, offset))


def _mended(several: list[Element], text: bytes, offset: int) -> Iterator[Element]:
    """Lines of which some are no JSON: what these are together, an object on several lines say, or else they alone."""
    if not several or not _stands(several[-1].text):
        raise ValueError("what ends with these lines may go on")
    for stands, group in groupby(several, key=lambda one: _stands(one.text)):
        if stands:
            yield from group
            continue
        broken = list(group)
        start, end = broken[0].offset, broken[-1].offset + len(broken[-1].text)
        yield from _together(text[start - offset : end - offset], start)


def _stands(line: bytes) -> bool:
    """Whether a line is a record by itself, and not within an object that is written on several."""
    try:
        return line.startswith(b"{") and _is_timed(line) and bool(_ANY.decode(line))
    except UNTOLD:
        return False


def _together(text: bytes, start: int) -> Iterator[Element]:
    splitter = Splitter(start)
    yield from (*splitter.feed(text), *splitter.close())
    left = splitter.rest if splitter.rest >= 0 else splitter.junk
    if left >= 0:
        yield Element(left, text[left - start :])
