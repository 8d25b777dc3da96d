"""One pass over history: every commit listed, and each one's changes taken from several gits at the same time."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

from irkit.scan.finding import Skipped
from irkit.scan.objects.pack import Pack
from irkit.scan.places.changes import Changes, Rows, Track, Wanted, diff_words
from irkit.scan.places.gits import Gits, Task, writing
from irkit.scan.places.graph import Graph, Listed, graph, listed, listed_with_trees
from irkit.scan.places.listing import ListedHere
from irkit.scan.places.marks import changed_commits, marked_pack, marks_in
from irkit.scan.places.packed_graph import columns_of
from irkit.scan.places.trees import tree_tracks
from irkit.scan.quick import TYPE_CHECKING, NamedTuple
from irkit.scan.repository import Repository, refusal

if TYPE_CHECKING:
    from typing import IO

_BLOCK = 4096
"""Commits that one diff-tree gets: enough that its start costs nothing, few enough that the last ones end together."""
_LIST = ("rev-list", "--parents", "--timestamp")
_TREE = "--format=tformat:%T"
_READ = 1 << 20
EVERYTHING = ("--all", "--reflog")
_MOST_FAILURES = 50


class Walked(NamedTuple):
    """What a pass saw."""

    graph: Graph
    changes: Changes
    skipped: tuple[Skipped, ...]
    is_listed: bool = True
    """Whether git could list all commits that it should; else some are missing from the graph."""


class Walk:
    """A pass over the commits that a ``git rev-list`` names. ``wanted`` empty: they are listed only."""

    def __init__(self, repository: Repository, wanted: Wanted, jobs: int) -> None:
        self._repository = repository
        self._jobs = max(jobs, 1)
        self._gits = Gits(repository, jobs)
        self._rows = Listed([], [], [])
        self._rest = b""
        self._given = 0
        """How many of the listed commits were handed to a diff-tree."""
        self._skipped: list[Skipped] = []
        self._failures = 0
        self._is_listed = True
        self._graph = graph(self._rows)
        self.changes = Changes(wanted, width(repository))

    def everything(self, here: ListedHere | None = None) -> Walked:
        """Of all that refs and reflogs lead to, which is ``here`` or listed by git.

        Where trees have marks, they tell what commits change.
        """
        wanted = self.changes.wanted
        file = marked_pack(self._repository) if wanted.blobs or wanted.names else None
        pack = next((pack for pack in here.packs if pack.file == file), file) if here else file
        return self._sifted(pack, here) if pack else self.history()

    def _sifted(self, pack: Path | Pack, here: ListedHere | None) -> Walked:
        blobs = sorted(self.changes.wanted.blobs)
        if here:
            marks = marks_in(pack, blobs, self.changes.wanted.names)
        else:
            trees: list[bytes] = []
            with writing(self._repository, *_LIST, _TREE, *EVERYTHING) as listing:
                marks = marks_in(pack, blobs, self.changes.wanted.names)
                code, said = listing.end()
                if code:
                    self._not_listed(code, said)
                else:
                    self._take_rows(listing.out, trees)
            here = _listed_by_git(graph(self._rows), trees)
        commits, ids, parents = here.graph, here.graph.ids, here.graph.parents

        def told(number: int, changes: list[tuple[bytes, int, int]]) -> None:
            for path, blob, sign in sorted(changes):
                (self.changes.adds if sign > 0 else self.changes.removes)(ids[number], Track(blobs[blob], path))

        asked: Sequence[int] = range(len(ids))
        if marks is not None:
            packed = columns_of(commits)
            asked = changed_commits(marks, told, (here.trees, here.numbers, packed.first, packed.parents))
        lines = [ids[one] + b" " + ids[parents[one][0]] if parents[one] else ids[one] for one in asked]
        self._hand_out(lines, min(_BLOCK, len(lines) // self._jobs + 1))
        self._gits.run()
        return Walked(commits, self.changes, tuple(self._skipped), self._is_listed)

    def _take_rows(self, out: IO[bytes], trees: list[bytes]) -> None:
        rest = b""
        while data := out.read(_READ):
            data = rest + data
            rest = data[listed_with_trees(data, self._rows, trees) :]
        if rest:
            msg = f"git rev-list said {rest[:80]!r}"
            raise ValueError(msg)

    def history(self, words: tuple[str, ...] = EVERYTHING, read: bytes = b"") -> Walked:
        """Of the commits that ``git rev-list`` lists for these words. What could not be read is in ``skipped``."""
        self._gits.add(Task((*_LIST, *words), read, self._take_list, self._list_ended))
        self._gits.run()
        return Walked(self._graph, self.changes, tuple(self._skipped), self._is_listed)

    def commits(self, rows: Listed) -> Walked:
        """Of these commits, listed by other means."""
        self._rows = rows
        self._hand_out_listed(least=1)
        self._gits.run()
        return Walked(graph(rows), self.changes, tuple(self._skipped))

    def _take_list(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        listed(lines, self._rows)
        self._hand_out_listed(least=_BLOCK)

    def _list_ended(self, code: int, said: str) -> None:
        if code:
            self._not_listed(code, said)
        self._hand_out_listed(least=1)
        self._graph = graph(self._rows)  # while the last diff-trees run

    def _not_listed(self, code: int, said: str) -> None:
        self._is_listed = False
        self._skipped.append(Skipped("history", refusal(said) or f"git rev-list ended with {code}"))

    def _hand_out_listed(self, least: int) -> None:
        wanted = self.changes.wanted
        while (wanted.blobs or wanted.names) and len(self._rows.ids) - self._given >= least:
            end = min(self._given + _BLOCK, len(self._rows.ids))
            rows = zip(self._rows.ids[self._given : end], self._rows.parents[self._given : end], strict=True)
            self._hand_out([id_ + b" " + some[0] if some else id_ for id_, some in rows], _BLOCK)
            self._given = end

    def _hand_out(self, lines: list[bytes], block: int) -> None:
        for at in range(0, len(lines), block):
            self._diff(lines[at : at + block])

    def _diff(self, lines: list[bytes]) -> None:
        def ended(code: int, _: str) -> None:
            if code:  # said again when it is done with care
                self._diff_with_care(lines)

        self._gits.add(Task(diff_words(), _text(lines), Rows(self.changes).take, ended))

    def _diff_with_care(self, lines: list[bytes]) -> None:
        """Again, with every commit named as it is done: the one after the last is what git cannot read."""
        done = 0

        def headed(_: bytes) -> None:
            nonlocal done
            done += 1

        def ended(code: int, said: str) -> None:
            if not code:
                return
            self._failures += 1
            why = refusal(said) or f"git diff-tree ended with {code}"
            if self._failures > _MOST_FAILURES:
                self._skipped.append(Skipped(f"{len(lines) - done} commits", f"places not looked for: {why}"))
                return
            commit = lines[done][: self.changes.width]
            self._skipped.append(Skipped(f"commit {commit.decode()}", why))
            self._list_tree(commit)
            if lines[done + 1 :]:
                self._diff_with_care(lines[done + 1 :])

        self._gits.add(Task(diff_words("--always"), _text(lines), Rows(self.changes, headed).take, ended))

    def _list_tree(self, commit: bytes) -> None:
        """Of a commit whose changes cannot be read, what its tree holds, as far as that can be read."""
        for track in tree_tracks(self._repository, commit, self.changes.wanted):
            self.changes.adds(commit, track)


def _listed_by_git(commits: Graph, trees: list[bytes]) -> ListedHere:
    ids = b"".join(bytes.fromhex(tree.decode()) for tree in trees)
    return ListedHere(commits, ids, array("I", range(len(trees))).tobytes())


def width(repository: Repository) -> int:
    """Hex digits of the repository's ids."""
    return 64 if repository.object_format == "sha256" else 40


def _text(lines: list[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n"
