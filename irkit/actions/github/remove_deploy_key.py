"""Take a deploy key of a repository away: an SSH key that opens it without any person's account or token.

Its public half stands in the plan, so irkit can put it back. The attacker sees ``Permission denied (publickey)``.
Source: https://docs.github.com/rest/deploy-keys/deploy-keys
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.clients.github_ci import DeployKey
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The key by its id."""

    repository: str
    id: int


class Result(Frozen):
    """Which key. ``id`` is the one it had when this was planned."""

    repository: str
    id: int
    title: str


class _Work(Frozen):
    repository: str
    key: DeployKey
    wanted: bool
    """Whether the key is to be there afterwards."""
    was: bool
    """Whether it was there when this was planned."""


def plan(clients: Clients, params: Params) -> Plan:
    """Read the key. Raises ``NotFound`` when the repository has none of that id."""
    name = full_name(params.repository)
    found = next((one for one in clients.github_ci.deploy_keys(name) if one.id == params.id), None)
    if found is None:
        raise NotFound(f"{name} has no deploy key {params.id}", hint="list them anew: it may be gone already")
    rights = "read and write" if found.can_write else "read"
    return _plan(
        _Work(repository=name, key=found, wanted=False, was=True),
        f"remove deploy key {found.title!r} of {name}",
        f"whoever uses it can no longer {rights} {name}",
        "irkit can add the same key again",
    )


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Add the same key again."""
    done = _Work.model_validate(receipt.details)
    return _plan(
        done.model_copy(update={"wanted": True, "was": _is_there(clients, done)}),
        f"add deploy key {done.key.title!r} to {done.repository} again",
        f"whoever has its private half can open {done.repository} again",
        "remove it again",
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """See whether the key is there."""
    work = _Work.model_validate(plan.details)
    there = _is_there(clients, work)
    seen = f"deploy key {work.key.title!r} is {'there' if there else 'not there'}"
    if there is work.wanted:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work))
    return Probe(standing=Standing.UNTOUCHED, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Take the key away, or add it."""
    work = _Work.model_validate(plan.details)
    if work.wanted:
        clients.github_ci.add_deploy_key(work.repository, work.key)
    else:
        clients.github_ci.remove_deploy_key(work.repository, work.key.id)
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again, for the key itself and not only for its id."""
    work = _Work.model_validate(receipt.details)
    there = _is_there(clients, work)
    seen = f"{work.repository} {'has' if there else 'has no'} deploy key {work.key.title!r}"
    return Verdict(proof=Proof.PROVEN if there is work.wanted else Proof.NOT_YET, seen=seen)


def _is_there(clients: Clients, work: _Work) -> bool:
    return any(one.key == work.key.key for one in clients.github_ci.deploy_keys(work.repository))


def _plan(work: _Work, summary: str, blast: str, undo: str) -> Plan:
    words = {True: "lets in", False: "not there"}
    added = f"added {work.key.created_at:%Y-%m-%d %H:%M} by {work.key.added_by or 'somebody'}"
    target = f"deploy key {work.key.title!r} ({added})"
    change = Change(target=target, before=words[work.was], after=words[work.wanted])
    changes = () if work.was is work.wanted else (change,)
    return Plan(summary=summary, changes=changes, blast=blast, undo=undo, details=work.model_dump(mode="json"))


def _receipt(work: _Work) -> Receipt:
    done = "added" if work.wanted else "removed"
    return Receipt(
        summary=f"github: {done} deploy key {work.key.title!r} of {work.repository}",
        result=Result(repository=work.repository, id=work.key.id, title=work.key.title).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


_SETTLE = timedelta(seconds=60)
ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Remove a deploy key",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE, every=timedelta(seconds=3)),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE, every=timedelta(seconds=3)),
)
