"""Commits as git lists them become numbers; native code gives the same as Python, whatever the text."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.places import graph as module
from irkit.scan.places.graph import Listed, graph, listed_with_trees

IDS = [b"%040x" % number for number in range(12)]


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


ROW = st.tuples(
    st.integers(0, 2**64 - 1), st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=3), st.sampled_from(IDS)
)
ROWS = st.lists(ROW, max_size=6)


def text_of(rows: list[tuple[int, bytes, list[bytes], bytes]]) -> bytes:
    return b"".join(b"%d commit %b\n%b\n" % (at, b" ".join([id_, *some]), tree) for at, id_, some, tree in rows)


@settings(deadline=None)
@given(ROWS, st.binary(max_size=3), st.integers(0, 300), st.integers(0, 2))
def test_rows_are_read_up_to_the_first_that_is_none(
    python: ModuleType, rows: list[tuple[int, bytes, list[bytes], bytes]], odd: bytes, place: int, gone: int
) -> None:
    whole = text_of(rows)
    text = whole[:place] + odd + whole[place + gone :]
    for data in (whole, text, whole[:place]):
        ours, theirs = Listed([], [], []), Listed([], [], [])
        trees: tuple[list[bytes], list[bytes]] = ([], [])

        assert listed_with_trees(data, ours, trees[0]) == python.listed_with_trees(data, theirs, trees[1])
        assert ours == theirs
        assert trees[0] == trees[1]
    assert listed_with_trees(whole, Listed([], [], []), []) == len(whole)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(IDS), max_size=4), max_size=len(IDS)))
def test_commits_have_numbers_and_parents_that_are_not_here_are_left_out(
    python: ModuleType, parents: list[list[bytes]]
) -> None:
    ids = IDS[: len(parents)]

    found = module.numbered(ids, parents)

    assert found == python.numbered(ids, parents)
    assert [[ids[number] for number in some] for some in found[1]] == [
        [id_ for id_ in some if id_ in ids] for some in parents
    ]


def test_a_parent_that_git_lists_before_its_child_stands_behind_it_in_the_order() -> None:
    rows = Listed([IDS[0], IDS[1]], [[], [IDS[0]]], [2, 1])

    assert list(graph(rows).order) == [1, 0]
