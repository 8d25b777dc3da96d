"""Times and spans in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def utc(at: datetime) -> str:
    """``2026-11-21 14:05:09Z``, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def span(length: timedelta) -> str:
    """``12 s``, ``4 min 05 s``, ``3 h 07 min`` or ``2 d 04 h``; with a minus before a negative one."""
    seconds = round(length.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    if seconds < _MINUTE:
        return f"{sign}{seconds} s"
    if seconds < _HOUR:
        return f"{sign}{seconds // _MINUTE} min {seconds % _MINUTE:02} s"
    if seconds < _DAY:
        return f"{sign}{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02} min"
    return f"{sign}{seconds // _DAY} d {seconds % _DAY // _HOUR:02} h"


def interval(earliest: datetime | None, latest: datetime | None) -> str:
    """An instant that is only known to lie between two times; None is an open end."""
    if earliest is None and latest is None:
        return "not established"
    if earliest is None or latest is None:
        return f"by {utc(latest)}" if latest is not None else f"after {utc(earliest)}" if earliest else ""
    if utc(earliest) == utc(latest):
        return utc(latest)
    return f"{utc(earliest)} – {utc(latest)} ({span(latest - earliest)} wide)"
