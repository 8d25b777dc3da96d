"""What waits for a human, in a pane of its own, so that nobody has to look for it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.widget import Widget

from irkit.engine.offers import Order
from irkit.engine.view import Mark, StepView
from irkit.incident.events import Direction
from irkit.incident.state import StepState
from irkit.tui import marks
from irkit.tui.board import Board
from irkit.tui.headline import all_over
from irkit.tui.printable import printable
from irkit.tui.rows import ID_WIDTH
from irkit.tui.spans import clock

_MOST = 3


class WaitsPane(Widget):
    """At most three rows; the title counts all."""

    DEFAULT_CSS = "WaitsPane { height: auto; max-height: 5; }"

    def __init__(self, board: Board, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._board = board
        self._waiting: tuple[StepView, ...] = ()

    def on_mount(self) -> None:
        """Nothing waits as far as is known."""
        self.border_title = "Waits for you (0)"

    def show(self) -> None:
        """Draw the board's newest reading."""
        waiting = self._board.reading.waiting() if self._board.reading else ()
        if waiting == self._waiting and waiting:
            return
        resized = min(len(waiting), _MOST) != min(len(self._waiting), _MOST)
        self._waiting = waiting
        self.border_title = f"Waits for you ({len(waiting)})"
        self.border_subtitle = f"{len(waiting) - _MOST} more: w" if len(waiting) > _MOST else ""
        self.refresh(layout=resized)

    def render(self) -> Text:
        """One row a step."""
        if not self._waiting:
            reading = self._board.reading
            if reading is not None and all_over(reading.views):
                return Text(" every step has ended: [q] leaves, and says what comes next", "dim")
            running = ", ".join(view.step for view in reading.running()) if reading else ""
            return Text(
                f" nothing{f'; under way: {running}' if running else ''}", "dim", overflow="ellipsis", no_wrap=True
            )
        return Text("\n").join(self._row(view) for view in self._waiting[:_MOST])

    def _row(self, view: StepView) -> Text:
        reading = self._board.reading
        state = reading.state.step(view.step) if reading else None
        stuck = view.mark in {Mark.FAILED, Mark.UNDONE}
        what = printable(view.words if stuck else asked(state) if state and state.plans else view.title)
        waiting = f"waiting {clock(view.elapsed)}   " if view.elapsed and not stuck else ""
        right = Text(f"  {waiting}{answers(view.mark, self._board.offers(view.step))} ")
        left = Text.assemble(" ", (marks.glyph(view.mark), "bold yellow"), f" {view.step:<{ID_WIDTH}}", what)
        left.truncate(max(0, self.size.width - right.cell_len), overflow="ellipsis", pad=True)
        return Text.assemble(left, right)


def answers(mark: Mark, offers: Mapping[Order, str]) -> str:
    """The keys that let a waiting step go on; where there is none for this person, whose turn it is."""
    if mark in {Mark.FAILED, Mark.UNDONE}:
        ways = ((Order.RETRY, "[r] again"), (Order.SKIP, "[s] leave it so" if mark is Mark.UNDONE else "[s] skip"))
        return "   ".join(words for order, words in ways if offers.get(order) == "")
    reasons = [offers.get(order, "") for order in (Order.APPROVE, Order.DECIDE, Order.RESOLVE)]
    return reasons[0].rpartition(": ")[2] if all(reasons) else "[a] answer"


def asked(state: StepState) -> str:
    """What the plans are about: the first in words, the others counted."""
    more = len(state.plans) - 1
    undo = "UNDO" if state.direction is Direction.UNDO else ""
    asked = f" asked for by {state.undo_asked_by.name}" if undo and state.undo_asked_by else ""
    return (f"{undo}{asked}: " if undo else "") + state.plans[0].summary + (f", and {more} more" if more else "")
