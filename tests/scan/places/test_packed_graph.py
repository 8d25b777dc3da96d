"""A graph in columns is walked in native code as in Python, listed as git lists it, and refused when it is broken."""

from __future__ import annotations

import importlib.util
from array import array
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.places import packed_graph as module
from irkit.scan.places.graph import Listed, Packed
from irkit.scan.places.listing import starts_in
from irkit.scan.places.packed_graph import columns_of, listed_from, packed, unpacked
from irkit.scan.places.refs import read_refs
from tests.scan.places.histories import RandomHistory

MOST = 12


@pytest.fixture(scope="module")
def python() -> ModuleType:
    """The same module without native code."""
    spec = importlib.util.find_spec(module.__name__)
    assert spec is not None
    assert spec.loader is not None
    pure = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IRKIT_PURE_PYTHON", "1")
        spec.loader.exec_module(pure)
    return pure


@st.composite
def columns(draw: st.DrawFn) -> Packed:
    """Commits with parents among those behind them, with ids that are alike in part, in any order."""
    count = draw(st.integers(0, MOST))
    order = draw(st.permutations(range(count)))
    place = {number: at for at, number in enumerate(order)}
    parents: list[list[int]] = [[] for _ in range(count)]
    for number in range(count - 1):
        some = draw(st.lists(st.integers(number + 1, count - 1), max_size=3, unique=True))
        parents[place[number]] = [place[one] for one in some]
    ids = [b"%039x%x" % (draw(st.integers(0, 1)), number) for number in range(count)]
    times = draw(st.lists(st.integers(0, 3) | st.integers(0, 2**64 - 1), min_size=count, max_size=count))
    found = packed(Listed(ids, [[ids[one] for one in some] for some in parents], times))
    assert found is not None
    return found


def count_of(graph: Packed) -> int:
    return len(graph.ids) // 20


@settings(deadline=None)
@given(columns(), st.data())
def test_native_code_does_what_python_does(python: ModuleType, graph: Packed, data: st.DataObject) -> None:
    count = count_of(graph)
    numbers = st.lists(st.integers(0, count - 1), unique=True) if count else st.just([])
    some = array("I", data.draw(numbers)).tobytes()
    sets = st.dictionaries(st.integers(0, max(count - 1, 0)), st.integers(0, 2**70), max_size=count)
    pairs = st.dictionaries(
        st.integers(0, max(count - 1, 0)), st.tuples(st.integers(0, 31), st.integers(0, 31)), max_size=count
    )
    ids, times, first, parents = graph

    order = module.children_first(first, parents)
    assert order == python.children_first(first, parents)
    assert module.in_git_order(first, parents, some, times) == python.in_git_order(first, parents, some, times)
    assert module.taken(graph, some) == python.taken(graph, some)
    for id_ in (*unpacked(graph).ids, b"0" * 40, b"", b"x" * 40, ids[:20].hex().upper().encode()):
        assert module.find(ids, module.table(ids), id_) == python.find(ids, b"", id_.lower() if id_.isdigit() else id_)
    if count:
        changes, starts, wanted = data.draw(pairs), data.draw(sets), set(data.draw(numbers))
        assert module.presence(first, parents, order, changes) == python.presence(first, parents, order, changes)
        found = module.reach(first, parents, order, starts, wanted)
        assert found == python.reach(first, parents, order, starts, wanted)


@given(columns(), st.integers(0, 3), st.integers(0, 60), st.integers(0, 255), st.integers(0, 2))
def test_broken_columns_are_refused_or_read_as_others(
    graph: Packed, which: int, place: int, byte: int, cut: int
) -> None:
    raw = bytearray(graph[which])
    if place < len(raw):
        raw[place] = byte
    broken = graph._replace(**{graph._fields[which]: bytes(raw[: len(raw) - cut])})
    try:
        found = unpacked(broken)
        numbers = array("I", range(count_of(broken))).tobytes()
        listed = module.in_git_order(broken.first, broken.parents, numbers, broken.times)
        assert len(listed) == len(numbers)
        assert len(list(zip(found.ids, found.parents, found.times, strict=True))) == count_of(broken)
    except (TypeError, ValueError):  # TypeError: without native code
        assert broken != graph


@pytest.mark.parametrize("raw", [b"\x05\0\0\0", b"\0\0\0\0" * 2])
def test_an_order_that_is_none_is_refused(raw: bytes) -> None:
    graph = packed(Listed([b"%040x" % n for n in range(2)], [[], []], [1, 1]))
    assert graph is not None
    with pytest.raises(ValueError, match="fit"):
        module.presence(graph.first, graph.parents, raw, {})


@pytest.mark.parametrize("seed", range(6))
def test_commits_are_listed_as_git_lists_them(tmp_path: Path, seed: int) -> None:
    made = RandomHistory(tmp_path / "r", seed)
    made.grow(20)
    if seed % 2:
        made.git.clock = 1_700_000_600  # many times again
        made.grow(20)
    words = ("rev-list", "--parents", "--timestamp", "--all", "--reflog")
    rows = [line.split() for line in made.git(*words).splitlines()]
    listed = [row[1] for row in rows]
    rows.sort(key=lambda row: row[1])
    ids, parents = [row[1].encode() for row in rows], [[one.encode() for one in row[2:]] for row in rows]
    whole = packed(Listed(ids, parents, [int(row[0]) for row in rows]))
    assert whole is not None
    graph, refs = unpacked(whole), read_refs(made.git.repository())

    found = listed_from(graph, starts_in(made.git.repository(), refs, graph))

    assert [id_.decode() for id_ in found.ids] == listed
    assert columns_of(unpacked(columns_of(found))) == columns_of(found)
    assert packed(Listed([b"1" * 40], [[b"2" * 40]], [0]), found) is None
