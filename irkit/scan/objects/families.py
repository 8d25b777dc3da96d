"""Families of a pack, looked at: every blob, commit and tag, and the names in trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.native import is_native
from irkit.scan.objects.gathered import Gathered, Key, Looking
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import CIRCLE, KINDS, TREE
from irkit.scan.objects.texts import texts
from irkit.scan.objects.tree_names import SUBMODULE, is_submodule, names_in

MADE_FROM_ITSELF = "it is made from itself"
_SMALL_CHANGE = 5 if is_native(texts) else 20
"""A delta this many times smaller than its object: only what it changes is looked at. In Python, to know what the
larger ones change costs more than it spares."""
_FEW = 8
"""Up to so many values are searched one by one; the detector looks at a text faster than at more of them."""


def look_at_families(pack: Pack, roots: Sequence[int], detector: Detector, known: bytearray | None) -> Gathered:
    """Look at these entries and at all that are deltas of them. ``known`` has a 1 for each to be left alone."""
    gathered = Gathered()
    kinds = pack.entries.kinds
    circles = [root for root in roots if kinds[root] == CIRCLE]
    trees = [root for root in roots if kinds[root] == TREE]
    others = [root for root in roots if kinds[root] in KINDS and kinds[root] != TREE]
    for root in circles:
        gathered.broken.update((number, MADE_FROM_ITSELF) for number in pack.members(root))
    _Contents(pack, detector, known, gathered).look(others)
    _look_at_names(pack, trees, detector, known, gathered)
    for number, why in pack.broken.items():
        gathered.broken[number] = why
    pack.broken = {}
    pack.release()
    return gathered


class _Contents:
    """Blobs, commits and tags. A value in an unchanged part of a blob is found by a second walk of its family."""

    def __init__(self, pack: Pack, detector: Detector, known: bytearray | None, gathered: Gathered) -> None:
        self._pack = pack
        self._known = known if known is not None else bytearray(len(pack.entries.kinds))
        self._gathered = gathered
        self._detector = detector
        self._looking = Looking(detector, self._seen, gathered.passed)
        self._values: dict[int, set[bytes]] = {}
        """By family: what stands where a secret was seen, as it stands there."""
        self._partly: set[int] = set()
        """Of which objects only the changes were looked at."""

    def look(self, roots: Sequence[int]) -> None:
        made, bases = self._pack.families(roots), self._pack.entries.bases
        counts: Counter[int] = Counter()
        while (some := texts(made, bases, self._known, _SMALL_CHANGE))[0]:
            numbers, bodies = some
            self._looking.look(numbers, bodies)
            counts.update(map(self._pack.entries.kinds.__getitem__, numbers))
            self._gathered.size += sum(len(body) for body, _ in bodies)
            self._partly.update(number for number, (_, spans) in zip(numbers, bodies, strict=True) if spans is not None)
        for kind, count in counts.items():
            self._gathered.counts[f"{KINDS[kind]}s"] = count
        for root, values in self._values.items():
            if not self._partly.isdisjoint(self._pack.members(root)):
                self._look_again(root, values)

    def _seen(self, key: Key, body: bytes, looked: Looked) -> None:
        number = int(key)
        self._gathered.keep(number, self._pack.kind(number), looked)
        values = {body[one.start : one.end] for one in looked.sightings if not one.dismissed}
        if values:
            self._values.setdefault(self._pack.root(number), set()).update(values)

    def _look_again(self, root: int, values: set[bytes]) -> None:
        """Look at the whole of every object that holds one of the values, or whose base does."""
        holders = set()
        bases = self._pack.entries.bases
        kind = self._pack.kind(root)
        for number, body, _ in self._pack.families([root]):
            is_holder = len(values) > _FEW or any(value in body for value in values)
            if not is_holder and bases[number] not in holders:
                continue
            if is_holder:
                holders.add(number)
            if not self._known[number]:
                looked = self._detector.look(body)
                self._gathered.held.pop(number, None)
                self._gathered.keep(number, kind, looked)
                values |= {body[one.start : one.end] for one in looked.sightings if not one.dismissed}


def _look_at_names(
    pack: Pack, roots: Sequence[int], detector: Detector, known: bytearray | None, gathered: Gathered
) -> None:
    """Look at the names in trees, each once a task."""

    def seen(key: Key, _: bytes, looked: Looked) -> None:
        gathered.keep(key, "tree", looked)

    looking = Looking(detector, seen, gathered.passed)
    count, size, found = names_in(pack.families(roots), known)
    for number, mode, name in found:
        if is_submodule(mode):
            gathered.skipped[None, name.decode(errors="replace"), SUBMODULE] = None
        looking.add(number, name)
    looking.finish()
    if count:
        gathered.counts["trees"] = count
        gathered.size += size
