"""A number with its noun, as plans, reports and screens write it."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """``1 key``, ``3 keys``; ``several`` is for what does not end in s: ``counted(2, "entry", "entries")``."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
