"""What the starts of a repository lead to: commits, and objects that are named directly."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from irkit.scan.objects.cat_file import read_objects
from irkit.scan.places.bitset import mask_of
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Graph
from irkit.scan.places.people import tag_target
from irkit.scan.places.refs import Rank, Refs
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository

_MOST_NESTED = 20


class Tips(NamedTuple):
    """Sets of starts are bits: bit n is ``Refs.starts[n]``."""

    of_commit: dict[int, int]
    """Starts whose tip is that commit, by its number."""
    of_object: dict[bytes, list[int]]
    """Numbers of the starts that lead to a tag, tree or blob, by its id. As bits those of 100,000 tags take 2 GB."""
    trees: frozenset[bytes]
    """Those of them that are trees."""
    commits: set[bytes]
    """Ids of the commits that are tips."""
    current: set[bytes]
    """Those that are tips of more than a reflog."""


class Ranks(NamedTuple):
    """Sets of starts by what they are."""

    real: int
    """Refs and detached heads."""
    remote: int
    notes: int
    """Refs of notes, and their reflogs."""
    stash: int

    @property
    def current(self) -> int:
        """Where something that stands in the tip still stands."""
        return self.real | self.stash


def ranks(refs: Refs) -> Ranks:
    """Of all starts."""
    found = dict.fromkeys(Rank, 0)
    note_logs = at = 0
    for rank, starts in groupby(refs.starts, key=lambda start: start.rank):
        members = list(starts)
        found[rank] = ((1 << len(members)) - 1) << at
        if rank is Rank.REFLOG:
            of_notes = (n for n, start in enumerate(members, at) if start.name.startswith(b"reflog of refs/notes/"))
            note_logs = sum(1 << n for n in of_notes)
        at += len(members)
    real = sum(found[rank] for rank in Rank if rank < Rank.STASH)
    return Ranks(real, found[Rank.REMOTE], found[Rank.NOTES] | note_logs, found[Rank.STASH])


def tips(repository: Repository, refs: Refs, graph: Graph, tags: Iterable[bytes]) -> Tips:
    """Of all starts. Tags are read only where packed-refs does not say what they are, or to find one of ``tags``."""
    numbers: dict[int, list[int]] = {}
    of_object: dict[bytes, list[int]] = {}
    unknown: dict[bytes, list[int]] = {}
    commits: set[bytes] = set()
    current: set[bytes] = set()
    find = graph.numbers.get
    for bit, (rank, _, ids, peeled) in enumerate(refs.starts):
        for id_ in ids:
            commit, number = id_, find(id_)
            if number is None:
                of_object.setdefault(id_, []).append(bit)
                commit, number = peeled, find(peeled)
            if number is None:
                unknown.setdefault(id_, []).append(bit)
            else:
                numbers.setdefault(number, []).append(bit)
                (commits if rank == Rank.REFLOG else current).add(commit)
    of_commit = {number: mask_of(bits) if len(bits) > 1 else 1 << bits[0] for number, bits in numbers.items()}
    if not of_object.keys() >= set(tags):
        unknown = dict(of_object)
    trees: set[bytes] = set()
    are_current = ranks(refs).current if unknown else 0
    for _ in range(_MOST_NESTED):
        if not unknown:
            break
        unknown = _followed(repository, unknown, trees)
        for id_, leading in unknown.items():
            number = find(id_)
            if number is None:
                of_object.setdefault(id_, []).extend(leading)
            else:
                mask = mask_of(leading)
                of_commit[number] = of_commit.get(number, 0) | mask
                (current if mask & are_current else commits).add(id_)
        unknown = {id_: leading for id_, leading in unknown.items() if id_ not in graph.numbers}
    return Tips(of_commit, of_object, frozenset(trees), commits | current, current)


def _followed(repository: Repository, ids: dict[bytes, list[int]], trees: set[bytes]) -> dict[bytes, list[int]]:
    """What the tags among the objects name, with the starts that lead there."""
    kinds = kinds_of(repository, ids)
    trees |= {id_ for id_, kind in kinds.items() if kind == "tree"}
    tags = [id_.decode() for id_, kind in kinds.items() if kind == "tag"]
    found: dict[bytes, list[int]] = {}
    for tag, _, body in read_objects(repository, tags):
        target = tag_target(body)
        if target:
            found.setdefault(target, []).extend(ids[tag.encode()])
    return found


def kinds_of(repository: Repository, ids: Iterable[bytes]) -> dict[bytes, str]:
    """The kind of each object that is here."""
    asked = b"".join(id_ + b"\n" for id_ in ids)
    _, said, _ = answer(repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", read=asked)
    rows = (line.split(b" ") for line in said.splitlines())
    return {id_: kind.decode() for id_, kind in rows if kind not in {b"missing", b"ambiguous"}}
