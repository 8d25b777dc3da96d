"""Moments and spans as an on-call types them: ``2026-11-21T03:00Z``, ``2026-11-21``, ``30h`` ago, ``now``. All UTC."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from enum import StrEnum

from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.query import Window
from irkit.errors import UsageError

_SPAN = re.compile(r"-?(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"\d{4}-?\d\d-?\d\d")
ALWAYS = datetime(2006, 1, 1, tzinfo=UTC)
"""Before AWS's first service: no record is older."""


class Edge(StrEnum):
    """Which end of a span a moment is: a bare day begins a span at its first moment, and ends one with its last."""

    START = "start"
    END = "end"


def span(text: str) -> timedelta:
    """``30h``, ``90m``, ``2d``, ``1w``. Raises ``UsageError`` for anything else."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no span of time", hint="write it as 90m, 30h, 2d or 1w")
    try:
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        raise UsageError(f"{text!r} is longer than time", hint="write it as 90m, 30h, 2d or 1w") from None


def moment(text: str, now: datetime, edge: Edge = Edge.START) -> datetime:
    """A moment, aware, in UTC; one without a zone is in UTC. Raises ``UsageError``."""
    asked = text.strip()
    if asked == "now":
        return now
    if _SPAN.fullmatch(asked):
        try:
            return now - span(asked)
        except OverflowError:
            return ALWAYS
    try:
        at = datetime.fromisoformat(asked)
    except ValueError:
        hint = "write it as 2026-11-21T03:00Z (UTC), 2026-11-21, 30h (ago) or now"
        raise UsageError(f"{text!r} is no time", hint=hint) from None
    if not MINYEAR < at.year < MAXYEAR:
        raise UsageError(f"{text!r} is beyond all time", hint="leave it out for all time")
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at + timedelta(days=1) if edge is Edge.END and _DAY.fullmatch(asked) else at


def windows(since: str | None, until: str | None, now: datetime) -> tuple[Window, ...]:
    """The span between two moments; empty when neither is given. Raises ``UsageError`` when it holds no time."""
    if since is None and until is None:
        return ()
    start = moment(since, now) if since is not None else ALWAYS
    end = moment(until, now, Edge.END) if until is not None else now
    if start >= end:
        raise UsageError(
            f"--since {iso(start)} is not before --until {iso(end)}",
            hint="times are UTC; 30h means 30 hours ago",
        )
    return (Window(start, end),)
