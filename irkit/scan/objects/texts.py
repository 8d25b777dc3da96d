"""What is to be looked at of a pack's objects: all of a text, or of a small change what it touches."""

from __future__ import annotations

from array import array

from irkit.native import native
from irkit.scan.detect.batch import Spans
from irkit.scan.objects.delta import touched_by
from irkit.scan.objects.made import Made

_LOOKED_AT_ONCE = 1 << 19
_HELD_AT_ONCE = 1 << 20
"""Texts wait to be looked at, few enough for a processor's own cache; of a long one perhaps only a line is."""


def texts(
    made: Made, bases: array[int], known: bytearray, small_change: int
) -> tuple[list[int], list[tuple[bytes, Spans]]]:
    """The next objects, by number, and their texts: about half a megabyte to look at; none at the end.

    ``known`` has a 1 for each entry that is left alone. Of an object that so many times exceeds its delta, only what
    the delta touches is looked at.
    """
    numbers: list[int] = []
    found: list[tuple[bytes, Spans]] = []
    waiting = held = 0
    for number, body, delta in made:
        if known[number]:
            continue
        spans: Spans = None
        if len(delta) * small_change < len(body) and delta and not known[bases[number]]:
            spans = touched_by(body, delta)
        numbers.append(number)
        found.append((body, spans))
        held += len(body)
        waiting += len(body) if spans is None else sum(end - start for start, end in spans)
        if waiting >= _LOOKED_AT_ONCE or held >= _HELD_AT_ONCE:
            break
    return numbers, found


texts = native("irkit.scan.objects._families", texts)


def tally(
    numbers: list[int], texts: list[tuple[bytes, Spans]], kinds: bytearray, partly: bytearray
) -> tuple[int, tuple[int, ...]]:
    """The size of texts in bytes, and how many of them are of which kind: of none, commits, trees, blobs, tags.

    ``partly`` gets a 1 for each entry of which only parts are looked at.
    """
    counts = [0] * 5
    for number, (_, spans) in zip(numbers, texts, strict=True):
        counts[kinds[number]] += 1
        if spans is not None:
            partly[number] = 1
    return sum(len(body) for body, _ in texts), tuple(counts)


tally = native("irkit.scan.objects._families", tally)
