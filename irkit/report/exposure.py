"""The exposure window: from when the secret could be read by others until its key was proven dead.

Each end is an interval, since nobody logs the moment at which a secret leaks: it is told with what bounds it from below
and from above. A commit's time is written by its author's machine, so it bounds but does not prove (git-commit(1), DATE
FORMATS).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from irkit.contract import Proof
from irkit.incident.events import EffectDone, EffectVerified
from irkit.incident.state import IncidentState, Phase
from irkit.report.death import death
from irkit.report.findings import Findings
from irkit.report.milestone import Bound, Mark, Milestone
from irkit.report.spans import utc
from irkit.report.statement import Basis
from irkit.report.use_window import use_window
from irkit.report.views import Death, Identity, Sighting
from irkit.runbook.model import RunbookPhase


def exposure(found: Findings, state: IncidentState) -> tuple[Milestone, ...]:
    """The five instants, each with its bounds, its sources and the events behind it."""
    first, last = use_window(found)
    contained = _contained(found, state)
    return (_exposed(found, first), first, last, contained, death(state.lives) or _dead(found, contained))


def _exposed(found: Findings, first_use: Milestone) -> Milestone:
    """Not before the key was made, nor before the first commit known to hold it; not after its first use."""
    low, high = _earliest_exposure(found), _latest_exposure(found, first_use)
    if low is None and high is None:
        return Milestone(mark=Mark.EXPOSED, source="no step looked for where it leaked")
    events = tuple(sorted({bound.seq for bound in (low, high) if bound is not None}))
    below = f"not before {low.what}" if low else "nothing bounds it from below"
    above = f"not after {high.what}" if high else "nothing bounds it from above"
    if low is not None and high is not None and high.at < low.at:
        below, low = f"{low.what} is later ({utc(low.at)}), so it leaked elsewhere first", None
    return Milestone(
        mark=Mark.EXPOSED,
        earliest=low.at if low else None,
        latest=high.at if high else None,
        basis=Basis.INFERRED,
        source=f"{below}; {above}",
        events=events,
    )


def _earliest_exposure(found: Findings) -> Bound | None:
    """The later of the key's creation and the first commit with it. A key that is only replaced did not leak here."""
    commits = [
        Bound(place.at, f"commit {(place.commit or place.object_id)[:10]} (its author's clock)", step.seq)
        for step in found.of("git.find_secret")
        for sighting in step.read(Sighting)
        for place in sighting.places
        if place.at is not None
    ]
    births = [
        Bound(key.created_at, "the key's creation", step.seq)
        for step in found.of("aws.identify_principal")
        for key in step.read(Identity)
        if key.created_at is not None and found.phase(step.step) == RunbookPhase.CONTAIN
    ]
    return max([*sorted(commits)[:1], *births], default=None)


def _latest_exposure(found: Findings, first_use: Milestone) -> Bound | None:
    """It was exposed by the first use we know of, or at the latest when the incident opened."""
    ends = [Bound(first_use.latest, "the first use seen", first_use.events[0])] if first_use.latest else []
    if found.opened is not None:
        ends.append(Bound(found.opened.at, "the opening of the incident", found.opened.seq))
    return min(ends, default=None)


def _contained(found: Findings, state: IncidentState) -> Milestone:
    """Between the last receipt and the last proof of the steps that contain; those that were not needed are no gap."""
    acts = list(_containing(found))
    if not acts:
        return Milestone(mark=Mark.CONTAINED, source="no containing step is done")
    last = max(acts, key=lambda act: act.proven_at)
    names = ", ".join(dict.fromkeys(act.step for act in acts))
    over = {step.step for step in found.found} | {
        step for step, now in state.steps.items() if now.phase is Phase.OMITTED
    }
    rest = [str(each.id) for each in found.runbook.steps if found.phase(each.id) == "contain" and each.id not in over]
    without = f"; WITHOUT {', '.join(rest)}, not done" if rest else ""
    return Milestone(
        mark=Mark.CONTAINED,
        earliest=max(act.done_at for act in acts),
        latest=last.proven_at,
        basis=Basis.INFERRED if rest else Basis.OBSERVED,
        source=f"receipt and proof of {names}{without}",
        events=tuple(sorted(seq for act in acts for seq in act.events)),
    )


@dataclass(frozen=True)
class _Act:
    step: str
    done_at: datetime
    proven_at: datetime
    events: tuple[int, ...]


def _containing(found: Findings) -> Iterator[_Act]:
    for step in found.found:
        if found.phase(step.step) != "contain":
            continue
        receipts = [each for each in found.receipts(step.step) if isinstance(each.event, EffectDone)]
        proofs = [
            each
            for each in found.proofs(step.step)
            if isinstance(each.event, EffectVerified) and each.event.proof is Proof.PROVEN
        ]
        if receipts and proofs:
            events = tuple(each.seq for each in (*receipts, *proofs))
            yield _Act(step.step, max(each.at for each in receipts), max(each.at for each in proofs), events)


def _dead(found: Findings, contained: Milestone) -> Milestone:
    proofs = [(step, death) for step in found.of("aws.prove_principal_dead") for death in step.read(Death)]
    dead = [(step, death) for step, death in proofs if death.outcome == "dead"]
    if not dead:
        said = "; ".join(f"{death.outcome}: {death.seen}" for _, death in proofs) or "no step proved it"
        return Milestone(mark=Mark.DEAD, source=said, events=tuple(step.seq for step, _ in proofs))
    step, death = min(dead, key=lambda each: each[0].at)
    at = death.trusted_until or step.at
    return Milestone(
        mark=Mark.DEAD,
        earliest=min(contained.latest or at, at),
        latest=at,
        source=f"by {death.how}: {death.seen}" if death.how else death.seen,
        events=(step.seq,),
    )
