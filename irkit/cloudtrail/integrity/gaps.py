"""Where a chain of digests has holes: deleted digests, validation switched off, a region that ends early."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from irkit.cloudtrail.integrity.digest import Digest, Series, end_of_name
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.held import Held
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.query import Window

HOUR = timedelta(hours=1)
"""What one digest covers."""
DUE = timedelta(hours=2)
"""After so long a digest must be there (it is delivered about an hour after what it covers)."""
_SLACK = timedelta(minutes=5)
"""Digests that name each other may lie so far apart; nothing was taken out between them."""
BEHIND = timedelta(minutes=90)
"""A region whose digests end so much before those of the trail's other regions lacks some."""


def by_series(digests: Iterable[Digest]) -> Mapping[Series, list[Digest]]:
    """The digests of each chain, oldest first."""
    found: dict[Series, list[Digest]] = defaultdict(list)
    for one in digests:
        found[one.series].append(one)
    return {name: sorted(those, key=_order) for name, those in sorted(found.items())}


def gaps(
    digests: Sequence[Digest], damaged: Sequence[Held], window: Window | None, asked_at: datetime
) -> tuple[Finding, ...]:
    """What the digests at hand do not join up to. ``damaged`` are digests that could not be read.

    Of a window, all of it must be covered but its last hours before ``asked_at``; nothing is said of what lies before.
    """
    at_hand = {one.at for one in digests}
    chains = by_series(digests)
    found: list[Finding] = []
    for those in chains.values():
        for number, one in enumerate(those):
            older = those[number - 1] if number else None
            if window and one.start_at <= window.start:
                continue
            if one.previous is None:
                found += _restarted(one, older)
            elif (one.previous.bucket, one.previous.key) not in at_hand:
                hit = [each for each in damaged if each.lies_at(one.previous.bucket, one.previous.key)]
                found.append(_damaged(one, hit[0]) if hit else _missing(one, older))
            elif older and not one.series.backfill and one.start_at - older.end_at > _SLACK:
                found.append(_apart(older, one))
    return (*found, *_behind(chains, window), *_edges(chains, window, asked_at))


def _order(one: Digest) -> tuple[datetime, str]:
    return one.end_at, one.key


def _restarted(one: Digest, older: Digest | None) -> list[Finding]:
    """A chain begins though there are older digests: nothing covers the time between."""
    if older is None or one.series.backfill or one.start_at <= older.end_at:
        return []
    span = _span(older.end_at, one.start_at)
    return [
        Finding(
            Kind.CHAIN_STOPPED,
            one.place,
            f"a digest that goes on from {older.place}",
            f"a new chain: log file validation was off, or logging stopped, for {span}",
            since=older.end_at,
            until=one.start_at,
            series=one.series.text,
        )
    ]


def _damaged(one: Digest, hit: Held) -> Finding:
    expected = f"sha256 {one.previous.sha256}" if one.previous else ""
    until = one.start_at
    return Finding(
        Kind.ALTERED_DIGEST,
        hit.place,
        expected,
        "a file that is no digest any more",
        one.place,
        until - HOUR,
        until,
        one.series.text,
    )


def _missing(one: Digest, older: Digest | None) -> Finding:
    """The digest before is not at hand; with an older one at hand, the gap's length says how many are missing."""
    bucket, key = (one.previous.bucket, one.previous.key) if one.previous else ("", "")
    ended = end_of_name(key) or one.start_at
    if older is None or one.series.backfill:
        seen = f"it is not here: nothing proves what was delivered before {iso(ended)}"
        since = ended - HOUR
    else:
        since = older.end_at
        number = max(1, round((one.start_at - since) / HOUR))
        more = f" and about {number - 1} before it" if number > 1 else ""
        seen = f"it{more} is not here: {_span(since, one.start_at)} not covered"
    expected = f"a digest, as {one.key.rpartition('/')[2]} says"
    place = f"s3://{bucket}/{key}"
    return Finding(Kind.MISSING_DIGEST, place, expected, seen, one.place, since, one.start_at, one.series.text)


def _apart(older: Digest, one: Digest) -> Finding:
    return Finding(
        Kind.CHAIN_GAP,
        one.place,
        f"a digest from {iso(older.end_at)} on, when the one before ends",
        f"one from {iso(one.start_at)} on",
        older.place,
        min(older.end_at, one.start_at),
        max(older.end_at, one.start_at),
        one.series.text,
    )


def _behind(chains: Mapping[Series, Sequence[Digest]], window: Window | None) -> Iterable[Finding]:
    """Regions of a trail whose digests end long before those of its other regions: the newest were deleted."""
    trails: dict[tuple[str, str, str], list[tuple[Series, datetime]]] = defaultdict(list)
    for name, those in chains.items():
        if not name.backfill:
            end = min(those[-1].end_at, window.end) if window else those[-1].end_at
            trails[name.account, name.trail, name.home].append((name, end))
    for ends in trails.values():
        newest = max(end for _, end in ends)
        for name, end in ends:
            if newest - end > BEHIND:
                place = chains[name][-1].place
                seen = f"none in this region after {iso(end)}: {_span(end, newest)} not covered"
                expected = f"digests until {iso(newest)}, as in the trail's other regions"
                yield Finding(Kind.MISSING_DIGEST, place, expected, seen, "", end, newest, name.text)


def _edges(chains: Mapping[Series, Sequence[Digest]], window: Window | None, asked_at: datetime) -> Iterable[Finding]:
    """What a window's first and last digests leave uncovered of it."""
    if window is None:
        return
    for name, those in chains.items():
        first, last = those[0], those[-1]
        if name.backfill:
            continue
        if first.previous is None and first.start_at > window.start:
            seen = f"validation began at {iso(first.start_at)}: {_span(window.start, first.start_at)} not covered"
            expected = f"digests from {iso(window.start)} on"
            yield Finding(Kind.CHAIN_BEGAN, first.place, expected, seen, "", window.start, first.start_at, name.text)
        due = min(window.end, asked_at - DUE)
        if last.end_at < due:
            seen = f"none after {iso(last.end_at)}: {_span(last.end_at, due)} not covered"
            expected = f"digests until {iso(due)}"
            yield Finding(Kind.MISSING_DIGEST, last.place, expected, seen, "", last.end_at, due, name.text)


def _span(start: datetime, end: datetime) -> str:
    minutes = round((end - start).total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02} min ({iso(start)} to {iso(end)})"
