"""What commits change of what is looked for: told by marks of all trees of a pack, not by git.

A mark of a tree is a number that stands for all that is wanted below it, and where. Only commits whose tree has another
mark than their first parent's are looked at; git is asked where one of the trees is not in the pack, or broken.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from irkit.native import native
from irkit.scan.objects.codec import InflateError, inflate
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_index import IndexUnknown
from irkit.scan.objects.stores import stores
from irkit.scan.quick import NamedTuple
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
) -> object | None:
    """The marks of all trees, and what they are made of, for ``changed_commits``.

    ``ids`` are those of the wanted blobs, 20 bytes each; ``names`` are texts in names; ``key`` is 16 bytes that nobody
    can guess; ``release`` is called now and then when a part of the pack was read. None when there are too many, or
    trees that hold themselves. Python makes none: git is quicker.
    """
    del columns, ids, names, key, inflated, release
    return None


def changed_commits(
    marks: object, told: Callable[[int, list[tuple[bytes, int, int]]], None], commits: tuple[bytes, bytes, bytes, bytes]
) -> list[int]:
    """Numbers of the commits that git must be asked about: what they change of their first parent cannot be told.

    Of the others those are told that change a wanted blob: the number of the commit, and of each change the path, the
    number of the blob, and 1 where the commit has it there and its parent has not, else -1. ``commits`` are ids of
    trees, 20 bytes each; by number of a commit, which of these is its own, 4 bytes each; and ``first`` and ``parents``
    (see ``Packed``). Without native code there are no marks: all of them.
    """
    del marks, told
    return list(range(len(commits[1]) // 4))


_without = tree_marks
tree_marks = native("irkit.scan.places._marks", tree_marks)
changed_commits = native("irkit.scan.places._marks", changed_commits)


def marks_in(file: Path | Pack, blobs: Sequence[bytes], names: tuple[bytes, ...]) -> object | None:
    """See ``tree_marks``; ids of blobs are in hex; a pack may be open already. None also where git must read it."""
    try:
        pack = file if isinstance(file, Pack) else Pack(file)
        columns = Columns(pack.view, *pack.entries[:7], pack.index.ids, pack.index.offsets())
    except (IndexUnknown, OSError):
        return None
    pack.release()
    ids = b"".join(bytes.fromhex(id_.decode()) for id_ in blobs)
    return tree_marks(columns, ids, names, os.urandom(_KEY_BYTES), (inflate, InflateError), pack.release)


def marked_pack(repository: Repository) -> Path | None:
    """The largest pack; None where there is none that can be read here, or no native code to do it."""
    if tree_marks is _without or repository.object_format != "sha1":
        return None
    return next(iter(stores(repository).packs), None)
