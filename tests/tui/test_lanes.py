"""Every edge of a graph can be traced through its lanes, by the characters alone, and no other edge can."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.runbook.graph import Graph, reduced
from irkit.runbook.model import StepId
from irkit.tui.lanes import MOST_LANES, LaneRow, Style, lanes

WIDE = 99
DOWN = {Style.UNICODE: "┬╮╭├┤┼", Style.ASCII: "+"}
THROUGH = {Style.UNICODE: "│├┤┼", Style.ASCII: "|+"}
SIDEWAYS = {Style.UNICODE: "─", Style.ASCII: "-"}
BEHIND = {Style.UNICODE: "│", Style.ASCII: "|"}
LAST = {Style.UNICODE: "╮╭├┤", Style.ASCII: ""}

DESIGNED = """\
●─┬─┬─╮   identify_key
● │ │ │   open_channel
│ ● │ │   deactivate_key
│ ├─● │   deny_policy
│ │   ●   query_cloudtrail
│ ●   │   verify_dead
│ │   ●─╮ verdict
│ │   ● │ revoke_sessions
│ │   ├─● hunt_persistence
│ ●   │   issue_new_key
│ ●───┤   update_consumers
│     ●   approve_purge
│     ●   purge_history
├─────●   force_push
●         notify_owners
●         postmortem"""

KEY_LEAK = {
    "identify_key": "",
    "open_channel": "identify_key",
    "deactivate_key": "identify_key",
    "deny_policy": "identify_key",
    "query_cloudtrail": "identify_key",
    "verify_dead": "deactivate_key deny_policy",
    "verdict": "query_cloudtrail",
    "revoke_sessions": "verdict",
    "hunt_persistence": "verdict",
    "issue_new_key": "verify_dead",
    "update_consumers": "issue_new_key",
    "approve_purge": "update_consumers revoke_sessions hunt_persistence",
    "purge_history": "approve_purge",
    "force_push": "purge_history",
    "notify_owners": "open_channel force_push",
    "postmortem": "notify_owners",
}


def graph_of(needed: dict[str, str]) -> Graph:
    return {StepId(step): tuple(StepId(n) for n in names.split()) for step, names in needed.items()}


def random_graph(choose: random.Random, size: int) -> Graph:
    names = [StepId(f"s{n}") for n in range(size)]
    return {
        name: tuple(sorted(choose.sample(names[:at], choose.randint(0, min(at, 3))))) for at, name in enumerate(names)
    }


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    return random_graph(draw(st.randoms(use_true_random=False)), draw(st.integers(1, 20)))


class Trace:
    """Follows lines over the drawn characters; knows nothing of how they came about."""

    def __init__(self, rows: tuple[LaneRow, ...], style: Style) -> None:
        self.rows = rows
        self.style = style

    def edges(self) -> set[tuple[StepId, StepId]]:
        return {(row.step, end) for at, row in enumerate(self.rows) for end in self._ends(at)}

    def _ends(self, at: int) -> Iterator[StepId]:
        row = self.rows[at]
        if at + 1 < len(self.rows) and self._goes_on(at + 1, row.at):
            yield self._down(at, row.at)
        for step in (1, -1):
            for cell in self._corners(row, step):
                yield self._down(at, cell)

    def _goes_on(self, at: int, cell: int) -> bool:
        row = self.rows[at]
        return row.at == cell or row.text[cell] in THROUGH[self.style]

    def _corners(self, row: LaneRow, step: int) -> Iterator[int]:
        """The cells of a row at which a line from its step turns down, walking one way."""
        cell = row.at + step
        if not (0 <= cell < len(row.text)) or row.text[cell] not in SIDEWAYS[self.style]:
            return
        while 0 <= cell < len(row.text) and row.text[cell] != " ":
            char = row.text[cell]
            assert char in SIDEWAYS[self.style] + BEHIND[self.style] + DOWN[self.style], (row.text, cell)
            if char in DOWN[self.style]:
                yield cell
                beyond = row.text[cell + step] if 0 <= cell + step < len(row.text) else " "
                if char in LAST[self.style] or beyond not in SIDEWAYS[self.style]:
                    return
            cell += step

    def _down(self, at: int, cell: int) -> StepId:
        for row in self.rows[at + 1 :]:
            if row.at == cell:
                return row.step
            assert row.text[cell] in THROUGH[self.style], f"a lane of {self.rows[at].step} breaks at {row.step}"
        pytest.fail(f"a lane of {self.rows[at].step} leads nowhere")


def edges_of(graph: Graph) -> set[tuple[StepId, StepId]]:
    return {(source, step) for step, needed in reduced(graph).items() for source in needed}


def test_the_designed_graph_is_drawn_as_designed() -> None:
    rows = lanes(graph_of(KEY_LEAK))
    assert "\n".join(f"{row.text} {row.step}" for row in rows) == DESIGNED


@pytest.mark.parametrize("style", list(Style))
@given(graph=graphs())
def test_just_the_edges_of_a_random_graph_can_be_traced(style: Style, graph: Graph) -> None:
    rows = lanes(graph, style, most=WIDE)
    assert [row.step for row in rows] == list(graph)
    assert Trace(rows, style).edges() == edges_of(graph)


def test_a_thousand_graphs_of_twenty_steps_are_traced() -> None:
    choose = random.Random(20)
    traced = 0
    for _ in range(1000):
        graph = random_graph(choose, 20)
        edges = Trace(lanes(graph, most=WIDE), Style.UNICODE).edges()
        assert edges == edges_of(graph)
        traced += len(edges)
    assert traced > 15_000


@given(graph=graphs())
def test_what_fits_in_eight_lanes_is_not_collapsed(graph: Graph) -> None:
    rows = lanes(graph)
    if not any("…" in row.text for row in rows) and all(row.at < 2 * MOST_LANES for row in rows):
        assert Trace(rows, Style.UNICODE).edges() == edges_of(graph)


def test_more_than_eight_lanes_collapse_and_every_step_keeps_its_glyph() -> None:
    fan = {"root": "", **{f"s{n}": "root" for n in range(12)}, "join": " ".join(f"s{n}" for n in range(12))}
    rows = lanes(graph_of(fan))
    assert {len(row.text) for row in rows} == {2 * MOST_LANES + 1}
    assert rows[0].text == "●─┬─┬─┬─┬─┬─┬─┬─…"
    assert [row.drawn("X").count("X") for row in rows] == [1] * 14
    assert rows[-2].drawn("X").endswith("X")


@given(graph=graphs())
def test_all_rows_are_equally_wide_and_the_glyph_stands_on_its_step(graph: Graph) -> None:
    for style, node in ((Style.UNICODE, "●"), (Style.ASCII, "*")):
        rows = lanes(graph, style)
        assert len({len(row.text) for row in rows}) == 1
        assert all(row.text.count(node) <= 1 and row.text[row.at] in node + "…~" for row in rows)


@given(graph=graphs())
def test_the_ascii_twin_is_ascii(graph: Graph) -> None:
    assert all(row.text.isascii() for row in lanes(graph, Style.ASCII))


def test_drawing_a_glyph_changes_only_its_cell() -> None:
    row = lanes(graph_of(KEY_LEAK))[3]
    assert row.drawn("✓") == "│ ├─✓ │  "
    assert row.text == "│ ├─● │  "


def test_the_edges_that_others_imply_are_not_drawn() -> None:
    rows = lanes(graph_of({"a": "", "b": "a", "c": "a b"}))
    assert [row.text for row in rows] == ["●", "●", "●"]


def test_two_unrelated_steps_never_stand_in_one_column_on_neighbouring_rows() -> None:
    first, second = lanes(graph_of({"a": "", "b": ""}))
    assert first.at != second.at


def test_no_steps_make_no_rows() -> None:
    assert lanes({}) == ()
