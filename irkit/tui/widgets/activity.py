"""The activity: a ring of lines of which only those in sight are drawn. Follows its end until the user scrolls up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from irkit.tui.activity import STEP_WIDTH, ActivityLine, Tone
from irkit.tui.board import RING
from irkit.tui.printable import printable
from irkit.tui.spans import moment

_STYLES = {
    Tone.PLAIN: Style(),
    Tone.GOOD: Style(color="green"),
    Tone.BAD: Style(color="red", bold=True),
    Tone.YOU: Style(color="yellow", bold=True),
    Tone.QUIET: Style(dim=True),
}
_DIM = Style(dim=True)
_STEP = Style(color="cyan")
_MORE = Segment("…", _DIM)
"""Where a line goes on: the arrow keys scroll there."""


class ActivityPane(ScrollView, can_focus=True):
    """Lines that hold ``holding`` (letter case aside), newest last."""

    DEFAULT_CSS = "ActivityPane { overflow-x: auto; overflow-y: auto; scrollbar-size: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", show=False),
        Binding("down,j", "scroll_down", show=False),
        Binding("left", "scroll_left", show=False),
        Binding("right", "scroll_right", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.following = True
        self.unseen = 0
        self.holding = ""
        self._lines: deque[ActivityLine] = deque(maxlen=RING)
        self._width = 0

    @property
    def count(self) -> int:
        """How many lines it holds."""
        return len(self._lines)

    def add(self, lines: Iterable[ActivityLine]) -> None:
        """Put lines at the end, all in one drawing."""
        new = [line for line in lines if self._held(line)]
        if not new:
            return
        dropped = max(0, len(self._lines) + len(new) - RING)
        self._lines.extend(new)
        self._width = max(self._width, *(len(line.text) for line in new[-RING:]))
        self._measure()
        if self.following:
            self.tail()
            return
        self.unseen += len(new)
        if dropped:
            self.scroll_to(y=max(0, self.scroll_offset.y - dropped), animate=False, immediate=True)
        self._say()
        self.refresh()

    def filter(self, lines: Iterable[ActivityLine], holding: str) -> None:
        """Start over with those of ``lines`` that hold a text."""
        self.holding = holding.casefold()
        self._lines.clear()
        self._lines.extend(line for line in lines if self._held(line))
        self._width = max((len(line.text) for line in self._lines), default=0)
        self._measure()
        self.tail()

    def tail(self) -> None:
        """Go to the newest line and follow."""
        self.following, self.unseen = True, 0
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
        self._say()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up stops following; scrolling back to the end starts it again."""
        super().watch_scroll_y(old_value, new_value)
        self.following = round(new_value) >= self.max_scroll_y
        if self.following:
            self.unseen = 0
        self._say()

    def on_resize(self) -> None:
        """A pane that followed goes on following when its height changes."""
        if self.following:
            self.call_after_refresh(self.tail)

    def render_line(self, y: int) -> Strip:
        """One line of those in sight."""
        x, top = self.scroll_offset
        at, width = y + top, self.scrollable_content_region.width
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        whole = _strip(self._lines[at])
        line = whole.crop_extend(x, x + width, self.rich_style)
        if whole.cell_length > x + width:
            line = Strip.join([line.crop(0, width - 1), Strip([_MORE])])
        return line.apply_style(self.rich_style)

    def _held(self, line: ActivityLine) -> bool:
        return not self.holding or self.holding in f"{line.step} {line.text}".casefold()

    def _measure(self) -> None:
        self.virtual_size = Size(self._width + STEP_WIDTH + 15, len(self._lines))

    def _say(self) -> None:
        self.border_subtitle = "" if self.following else f"+{self.unseen} new lines  \\[end] tail"


def _strip(line: ActivityLine) -> Strip:
    return Strip(
        [
            Segment(f" {moment(line.at)}  ", _DIM),
            Segment(f"{printable(line.step):<{STEP_WIDTH}}  ", _STEP),
            Segment(printable(line.text), _STYLES[line.tone]),
        ]
    )
