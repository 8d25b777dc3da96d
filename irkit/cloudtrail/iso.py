"""A moment as coverages and reports write it."""

from __future__ import annotations

from datetime import datetime


def iso(at: datetime | None) -> str:
    """``2026-11-21T03:00:00Z``, to the second; ``?`` for a moment that nobody knows. ``at`` is in UTC."""
    # %Y writes the year 900 with three digits, which nothing reads back
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z" if at is not None else "?"
