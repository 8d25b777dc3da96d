"""Until when the log files behind a table came: Athena's answer is as empty where logging was stopped as in quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from irkit.cloudtrail.athena.estimate import Estimate
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.quiet import ended, quiet, silence


def last_delivered(counted: Estimate | None, within: Window, asked_at: datetime) -> datetime:
    """Up to when an answer can be trusted to have its files, less CloudTrail's lag. ``counted``: what was listed."""
    if counted is None or not counted.is_whole:
        return asked_at
    if not counted.files:
        return within.start
    return silence(counted.newest_of, min(within.end, asked_at)) or asked_at


def words(counted: Estimate | None, query: Query, within: Window, asked_at: datetime) -> Iterator[str]:
    """What is to be said of that."""
    if counted is None or not counted.is_whole:
        yield "whether log files came until then was not looked at"
        return
    if not counted.files:
        yield (
            "NO LOG FILE lies where the table looks for what was asked: nothing happened, logging was stopped, or the "
            "table looks elsewhere"
        )
        return
    yield from quiet(counted.newest_of, query)
    last = silence(counted.newest_of, min(within.end, asked_at))
    if last is not None:
        yield ended(last)
