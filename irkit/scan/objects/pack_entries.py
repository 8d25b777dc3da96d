"""A pack's entries by offset: kind, sizes, and which is a delta of which (gitformat-pack(5))."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from irkit.scan.objects.pack_index import PackIndex
from irkit.scan.objects.workers import run_each

COMMIT, TREE, BLOB, TAG, OFFSET_DELTA, ID_DELTA = 1, 2, 3, 4, 6, 7
KINDS = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
UNKNOWN = 0
CIRCLE = 8
"""Made from itself, by way of others or not. Git must not be asked for such a one: it does not come back."""
NONE = -1
_TRAILER = 20
_LONGEST_HEAD = 40
_READ_AT_ONCE = 4000
_NEAR = 128
"""A base mostly lies so few entries before its delta."""
_READ_BY_ONE = 25_000
"""So few entries are not worth another process."""


class Entries(NamedTuple):
    """One number an entry, entries in the order of their offsets. ``NONE`` (-1) stands for no entry."""

    offsets: array[int]
    """One more than there are entries: the last is where the pack's checksum begins."""
    heads: array[int]
    """The length of the entry's head in bytes: compressed data begins after it; 0 when the head makes no sense."""
    sizes: array[int]
    """Of the inflated data: of the object, or of the delta."""
    kinds: bytearray
    """COMMIT, TREE, BLOB or TAG, of deltas that of their base; ``UNKNOWN`` when the base is not in this pack,
    ``CIRCLE`` when there is none that begins."""
    bases: array[int]
    first_child: array[int]
    """The delta of this entry with most deltas below it."""
    next_sibling: array[int]
    """The next delta of the same base."""
    members: array[int]
    """How many entries there are in the family below and with this one."""


def pack_entries(pack: memoryview, index: PackIndex, release: Callable[[], None], jobs: int) -> Entries:
    """What the heads of a pack's entries say; none is inflated.

    ``release`` is called now and then: what was read of the pack by then is not needed any more. Heads of a large
    pack are read by so many processes. Raises ``ScanDied`` when one of them does not finish.
    """
    offsets = array("Q", sorted(index.offsets()))
    count = index.count
    offsets.append(len(pack) - _TRAILER)
    share = max(_READ_BY_ONE, count // jobs + 1)
    shares = [range(first, min(count, first + share)) for first in range(0, count, share)]
    read = [partial(_read_heads, pack, offsets, some, release) for some in shares]
    answers: dict[int, bytes] = {}
    if len(read) == 1:
        answers[0] = read[0]()
    else:
        run_each(read, jobs, answers.__setitem__)
    heads, sizes, kinds, bases = array("B"), array("Q"), bytearray(), array("i")
    for number, some in enumerate(shares):
        taken = 0
        for column, width in ((heads, 1), (sizes, 8), (kinds, 1), (bases, 4)):
            raw = answers[number][taken : taken + width * len(some)]
            taken += len(raw)
            column.extend(raw) if isinstance(column, bytearray) else column.frombytes(raw)
    _find_named_bases(pack, index, Entries(offsets, heads, sizes, kinds, bases, bases, bases, bases))
    _inherit_kinds(kinds, bases)
    return Entries(offsets, heads, sizes, kinds, bases, *_families(bases))


def _nones(count: int) -> array[int]:
    return array("i", b"\xff\xff\xff\xff" * count)


def _read_heads(pack: memoryview, offsets: array[int], some: range, release: Callable[[], None]) -> bytes:
    """Heads' lengths, sizes, kinds and bases of some entries, one column after the other."""
    count, end = len(some), offsets[-1]
    heads, sizes, kinds, bases = array("B", bytes(count)), array("Q", bytes(8 * count)), bytearray(count), _nones(count)
    for place, number in enumerate(some):
        offset = offsets[number]
        if offset >= end:
            continue
        head = bytes(pack[offset : offset + _LONGEST_HEAD])
        byte = head[0]
        kind = byte >> 4 & 7
        size = byte & 15
        shift, at = 4, 1
        try:
            while byte & 128:
                byte = head[at]
                at += 1
                size |= (byte & 127) << shift
                shift += 7
            if kind == OFFSET_DELTA:
                byte = head[at]
                at += 1
                back = byte & 127
                while byte & 128:
                    byte = head[at]
                    at += 1
                    back = (back + 1) << 7 | byte & 127
                base = bisect_left(offsets, offset - back, max(0, number - _NEAR), number)
                if offsets[base] != offset - back:
                    base = bisect_left(offsets, offset - back, 0, number)
                bases[place] = base if back and offsets[base] == offset - back else NONE
            elif kind == ID_DELTA:
                at += 20
            heads[place], sizes[place], kinds[place] = at, size, kind
        except (IndexError, OverflowError):
            heads[place] = 0
        if not place % _READ_AT_ONCE:
            release()
    release()
    return b"".join((heads.tobytes(), sizes.tobytes(), kinds, bases.tobytes()))


def _find_named_bases(pack: memoryview, index: PackIndex, entries: Entries) -> None:
    offsets = None
    number = entries.kinds.find(ID_DELTA)
    while number >= 0:
        data = entries.offsets[number] + entries.heads[number]
        found = index.find(bytes(pack[data - 20 : data]))
        if found is not None:
            offsets = offsets or index.offsets()
            entries.bases[number] = bisect_left(entries.offsets, offsets[found])
        number = entries.kinds.find(ID_DELTA, number + 1)


def _inherit_kinds(kinds: bytearray, bases: array[int]) -> None:
    """Give each delta the kind of its family's root; a base named by id may stand behind its delta."""
    late = []
    for number, base in enumerate(bases):
        if base >= 0:
            if base < number:
                kinds[number] = kinds[base]
            else:
                late.append(number)
        elif kinds[number] not in KINDS:
            kinds[number] = UNKNOWN
    if late:
        _inherit_from_behind(kinds, bases)


def _inherit_from_behind(kinds: bytearray, bases: array[int]) -> None:
    done = bytearray(len(kinds))
    for number in range(len(kinds)):
        line = []
        at = number
        while bases[at] >= 0 and not done[at]:
            done[at] = 1
            line.append(at)
            at = bases[at]
        if bases[at] >= 0 and at in line:  # made from itself
            bases[at] = NONE
            kinds[at] = CIRCLE
        for one in line:
            kinds[one] = kinds[at]


def _families(bases: array[int]) -> tuple[array[int], array[int], array[int]]:
    """First children, next siblings and counts of members; the child with the largest family comes first."""
    count = len(bases)
    first, following, members = _nones(count), _nones(count), array("i", b"\x01\0\0\0" * count)
    late = []
    for number in range(count - 1, -1, -1):
        base = bases[number]
        if base < 0:
            continue
        if base > number:
            late.append(number)
            continue
        mine = members[number]
        members[base] += mine
        eldest = first[base]
        if eldest < 0 or mine > members[eldest]:
            following[number] = eldest
            first[base] = number
        else:
            following[number] = following[eldest]
            following[eldest] = number
    for number in late:
        following[number] = first[bases[number]]
        first[bases[number]] = number
    return first, following, members
