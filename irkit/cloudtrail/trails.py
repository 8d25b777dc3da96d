"""What the account's trails record, and what an answer read from their files can therefore not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from irkit.clients.trails import StatusTold, TrailTold
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.selectors import Access, Recorded, recorded
from irkit.errors import Denied, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

IAM = (
    *("cloudtrail:DescribeTrails", "cloudtrail:ListTrails", "cloudtrail:GetTrailStatus"),
    *("cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors"),
)
"""What is asked; what is denied is said to be not known."""
_KMS = "kms.amazonaws.com"
_QUIET = timedelta(hours=2)
"""A trail that delivered nothing for so long is worth a word."""
_AT_ONCE = 8
_T = TypeVar("_T")


@dataclass(frozen=True)
class Trail:
    """One trail, as far as we may see it: ``unknown`` says in words what AWS did not tell us."""

    told: TrailTold
    status: StatusTold | None = None
    recorded: Recorded | None = None
    insights: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name, with its home region."""
        return f"trail {self.told.name} ({self.told.home_region})"


def trails(clients: Clients) -> tuple[Trail, ...]:
    """Every trail that records in this account, with what it records.

    Raises ``Denied`` when cloudtrail:DescribeTrails is; a lesser missing permission is in ``Trail.unknown``.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(lambda told: _trail(clients, told), clients.trails.described()))


def trail_notes(clients: Clients, bucket: str = "") -> tuple[str, ...]:
    """What limits an answer from the trails' files, in words, for a coverage; with a bucket, of its trails alone.

    Raises nothing: that AWS does not tell is a note itself.
    """
    try:
        found = trails(clients)
    except OutsideError as error:
        return (f"what the trails record is not known ({_reason(error, 'cloudtrail:DescribeTrails')})",)
    if bucket:
        found = tuple(one for one in found if one.told.bucket == bucket)
        if not found:
            return (f"no trail of this account delivers to {bucket}: what is recorded there is not known",)
    elif not found:
        return ("no trail records in this account: there is the event history alone",)
    return tuple(note for one in found for note in notes(one, clients.now()))


def notes(one: Trail, now: datetime) -> tuple[str, ...]:
    """What one trail does not record or has not delivered, in words. Pure."""
    return (*_of_status(one, now), *_of_selectors(one), *(f"{one.name}: {each}" for each in one.unknown))


def _of_status(one: Trail, now: datetime) -> Iterator[str]:
    status = one.status
    if status is not None and not status.is_logging:
        since = f" since {iso(status.stopped_at)}" if status.stopped_at else ""
        yield f"{one.name} IS OFF{since}: it records nothing"
    elif status is not None and status.delivered_at is not None and status.delivered_at < now - _QUIET:
        yield f"{one.name} delivered last at {iso(status.delivered_at)}"
    if status is not None and status.delivery_error:
        yield f"{one.name} cannot deliver: {status.delivery_error}"
    if not one.told.is_multi_region:
        globe = "" if one.told.has_global_services else ", global services such as IAM left out"
        yield f"{one.name} records its own region alone{globe}"


def _of_selectors(one: Trail) -> Iterator[str]:
    told = one.recorded
    if told is None:
        return
    match told.management:
        case Access.NONE:
            yield f"{one.name} records no management events: who called what is not in it"
        case Access.WRITES:
            yield f"{one.name} records no reads: no kms:Decrypt and no GetSecretValue are in it"
        case Access.READS:
            yield f"{one.name} records no writes: nothing that was made or changed is in it"
        case Access.ALL:
            pass
    if _KMS in told.excluded:
        yield (
            f"{one.name} records no KMS events: no decrypts in it does not mean that none were made"
            " (the event history has them for 90 days)"
        )
    if others := [each for each in told.excluded if each != _KMS]:
        yield f"{one.name} leaves out {', '.join(others)}"
    if told.limits:
        yield f"{one.name} records management events only {' or '.join(told.limits)}"
    if told.data:
        yield f"{one.name} records data events of {'; '.join(each.text for each in told.data)} and no others"
    else:
        yield f"{one.name} records no data events such as s3:GetObject"


def _trail(clients: Clients, told: TrailTold) -> Trail:
    missing: list[str] = []
    client = clients.trails
    status = _tried(lambda: client.status(told), "whether it is on", "cloudtrail:GetTrailStatus", missing)
    told_of = _tried(lambda: client.selectors(told), "what it records", "cloudtrail:GetEventSelectors", missing)
    # Insights tell of no call: that they are not known is no gap.
    insights = _tried(lambda: client.insights(told), "its insights", "cloudtrail:GetInsightSelectors", [])
    if told_of is not None and not told_of.basic and not told_of.advanced:
        told_of = None
        missing.append("what it records is not known (AWS names no selector)")
    return Trail(told, status, recorded(told_of) if told_of else None, insights or (), tuple(missing))


def _tried(ask: Callable[[], _T], what: str, permission: str, missing: list[str]) -> _T | None:
    try:
        return ask()
    except OutsideError as error:
        missing.append(f"{what} is not known ({_reason(error, permission)})")
        return None


def _reason(error: OutsideError, permission: str) -> str:
    return f"{permission} denied" if isinstance(error, Denied) else error.message
