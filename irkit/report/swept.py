"""What the sweeps of the window found: made or changed by suspects, by innocents, or by nobody knows whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from irkit.report.credentials import masked
from irkit.report.spans import utc
from irkit.report.statement import Statement
from irkit.report.views import Remnant, Swept

_FEW = 3
"""So many like calls are told one by one."""
_ENDED = {"found": "found what is listed here", "clean": "found nothing that was not shut in already"}


def swept(sweeps: Sequence[tuple[int, Swept]]) -> Iterator[Statement]:
    """A statement for each thing found and one for how each sweep ended; each thing once, by its first sweep."""
    told: set[str] = set()
    for seq, sweep in sweeps:
        for text in _found(sweep):
            if text not in told:
                told.add(text)
                yield Statement(text=masked(text), events=(seq,))
        when = f" at {utc(sweep.swept_at)}" if sweep.swept_at else ""
        yield Statement(text=f"the sweep{when} {_ENDED.get(sweep.outcome, f'ended {sweep.outcome}')}", events=(seq,))


def _found(sweep: Swept) -> Iterator[str]:
    groups = (
        ("user made", sweep.users),
        ("role made", sweep.roles),
        ("key of a user who was there before", sweep.stray_keys),
        ("trust", sweep.trusts),
        ("rights", sweep.rights),
        ("password", sweep.passwords),
        ("grant", sweep.grants),
        ("session", sweep.sessions),
    )
    for kind, things in groups:
        for each in things:
            yield f"{kind}: {_thing(each)}"
    yield from _others(sweep.others)
    for name in sweep.unknown:
        yield f"made by nobody known: {name}"
    for name in sweep.innocent:
        yield f"left alone as innocent: {name}"


def _others(things: Sequence[Remnant]) -> Iterator[str]:
    """Calls that make no way in, the same by the same folded into one: a miner starts machines by the hundred."""
    same: dict[tuple[str, str], list[Remnant]] = {}
    for each in things:
        same.setdefault((each.call, each.by), []).append(each)
    for (call, by), several in same.items():
        if len(several) <= _FEW:
            yield from (f"other: {_thing(each)}" for each in several)
            continue
        times = sorted(each.at for each in several if each.at)
        when = f", {utc(times[0])} to {utc(times[-1])}" if times else ""
        ends = f"{several[0].event_id} … {several[-1].event_id}"
        yield f"other: {call} by {by or 'nobody named'}, {len(several)} times{when} (CloudTrail events {ends})"


def _thing(each: Remnant) -> str:
    named = (each.call, each.user, each.role, each.key_id, each.principal, each.grant_id, each.target, each.what)
    thing = " ".join(dict.fromkeys(filter(None, (*named, *each.key_ids, *each.rights, *each.added))))
    when, by = f" at {utc(each.at)}" if each.at else "", f" by {each.by}" if each.by else ""
    return f"{thing}{when}{by}" + (f" (CloudTrail event {each.event_id})" if each.event_id else "")
