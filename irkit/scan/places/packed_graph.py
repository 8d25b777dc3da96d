"""A graph in columns: quick to keep, to read, to list anew from other refs, and to walk in native code."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise

from irkit.native import is_native, native
from irkit.scan.places.graph import Graph, Listed, Numbers, Packed
from irkit.scan.places.graph import children_first as in_order
from irkit.scan.places.passed_along import pass_down, pass_on
from irkit.scan.quick import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from typing import Literal

_NATIVE = "irkit.scan.places._commits"
_ID = 20


def table(ids: bytes) -> bytes:
    """What ``find`` needs to find an id among these, 20 bytes each."""
    del ids
    return b""


def find(ids: bytes, table: bytes, id_: bytes) -> int | None:
    """The number of an id, given in hex, among ids; None when it is not there, or none."""
    del table
    try:
        raw = bytes.fromhex(id_.decode())
    except ValueError:
        return None
    at = ids.find(raw) if len(raw) == _ID else -1
    while at % _ID and at >= 0:
        at = ids.find(raw, at + 1)
    return at // _ID if at >= 0 else None


def in_git_order(first: bytes, parents: bytes, starts: bytes, times: bytes) -> bytes:
    """The numbers of all commits that the starts lead to, 4 bytes each, in the order of ``git rev-list``.

    That is: of those that wait the newest first, of one time the one that waits longest. See ``Packed``.
    """
    of_each, at = _tuples(first, parents), _numbers("Q", times)
    waiting: list[tuple[int, int, int]] = []
    seen: set[int] = set()
    listed = array("I")

    def wait(numbers: Iterable[int]) -> None:
        for number in numbers:
            if number not in seen:
                heapq.heappush(waiting, (-at[number], len(seen), number))
                seen.add(number)

    wait(_numbers("I", starts))
    while waiting:
        listed.append(heapq.heappop(waiting)[2])
        wait(of_each[listed[-1]])
    return listed.tobytes()


def taken(packed: Packed, numbers: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """The columns of these commits, in this order; parents that are not among them are left out."""
    wanted = list(_numbers("I", numbers))
    now = {number: new for new, number in enumerate(wanted)}
    if len(now) < len(wanted):
        raise ValueError("a commit is taken twice")
    of_each, at = _tuples(packed.first, packed.parents), _numbers("Q", packed.times)
    kept = [[now[parent] for parent in of_each[number] if parent in now] for number in wanted]
    ids = b"".join(packed.ids[number * _ID : number * _ID + _ID] for number in wanted)
    return ids, array("Q", [at[number] for number in wanted]).tobytes(), *_columns(kept)


def children_first(first: bytes, parents: bytes) -> bytes:
    """All numbers, 4 bytes each, so that no parent stands before a child of it, otherwise as they are."""
    return array("I", in_order(_tuples(first, parents))).tobytes()


def presence(
    first: bytes, parents: bytes, order: bytes, changes: dict[int, tuple[int, int]]
) -> tuple[list[int], dict[int, int], dict[int, int]]:
    """See ``pass_down``."""
    return pass_down(_tuples(first, parents), _numbers("I", order), changes)


def reach(first: bytes, parents: bytes, order: bytes, starts: dict[int, int], wanted: Iterable[int]) -> dict[int, int]:
    """See ``pass_on``."""
    return pass_on(_tuples(first, parents), _numbers("I", order), starts, frozenset(wanted))


table = native(_NATIVE, table)
find = native(_NATIVE, find)
in_git_order = native(_NATIVE, in_git_order)
taken = native(_NATIVE, taken)
children_first = native(_NATIVE, children_first)
presence = native(_NATIVE, presence)
reach = native(_NATIVE, reach)


def _numbers(code: Literal["I", "Q"], raw: bytes) -> memoryview[int]:
    return memoryview(raw).cast(code)


def _tuples(first: bytes, parents: bytes) -> list[tuple[int, ...]]:
    begins, all_parents = _numbers("I", first).tolist(), _numbers("I", parents).tolist()
    return [tuple(all_parents[start:end]) for start, end in pairwise(begins)]


def _columns(parents: Iterable[Sequence[int]]) -> tuple[bytes, bytes]:
    first, every = array("I", [0]), array("I")
    for some in parents:
        every.extend(some)
        first.append(len(every))
    return first.tobytes(), every.tobytes()


class _Ids(Sequence[bytes]):
    def __init__(self, ids: bytes) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids) // _ID

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self._ids[number * _ID : number * _ID + _ID].hex().encode()


class _Parents(Sequence[tuple[int, ...]]):
    def __init__(self, packed: Packed) -> None:
        self._first, self._parents = _numbers("I", packed.first), _numbers("I", packed.parents)

    def __len__(self) -> int:
        return len(self._first) - 1

    @overload
    def __getitem__(self, number: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[tuple[int, ...]]: ...
    def __getitem__(self, number: int | slice) -> tuple[int, ...] | Sequence[tuple[int, ...]]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        return tuple(self._parents[self._first[number] : self._first[number + 1]])


class _Found:
    """``Numbers`` that are looked up in native code."""

    def __init__(self, ids: bytes) -> None:
        self.get = partial(find, ids, table(ids))

    def __getitem__(self, id_: bytes) -> int:
        number = self.get(id_)
        if number is None:
            raise KeyError(id_)
        return number

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, bytes) and self.get(id_) is not None


def unpacked(packed: Packed) -> Graph:
    """The graph of these commits. Raises ``ValueError`` when they are none."""
    ids = _Ids(packed.ids)
    order = _numbers("I", children_first(packed.first, packed.parents))
    if len(packed.ids) != len(order) * _ID or len(packed.times) != len(order) * 8:
        raise ValueError("there are not as many ids and times as there are commits")
    numbers: Numbers = _Found(packed.ids) if is_native(find) else {id_: number for number, id_ in enumerate(ids)}
    times = _numbers("Q", packed.times)
    return Graph(ids, _Parents(packed), times, numbers, order, packed)


def columns_of(graph: Graph) -> Packed:
    """The columns of a graph, made where it has none."""
    if graph.packed:
        return graph.packed
    ids = b"".join(bytes.fromhex(id_.decode()) for id_ in graph.ids)
    return Packed(ids, array("Q", graph.times).tobytes(), *_columns(graph.parents))


def listed_from(graph: Graph, starts: Iterable[int]) -> Graph:
    """The commits that these lead to, by their numbers, in the order in which git lists them."""
    whole = columns_of(graph)
    numbers = in_git_order(whole.first, whole.parents, array("I", starts).tobytes(), whole.times)
    return unpacked(Packed(*taken(whole, numbers)))


def packed(rows: Listed, below: Graph | None = None) -> Packed | None:
    """The commits of a graph in columns, and behind them those of the rows. None when a parent is in neither."""
    of_below = below.packed if below else None
    before = of_below or Packed(b"", b"", array("I", [0]).tobytes(), b"")
    count = len(before.ids) // _ID
    new = {id_: number for number, id_ in enumerate(rows.ids, count)}
    none: dict[bytes, int] = {}
    find_below = (below.numbers if below else none).get
    numbered: list[list[int]] = []
    for some in rows.parents:
        found = [new[id_] if id_ in new else find_below(id_) for id_ in some]
        numbered.append([number for number in found if number is not None])
        if len(numbered[-1]) < len(some):
            return None
    first, parents = _columns(numbered)
    links = len(before.parents) // 4
    behind = array("I", [links + begin for begin in _numbers("I", first)[1:]])
    return Packed(
        before.ids + b"".join(bytes.fromhex(id_.decode()) for id_ in rows.ids),
        before.times + array("Q", rows.times).tobytes(),
        before.first + behind.tobytes(),
        before.parents + parents,
    )
