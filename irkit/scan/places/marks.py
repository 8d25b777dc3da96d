"""Which commits change something that is looked for: told by marks of all trees of a pack.

A mark of a tree is a number that stands for all that is wanted below it, and where. Commits whose tree has another mark
than their first parent's are the few that git is asked about. A tree that is not in the pack is taken for a wanted one.
"""

from __future__ import annotations

import mmap
import os
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from irkit.scan.native import native
from irkit.scan.objects.codec import InflateError, inflate
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_index import IndexUnknown
from irkit.scan.objects.stores import stores
from irkit.scan.places.changes import Wanted
from irkit.scan.places.graph import Listed
from irkit.scan.repository import Repository

_KEY_BYTES = 16


class Columns(NamedTuple):
    """A pack and what is known of its entries and its index; see ``Entries`` and ``PackIndex``."""

    data: memoryview
    offsets: array[int]
    heads: array[int]
    sizes: array[int]
    kinds: bytearray
    bases: array[int]
    first_child: array[int]
    next_sibling: array[int]
    ids: memoryview
    """Sorted."""
    places: array[int]
    """Where in the pack each object begins, in the order of ids."""


def tree_marks(
    columns: Columns,
    ids: bytes,
    names: tuple[bytes, ...],
    key: bytes,
    inflated: tuple[Callable[[memoryview, int, int], bytes], type[Exception]],
    release: Callable[[], None],
) -> bytes | None:
    """By number of the entry the mark of each tree, eight bytes: 0 when nothing is below, 1 when it cannot be read.

    ``ids`` are those of the wanted blobs, 20 bytes each; ``names`` are texts in names; ``key`` is 16 bytes that nobody
    can guess; ``release`` is called now and then when a part of the pack was read. None when there are too many, or
    trees that hold themselves. Python makes none: git is quicker.
    """
    del columns, ids, names, key, inflated, release
    return None


def changed_commits(
    columns: Columns, marks: bytes, trees: list[bytes], parents: list[list[bytes]], numbers: dict[bytes, int]
) -> list[int]:
    """Numbers of the commits whose tree has another mark than that of their first parent, or an unknown one.

    By number, ``trees`` has a commit's tree and ``parents`` its parents, in hex; ``numbers`` has the number by id.
    Without native code there are no marks: all of them.
    """
    del columns, marks, parents, numbers
    return list(range(len(trees)))


_without = tree_marks
tree_marks = native("irkit.scan.places._marks", tree_marks)
changed_commits = native("irkit.scan.places._marks", changed_commits)


class MarkedPack:
    """The trees of a repository's largest pack."""

    def __init__(self, file: Path) -> None:
        """Raises ``IndexUnknown`` and ``OSError``."""
        pack = Pack(file)
        with file.open("rb") as opened:
            self._map = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        entries = pack.entries
        pack.release()
        self._columns = Columns(memoryview(self._map), *entries[:7], pack.index.ids, pack.index.offsets())

    def marks(self, wanted: Wanted) -> bytes | None:
        """See ``tree_marks``."""
        ids = b"".join(bytes.fromhex(id_.decode()) for id_ in wanted.blobs)
        release = partial(self._map.madvise, mmap.MADV_DONTNEED)
        key = os.urandom(_KEY_BYTES)
        return tree_marks(self._columns, ids, wanted.names, key, (inflate, InflateError), release)

    def changed(
        self, marks: bytes | None, trees: list[bytes], rows: Listed, numbers: dict[bytes, int]
    ) -> Sequence[int]:
        """See ``changed_commits``; without marks, all of them."""
        if marks is None:
            return range(len(trees))
        return changed_commits(self._columns, marks, trees, rows.parents, numbers)


def marked_pack(repository: Repository) -> MarkedPack | None:
    """The largest pack; None where there is none that can be read here, or no native code to do it."""
    if tree_marks is _without or repository.object_format != "sha1":
        return None
    packs = stores(repository).packs
    try:
        return MarkedPack(packs[0]) if packs else None
    except (IndexUnknown, OSError):
        return None
