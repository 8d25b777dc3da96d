"""Text that is safe to draw: names in CloudTrail, commits and user agents are written by strangers.

A terminal obeys escape sequences, and bidirectional controls make a line read as something else (CVE-2021-42574), so
every character that is a control, a format control, a surrogate or unassigned is drawn as ``�``.
"""

from __future__ import annotations

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str) -> str:
    """``text`` on one line: line breaks and tabs become a space, what a terminal might obey becomes ``�``."""
    if text.isprintable():
        return text
    return "".join(_shown(c) for c in text)


def _shown(character: str) -> str:
    import unicodedata  # what is printed is mostly printable, and a hook has no time

    if character in "\n\r\t":
        return " "
    return "�" if unicodedata.category(character) in _UNSAFE else character
