"""Drawing in ASCII alone: every glyph, lane and frame that irkit and Textual draw has a twin of one cell. Pure."""

from __future__ import annotations

_TWINS = {
    "✓": "x", "►": ">", "✗": "!", "–": "-", "↺": "<", "≈": "%", "»": ")", "◆": "#", "◇": "o", "·": ".", "▌": "*",
    "…": "~", "→": ">", "›": ">", "─": "-", "━": "=", "│": "|", "┃": "|", "├": "+", "┤": "+", "┬": "+", "┴": "+",
    "┼": "+", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "┏": "+", "┓": "+", "┗": "+", "┛": "+", "▔": "-", "▁": "_",
    "▊": "|", "▎": "|", "▐": "(", "●": "o", "▆": "|", "▂": "|", "▃": "|", "▄": "|", "▅": "|", "▇": "|", "█": "|",
    "▼": "v", "▲": "^", "▶": ">", "•": "*", "‹": "<",
}  # fmt: skip
_TABLE = str.maketrans(_TWINS)


def in_ascii(text: str) -> str:
    """``text`` with twins for what is drawn, cell for cell; other characters, of names from outside, stay."""
    return text if text.isascii() else text.translate(_TABLE)
