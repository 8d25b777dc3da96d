"""What a rule's expression is made of, as far as Python's ``re``, RE2 and Hyperscan agree, and what follows from it.

An expression is parsed so that the prefilter's anchor and the fixed beginnings of a value need not be written by hand,
and so that what the three engines do not share (look-around, back references) is refused with its name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_QUANTIFIER = re.compile(r"[*+?]|\{(\d+)(,?)(\d*)\}")
_GROUP = re.compile(r"\?(?:P<(\w+)>|([a-z]*):|([a-z]+)\))")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|[dDwWsSbBtnrfv]|[^A-Za-z0-9])", re.DOTALL)
_ZERO_WIDTH = ("^", "$", "\\b", "\\B")
_OTHERS = {"?=": "look-ahead", "?!": "look-ahead", "?<": "look-behind", "?P=": "a back reference", "?P>": "a recursion"}


class ExpressionInvalid(ValueError):
    """An expression that the three engines do not share; the message says what and where."""


class Group(NamedTuple):
    """Alternatives in parentheses, or a whole expression. ``flags`` are those of ``(?i:``."""

    branches: tuple[tuple[Piece, ...], ...]
    name: str = ""
    flags: str = ""


class Piece(NamedTuple):
    """A character, a class or a group, so many times."""

    atom: str | Group
    least: int = 1
    most: int | None = 1
    """None: without limit."""

    @property
    def is_zero_width(self) -> bool:
        """Whether it takes no byte: a boundary."""
        return self.atom in _ZERO_WIDTH


def parsed(pattern: str) -> Group:
    """The parts of an expression. Raises ``ExpressionInvalid``."""
    group, end = _group(pattern, 0, 0)
    if end != len(pattern):
        raise ExpressionInvalid(f"a ) too many at {end}")
    return group


def rendered(group: Group) -> str:
    """The text of an expression; its groups no longer capture."""
    text = "|".join("".join(_rendered_piece(piece) for piece in branch) for branch in group.branches)
    return f"(?{group.flags}:{text})" if group.flags else text


def _rendered_piece(piece: Piece) -> str:
    if isinstance(piece.atom, str):
        return piece.atom + _rendered_count(piece)
    text = rendered(piece.atom)
    is_closed = bool(piece.atom.flags) or (len(piece.atom.branches) == 1 and piece.least == piece.most == 1)
    return (text if is_closed else f"(?:{text})") + _rendered_count(piece)


def _rendered_count(piece: Piece) -> str:
    short = {(1, 1): "", (0, 1): "?", (0, None): "*", (1, None): "+"}.get((piece.least, piece.most))
    if short is not None:
        return short
    if piece.least == piece.most:
        return f"{{{piece.least}}}"
    return f"{{{piece.least},{'' if piece.most is None else piece.most}}}"


def _group(text: str, at: int, depth: int) -> tuple[Group, int]:
    """The alternatives from ``at`` to the group's end. Flags without a group hold for the rest, as RE2 has it."""
    if depth > 40:  # noqa: PLR2004 - far beyond what a token needs
        raise ExpressionInvalid(f"groups more than 40 deep at {at}")
    branches: list[list[Piece]] = [[]]
    flags = ""
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            branches.append([])
            at += 1
            continue
        atom, at, more = _atom(text, at, depth)
        flags += more
        if atom is not None:
            piece, at = _counted(text, at, atom)
            branches[-1].append(piece)
    return Group(tuple(tuple(branch) for branch in branches), flags=flags), at


def _atom(text: str, at: int, depth: int) -> tuple[str | Group | None, int, str]:
    one = text[at]
    if one == "(":
        return _parenthesis(text, at, depth)
    if one in "*+?":
        raise ExpressionInvalid(f"nothing to repeat at {at}")
    if one == "[":
        found = _CLASS.match(text, at)
        if found is None:
            raise ExpressionInvalid(f"a [ that does not end, at {at}")
        return found.group(), found.end(), ""
    if one == "\\":
        found = _ESCAPE.match(text, at)
        if found is None:
            raise ExpressionInvalid(f"{text[at : at + 2]} at {at} does not mean the same to all engines")
        return found.group(), found.end(), ""
    return one, at + 1, ""


def _parenthesis(text: str, at: int, depth: int) -> tuple[Group | None, int, str]:
    start, name, flags = at + 1, "", ""
    if text.startswith("?", start):
        found = _GROUP.match(text, start)
        what = next((name for key, name in _OTHERS.items() if text.startswith(key, start)), "an unknown group")
        if found is None or (text.startswith("?<", start)):
            raise ExpressionInvalid(f"{what} at {at}: the engines do not share it")
        if found[3] is not None:
            return None, found.end(), _known_flags(found[3], at)
        start, name, flags = found.end(), found[1] or "", _known_flags(found[2] or "", at)
    inner, end = _group(text, start, depth + 1)
    if end >= len(text):
        raise ExpressionInvalid(f"a ( that does not end, at {at}")
    return Group(inner.branches, name, "".join(sorted(set(flags + inner.flags)))), end + 1, ""


def _known_flags(flags: str, at: int) -> str:
    if set(flags) - set("is"):
        raise ExpressionInvalid(f"flags {flags} at {at}: only i and s are shared")
    return flags


def _counted(text: str, at: int, atom: str | Group) -> tuple[Piece, int]:
    found = _QUANTIFIER.match(text, at)
    if found is None:
        return Piece(atom), at
    end = found.end()
    if text.startswith("?", end):
        end += 1
    elif text.startswith("+", end):
        raise ExpressionInvalid(f"a possessive repetition at {at}: the engines do not share it")
    if found[1] is None:
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[found.group()]
        return Piece(atom, least, most), end
    least = int(found[1])
    most = least if not found[2] else int(found[3]) if found[3] else None
    if most is not None and most < least:
        raise ExpressionInvalid(f"{found.group()} at {at} is upside down")
    return Piece(atom, least, most), end
