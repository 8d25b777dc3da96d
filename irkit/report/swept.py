"""What the sweeps of the window found: made or changed by suspects, by innocents, or by nobody knows whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from irkit.report.credentials import masked
from irkit.report.spans import utc
from irkit.report.statement import Statement
from irkit.report.views import Remnant, Swept

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
        ("other", sweep.others),
    )
    for kind, things in groups:
        for each in things:
            yield f"{kind}: {_thing(each)}"
    for name in sweep.unknown:
        yield f"made by nobody known: {name}"
    for name in sweep.innocent:
        yield f"left alone as innocent: {name}"


def _thing(each: Remnant) -> str:
    named = (each.call, each.user, each.role, each.key_id, each.principal, each.grant_id, each.target, each.what)
    thing = " ".join(dict.fromkeys(filter(None, (*named, *each.key_ids, *each.rights, *each.added))))
    when, by = f" at {utc(each.at)}" if each.at else "", f" by {each.by}" if each.by else ""
    return f"{thing}{when}{by}" + (f" (CloudTrail event {each.event_id})" if each.event_id else "")
