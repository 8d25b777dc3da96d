"""Take a self-hosted runner's registration away, so that no job goes to it any more.

A job that it is at goes on to its end: cancel runs first. Its machine is not touched; who owns it can register it again
with a new token. The attacker sees the runner's connection refused.
Source: https://docs.github.com/rest/actions/self-hosted-runners
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``scope`` is ``owner`` or ``owner/name``, where it is registered."""

    scope: str
    id: int
    name: str


class Result(Frozen):
    """What was removed."""

    scope: str
    id: int
    name: str


def plan(clients: Clients, params: Params) -> Plan:
    """See it there. Raises ``Denied``, ``Unreachable``."""
    there = clients.github_ci.has_runner(params.scope, params.id)
    target = f"runner {params.name} of {params.scope}"
    return Plan(
        summary=f"remove {target}",
        changes=(Change(target=target, before="takes jobs", after="not registered"),) if there else (),
        blast="jobs that ask for its labels wait for another runner",
        undo="whoever owns the machine registers it again with a new token",
        details=params.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """See whether it is there."""
    work = Params.model_validate(plan.details)
    if clients.github_ci.has_runner(work.scope, work.id):
        return Probe(standing=Standing.UNTOUCHED, seen=f"{work.name} is registered")
    return Probe(standing=Standing.IN_PLACE, seen=f"{work.name} is not registered", receipt=_receipt(work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Remove it."""
    work = Params.model_validate(plan.details)
    clients.github_ci.remove_runner(work.scope, work.id)
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again: neither its id nor its name may be registered."""
    work = Params.model_validate(receipt.details)
    if clients.github_ci.has_runner(work.scope, work.id):
        return Verdict(proof=Proof.NOT_YET, seen=f"{work.name} is still registered")
    again = [one.id for one in clients.github_ci.runners(work.scope) if one.name == work.name]
    if again:
        return Verdict(proof=Proof.REFUTED, seen=f"{work.name} has registered again, with id {again[0]}")
    return Verdict(proof=Proof.PROVEN, seen=f"{work.scope} has no runner {work.name} ({work.id}) any more")


def _receipt(work: Params) -> Receipt:
    return Receipt(
        summary=f"github: removed runner {work.name} ({work.id}) of {work.scope}",
        result=Result(scope=work.scope, id=work.id, name=work.name).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Remove a self-hosted runner",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=60), every=timedelta(seconds=3)),
)
