"""The text of a screen, as it stands in the terminal: for ``S``, and for tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from textual.screen import Screen, ScreenResultType


def screen_text(screen: Screen[ScreenResultType]) -> str:
    """The screen's rows, trailing blanks cut, each ended by a line feed."""
    strips = screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way to the text of a screen
    return "".join(f"{strip.text.rstrip()}\n" for strip in strips)


def save_screen(screen: Screen[ScreenResultType], folder: Path, at: datetime) -> Path:
    """Write the screen's text to a file of its own, readable by its owner only; gives its path. Raises ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"screen-{at.strftime('%Y%m%dT%H%M%S%f')}.txt"
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(screen_text(screen), encoding="utf-8")
    return path
