"""Families of a pack, looked at: every blob, commit and tag, and the names in trees."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from irkit.native import is_native
from irkit.scan.detect.detector import Detector, Looked
from irkit.scan.detect.looked import Told
from irkit.scan.objects.commit_heads import Heads, heads
from irkit.scan.objects.gathered import Gathered, Key, Looking
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import CIRCLE, KINDS, TREE
from irkit.scan.objects.texts import tally, texts
from irkit.scan.objects.tree_names import SUBMODULE, is_submodule, names_in

MADE_FROM_ITSELF = "it is made from itself"
_SMALL_CHANGE = 5 if is_native(texts) else 20
"""A delta this many times smaller than its object: only what it changes is looked at. In Python, to know what the
larger ones change costs more than it spares."""
_KEPT_MAPPED = 64 << 20
"""A pack up to so large stays mapped from task to task: its pages are the system's cache, and to map them anew takes
longer than to inflate what stands in some."""
_NAMES_AT_ONCE = 10_000
_MOST_PLAIN = 20_000
"""So many names are remembered at the most: 2 MB."""
_FEW = 8
"""Up to so many values are searched one by one; the detector looks at a text faster than at more of them."""


class Learned:
    """What a process has learned, by one detector, and need not learn again with its next task."""

    def __init__(self) -> None:
        self.plain: set[bytes] = set()
        """Names in trees that nothing is to be said of."""
        self.told = Told()
        """Lines of blobs, commits and tags that were passed over."""


def look_at_families(
    pack: Pack, roots: Sequence[int], detector: Detector, known: bytearray | None, learned: Learned, of_commits: Heads
) -> Gathered:
    """Look at these entries and at all that are deltas of them. ``known`` has a 1 for each to be left alone.

    Of what is passed over, what ``learned`` has is not told again, and it gets what is new.
    """
    gathered = Gathered()
    kinds = pack.entries.kinds
    circles = [root for root in roots if kinds[root] == CIRCLE]
    trees = [root for root in roots if kinds[root] == TREE]
    others = [root for root in roots if kinds[root] in KINDS and kinds[root] != TREE]
    for root in circles:
        gathered.broken.update((number, MADE_FROM_ITSELF) for number in pack.members(root))
    _Contents(pack, detector, known, gathered, learned.told).look(others, of_commits)
    count, size, found = names_in(pack.families(trees), known, learned.plain)
    if count:
        gathered.counts["trees"] = count
        gathered.size += size
        _look_at_names(found, detector, learned.plain, gathered)
    for number, why in pack.broken.items():
        gathered.broken[number] = why
    pack.broken = {}
    if len(pack.view) > _KEPT_MAPPED:
        pack.release()
    return gathered


class _Contents:
    """Blobs, commits and tags. A value in an unchanged part of a blob is found by a second walk of its family."""

    def __init__(self, pack: Pack, detector: Detector, known: bytearray | None, gathered: Gathered, told: Told) -> None:
        self._pack = pack
        self._known = known if known is not None else bytearray(len(pack.entries.kinds))
        self._gathered = gathered
        self._detector = detector
        self._looking = Looking(detector, self._seen, told)
        self._values: dict[int, set[bytes]] = {}
        """By family: what stands where a secret was seen, as it stands there."""
        self._partly = bytearray(len(self._known))
        """A 1 for each object of which only the changes were looked at."""

    def look(self, roots: Sequence[int], of_commits: Heads) -> None:
        entries, gathered = self._pack.entries, self._gathered
        made, counts = self._pack.families(roots), array("q", bytes(8 * (max(KINDS) + 1)))
        while (some := texts(made, entries.bases, self._known, _SMALL_CHANGE))[0]:
            numbers, bodies = some
            self._looking.look(numbers, bodies)
            if of_commits is Heads.KEPT:
                gathered.heads.append(heads(numbers, bodies, entries.kinds))
            size, found = tally(numbers, bodies, entries.kinds, self._partly)
            gathered.size += size
            for kind, count in enumerate(found):
                counts[kind] += count
        for kind, name in KINDS.items():
            if counts[kind]:
                gathered.counts[f"{name}s"] = counts[kind]
        for root, values in self._values.items():
            if any(self._partly[number] for number in self._pack.members(root)):
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
                self._gathered.keep_anew(number, kind, looked)
                values |= {body[one.start : one.end] for one in looked.sightings if not one.dismissed}


def _look_at_names(
    found: Sequence[tuple[int, bytes, bytes]], detector: Detector, plain: set[bytes], gathered: Gathered
) -> None:
    """Look at the names in trees, of which nearly all are plain."""
    told: set[bytes] = set()

    def seen(key: Key, name: bytes, looked: Looked) -> None:
        told.add(name)
        gathered.keep(key, "tree", looked)

    looking = Looking(detector, seen, Told())
    for at in range(0, len(found), _NAMES_AT_ONCE):
        some = found[at : at + _NAMES_AT_ONCE]
        looking.look([number for number, _, _ in some], [(name, None) for _, _, name in some])
    for _, mode, name in found:
        if is_submodule(mode):
            gathered.skipped[None, name.decode(errors="replace"), SUBMODULE] = None
        elif name not in told and len(plain) < _MOST_PLAIN:
            plain.add(mode + b" " + name)
