"""One line that says that the terminal is too small for the screen, and what that costs; nothing where it is not."""

from __future__ import annotations

from textual import events
from textual.widgets import Static

_LEAST = (80, 24)
"""Columns and lines that every screen fits into."""


class Small(Static):
    """Lies above everything else of its screen."""

    DEFAULT_CSS = """
    Small { dock: top; height: 1; display: none; color: black; background: ansi_yellow; text-style: bold; }
    """

    def fit(self, event: events.Resize) -> None:
        """Show or hide it, for the screen's new size."""
        width, height = event.size
        self.update(small_words(width, height))
        self.display = bool(small_words(width, height))


def small_words(width: int, height: int) -> str:
    """What is said at this size: the longest that has room; empty where nothing is cut off."""
    if width >= _LEAST[0] and height >= _LEAST[1]:
        return ""
    size, least = f"{width}x{height}", f"{_LEAST[0]}x{_LEAST[1]}"
    lost = [*(["ends of lines"] if width < _LEAST[0] else []), *(["rows and panes"] if height < _LEAST[1] else [])]
    said = (
        f" {size} is small: {' and '.join(lost)} are cut off below {least}; every key works",
        f" {size} is small: cut off below {least}",
        f" small: needs {least}",
    )
    return next((text for text in said if len(text) <= width), "")
