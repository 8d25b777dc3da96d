"""What of all that is wanted a whole tree holds."""

from __future__ import annotations

from irkit.scan.places.changes import Track, Wanted
from irkit.scan.places.gits import answer
from irkit.scan.repository import Repository


def tree_tracks(repository: Repository, tree: bytes, wanted: Wanted) -> list[Track]:
    """What is wanted of all files below a tree, or of a commit's tree."""
    _, said, _ = answer(repository, "ls-tree", "-r", "-z", "--full-tree", tree.decode())
    found = []
    for entry in said.split(b"\0"):
        head, _, path = entry.partition(b"\t")
        id_ = head.rpartition(b" ")[2]
        if id_ in wanted.blobs:
            found.append(Track(id_, path))
        if any(name in path for name in wanted.names):
            found.append(Track(b"", path))
    return found
