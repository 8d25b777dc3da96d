"""A question on the terminal that takes yes for an answer."""

from __future__ import annotations

import sys


def can_ask() -> bool:
    """Whether somebody is at the terminal who sees a question and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def says_yes(question: str) -> bool:
    """Ask on stderr, and whether the answer is yes; anything else is no, the end of the input too."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
