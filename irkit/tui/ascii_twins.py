"""Puts ASCII twins in the place of what is drawn, for terminals and fonts without the rest."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from irkit.tui.twins import in_ascii


class AsciiTwins(LineFilter):
    """Exchanges the drawn characters of every line on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments with twins."""
        return [Segment(in_ascii(segment.text), segment.style, segment.control) for segment in segments]
