"""Log files that no digest lists: added ones, and those of a time that no digest covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from irkit.cloudtrail.integrity.digest import Digest
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.gaps import DUE
from irkit.cloudtrail.integrity.held import Held
from irkit.cloudtrail.layout import Kind as Layout
from irkit.cloudtrail.layout import named
from irkit.cloudtrail.query import Window

ROUNDED = timedelta(minutes=20)
"""A file may be delivered so much after the time in its name, and so be in the next digest."""
_LISTED = "to be in a digest of its time"
_OR = (
    "no digest lists it though they cover its time: added later, of a trail without validation, or waiting for a "
    "backfill digest"
)


class Where(StrEnum):
    """How a file's time stands to what digests cover."""

    INSIDE = "inside"
    BEFORE = "before the first digest"
    AFTER = "after the last digest"
    AHEAD = "of a time that is still to come"
    BETWEEN = "where digests are missing"
    NOWHERE = "of an account and region that have no digest"


class Uncovered(NamedTuple):
    """What the files come to; ``pending`` are so young that their digest is not due yet."""

    findings: tuple[Finding, ...]
    pending: int
    insights: int = 0
    """Files of Insights where no digest lists any: CloudTrail proves none of them, and they hold no calls."""


def uncovered(left: Iterable[Held], digests: Sequence[Digest], asked_at: datetime) -> Uncovered:
    """Tell added files from those that no digest could list."""
    spans = _spans(digests)
    added: list[Finding] = []
    groups: dict[tuple[str, str, Where], list[tuple[datetime, Held]]] = defaultdict(list)
    pending = insights = 0
    lists_insights = cache(
        lambda: any(named(listed.key).kind is Layout.INSIGHT for one in digests for listed in one.logs)
    )
    for held in left:
        name = named(held.key)
        if name.kind is Layout.INSIGHT and not lists_insights():
            insights += 1
            continue
        if name.delivered_at is None:
            added.append(Finding(Kind.ADDED_LOG, held.place, _LISTED, "no digest lists it, and its name is no log's"))
            continue
        where = _where(name.delivered_at, spans.get((name.account, name.region), ()))
        if name.delivered_at - asked_at > ROUNDED:
            where = Where.AHEAD  # it would wait for a digest for ever
        if where is Where.INSIDE:
            added.append(Finding(Kind.ADDED_LOG, held.place, _LISTED, _OR, series=f"{name.account} {name.region}"))
        elif where is Where.AFTER and asked_at - name.delivered_at <= DUE:
            pending += 1
        else:
            groups[name.account, name.region, where].append((name.delivered_at, held))
    grouped = (_group(*which, those) for which, those in sorted(groups.items()))
    return Uncovered((*added, *grouped), pending, insights)


def _spans(digests: Iterable[Digest]) -> Mapping[tuple[str, str], Sequence[Window]]:
    """What the digests of an account and region cover, oldest first, joined where they touch."""
    found: dict[tuple[str, str], list[Window]] = defaultdict(list)
    for one in sorted(digests, key=lambda each: each.start_at):
        if one.series.backfill:
            continue
        spans = found[one.series.account, one.series.region]
        if spans and one.start_at <= spans[-1].end:
            spans[-1] = Window(spans[-1].start, max(spans[-1].end, one.end_at))
        else:
            spans.append(Window(one.start_at, one.end_at))
    return found


def _where(at: datetime, spans: Sequence[Window]) -> Where:
    if not spans:
        return Where.NOWHERE
    if any(span.start <= at <= span.end - ROUNDED for span in spans):
        return Where.INSIDE
    if at < spans[0].start:
        return Where.BEFORE
    return Where.AFTER if at > spans[-1].end - ROUNDED else Where.BETWEEN


def _group(account: str, region: str, where: Where, those: Sequence[tuple[datetime, Held]]) -> Finding:
    first, last = min(at for at, _ in those), max(at for at, _ in those)
    place = those[0][1].place
    more = f" and {len(those) - 1} more" if len(those) > 1 else ""
    return Finding(
        Kind.UNCOVERED_LOG,
        f"{place}{more}",
        "a digest of its time",
        f"{len(those)} log files {where}: nothing proves them",
        since=first,
        until=last,
        series=f"{account} {region}",
    )
