"""Spans and times of day as the screens write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def clock(span: timedelta) -> str:
    """``0:04``, ``1:41``, ``2:03:10``: what stands beside a step. A span below zero is shown as zero."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def since(span: timedelta) -> str:
    """``12s``, ``6m12s``, ``3h05m``, ``2d04h``: how long the incident has been going on."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds}s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}m{seconds % _MINUTE:02}s"
    if seconds < _DAY:
        return f"{seconds // _HOUR}h{seconds % _HOUR // _MINUTE:02}m"
    return f"{seconds // _DAY}d{seconds % _DAY // _HOUR:02}h"


def moment(at: datetime) -> str:
    """``06:11:58Z``: the time of day in UTC, to the second."""
    return at.astimezone(UTC).strftime("%H:%M:%SZ")
