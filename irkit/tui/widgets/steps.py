"""The Steps pane: every step and every edge, one row a step, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from irkit.engine.view import StepView
from irkit.incident.events import StepId
from irkit.tui.lanes import LaneRow
from irkit.tui.marks import CHOSEN
from irkit.tui.rows import Role, row

_WIDEST = 58
_ROOM = 44
"""Cells of a row beside its lanes: mark, id, time, some words, frame."""
_CHOSEN = Style(bold=True)
_FOCUSED = Style(bold=True, reverse=True)


class StepList(ScrollView, can_focus=True):
    """Posts ``Chosen`` whenever another step is selected."""

    DEFAULT_CSS = "StepList { overflow-x: hidden; overflow-y: auto; scrollbar-size: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-10000)", show=False),
    ]

    class Chosen(Message):
        """Another step is selected."""

        def __init__(self, step: StepId) -> None:
            super().__init__()
            self.step = step

    def __init__(self, lanes: Sequence[LaneRow], decisions: frozenset[StepId], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lanes = tuple(lanes)
        self._decisions = decisions
        self._views: tuple[StepView, ...] = ()
        self.cursor = 0
        self.touched = False
        """Whether the user has moved the cursor."""

    @property
    def chosen(self) -> StepId:
        """The selected step."""
        return self._lanes[self.cursor].step

    def on_mount(self) -> None:
        """The rows are as many as the steps, from the start; the pane is as wide as its lanes demand."""
        lanes = max((len(lane.text) for lane in self._lanes), default=0)
        self.styles.min_width = min(_WIDEST, lanes + _ROOM)
        self.virtual_size = Size(0, len(self._lanes))

    def show(self, views: tuple[StepView, ...]) -> None:
        """Draw these views; only the rows that differ from those drawn."""
        old, self._views = self._views, views
        if len(old) != len(views):
            self.refresh()
            return
        for at, (before, after) in enumerate(zip(old, views, strict=True)):
            if before != after:
                self.refresh_line(at)

    def choose(self, step: StepId) -> None:
        """Select a step by its id; one that is not there changes nothing."""
        at = next((at for at, lane in enumerate(self._lanes) if lane.step == step), self.cursor)
        self._go(at)

    def action_move(self, by: int) -> None:
        """Move the cursor, stopping at the ends."""
        self.touched = True
        self._go(max(0, min(len(self._lanes) - 1, self.cursor + by)))

    def on_click(self, event: Click) -> None:
        """Select the row under the mouse."""
        at = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= at < len(self._lanes):
            self.touched = True
            self._go(at)

    def _go(self, at: int) -> None:
        if at == self.cursor:
            return
        was, self.cursor = self.cursor, at
        self._bring_in_sight()
        self.refresh_line(was)
        self.refresh_line(at)
        self.post_message(self.Chosen(self.chosen))

    def on_resize(self) -> None:
        """The panes below grow and shrink: the selected row stays in sight."""
        self._bring_in_sight()

    def _bring_in_sight(self) -> None:
        at, top, height = self.cursor, self.scroll_offset.y, max(1, self.size.height)
        if at < top or at >= top + height:
            self.scroll_to(y=at if at < top else at - height + 1, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """One row of those in sight."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if at >= len(self._lanes) or not self._views:
            return Strip.blank(width, self.rich_style)
        lane = self._lanes[at]
        role = Role.DECISION if lane.step in self._decisions else Role.STEP
        chosen = at == self.cursor
        lead = f" {CHOSEN}" if chosen else "  "
        text = Text.assemble(lead, row(lane, self._views[at], role))
        text.truncate(width, overflow="ellipsis", pad=True)
        if chosen:
            text.stylize(_FOCUSED if self.has_focus else _CHOSEN)
        return Strip(text.render(self.app.console), width).apply_style(self.rich_style)
