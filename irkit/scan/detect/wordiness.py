"""How much of a text is words: what tells a name or a phrase from random characters."""

from __future__ import annotations

import re
from itertools import pairwise

_PAIRS = (
    b"07871360604978070989554450623260005407115304525000408053821750764292164862003063359320800523620564510120"
    b"84896652403879465999365741502356108005117206445000304021803550042541055241000070027000600321600425300020"
    b"65776670102879860688060406100030000000002000003000003011612040030210015110300082359310901723840266521070"
    b"84138100602352670054400020827886927054357412895510204577255040477967097675630081338304602712760856502050"
    b"00000000000000000000600000836694518045658406775330506263933680454367237972305083649408902543750876623262"
    b"56536440500668360767000000601080005000103001100000006012510460020441044100100021414201400210150026000210"
    b"0121310030023425014400101020006000300000200000000000"
)
"""How common each pair of letters is in English and in program code, ``aa`` to ``zz``, 0 to 9; one step is 0.78 bits.

Counted over the words of Python's own standard library, each word by the logarithm of how often it comes.
"""
_EVEN = 5.8
"""Above this mean, a run of letters reads as a word: half a bit a pair above what chance gives."""
_EVEN_APART = 4.5
"""The same for a run that stands alone between other signs."""
_RUN = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]+")
_ALPHANUMERIC = re.compile(rb"[A-Za-z0-9]")
_WORD_LETTERS = 4
_SHORT_LETTERS = 3


def wordiness(value: bytes) -> float:
    """The share of letters and digits that stand in readable words, 0.0 to 1.0.

    Random text has 0.0, in a thousandth of cases up to 0.5 (20 characters) or 0.25 (40); names and phrases have 1.0,
    nineteen of twenty above 0.5. A word has four letters of one case or a capital first, or three between other signs.
    """
    letters = len(_ALPHANUMERIC.findall(value))
    if not letters:
        return 0.0
    return sum(end - start for start, end in words(value)) / letters


def words(value: bytes) -> list[tuple[int, int]]:
    """Where readable words stand in a text."""
    return [run.span() for run in _RUN.finditer(value) if _is_word(value, *run.span())]


def _is_word(value: bytes, start: int, end: int) -> bool:
    is_apart = not (value[max(0, start - 1) : start].isalnum() or value[end : end + 1].isalnum())
    if end - start < (_SHORT_LETTERS if is_apart else _WORD_LETTERS):
        return False
    run = value[start:end].lower()
    scores = [_PAIRS[(first - 97) * 26 + second - 97] - 48 for first, second in pairwise(run)]
    return sum(scores) > (_EVEN_APART if is_apart else _EVEN) * len(scores)
