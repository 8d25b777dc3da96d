"""The glyph and the colour of each state; its word is the mark's value. All three are always there: never colour alone.

Every glyph is one cell wide, none has an emoji form, and each has an ASCII twin.
"""

from __future__ import annotations

from irkit.engine.view import Mark
from irkit.tui.look import Glyphs

_GLYPHS: dict[Mark, tuple[str, str]] = {
    Mark.TODO: ("·", "."),
    Mark.RUNNING: ("►", ">"),
    Mark.WAITS_FOR_YOU: ("?", "?"),
    Mark.DONE: ("✓", "x"),
    Mark.FAILED: ("✗", "!"),
    Mark.SKIPPED: ("–", "-"),
    Mark.OMITTED: ("–", "-"),
    Mark.UNDONE: ("↺", "<"),
    Mark.IN_DOUBT: ("≈", "~"),
    Mark.POSTPONED: ("»", ")"),
    Mark.PREVIEWED: ("=", "="),
    Mark.GATE: ("◇", "o"),
}

_STYLES: dict[Mark, str] = {
    Mark.TODO: "dim",
    Mark.RUNNING: "bold cyan",
    Mark.WAITS_FOR_YOU: "bold yellow",
    Mark.DONE: "green",
    Mark.FAILED: "bold red",
    Mark.SKIPPED: "dim",
    Mark.OMITTED: "dim",
    Mark.UNDONE: "blue",
    Mark.IN_DOUBT: "bold magenta",
    Mark.POSTPONED: "yellow",
    Mark.PREVIEWED: "green",
    Mark.GATE: "red",
}

CHOSEN = {Glyphs.UNICODE: "▌", Glyphs.ASCII: "*"}
"""Stands before the selected row, so that it can be told without colours."""


def glyph(mark: Mark, glyphs: Glyphs) -> str:
    """One character."""
    return _GLYPHS[mark][glyphs is Glyphs.ASCII]


def style(mark: Mark) -> str:
    """A Rich style of ANSI colours, which every theme maps to its own."""
    return _STYLES[mark]


ASCII_TWINS = str.maketrans(
    {"─": "-", "│": "|", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "╭": "+", "╮": "+", "╰": "+", "╯": "+",
     "…": "~", "◆": "#", "◇": "o", "✓": "x", "►": ">", "·": ".", "✗": "!", "–": "-", "↺": "<", "›": ">", "→": ">",
     "▌": "*", "≈": "~", "»": ")"}
)  # fmt: skip
"""For lanes and rules drawn in Unicode; each character becomes exactly one."""
