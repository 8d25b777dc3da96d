"""The fast part: where in a text something looks like a secret.

Nothing here says that it is one: the prefilter only narrows what is then confirmed. Anchors are found by ``bytes.find``
in the lower-cased text; the windows around them are merged, so that the work stays linear in a line of a megabyte.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from irkit.scan.rules import RULES, Rule


class Candidate(NamedTuple):
    """A place in a text, in bytes; the value itself is not kept, so that it is in no repr and no traceback."""

    rule: Rule
    start: int
    end: int


def candidates(text: bytes, rules: Sequence[Rule] = RULES) -> list[Candidate]:
    """What looks like a secret, by its place in the text; where two rules see one, the earlier rule takes it."""
    lowered = text.lower()
    found: list[Candidate] = []
    for rule in rules:
        for candidate in _of(rule, text, lowered):
            place = bisect(found, candidate.start, key=_start)
            is_free = place == 0 or found[place - 1].end <= candidate.start
            if is_free and (place == len(found) or candidate.end <= found[place].start):
                found.insert(place, candidate)
    return found


def _start(candidate: Candidate) -> int:
    return candidate.start


def _of(rule: Rule, text: bytes, lowered: bytes) -> Iterator[Candidate]:
    for start, end in _windows(rule, lowered):
        if rule.near and not re.compile(rule.near).search(text, start, end):
            continue
        for match in re.compile(rule.pattern).finditer(text, start, end):
            group = "value" if match["value"] is not None else "bare"
            if rule.shape(match[group]):
                yield Candidate(rule, *match.span(group))


def _windows(rule: Rule, lowered: bytes) -> list[tuple[int, int]]:
    places: list[int] = []
    for anchor in rule.anchors:
        place = lowered.find(anchor)
        while place >= 0:
            places.append(place)
            place = lowered.find(anchor, place + len(anchor))
    merged: list[tuple[int, int]] = []
    for place in sorted(places):
        start, end = max(0, place - rule.before), min(len(lowered), place + rule.after)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
