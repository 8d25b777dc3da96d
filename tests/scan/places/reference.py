"""Where blobs stand, found in the slow and obvious way: the tree of every commit is listed."""

from __future__ import annotations

from typing import NamedTuple

from tests.scan.places.histories import Git


class Where(NamedTuple):
    first: frozenset[str]
    """Any of these: they are of the same second."""
    last: frozenset[str]
    refs: frozenset[str]
    is_current: bool


def reference(git: Git, blobs: tuple[str, ...]) -> dict[tuple[str, str], Where]:
    """By blob and path. Refs are asked by ``for-each-ref --contains``, trees by ``ls-tree``."""
    rows = [line.split() for line in git("rev-list", "--all", "--reflog", "--parents", "--timestamp").splitlines()]
    parents = {row[1]: row[2:] for row in rows}
    times = {row[1]: int(row[0]) for row in rows}
    trees = {commit: _tree(git, commit) for commit in parents}
    children: dict[str, list[str]] = {commit: [] for commit in parents}
    for child, ps in parents.items():
        for parent in ps:
            children[parent].append(child)
    tips = set(git("for-each-ref", "--format=%(objectname) %(*objectname)").split())
    contains = {commit: _refs(git, commit) for commit in parents}
    found = {}
    for blob, path in sorted({(blob, path) for tree in trees.values() for path, blob in tree.items() if blob in blobs}):
        holders = {commit for commit, tree in trees.items() if tree.get(path) == blob}
        brought = [commit for commit in holders if not holders & set(parents[commit])]
        left = [commit for commit in holders if not children[commit] or set(children[commit]) - holders]
        found[blob, path] = Where(
            frozenset(commit for commit in brought if times[commit] == min(times[one] for one in brought)),
            frozenset(commit for commit in left if times[commit] == max(times[one] for one in left)),
            frozenset().union(*(contains[commit] for commit in holders)),
            bool(holders & tips),
        )
    return found


def _tree(git: Git, commit: str) -> dict[str, str]:
    entries = git("ls-tree", "-r", "-z", commit).split("\0")
    return {path: head.split()[2] for head, _, path in (entry.partition("\t") for entry in entries) if head}


def _refs(git: Git, commit: str) -> frozenset[str]:
    return frozenset(git("for-each-ref", "--contains", commit, "--format=%(refname)").split())
