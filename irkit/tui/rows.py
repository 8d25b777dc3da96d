"""One row of the Steps pane: lanes with the step's glyph in them, id, time, words. Pure."""

from __future__ import annotations

from enum import StrEnum

from rich.text import Text

from irkit.engine.view import Mark, StepView
from irkit.tui import marks
from irkit.tui.lanes import LaneRow
from irkit.tui.printable import printable
from irkit.tui.spans import clock

ID_WIDTH = 18
_TIME_WIDTH = 6
_YOU = "YOU"


class Role(StrEnum):
    """Whether other steps' ``when`` test a step's result."""

    STEP = "step"
    DECISION = "decision"


def row(lane: LaneRow, view: StepView, role: Role) -> Text:
    """``│ ?───┤    update_consumers  YOU   3 changes``. A decision that was taken is a ``◆``."""
    taken = role is Role.DECISION and view.mark is Mark.DONE
    mark = marks.DECISION if taken else marks.glyph(view.mark)
    style = marks.style(view.mark)
    lanes = Text.assemble((lane.text[: lane.at], "dim"), (mark, style), (lane.text[lane.at + 1 :], "dim"))
    time, words = _time_and_words(view)
    name = Text(f"{view.step:<{ID_WIDTH}}", style if view.mark is not Mark.DONE else "")
    return Text.assemble(lanes, "  ", name, f"{time:<{_TIME_WIDTH}}", (words, style))


def _time_and_words(view: StepView) -> tuple[str, str]:
    """What waits says so in the time's place; its words follow."""
    words = printable(view.words)
    if view.mark in {Mark.WAITS_FOR_YOU, Mark.IN_DOUBT}:
        return _YOU, words.removeprefix(_YOU).strip()
    if view.elapsed is None or view.mark in {Mark.OMITTED, Mark.SKIPPED}:
        return "", words
    return clock(view.elapsed), words
