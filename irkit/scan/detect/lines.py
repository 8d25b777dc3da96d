"""Whether an expression can match over a line end; if not, its rule looks at one line alone."""

from __future__ import annotations

import re


def spans_lines(pattern: str) -> bool:
    r"""Whether some part of the expression matches a line feed: ``\s``, ``[^"]``, ``\n`` and the like.

    Raises ``re.error`` when it does not compile.
    """
    return any(re.compile(atom.encode()).search(b"\n") for atom in _atoms(pattern))


_ATOM = re.compile(r"\\x0[aA]|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\n|.", re.DOTALL)
_DOT_IS_ALL = re.compile(r"\(\?[a-z]*s")
_OTHER = frozenset("()|*+?{}^$.")
_NO_LETTERS = frozenset([r"\b", r"\B", r"\A", r"\Z", r"\z"])


def _atoms(pattern: str) -> list[str]:
    """The parts of the expression that match one byte."""
    atoms = {atom for atom in _ATOM.findall(pattern) if atom not in _OTHER and atom not in _NO_LETTERS}
    return sorted(atoms) + (["(?s)."] if _DOT_IS_ALL.search(pattern) else [])
