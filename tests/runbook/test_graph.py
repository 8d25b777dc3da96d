"""The shape of a runbook."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from irkit.runbook.graph import Graph, before, decisions, graph, needs, reduced
from irkit.runbook.model import StepId
from tests.runbook.sample import sample


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    choose, size = draw(st.randoms(use_true_random=False)), draw(st.integers(0, 14))
    names = [StepId(f"s{n}") for n in range(size)]
    return {name: _some(choose, names[:at]) for at, name in enumerate(names)}


def _some(choose: random.Random, names: list[StepId]) -> tuple[StepId, ...]:
    return tuple(name for name in names if choose.random() < 0.3)


def test_a_step_needs_what_it_lists_and_what_it_refers_to() -> None:
    assert needs(sample().step(StepId("burn"))) == ("lock", "search", "identify")


def test_when_and_for_each_are_references_too() -> None:
    assert needs(sample().step(StepId("search"))) == ("judge", "measure")


def test_the_graph_is_in_file_order() -> None:
    assert graph(sample())[StepId("burn")] == ("identify", "lock", "search")


def test_the_reduced_graph_lacks_what_others_imply() -> None:
    assert reduced(graph(sample()))[StepId("burn")] == ("lock", "search")


def test_the_steps_that_a_when_tests_are_the_decisions() -> None:
    assert decisions(sample()) == {"judge", "decide"}


@given(whole=graphs())
def test_reducing_keeps_what_is_before_what(whole: Graph) -> None:
    assert before(reduced(whole)) == before(whole)


@given(whole=graphs())
def test_no_edge_of_the_reduced_graph_can_go(whole: Graph) -> None:
    least = reduced(whole)
    for step, needed in least.items():
        for cut in needed:
            fewer = {**least, step: tuple(n for n in needed if n != cut)}
            assert before(fewer) != before(whole)


@given(whole=graphs())
def test_reducing_twice_is_reducing_once(whole: Graph) -> None:
    assert reduced(reduced(whole)) == reduced(whole)
