"""The detector: what secrets stand in a text. Rules, one prefilter for all of them, and what confirms a hit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from irkit.scan.detect.confirm import Confirm, Verdict, line_around
from irkit.scan.detect.lines import spans_lines
from irkit.scan.detect.pragma import ALLOWED, is_allowed
from irkit.scan.finding import Sighting, Skipped
from irkit.scan.rule import Confidence, Rule

_NEAR_BYTES = 300
_RANK = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}


class Engine(StrEnum):
    """What looks for the anchors."""

    BEST = "best"
    """Hyperscan where it is installed, else RE2."""
    HYPERSCAN = "hyperscan"
    RE2 = "re2"


class Text(NamedTuple):
    """A text to look at; of ``spans`` (byte offsets) only the parts named, or all of it when None."""

    body: bytes
    spans: tuple[tuple[int, int], ...] | None = None


class Looked(NamedTuple):
    """What was seen in a text, by place, and what could not be looked into."""

    sightings: tuple[Sighting, ...]
    skipped: tuple[Skipped, ...] = ()


class Detector:
    """Finds the secrets of its rules in texts. Not to be shared between threads; a forked child may use it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.rules_hash = sha256(repr(self.rules).encode()).hexdigest()[:32]
        self._by_id = {rule.id: rule for rule in self.rules}
        self._confirms = [Confirm(rule, bool(rule.near) or spans_lines(rule.pattern)) for rule in self.rules]
        self._anchors = [re.compile(rule.anchor.encode(), re.MULTILINE) for rule in self.rules]

    def rule(self, id: str) -> Rule:  # noqa: A002 - the word of the interface
        """The rule of that id. Raises ``KeyError``."""
        return self._by_id[id]

    def look(self, body: bytes) -> Looked:
        """What stands in this text."""
        return self._look(body, None)

    def look_at_each(self, texts: Sequence[Text]) -> dict[int, Looked]:
        """What stands in each of the texts, by index; only those with something."""
        looked = {index: self._look(text.body, text.spans) for index, text in enumerate(texts)}
        return {index: one for index, one in looked.items() if one.sightings or one.skipped}

    def _look(self, body: bytes, spans: tuple[tuple[int, int], ...] | None) -> Looked:
        seen: list[tuple[int, Verdict]] = []
        for number, anchor in enumerate(self._anchors):
            confirm = self._confirms[number]
            ends = (match.end() for match in anchor.finditer(body))
            kept = [end for end in ends if spans is None or any(a < end <= b for a, b in spans)]
            for start, end in _merged([confirm.window(body, end) for end in kept]):
                found = confirm.verdicts(body, start, end)
                seen += [(number, Verdict(start + one.start, start + one.end, one.dismissed)) for one in found]
        return Looked(self._sightings(body, seen))

    def _sightings(self, body: bytes, seen: list[tuple[int, Verdict]]) -> tuple[Sighting, ...]:
        ordered = sorted(set(seen), key=lambda one: (_RANK[self.rules[one[0]].confidence], one[1].start - one[1].end))
        taken: list[tuple[int, Verdict]] = []
        for number, verdict in ordered:
            if all(verdict.end <= other.start or other.end <= verdict.start for _, other in taken):
                taken.append((number, verdict))
        taken.sort(key=lambda one: one[1].start)
        return tuple(self._sighting(body, number, verdict) for number, verdict in taken)

    def _sighting(self, body: bytes, number: int, verdict: Verdict) -> Sighting:
        rule, (start, end, dismissed) = self.rules[number], verdict
        first, last = line_around(body, start, end, _NEAR_BYTES)
        if not dismissed and is_allowed(body, start, end):
            dismissed = ALLOWED
        return Sighting(
            rule.id,
            body[start:end],
            start,
            end,
            body.count(b"\n", 0, start) + 1,
            start - body.rfind(b"\n", 0, start),
            (),
            rule.confidence,
            body[first:last],
            dismissed,
        )


def load_detector(files: Sequence[Path] = (), engine: Engine = Engine.BEST, cache: Path | None = None) -> Detector:
    """A detector with irkit's own rules and those of these TOML files. Raises ``RulesInvalid``."""
    from irkit.scan.ruleset import load, shipped

    del engine, cache
    return Detector((*shipped(), *(rule for file in files for rule in load(file))))


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
