"""The strip of bars over the window: how many events when, with a selection to narrow the window to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from irkit.cloudtrail.query import Window
from irkit.cloudtrail.record import Record
from irkit.tui.trail_cells import counted
from irkit.tui.trail_histogram import bars, histogram, stamp


class TrailStrip(Widget, can_focus=True):
    """Left and right move, with shift they widen the selection; enter posts ``Narrowed``."""

    DEFAULT_CSS = "TrailStrip { height: 3; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
        Binding("shift+left,less_than_sign", "widen(-1)", show=False),
        Binding("shift+right,greater_than_sign", "widen(1)", show=False),
        Binding("enter", "narrow", show=False),
    ]

    class Narrowed(Message):
        """The window shall be this one."""

        def __init__(self, window: Window) -> None:
            super().__init__()
            self.window = window

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._records: Sequence[Record] = ()
        self._window: Window | None = None
        self._histogram = histogram((), 0)
        self._at = 0
        self._from = 0

    @property
    def selected(self) -> Window | None:
        """The span of the selected bars."""
        first, last = sorted((self._from, self._at))
        return self._histogram.part(first, last) if self._histogram.counts else None

    def show(self, records: Sequence[Record], window: Window | None) -> None:
        """Draw other events, oldest first, over a window, or over the span they lie in."""
        if window != self._window:
            self._at = self._from = 0
        self._records, self._window = records, window
        self._count()

    def point(self, at: datetime | None) -> None:
        """Put the selection on the bar of a moment, while the keyboard is elsewhere."""
        part = self._histogram.at(at) if at is not None else None
        if part is not None and not self.has_focus and (self._at, self._from) != (part, part):
            self._at = self._from = part
            self.refresh()

    def on_resize(self) -> None:
        """One bar a cell, so the bars are other ones."""
        self._count()

    def on_focus(self) -> None:
        """The selection is drawn otherwise."""
        self.refresh()

    def on_blur(self) -> None:
        """The selection is drawn otherwise."""
        self.refresh()

    def action_move(self, by: int) -> None:
        """Select another bar."""
        self._at = self._from = self._held(self._at + by)
        self.refresh()

    def action_widen(self, by: int) -> None:
        """Select one bar more or less, at the end that moves."""
        self._at = self._held(self._at + by)
        self.refresh()

    def action_narrow(self) -> None:
        """Only the selected span."""
        if (window := self.selected) is not None:
            self.post_message(self.Narrowed(window))

    def _held(self, at: int) -> int:
        return max(0, min(len(self._histogram.counts) - 1, at))

    def _count(self) -> None:
        self._histogram = histogram(self._records, max(1, self.size.width - 2), self._window)
        self._at, self._from = self._held(self._at), self._held(self._from)
        self.refresh()

    def render(self) -> Text:
        """The bars, and under them the ends of the window with the selection in words."""
        counts, rows = self._histogram.counts, max(1, self.size.height - 1)
        if not counts:
            return Text(" no events to count", "dim")
        first, last = sorted((self._from, self._at))
        drawn = Text(no_wrap=True)
        for bar in bars(counts, rows):
            drawn.append(" ")
            drawn.append(bar[:first], "cyan")
            drawn.append(bar[first : last + 1], "bold reverse" if self.has_focus else "bold cyan underline")
            drawn.append(f"{bar[last + 1 :]}\n", "cyan")
        drawn.append(self._words(first, last))
        return drawn

    def _words(self, first: int, last: int) -> Text:
        window, part = self._histogram.window, self._histogram.part(first, last)
        left, right = f" {stamp(window.start, window)}", f"{stamp(window.end, window)} "
        total = counted(self._histogram.total(first, last), "event")
        middle = f"{stamp(part.start, window)} to {stamp(part.end, window)}: {total}"
        keys = "   enter narrows, < > widen" if self.has_focus else ""
        room = max(0, self.size.width - len(left) - len(right))
        line = Text.assemble((left, "dim"), f"{middle}{keys}"[: max(0, room - 2)].center(room), (right, "dim"))
        line.truncate(self.size.width)
        return line
