"""What one task of a scan brings back, and the texts it looks at, a megabyte at a time."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence

from irkit.scan.detect.batch import Spans
from irkit.scan.detect.beginnings import LONE_KEY
from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.detect.looked import PassedOver, Told
from irkit.scan.finding import Sighting
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Confidence

Key = int | str
"""Of an object: its number in its pack, or its id."""

_Fields = tuple[str, bytes, int, int, int, int, tuple[str, ...], Confidence, bytes, str]
"""Of a sighting."""
_Skips = list[tuple[Key | None, str, str]]
_Parts = tuple[list[tuple[Key, str, list[_Fields]]], dict[str, int], int, _Skips, dict[Key, str], bytes, bytes]
_CONFIDENCES = {one.value: one for one in Confidence}

_TREE = "tree"
_LOOKED_AT_ONCE = 1 << 20
_HELD_AT_ONCE = 16 << 20
"""Texts wait in memory until they are looked at; of a long one perhaps only a line is."""


class Gathered:
    """Objects with sightings, counts, bytes looked at and what was skipped, of one task."""

    def __init__(self) -> None:
        self.held: dict[Key, tuple[str, tuple[Sighting, ...]]] = {}
        """Kind and sightings by object."""
        self.counts: dict[str, int] = {}
        self.size = 0
        self.skipped: dict[tuple[Key | None, str, str], None] = {}
        """Of which object (None: of none), what, and the reason; in the order seen, each once."""
        self.broken: dict[Key, str] = {}
        """Objects that could not be read, and why."""
        self.passed: set[PassedOver] = set()
        """Lines passed over that were told."""
        self.heads: list[bytes] = []
        """Rows of commits by their numbers in a pack: see ``CommitHeads``."""
        self.loose_heads: list[bytes] = []
        """Rows of commits by their ids."""

    def count(self, kind: str, size: int) -> None:
        """One more object was looked at."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.size += size

    def keep(self, key: Key, kind: str, looked: Looked) -> None:
        """Add what was seen in an object."""
        kept = [one for one in looked.sightings if not one.dismissed or self._is_first(one)]
        if kind == _TREE:
            kept = [one for one in kept if not _is_all_of_a_text(one)]
        if kept:
            before = self.held.get(key, (kind, ()))[1]
            self.held[key] = (kind, (*before, *(one for one in kept if one not in before)))
        for what, reason in looked.skipped:
            self.skipped[key, what, reason] = None

    def keep_anew(self, key: Key, kind: str, looked: Looked) -> None:
        """Forget what was seen in parts of an object, for what was seen in all of it; lines it told of stay told."""
        _, before = self.held.pop(key, (kind, ()))
        told = tuple(one for one in before if one.dismissed)
        self.keep(key, kind, looked)
        if told:
            self.held[key] = (kind, (*told, *self.held.get(key, (kind, ()))[1]))

    def _is_first(self, one: Sighting) -> bool:
        """Whether no sighting of this line was passed over for this reason before: the others tell nothing more."""
        line = (one.rule, one.dismissed, one.near)
        is_first = line not in self.passed
        self.passed.add(line)
        return is_first

    def mentioned(self) -> set[Key]:
        """Of every object that something is said of."""
        return {*self.held, *self.broken, *(key for key, _, _ in self.skipped if key is not None)}

    def numbers(self) -> set[int]:
        """The keys that are numbers in a pack."""
        return {key for key in self.mentioned() if isinstance(key, int)}

    def packed(self) -> bytes:
        """All of it, for a pipe between two processes of irkit."""
        held = [
            (key, kind, [(*one[:7], one.confidence.value, *one[8:]) for one in seen])
            for key, (kind, seen) in self.held.items()
        ]
        heads = b"".join(self.heads), b"".join(self.loose_heads)
        return marshal.dumps((held, self.counts, self.size, list(self.skipped), self.broken, *heads))


def unpacked(raw: bytes) -> Gathered:
    """What ``Gathered.packed`` made, again."""
    gathered = Gathered()
    parts: _Parts = marshal.loads(raw)  # noqa: S302 - our own child's
    held, gathered.counts, gathered.size, skipped, gathered.broken, *heads = parts
    gathered.heads, gathered.loose_heads = heads[:1], heads[1:]
    for key, kind, seen in held:
        gathered.held[key] = (
            kind,
            tuple(Sighting(*one)._replace(confidence=_CONFIDENCES[one[7]]) for one in seen),
        )
    gathered.skipped = dict.fromkeys(skipped)
    return gathered


class Looking:
    """Collects texts and looks at them together; ``seen`` is told of each with something.

    Of lines passed over it is told once, and of none that stands in ``told``.
    """

    def __init__(self, detector: Detector, seen: Callable[[Key, bytes, Looked], None], told: Told) -> None:
        self._look = detector.look_at_each
        self._seen = seen
        self._told = told
        self._texts: list[tuple[bytes, Spans]] = []
        self._keys: list[Key] = []
        self._waiting = self._held = 0

    def add(self, key: Key, body: bytes, spans: Spans = None) -> None:
        """Look at this text, or at these parts of it, soon."""
        self._texts.append((body, spans))
        self._keys.append(key)
        size = len(body)
        self._held += size
        if spans is None:
            self._waiting += size
        else:
            for start, end in spans:
                self._waiting += end - start
        if self._waiting >= _LOOKED_AT_ONCE or self._held >= _HELD_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Look at all that waits."""
        texts, keys = self._texts, self._keys
        self._texts, self._keys = [], []
        self._waiting = self._held = 0
        self.look(keys, texts)

    def look(self, keys: Sequence[Key], texts: Sequence[tuple[bytes, Spans]]) -> None:
        """Look at these texts now."""
        for index, looked in self._look(texts, self._told).items():
            self._seen(keys[index], texts[index][0], looked)


class Task(NamedTuple):
    """A part of a scan that one process does."""

    run: Callable[[], Gathered]
    objects: int
    weight: int
    """A guess of its cost: the dearest are begun first."""
    keys: Callable[[set[int]], dict[int, str]] | None = None
    """The ids of objects that the task knows by number."""


def _is_all_of_a_text(one: Sighting) -> bool:
    """Whether it is a key because its file holds nothing else: the name of a file that is as long is none."""
    return one.rule == LONE_KEY and one.start == 0
