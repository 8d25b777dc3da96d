"""A number with its noun, and the first few of many names, as plans, reports and screens write them."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, one: str, several: str = "") -> str:
    """``1 key``, ``3,000 keys``; ``several`` is for what does not end in s: ``counted(2, "entry", "entries")``."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def few(names: Sequence[str], most: int) -> str:
    """``a, b, c and 4 more``: the first ones, ``most`` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
