"""The three lines under the steps on a narrow screen: what runs, what waits, what the selected step is."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from irkit.engine.view import Mark, StepView
from irkit.incident.events import StepId
from irkit.tui import marks
from irkit.tui.board import Board
from irkit.tui.headline import all_over
from irkit.tui.marks import CHOSEN
from irkit.tui.printable import printable
from irkit.tui.rows import ID_WIDTH
from irkit.tui.spans import clock
from irkit.tui.widgets.waits import answers, asked


class Brief(Widget):
    """Draws the board's newest reading for the selected step."""

    DEFAULT_CSS = "Brief { height: 3; }"

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board
        self._step: StepId | None = None

    def show(self, step: StepId) -> None:
        """Draw again, with this step selected."""
        self._step = step
        self.refresh()

    def render(self) -> Text:
        """Three lines."""
        reading = self._board.reading
        if reading is None or self._step is None:
            return Text()
        running, waiting = reading.running(), reading.waiting()
        views = (*running[:1], *waiting[:1])
        named = bool(views) and views[-1].step == self._step
        ended = [Text(" every step has ended: [q] leaves", "dim")] if all_over(reading.views) else []
        rows = [self._counted(few[0], len(few) - 1, key) for few, key in ((running, ""), (waiting, ": w")) if few]
        lines = [*ended, *rows, self._chosen(reading.view(self._step), "" if named else self._step)]
        for line in lines:
            line.truncate(self.size.width, overflow="ellipsis")
        return Text("\n").join(lines)

    def _counted(self, view: StepView, others: int, key: str) -> Text:
        """The step's row; how many more there are, and the key to them, stands at its end, whatever gives way."""
        end = Text(f"  {others} more{key}" if others else "", "bold")
        return self._fit(self._row(view), end)

    def _fit(self, line: Text, end: Text) -> Text:
        """The end stays whole where a line is too long."""
        line.truncate(max(0, self.size.width - end.cell_len), overflow="ellipsis", pad=bool(end))
        return Text.assemble(line, end)

    def _row(self, view: StepView) -> Text:
        reading = self._board.reading
        now = reading.state.step(view.step) if reading else None
        words = asked(now) if now and now.plans else ""
        if not words and view.mark is Mark.RUNNING:
            words = self._last_line(view.step)
        words = words or view.title
        time = f"{clock(view.elapsed)}  " if view.elapsed is not None else ""
        mark = (marks.glyph(view.mark), marks.style(view.mark))
        return Text.assemble(" ", mark, f" {view.step:<{ID_WIDTH}}  {time}{printable(words)}")

    def _last_line(self, step: StepId) -> str:
        return next((line.text for line in reversed(self._board.lines) if line.step == step), "")

    def _chosen(self, view: StepView, name: str) -> Text:
        """The selected step's facts; its ``name`` first unless the row above is its own."""
        reading = self._board.reading
        now = reading.state.step(view.step) if reading else None
        facts = [name, now.effect.value if now and now.effect else view.mark.value]
        if now and now.plans:
            facts.append(f"undo: {printable(now.plans[0].undo)}")
        elif view.waits_for:
            facts.append(f"waits for {', '.join(view.waits_for)}")
        waits = reading is not None and view in reading.waiting()
        answer = f"  {answers(view.mark, self._board.offers(view.step))}" if waits else ""
        told = " · ".join(fact for fact in facts if fact)
        return self._fit(Text(f" {CHOSEN if name else ' '} {told}", "dim"), Text(f"  [enter] page{answer}", "dim"))
