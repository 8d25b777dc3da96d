"""All commits that the starts of a repository lead to, listed from what is known of every commit."""

from __future__ import annotations

from array import array

from irkit.scan.objects.commit_heads import CommitHeads
from irkit.scan.objects.pack import Pack
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Graph, Packed
from irkit.scan.places.packed_graph import columns_of, in_git_order, taken, unpacked
from irkit.scan.places.refs import Rank, Refs
from irkit.scan.places.tips import tips
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository


class ListedHere(NamedTuple):
    """The commits, listed as git lists them."""

    graph: Graph
    trees: bytes
    """Ids of trees, 20 bytes each."""
    numbers: bytes
    """Of each commit, which of the trees is its own, 4 bytes each."""
    packs: tuple[Pack, ...] = ()
    """Those that are open already."""


def listed_here(repository: Repository, refs: Refs, heads: CommitHeads) -> ListedHere | None:
    """All that ``git rev-list --all --reflog`` lists. None when git must be asked: a start or a parent is not here."""
    ids, times, first, parents, trees, odd = heads.columns(refs.shallow.split())
    everything = unpacked(Packed(ids, times, first, parents))
    if not _are_here(repository, refs, everything, heads):
        return None
    numbers = in_git_order(first, parents, array("I", starts_in(repository, refs, everything)).tobytes(), times)
    if odd and not set(memoryview(odd).cast("I")).isdisjoint(memoryview(numbers).cast("I")):
        return None
    graph = unpacked(Packed(*taken(columns_of(everything), numbers)))
    return ListedHere(graph, trees, numbers, tuple(pack for pack, _ in heads.packs))


def starts_in(repository: Repository, refs: Refs, graph: Graph) -> list[int]:
    """The commits of a graph that the starts name or tag, in the order in which ``git rev-list`` takes them.

    That is: refs by name, then heads, then reflogs.
    """
    find = graph.numbers.get
    refs_by_name: list[tuple[bytes, int]] = []
    others: list[int] = []
    is_all = True
    for rank, name, ids, peeled in refs.starts:
        for id_ in ids:
            number = find(id_)
            if number is None and peeled:
                number = find(peeled)
            if number is None:
                is_all = False
            elif rank < Rank.HEAD:
                refs_by_name.append((name, number))
            else:
                others.append(number)
    refs_by_name.sort()
    found = dict.fromkeys([*(number for _, number in refs_by_name), *others])
    if not is_all:  # tags that packed-refs does not know, or of tags; trees, blobs
        found |= dict.fromkeys(tips(repository, refs, graph, ()).of_commit)
    return list(found)


def _are_here(repository: Repository, refs: Refs, graph: Graph, heads: CommitHeads) -> bool:
    """Whether the repository has all that the starts name, and the graph all commits among it."""
    here = graph.numbers
    rest: dict[bytes, None] = {}
    for _, _, ids, peeled in refs.starts:
        for id_ in ids:
            if id_ not in here and not (peeled in here and heads.has(bytes.fromhex(id_.decode()))):
                rest[id_] = None
    if not rest:
        return True
    asked = b"".join(b"%b\n%b^{commit}\n" % (id_, id_) for id_ in rest)
    _, said, _ = answer(repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", read=asked)
    rows = [line.split(b" ") for line in said.splitlines()]
    is_all = len(rows) == 2 * len(rest) and all(kind != b"missing" for _, kind in rows[::2])
    return is_all and all(id_ in here for id_, kind in rows[1::2] if kind == b"commit")
