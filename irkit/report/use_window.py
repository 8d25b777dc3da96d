"""When a leaked key was used: first by someone else, and last with success."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from irkit.report.findings import Findings, Found
from irkit.report.looked import asked_log
from irkit.report.milestone import Bound, Mark, Milestone
from irkit.report.party import party
from irkit.report.rotation import Opened
from irkit.report.statement import Basis
from irkit.report.views import Identity, Judgement, KeyUse


def use_window(found: Findings) -> tuple[Milestone, Milestone]:
    """The first use by someone else, and the last use that succeeded."""
    uses = [(step, use) for step in found.of("cloudtrail.measure_key_use") for use in step.read(KeyUse)]
    last = [Bound(use.last_success_at, use.coverage, step.seq) for step, use in uses if use.last_success_at]
    last += list(_opened(found, _last))
    looked = "CloudTrail was asked and showed none" if uses or asked_log(found) else "no step asked CloudTrail"
    backing = tuple(step.seq for step, _ in uses)
    return _first_use(found, uses, looked, backing), _last_use(found, last, looked, backing)


def _first(opened: Opened) -> datetime:
    return min(thing.first_at for thing in opened.opened)


def _last(opened: Opened) -> datetime:
    return max(thing.last_at for thing in opened.opened)


def _opened(found: Findings, when: Callable[[Opened], datetime]) -> Iterator[Bound]:
    """The intruder's first or last decrypt or read: asked for after the cut, so seen to the end."""
    for step in found.of("cloudtrail.measure_opened"):
        for each in step.read(Opened):
            if each.opened:
                yield Bound(when(each), f"the {party(found)}'s decrypts and reads: {each.coverage}", step.seq)


def _first_use(
    found: Findings, uses: Sequence[tuple[Found, KeyUse]], looked: str, backing: tuple[int, ...]
) -> Milestone:
    """The first use from an address that was judged strange; without a judgement, the first use of all as a bound."""
    judged = [(step, each) for step in found.of("cloudtrail.judge_use") for each in step.read(Judgement)]
    for step, each in judged:
        if each.first_stranger_at is not None:
            at, source = each.first_stranger_at, f"CloudTrail; judged strange: {', '.join(each.strangers)}"
            return Milestone(
                mark=Mark.USED, earliest=at, latest=at, basis=Basis.INFERRED, source=source, events=(step.seq,)
            )
    if judged:
        source = f"{looked if not uses else 'CloudTrail'}; no address was judged strange"
        return Milestone(mark=Mark.USED, source=source, events=tuple(step.seq for step, _ in judged))
    first = min((Bound(use.first_at, use.coverage, step.seq) for step, use in uses if use.first_at), default=None)
    opened = min(_opened(found, _first), default=None)
    if opened is not None and not uses:
        return Milestone(
            mark=Mark.USED, latest=opened.at, basis=Basis.INFERRED, source=opened.what, events=(opened.seq,)
        )
    if first is None:
        return Milestone(mark=Mark.USED, source=looked, events=backing)
    source = f"not before the first use by anyone; nobody judged whose it was; {_by_cloudtrail(first.what)}"
    return Milestone(mark=Mark.USED, earliest=first.at, basis=Basis.INFERRED, source=source, events=(first.seq,))


def _use(mark: Mark, seen: Bound | None, looked: str, backing: tuple[int, ...]) -> Milestone:
    if seen is None:
        return Milestone(mark=mark, source=looked, events=backing)
    return Milestone(mark=mark, earliest=seen.at, latest=seen.at, source=_by_cloudtrail(seen.what), events=(seen.seq,))


def _last_use(found: Findings, seen: list[Bound], looked: str, backing: tuple[int, ...]) -> Milestone:
    """CloudTrail's last success; when IAM saw a later use than CloudTrail, the interval says so."""
    used = [
        Bound(key.last_used_at, "IAM's last-used time", step.seq)
        for step in found.of("aws.identify_principal")
        for key in step.read(Identity)
        if key.last_used_at is not None
    ]
    last, iam = max(seen, default=None), max(used, default=None)
    if last is None and iam is not None:
        return Milestone(
            mark=Mark.SUCCEEDED, latest=iam.at, basis=Basis.INFERRED, source=f"{looked}; {iam.what}", events=(iam.seq,)
        )
    if last is None or iam is None or iam.at <= last.at:
        return _use(Mark.SUCCEEDED, last, looked, backing)
    return Milestone(
        mark=Mark.SUCCEEDED,
        earliest=last.at,
        latest=iam.at,
        basis=Basis.INFERRED,
        source=f"{_by_cloudtrail(last.what)}; {iam.what} is later (owners' own use, or what CloudTrail did not show)",
        events=tuple(sorted({last.seq, iam.seq})),
    )


def _by_cloudtrail(coverage: str) -> str:
    return f"CloudTrail ({coverage})" if coverage else "CloudTrail"
