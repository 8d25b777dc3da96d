"""Cancel the runs that wait or go on, since each holds the old secrets, and may be the intruder's own.

A cancelled run's ``if: always()`` steps still run for some minutes; what it did remains. Nothing is lost that could not
be run again. Source: https://docs.github.com/rest/actions/workflow-runs
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.clients.github_ci import Run
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.counted import counted
from irkit.errors import NotFound, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The runs by id, as ``github.find_runs`` tells those in flight."""

    repository: str
    runs: tuple[int, ...]


class Result(Frozen):
    """What was cancelled."""

    repository: str
    runs: tuple[int, ...]


class _Work(Frozen):
    repository: str
    runs: tuple[int, ...]


def plan(clients: Clients, params: Params) -> Plan:
    """See which still go on. Raises ``Denied``, ``Unreachable``."""
    name = full_name(params.repository)
    going = [run for number in params.runs if (run := _run(clients, name, number)) and run.is_in_flight]
    work = _Work(repository=name, runs=tuple(run.id for run in going))
    return Plan(
        summary=f"cancel {counted(len(going), 'run')} of {name}",
        changes=tuple(
            Change(
                target=f"run {run.id} ({run.workflow} on {run.branch}, by {run.actor})",
                before=run.status,
                after="ended",
            )
            for run in going
        ),
        blast="these builds and deploys stop half-way",
        undo="run them again at GitHub",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """See which still go on."""
    work = _Work.model_validate(plan.details)
    going = _going(clients, work)
    seen = f"{len(going)} of {len(work.runs)} still go on"
    if going and len(going) == len(work.runs):
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    return Probe(standing=Standing.BETWEEN if going else Standing.IN_PLACE, seen=seen, receipt=_receipt(work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Ask each to end. One that has ended by itself meanwhile is no error."""
    work = _Work.model_validate(plan.details)
    for number in work.runs:
        try:
            clients.github_ci.cancel(work.repository, number)
        except OutsideError:
            run = _run(clients, work.repository, number)
            if run is not None and run.is_in_flight:
                raise
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at each again: it must have ended."""
    work = _Work.model_validate(receipt.details)
    if going := _going(clients, work):
        return Verdict(proof=Proof.NOT_YET, seen=f"still going on: {', '.join(map(str, going))}")
    return Verdict(proof=Proof.PROVEN, seen=f"{counted(len(work.runs), 'run')} cancelled, none goes on")


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of runs that were cancelled by two plans: all of them."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    earlier = tuple(number for number in first.runs if number not in work.runs)
    return _receipt(work.model_copy(update={"runs": (*earlier, *work.runs)}))


def _going(clients: Clients, work: _Work) -> list[int]:
    return [one for one in work.runs if (run := _run(clients, work.repository, one)) and run.is_in_flight]


def _run(clients: Clients, name: str, number: int) -> Run | None:
    try:
        return clients.github_ci.run(name, number)
    except NotFound:
        return None


def _receipt(work: _Work) -> Receipt:
    return Receipt(
        summary=f"github: cancelled {counted(len(work.runs), 'run')} of {work.repository}",
        result=Result(repository=work.repository, runs=work.runs).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Cancel CI runs that wait or go on",
    operation=Operation(plan, probe, apply, verify, timedelta(minutes=10), timedelta(seconds=5), joined),
)
