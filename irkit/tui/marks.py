"""The glyph and the colour of each state; its word is the mark's value. All three are always there: never colour alone.

Every glyph is one cell wide, none has an emoji form, and each has an ASCII twin (``irkit.tui.twins``).
"""

from __future__ import annotations

from irkit.engine.view import Mark

CHOSEN = "▌"
"""Stands before the selected row, so that it can be told without colours."""
DECISION = "◆"
"""A decision that was taken."""

_GLYPHS: dict[Mark, str] = {
    Mark.TODO: "·",
    Mark.RUNNING: "►",
    Mark.WAITS_FOR_YOU: "?",
    Mark.DONE: "✓",
    Mark.FAILED: "✗",
    Mark.SKIPPED: "–",
    Mark.OMITTED: "–",
    Mark.UNDONE: "↺",
    Mark.IN_DOUBT: "≈",
    Mark.POSTPONED: "»",
    Mark.PREVIEWED: "=",
    Mark.GATE: "◇",
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


def glyph(mark: Mark) -> str:
    """One character."""
    return _GLYPHS[mark]


def legend(width: int = 72) -> str:
    """``✓ done   ► running``: every glyph with its word, in rows of ``width`` cells at most."""
    words: dict[str, list[str]] = {}
    for mark, drawn in _GLYPHS.items():
        words.setdefault(drawn, []).append(mark.value)
    told = {drawn: " or ".join(several) for drawn, several in words.items()} | {DECISION: "decided"}
    rows = [""]
    for entry in (f"{drawn} {word}" for drawn, word in told.items()):
        longer = f"{rows[-1]}   {entry}".lstrip()
        rows[-1:] = [longer] if len(longer) <= width else [rows[-1], entry]
    return "\n".join(rows)


def style(mark: Mark) -> str:
    """A Rich style of ANSI colours, which every theme maps to its own."""
    return _STYLES[mark]
