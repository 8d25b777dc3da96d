"""The names in a tree (gitformat-pack(5) has no page of its own for it: entries of ``mode SP name NUL id``)."""

from __future__ import annotations

import re

from irkit.scan.objects.delta import changes

_ENTRY = re.compile(rb"([1-7][0-7]{4,5}) ([^\0]+)\0")
_NAMED = re.compile(rb"[!-~]{8}")
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
    for start, end in changes(delta):
        if end - start != _ID_BYTES or _NAMED.search(tree, start, end):
            first = max(0, tree.rfind(b"\0", 0, start))
            last = tree.find(b"\0", end) + 1 or len(tree)
            found += _ENTRY.findall(tree, first, last)
    return found


def is_submodule(mode: bytes) -> bool:
    """Whether an entry of that mode is a commit of another repository."""
    return mode == _COMMIT
