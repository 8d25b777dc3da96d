"""Paths that hold a secret are not remembered, but where to read them again: in the tree of a commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from irkit.scan.places.changes import Wanted
from irkit.scan.places.trees import tree_tracks
from irkit.scan.repository import Repository

Asked = tuple[bytes, bytes]
"""A commit, and the blob whose paths are asked for; no blob: all files with a secret in their path."""


def has_secret(path: bytes, texts: Iterable[bytes]) -> bool:
    """Whether one of the texts stands in the path."""
    return any(text in path for text in texts)


def secret_paths(repository: Repository, asked: Iterable[Asked], texts: Sequence[bytes]) -> dict[Asked, list[bytes]]:
    """The paths with one of the texts, sorted, of each blob in the tree of each commit."""
    by_commit: dict[bytes, set[bytes]] = {}
    for commit, blob in asked:
        by_commit.setdefault(commit, set()).add(blob)
    found: dict[Asked, list[bytes]] = {}
    for commit, blobs in by_commit.items():
        for blob, path in sorted(tree_tracks(repository, commit, Wanted(frozenset(blobs - {b""}), tuple(texts)))):
            if has_secret(path, texts):
                found.setdefault((commit, blob), []).append(path)
    return found
