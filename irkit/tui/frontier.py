"""The frontier of an incident as text: what waits, runs, comes next and is done. Pure; the focus view draws it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from irkit.engine.view import Mark, StepView
from irkit.tui import marks
from irkit.tui.printable import printable
from irkit.tui.rows import ID_WIDTH
from irkit.tui.spans import clock

_SECTIONS = (
    ("Waits for you", {Mark.WAITS_FOR_YOU, Mark.IN_DOUBT}),
    ("Failed", {Mark.FAILED, Mark.POSTPONED}),
    ("Running", {Mark.RUNNING}),
)
_AHEAD = {Mark.TODO, Mark.GATE}


def frontier(views: Sequence[StepView]) -> list[Text]:
    """Rows of text, sections without steps left out."""
    rows: list[Text] = []
    for title, kinds in _SECTIONS:
        rows += _section(title, [_row(view) for view in views if view.mark in kinds])
    ahead = [view for view in views if view.mark in _AHEAD]
    held = {view.step for view in ahead}
    near = [view for view in ahead if not held.intersection(view.waits_for)]
    rows += _section("Next, when those are done", [_row(view) for view in near])
    later = [f"{view.step}{' !' if view.mark is Mark.GATE else ''}" for view in ahead if view not in near]
    rows += [Text(f"    then  {' → '.join(later)}", "dim")] if later else []
    done = [view for view in views if view.mark not in _AHEAD and not any(view.mark in kinds for _, kinds in _SECTIONS)]
    return rows + _section(f"Over ({len(done)})", [_row(view) for view in done])


def _section(title: str, rows: list[Text]) -> list[Text]:
    return [Text(title, "bold"), *rows] if rows else []


def _row(view: StepView) -> Text:
    time = clock(view.elapsed) if view.elapsed is not None else ""
    mark = (marks.glyph(view.mark), marks.style(view.mark))
    words = printable(view.words) or printable(view.title)
    return Text.assemble("  ", mark, f" {view.step:<{ID_WIDTH}}  {time:<6}", (words, marks.style(view.mark)))
