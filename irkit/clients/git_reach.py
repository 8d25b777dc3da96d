"""Which refs reach an object: worked out for all commits in one pass, however many objects are asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from irkit.clients.git_objects import ObjectId, read_tag_targets
from irkit.clients.git_process import GitProcess

_FORMAT = "--format=%(refname) %(objecttype) %(objectname)"


class Reach:
    """The refs of a repository as they stand when this is made, and what each of them reaches.

    A ref is one bit; the bits of the tips flow down to the parents, children before parents.
    """

    def __init__(self, git: GitProcess) -> None:
        self._git = git
        rows = [line.split(" ") for line in git.local("for-each-ref", _FORMAT).split("\n") if line]
        tags = read_tag_targets(git, {ObjectId(oid) for _, kind, oid in rows if kind == "tag"})
        self._names = [name for name, _, _ in rows]
        self._bits: dict[ObjectId, int] = defaultdict(int)
        self._loose: list[tuple[int, ObjectId]] = []
        for number, (_, kind, oid) in enumerate(rows):
            self._mark(1 << number, ObjectId(oid), kind, tags)
        self._flow()

    def refs(self, oids: Iterable[ObjectId]) -> tuple[str, ...]:
        """The refs that reach any of these commits and tags, sorted."""
        bits = 0
        for oid in oids:
            bits |= self._bits.get(oid, 0)
        return tuple(sorted(name for number, name in enumerate(self._names) if bits >> number & 1))

    def refs_without_commit(self, oid: ObjectId) -> tuple[str, ...]:
        """The refs that name a file or a folder without any commit, and have this file in it."""
        bits = 0
        for bit, target in self._loose:
            listed = self._git.local("rev-list", "--objects", "--no-walk", target).split("\n")
            if target == oid or any(line.split(" ")[0] == oid for line in listed):
                bits |= bit
        return tuple(sorted(name for number, name in enumerate(self._names) if bits >> number & 1))

    def _mark(self, bit: int, oid: ObjectId, kind: str, tags: dict[ObjectId, tuple[ObjectId, str]]) -> None:
        while kind == "tag":
            self._bits[oid] |= bit
            oid, kind = tags[oid]
        if kind == "commit":
            self._bits[oid] |= bit
        else:
            self._loose.append((bit, oid))

    def _flow(self) -> None:
        for line in self._git.local("rev-list", "--all", "--topo-order", "--parents").split("\n"):
            commit, *parents = (ObjectId(oid) for oid in line.split(" "))
            for parent in parents:
                self._bits[parent] |= self._bits[commit]
