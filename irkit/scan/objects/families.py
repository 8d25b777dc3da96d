"""Families of a pack, looked at: every blob, commit and tag, and the names in trees."""

from __future__ import annotations

from collections.abc import Sequence

from irkit.scan.detect.detector import Detector, Looked, Text
from irkit.scan.objects.delta import DeltaBroken, touched_by
from irkit.scan.objects.gathered import Gathered, Key, Looking
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import CIRCLE
from irkit.scan.objects.tree_names import SUBMODULE, brings_only_ids, is_submodule, names, new_names

_SMALL_CHANGE = 20
"""A delta this many times smaller than its object: only what it changes is looked at."""
MADE_FROM_ITSELF = "it is made from itself"
_FEW = 8
"""Up to so many values are searched one by one; the detector looks at a text faster than at more of them."""


def look_at_families(pack: Pack, roots: Sequence[int], detector: Detector, known: bytearray | None) -> Gathered:
    """Look at these entries and at all that are deltas of them. ``known`` has a 1 for each to be left alone."""
    gathered = Gathered()
    circles = [root for root in roots if pack.entries.kinds[root] == CIRCLE]
    trees = [root for root in roots if pack.kind(root) == "tree"]
    others = [root for root in roots if pack.kind(root) not in {"", "tree"}]
    for root in circles:
        gathered.broken.update((number, MADE_FROM_ITSELF) for number in pack.members(root))
    _Contents(pack, detector, known, gathered).look(others)
    _Names(pack, detector, known, gathered).look(trees)
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

    def look(self, roots: Sequence[int]) -> None:
        partly = {root for root in roots if self._walk(root)}
        self._looking.finish()
        for root in [root for root in self._values if root in partly]:
            self._walk_again(root, self._values[root])

    def _walk(self, root: int) -> bool:
        """Look at a family; whether of some objects only the changes were looked at."""
        add, known, bases = self._looking.add, self._known, self._pack.entries.bases
        is_partly = False
        count = size = 0
        for number, body, delta in self._pack.family(root):
            if known[number]:
                continue
            count += 1
            size += len(body)
            if len(delta) * _SMALL_CHANGE < len(body) and delta and not known[bases[number]]:
                is_partly = True
                add(number, body, touched_by(body, delta))
            else:
                add(number, body)
        if count:
            kind = f"{self._pack.kind(root)}s"
            self._gathered.counts[kind] = self._gathered.counts.get(kind, 0) + count
            self._gathered.size += size
        return is_partly

    def _seen(self, key: Key, text: Text, looked: Looked) -> None:
        number = int(key)
        self._gathered.keep(number, self._pack.kind(number), looked)
        values = {text.body[one.start : one.end] for one in looked.sightings if not one.dismissed}
        if values:
            self._values.setdefault(self._pack.root(number), set()).update(values)

    def _walk_again(self, root: int, values: set[bytes]) -> None:
        """Look at the whole of every object that holds one of the values, or whose base does."""
        holders = set()
        bases = self._pack.entries.bases
        kind = self._pack.kind(root)
        for number, body, _ in self._pack.family(root):
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


class _Names:
    """Names in trees: each is looked at once a task."""

    def __init__(self, pack: Pack, detector: Detector, known: bytearray | None, gathered: Gathered) -> None:
        self._pack = pack
        self._known = known
        self._gathered = gathered
        self._looking = Looking(detector, self._seen, gathered.passed)
        self._done: set[tuple[bytes, bytes]] = set()

    def look(self, roots: Sequence[int]) -> None:
        done, known = self._done, self._known
        count = size = 0
        for root in roots:
            for number, body, delta in self._pack.family(root):
                if known is not None and known[number]:
                    continue
                count += 1
                size += len(body)
                if delta and known is None and brings_only_ids(delta):
                    continue
                found = _new_names(body, delta) if delta and known is None else names(body)
                if not done.issuperset(found):
                    self._add(number, set(found) - done)
                    done.update(found)
        self._looking.finish()
        if count:
            self._gathered.counts["trees"] = self._gathered.counts.get("trees", 0) + count
            self._gathered.size += size

    def _add(self, number: int, found: set[tuple[bytes, bytes]]) -> None:
        for mode, name in sorted(found):
            if is_submodule(mode):
                self._gathered.skipped[None, name.decode(errors="replace"), SUBMODULE] = None
            self._looking.add(number, name)

    def _seen(self, key: Key, _: Text, looked: Looked) -> None:
        self._gathered.keep(key, "tree", looked)


def _new_names(body: bytes, delta: bytes) -> list[tuple[bytes, bytes]]:
    try:
        return new_names(body, delta)
    except DeltaBroken:
        return names(body)
