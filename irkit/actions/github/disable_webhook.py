"""Switch a repository's webhook off, so that what happens in it is told to nobody there any more.

It is not deleted: its secret could not be put back, and where it pointed is evidence. The attacker hears no more.
Source: https://docs.github.com/rest/repos/webhooks
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_WORDS = {True: "on", False: "off"}


class Params(Frozen):
    """The webhook by its id."""

    repository: str
    id: int


class Result(Frozen):
    """Which webhook; ``to`` is scheme and host of where it tells things."""

    repository: str
    id: int
    to: str


class _Work(Frozen):
    repository: str
    id: int
    to: str
    before: bool
    after: bool


def plan(clients: Clients, params: Params) -> Plan:
    """Read it. Raises ``NotFound``, ``Denied``, ``Unreachable``."""
    name = full_name(params.repository)
    hook = clients.github_ci.hook(name, params.id)
    work = _Work(repository=name, id=hook.id, to=hook.to, before=hook.active, after=False)
    return _plan(work, f"what listens at {hook.to} hears of {', '.join(hook.events)} no more")


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read it, to put it back as it was."""
    done = _Work.model_validate(receipt.details)
    now = clients.github_ci.hook(done.repository, done.id)
    work = done.model_copy(update={"before": now.active, "after": done.before})
    return _plan(work, f"what listens at {done.to} hears of {done.repository} again")


def probe(clients: Clients, plan: Plan) -> Probe:
    """See whether it is on."""
    work = _Work.model_validate(plan.details)
    now = clients.github_ci.hook(work.repository, work.id).active
    seen = f"webhook {work.id} to {work.to} is {_WORDS[now]}"
    if now is work.after:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work))
    return Probe(standing=Standing.UNTOUCHED, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Switch it."""
    work = _Work.model_validate(plan.details)
    clients.github_ci.switch_hook(work.repository, work.id, work.after)
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again."""
    work = _Work.model_validate(receipt.details)
    now = clients.github_ci.hook(work.repository, work.id).active
    proof = Proof.PROVEN if now is work.after else Proof.NOT_YET
    return Verdict(proof=proof, seen=f"webhook {work.id} to {work.to} is {_WORDS[now]}")


def _plan(work: _Work, blast: str) -> Plan:
    target = f"webhook {work.id} of {work.repository} to {work.to}"
    change = Change(target=target, before=_WORDS[work.before], after=_WORDS[work.after])
    return Plan(
        summary=f"switch {_WORDS[work.after]} {target}",
        changes=() if work.before is work.after else (change,),
        blast=blast,
        undo=f"switch it {_WORDS[work.before]} again",
        details=work.model_dump(mode="json"),
    )


def _receipt(work: _Work) -> Receipt:
    return Receipt(
        summary=f"github: switched webhook {work.id} of {work.repository} {_WORDS[work.after]}",
        result=Result(repository=work.repository, id=work.id, to=work.to).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


_SETTLE = timedelta(seconds=60)
ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Switch a webhook off",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE, every=timedelta(seconds=3)),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE, every=timedelta(seconds=3)),
)
