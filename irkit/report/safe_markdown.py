"""Text from outside, made harmless in Markdown.

Names, user agents and error messages are written by whoever made the calls, the intruder included. CommonMark 0.31,
section 2.4: any ASCII punctuation character may be backslash-escaped and is then literal. What could start an element
is escaped, ``&``, ``<`` and ``>`` become entities, and what does not print (controls, line ends, marks of text
direction) becomes visible.
"""

from __future__ import annotations

import re
import unicodedata

_ESCAPED = frozenset("\\`*[]|~$!")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_UNPRINTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_IN_PLACE = (
    (re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"), r"\\_"),  # emphasis, but not within a word
    (re.compile(r"(?<=[A-Za-z]):(?=//)"), r"\\:"),  # no link by itself
    (re.compile(r"(?<=www)\.", re.IGNORECASE), r"\\."),
    (re.compile(r"@(?=\w)"), "&#64;"),
    (re.compile(r"^(?=[-+=:#])"), r"\\"),  # no list, no underline of a heading
    (re.compile(r"^(\d+)(?=[.)])"), r"\1\\"),
)
LONGEST = 600


def safe(text: str, limit: int = LONGEST) -> str:
    """``text`` as one line of inline Markdown that renders as itself; longer than ``limit`` characters, it is cut."""
    line = "".join(visible(each) for each in text).strip()
    if len(line) > limit:
        line = f"{line[:limit]}… ({len(line) - limit} more characters)"
    escaped = "".join(_ENTITIES.get(each) or (f"\\{each}" if each in _ESCAPED else each) for each in line)
    for pattern, by in _IN_PLACE:
        escaped = pattern.sub(by, escaped)
    return escaped


def visible(character: str) -> str:
    """A character that prints as itself; one that does not as ``<U+202E>``; a line end or tab as a space."""
    if character in "\r\n\t\v\f\x85\u2028\u2029":
        return " "
    if unicodedata.category(character) in _UNPRINTED:
        return f"<U+{ord(character):04X}>"
    return character


def fence(text: str) -> str:
    """A run of backticks longer than any in ``text``, so that nothing in it can end the block."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(3, longest + 1)
