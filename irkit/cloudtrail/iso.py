"""A moment as coverages and reports write it."""

from __future__ import annotations

from datetime import datetime


def iso(at: datetime | None) -> str:
    """``2026-11-21T03:00:00Z``, to the second; ``?`` for a moment that nobody knows. ``at`` is in UTC."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at is not None else "?"
