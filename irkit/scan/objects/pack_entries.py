"""A pack's entries by offset: kind, sizes, and which is a delta of which (gitformat-pack(5))."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable

from irkit.native import native
from irkit.scan.objects.pack_index import PackIndex
from irkit.scan.quick import NamedTuple

COMMIT, TREE, BLOB, TAG, OFFSET_DELTA, ID_DELTA = 1, 2, 3, 4, 6, 7
KINDS = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
UNKNOWN = 0
CIRCLE = 8
"""Made from itself, by way of others or not. Git must not be asked for such a one: it does not come back."""
NONE = -1
_NATIVE = "irkit.scan.objects._entries"
_ID = _TRAILER = 20
"""Bytes of an id, and of the checksum that a pack ends with."""
_LONGEST_HEAD = 40
_READ_AT_ONCE = 32 << 20
"""Bytes of a pack; then they are given back."""
_NEAR = 128
"""A base mostly lies so few entries before its delta."""


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
    roots: array[int]
    """The entries without a base here; shorter than the others."""


def pack_entries(pack: memoryview, index: PackIndex, release: Callable[[], None]) -> Entries:
    """What the heads of a pack's entries say; none is inflated.

    ``release`` is called now and then: what was read of the pack by then is not needed any more.
    """
    offsets = array("Q", in_order(index.offsets()))
    offsets.append(len(pack) - _TRAILER)
    columns = read_heads(pack, offsets, release)
    heads, sizes, kinds, bases = (
        array("B", columns[0]),
        array("Q", columns[1]),
        bytearray(columns[2]),
        _ints(columns[3]),
    )
    _find_named_bases(pack, index, (offsets, heads, kinds), bases)
    if inherit_kinds(kinds, bases):
        _inherit_from_behind(kinds, bases)
    return Entries(offsets, heads, sizes, kinds, bases, *map(_ints, families(bases)))


def _ints(raw: bytes) -> array[int]:
    return array("i", raw)


def in_order(offsets: array[int]) -> bytes:
    """These numbers sorted, 8 bytes each."""
    return array("Q", sorted(offsets)).tobytes()


in_order = native(_NATIVE, in_order)


def places(offsets: array[int], wanted: array[int]) -> list[int]:
    """Where in these offsets the wanted ones are, which are sorted and 8 bytes each."""
    there = set(wanted)
    return [at for at, offset in enumerate(offsets) if offset in there]


places = native(_NATIVE, places)


def read_heads(pack: memoryview, offsets: array[int], release: Callable[[], None]) -> tuple[bytes, bytes, bytes, bytes]:
    """Heads' lengths (a byte each), sizes (8), kinds (1) and bases (4) of all entries, whose offsets are sorted.

    The last offset is where the pack's checksum begins. A base named by its id is ``NONE`` yet.
    """
    count, end = len(offsets) - 1, offsets[-1]
    heads, sizes, kinds = array("B", bytes(count)), array("Q", bytes(8 * count)), bytearray(count)
    bases = array("i", [NONE]) * count
    released = 0
    for number in range(count):
        offset = offsets[number]
        head = bytes(pack[offset : offset + _LONGEST_HEAD]) if offset < end else b""
        try:
            kind, size, at, back = _read_head(head)
            if kind == OFFSET_DELTA:
                bases[number] = _base_at(offsets, number, back)
            sizes[number] = size
            heads[number], kinds[number] = at, kind
        except (IndexError, OverflowError):
            pass
        if offset - released > _READ_AT_ONCE:
            release()
            released = offset
    release()
    return heads.tobytes(), sizes.tobytes(), bytes(kinds), bases.tobytes()


def _read_head(head: bytes) -> tuple[int, int, int, int]:
    """Kind and size, how long the head is, and how far back the base lies. Raises ``IndexError``."""
    byte = head[0]
    kind = byte >> 4 & 7
    size = byte & 15
    shift, at, back = 4, 1, 0
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
    return kind, size, at + _ID * (kind == ID_DELTA), back


def _base_at(offsets: array[int], number: int, back: int) -> int:
    offset = offsets[number] - back
    base = bisect_left(offsets, offset, max(0, number - _NEAR), number)
    if offsets[base] != offset:
        base = bisect_left(offsets, offset, 0, number)
    return base if back and offsets[base] == offset else NONE


read_heads = native(_NATIVE, read_heads)


def _find_named_bases(
    pack: memoryview, index: PackIndex, columns: tuple[array[int], array[int], bytearray], bases: array[int]
) -> None:
    """Fill in the bases that are named by id, whose 20 bytes end a head; ``columns`` are offsets, heads and kinds."""
    offsets, heads, kinds = columns
    by_id = None
    number = kinds.find(ID_DELTA)
    while number >= 0:
        data = offsets[number] + heads[number]
        found = index.find(bytes(pack[data - _ID : data]))
        if found is not None:
            by_id = by_id or index.offsets()
            bases[number] = bisect_left(offsets, by_id[found])
        number = kinds.find(ID_DELTA, number + 1)


def inherit_kinds(kinds: bytearray, bases: array[int]) -> bool:
    """Give each delta the kind of its family's root; whether there are bases behind their deltas, which is left.

    A base named by its id may stand there.
    """
    is_behind = False
    for number, base in enumerate(bases):
        if base >= number:
            is_behind = True
        elif base >= 0:
            kinds[number] = kinds[base]
        elif kinds[number] not in KINDS:
            kinds[number] = UNKNOWN
    return is_behind


inherit_kinds = native(_NATIVE, inherit_kinds)


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


def families(bases: array[int]) -> tuple[bytes, bytes, bytes, bytes]:
    """First children (of the largest family), next siblings, counts of members, and roots, 4 bytes each."""
    count = len(bases)
    first, following, members = array("i", [NONE]) * count, array("i", [NONE]) * count, array("i", [1]) * count
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
    roots = array("i", (number for number, base in enumerate(bases) if base < 0))
    return first.tobytes(), following.tobytes(), members.tobytes(), roots.tobytes()


families = native(_NATIVE, families)


def weights(
    roots: array[int], members: array[int], sizes: array[int], kinds: bytearray, of_each: int, most: int
) -> bytes:
    """What each family costs, 8 bytes each: of each member so much, and of blobs the size of the root.

    0 when the root is larger than ``most``, or its kind ``UNKNOWN``.
    """
    return array(
        "Q",
        (
            members[root] * (of_each + (sizes[root] if kinds[root] == BLOB else 0))
            if kinds[root] != UNKNOWN and sizes[root] <= most
            else 0
            for root in roots
        ),
    ).tobytes()


weights = native(_NATIVE, weights)


def groups(roots: array[int], costs: array[int], members: array[int], most: int) -> list[tuple[bytes, int, int]]:
    """Families one after the other, in groups that cost just more than so much; the last one may cost less.

    Of each group its roots, 4 bytes each, how many objects they are, and what they cost. A family without cost is in
    none.
    """
    found: list[tuple[bytes, int, int]] = []
    group: list[int] = []
    objects = weight = 0
    for root, cost in zip(roots, costs, strict=True):
        if not cost:
            continue
        group.append(root)
        weight += cost
        objects += members[root]
        if weight > most:
            found.append((array("i", group).tobytes(), objects, weight))
            group = []
            objects = weight = 0
    if group:
        found.append((array("i", group).tobytes(), objects, weight))
    return found


groups = native(_NATIVE, groups)
