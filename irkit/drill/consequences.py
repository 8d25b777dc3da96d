"""What came of the things that were made to go wrong in a drill, in sentences: from the journal and their log. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from irkit.contract import Effect
from irkit.drill.inject import Inject
from irkit.drill.mishaps import Asked
from irkit.incident import events as ev
from irkit.incident.events import Event, Recorded, StepId
from irkit.incident.lives import lives
from irkit.report.spans import span
from irkit.runbook.model import Runbook


def consequences(asked: Asked, records: Sequence[Recorded], runbook: Runbook) -> tuple[str, ...]:
    """One sentence and more for each inject, in the order in which they were asked for."""
    return tuple(line for inject in asked.injects for line in _of(inject, asked, records, runbook))


def _of(inject: Inject, asked: Asked, records: Sequence[Recorded], runbook: Runbook) -> Iterator[str]:
    for one in asked.happened:
        if one.inject is inject:
            yield f"{inject} at {one.at:%H:%M:%SZ}: {one.says}"
    match inject:
        case Inject.SLACK_DOWN:
            told = _late(records, _steps(runbook, "slack."))
        case Inject.GITHUB_DOWN:
            met = asked.has(inject)
            told = (
                _failed(records, _steps(runbook, "git.", "github."))
                if met
                else iter(["nothing was to be purged there"])
            )
        case Inject.APPROVER_ASLEEP:
            told = _waits(records)
        case Inject.CLOCK_SKEW:
            told = iter([_skewed(asked.schedule.skew)])
        case Inject.KILLED:
            told = _resumed(records)
        case Inject.SECOND_LEAK:
            told = iter([] if asked.has(inject) else ["it was over before a second key turned up"])
        case Inject.REVIVED:
            told = _rose(records) if asked.has(inject) else iter(["no access key was proven dead to be revived"])
    yield from (f"{inject}: {each}" for each in told)


def _skewed(skew: timedelta) -> str:
    return f"the responder's clock is {span(abs(skew))} {'ahead of' if skew > timedelta() else 'behind'} AWS's"


def _steps(runbook: Runbook, *prefixes: str) -> frozenset[StepId]:
    return frozenset(step.id for step in runbook.steps if step.uses.startswith(prefixes))


def _late(records: Sequence[Recorded], steps: frozenset[StepId]) -> Iterator[str]:
    late = {r.event.step for r in records if isinstance(r.event, ev.StepPostponed) and r.event.step in steps}
    done = {r.event.step for r in records if isinstance(r.event, ev.StepDone)}
    never = sorted(late - done)
    if not late:
        yield "no notice met it"
    else:
        yield f"{len(late)} notices were late" + (f", never sent: {', '.join(never)}" if never else ", all sent")


def _failed(records: Sequence[Recorded], steps: frozenset[StepId]) -> Iterator[str]:
    kinds = (ev.StepFailed, ev.EffectFailed)
    met = sorted({str(r.event.step) for r in records if isinstance(r.event, kinds) and r.event.step in steps})
    done = {r.event.step for r in records if isinstance(r.event, ev.StepDone)}
    for step in met:
        yield f"{step} failed and was {'done later' if step in done else 'not done'}"
    if not met:
        yield "no step failed by it"


def _waits(records: Sequence[Recorded]) -> Iterator[str]:
    """How long each irreversible plan waited from its first approval on."""
    steps = {
        r.event.step for r in records if isinstance(r.event, ev.StepPlanned) and r.event.effect is Effect.IRREVERSIBLE
    }
    for step in sorted(steps):
        asked_at = _first(records, step, ev.ApprovalGiven)
        begun_at, left_at = _first(records, step, ev.EffectIntended), _first(records, step, ev.StepSkipped)
        if asked_at is not None and begun_at is not None:
            yield f"{step} waited {span(begun_at - asked_at)} for its second approval"
        elif asked_at is not None and left_at is not None:
            yield f"{step} was left out after {span(left_at - asked_at)}, for nobody else approved it"
    if not steps:
        yield "nothing needed a second approval"


def _resumed(records: Sequence[Recorded]) -> Iterator[str]:
    doubts = [r.event for r in records if isinstance(r.event, ev.DoubtResolved)]
    runners = sum(isinstance(r.event, ev.RunnerStarted) for r in records)
    yield f"{runners} runners; " + (
        "; ".join(
            f"{each.step} was in doubt, a probe settled it: {each.resolution.replace('_', ' ')}" for each in doubts
        )
        or "no effect was left in doubt"
    )


def _rose(records: Sequence[Recorded]) -> Iterator[str]:
    rose = [life for life in lives(records) if life.rises]
    for life in rose:
        yield f"{life.name} was seen alive again at {life.rises[-1].at:%H:%M:%SZ}; now it is {life.stage}"
    if not rose:
        yield "nobody noticed"


def _first(records: Sequence[Recorded], step: StepId, kind: type[Event]) -> datetime | None:
    return next((r.at for r in records if isinstance(r.event, kind) and getattr(r.event, "step", None) == step), None)
