"""Ids, trees, parents and times of commits, as the processes that look at them read them: git need not list them."""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterable, Sequence
from enum import StrEnum

from irkit.native import native
from irkit.scan.objects.pack_entries import COMMIT
from irkit.scan.quick import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from irkit.scan.objects.pack import Pack

_HEAD = re.compile(
    rb"tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n){0,65535})author [^\n]*\n"
    rb"committer [^\n<>]*<[^\n<>]*> ([0-9]{1,18}) [+-][0-9]{1,6}\n"
)
"""Of a commit that every git reads in the same way."""
_NUMBER = struct.Struct("=I")
_FIXED = struct.Struct("=IQ20s")
_ID = 20
_PARENT_LINE = len("parent ") + 40 + 1

Columns = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""Ids, times, first, parents (see ``Packed``), trees of 20 bytes, and the numbers, of 4 bytes, of commits with a parent
that is not among them."""
_Pack = tuple[bytes, "array[int]", memoryview, "array[int]"]


class Heads(StrEnum):
    """Whether the heads of commits are kept while objects are looked at: only to locate what is found takes them."""

    KEPT = "kept"
    LEFT_OUT = "left out"


def heads(numbers: list[int], texts: Sequence[tuple[bytes, object]], kinds: bytearray) -> bytes:
    """Rows of the commits among some objects of a pack: number, and ``row``; ``kinds`` has the kinds by number."""
    rows = []
    for number, (body, _) in zip(numbers, texts, strict=True):
        if kinds[number] == COMMIT and (rest := row(body)):
            rows.append(_NUMBER.pack(number) + rest)
    return b"".join(rows)


def row(body: bytes) -> bytes:
    """How many parents a commit has, its time, and the ids of its tree and parents; empty where its head is odd."""
    head = _HEAD.match(body)
    if head is None:
        return b""
    tree, lines, at = head.groups()
    ids = [lines[end - 41 : end - 1] for end in range(_PARENT_LINE, len(lines) + 1, _PARENT_LINE)]
    return _FIXED.pack(len(ids), int(at), bytes.fromhex(tree.decode())) + bytes.fromhex(b"".join(ids).decode())


def pooled(packs: list[_Pack], loose: bytes, boundary: bytes) -> Columns:
    """All commits of some packs and loose ones.

    A pack is the rows of its commits, the offsets of its entries (sorted, and where the last one ends), the ids of its
    index (sorted), and their offsets. Rows of loose commits begin with their id. Commits of the ``boundary``, 20 bytes
    each, have no parents. Raises ``ValueError`` when they do not fit each other.
    """
    found: list[tuple[bytes, tuple[int, bytes, list[bytes]]]] = []
    for rows, offsets, ids, places in packs:
        id_at = {offset: bytes(ids[at * _ID : at * _ID + _ID]) for at, offset in enumerate(places)}
        for key, rest in _rows(rows, _NUMBER.size):
            number = _NUMBER.unpack(key)[0]
            if number + 1 >= len(offsets) or offsets[number] not in id_at:
                raise ValueError("the rows of the commits do not fit")
            found.append((id_at[offsets[number]], rest))
    found += _rows(loose, _ID)
    edges = {boundary[at : at + _ID] for at in range(0, len(boundary), _ID)}
    numbers = {id_: number for number, (id_, _) in enumerate(found)}
    first, parents, odd = array("I", [0]), array("I"), array("I")
    for number, (id_, (_, _, named)) in enumerate(found):
        here = [] if id_ in edges else [numbers[one] for one in named if one in numbers]
        parents.extend(here)
        first.append(len(parents))
        if id_ not in edges and len(here) < len(named):
            odd.append(number)
    times = array("Q", [rest[0] for _, rest in found])
    every = b"".join(id_ for id_, _ in found), times.tobytes(), first.tobytes(), parents.tobytes()
    return *every, b"".join(rest[1] for _, rest in found), odd.tobytes()


heads = native("irkit.scan.objects._heads", heads)
pooled = native("irkit.scan.objects._heads", pooled)


def _rows(rows: bytes, key: int) -> Iterable[tuple[bytes, tuple[int, bytes, list[bytes]]]]:
    """Key, time, tree and parents of each row."""
    at = 0
    while at < len(rows):
        start = at + key
        if start + _FIXED.size > len(rows):
            raise ValueError("the rows of the commits do not fit")
        count, time, tree = _FIXED.unpack_from(rows, start)
        end = start + _FIXED.size + count * _ID
        if end > len(rows):
            raise ValueError("the rows of the commits do not fit")
        parents = [rows[one : one + _ID] for one in range(start + _FIXED.size, end, _ID)]
        yield rows[at:start], (time, tree, parents)
        at = end


class CommitHeads(NamedTuple):
    """The heads of all commits of a repository that can be read, but for odd ones."""

    packs: tuple[tuple[Pack, list[bytes]], ...]
    """With rows of its commits by their numbers."""
    loose: list[bytes]
    """Rows of commits by their ids."""

    def columns(self, boundary: Iterable[bytes]) -> Columns:
        """See ``pooled``; ``boundary`` is in hex."""
        edges = bytes.fromhex(b"".join(boundary).decode())
        packs = [
            (b"".join(rows), pack.entries.offsets, pack.index.ids, pack.index.offsets()) for pack, rows in self.packs
        ]
        return pooled(packs, b"".join(self.loose), edges)

    def has(self, id_: bytes) -> bool:
        """Whether one of the packs has an object."""
        return any(pack.has(id_) for pack, _ in self.packs)
