"""Lines of text to read, folded to the width; of long ones only what is in sight is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from irkit.tui.trail_cells import wide

_HANG = 4
_TONES = {"": Style(), "head": Style(bold=True), "quiet": Style(dim=True), "bad": Style(color="red", bold=True)}


class TrailText(ScrollView, can_focus=True):
    """Draws ``(text, tone)`` lines; tones are ``head``, ``quiet``, ``bad`` or none. Texts are safe to draw already."""

    DEFAULT_CSS = "TrailText { overflow-x: hidden; overflow-y: auto; scrollbar-size: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", show=False),
        Binding("down,j", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown,space", "page_down", show=False),
        Binding("home,g", "scroll_home", show=False),
        Binding("end,G", "scroll_end", show=False),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._lines: Sequence[tuple[str, str]] = ()
        self._folded: list[tuple[str, str]] = []

    def show(self, lines: Sequence[tuple[str, str]]) -> None:
        """Draw other lines, from the top."""
        self._lines = lines
        self._fold()
        self.scroll_home(animate=False, immediate=True)

    def on_resize(self) -> None:
        """Fold anew."""
        self._fold()

    def _fold(self) -> None:
        width = max(20, self.scrollable_content_region.width - 2)
        self._folded = [(part, tone) for text, tone in self._lines for part in folded(text, width)]
        self.virtual_size = Size(0, len(self._folded))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of those in sight."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if at >= len(self._folded):
            return Strip.blank(width, self.rich_style)
        text, tone = self._folded[at]
        return Strip([Segment(f" {text}", _TONES[tone])]).adjust_cell_length(width).apply_style(self.rich_style)


def folded(text: str, width: int) -> list[str]:
    """A line in parts of at most ``width`` cells; what goes on is set in further than its beginning."""
    if wide(text) <= width:
        return [text]
    indent = len(text) - len(text.lstrip(" "))
    hang = " " * min(indent + _HANG, width // 2)
    parts: list[str] = []
    at = 0
    while at < len(text):
        lead = hang if parts else ""
        chunk = text[at : at + width - len(lead)]
        while wide(chunk) > width - len(lead):
            chunk = chunk[:-1]
        if at + len(chunk) < len(text):
            chunk = chunk[: _cut(chunk, 0 if parts else indent)]
        parts.append(lead + (chunk.lstrip(" ") if parts else chunk))
        at += len(chunk)
    return parts


def _cut(chunk: str, least: int) -> int:
    """Where to part: behind the last blank or comma, unless that is far off."""
    blank = max(chunk.rfind(" ", least + 1), chunk.rfind(",", least + 1))
    return blank + 1 if blank > len(chunk) // 2 else max(1, len(chunk))
