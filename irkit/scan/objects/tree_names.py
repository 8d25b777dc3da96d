"""The names in a tree (gitformat-pack(5) has no page of its own for it: entries of ``mode SP name NUL id``)."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from irkit.native import native
from irkit.scan.objects.delta import DeltaBroken, changes
from irkit.scan.objects.made import Made

_ENTRY = re.compile(rb"([1-7][0-7]{4,5}) ([^\0]+)\0")
_NAMED = re.compile(rb"[!-~]{8}")


def _copy() -> bytes:
    """An expression for a command that copies: as many bytes follow it as its seven lower bits have ones."""
    by_count = {count: bytes(128 | low for low in range(128) if low.bit_count() == count) for count in range(8)}
    usual_first = sorted(by_count, key=lambda count: abs(count - 3))
    return b"|".join(b"[%b].{%d}" % (re.escape(by_count[count]), count) for count in usual_first)


_SIZES = rb"(?>[\x80-\xff]*[\0-\x7f]){2}"
_NEW_ID = rb"(?>\x14(?!.{0,12}[!-~]{8}).{20})"
_ONLY_IDS = re.compile(b"(?s)%b(?>%b)?(?>%b(?>%b))*+%b?" % (_SIZES, _copy(), _NEW_ID, _copy(), _NEW_ID))
_FEW_CHANGES = 64
"""Of more, all names are read: each could make much of a tree be read again."""
_COMMIT = b"160000"
_ID_BYTES = 20
SUBMODULE = "submodule: not looked into"
"""Why an entry that is a commit of another repository is skipped."""


def names(tree: bytes) -> list[tuple[bytes, bytes]]:
    """Mode and name of each entry."""
    return _ENTRY.findall(tree)


def new_names(tree: bytes, delta: bytes) -> list[tuple[bytes, bytes]]:
    """Mode and name of the entries whose name may be new, by the delta that the tree is made of.

    Most deltas of trees bring 20 bytes, another id for the same name. Raises ``DeltaBroken``.
    """
    found: list[tuple[bytes, bytes]] = []
    parts = changes(delta)
    if len(parts) > _FEW_CHANGES:
        return names(tree)
    for start, end in parts:
        if end - start != _ID_BYTES or _NAMED.search(tree, start, end):
            first = max(0, tree.rfind(b"\0", 0, start))
            last = tree.find(b"\0", end) + 1 or len(tree)
            found += _ENTRY.findall(tree, first, last)
    return found


def brings_only_ids(delta: bytes) -> bool:
    """Whether a tree made of this delta has the names of its base, or fewer: each change is 20 bytes, another id.

    What the delta cuts off at either end cannot make a new name; where two copies meet, something could.
    """
    return _ONLY_IDS.fullmatch(delta) is not None


def names_in(
    made: Made, known: bytearray | None, plain: AbstractSet[bytes]
) -> tuple[int, int, list[tuple[int, bytes, bytes]]]:
    """How many trees there are, their bytes, and their different modes and names, each with the first that has it.

    Where ``known`` is given, those with a 1 in it are left alone, and a delta does not tell what is new. What is in
    ``plain``, modes and names with a space between them, is left out.
    """
    done = {(mode, name) for mode, _, name in (one.partition(b" ") for one in plain)}
    found: list[tuple[int, bytes, bytes]] = []
    count = size = 0
    for number, body, delta in made:
        if known is not None and known[number]:
            continue
        count += 1
        size += len(body)
        if delta and known is None and brings_only_ids(delta):
            continue
        there = _new_names(body, delta) if delta and known is None else names(body)
        if not done.issuperset(there):
            found += [(number, *entry) for entry in dict.fromkeys(there) if entry not in done]
            done.update(there)
    return count, size, found


def _new_names(tree: bytes, delta: bytes) -> list[tuple[bytes, bytes]]:
    try:
        return new_names(tree, delta)
    except DeltaBroken:
        return names(tree)


names_in = native("irkit.scan.objects._families", names_in)


def is_submodule(mode: bytes) -> bool:
    """Whether an entry of that mode is a commit of another repository."""
    return mode == _COMMIT
