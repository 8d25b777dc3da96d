"""Remove a branch that an intruder pushed, so that its workflows can run no more. The commits stay at GitHub by id.

irkit puts the branch back by the same id. What another branch or a pull request holds of it stays there.
Source: https://docs.github.com/rest/git/refs
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import Refused

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The branch by its name; ``main`` is the one that is never removed."""

    repository: str
    branch: str
    main: str = "main"


class Result(Frozen):
    """Which branch, and the commit it stood at."""

    repository: str
    branch: str
    commit: str


class _Work(Frozen):
    repository: str
    branch: str
    before: str
    """A commit's id; empty for no such branch."""
    after: str


def plan(clients: Clients, params: Params) -> Plan:
    """Read where it stands. Raises ``Refused`` for the main branch and for what is no branch."""
    if params.branch == params.main or params.branch.startswith("refs/"):
        msg = f"{params.branch} is not to be removed"
        raise Refused(msg, hint="revert the commit on it, or close the pull request")
    name = full_name(params.repository)
    stands = clients.github_ci.branch(name, params.branch)
    return _plan(
        _Work(repository=name, branch=params.branch, before=stands, after=""),
        f"remove branch {params.branch} of {name}",
        "its workflows run no more; pull requests from it are closed",
    )


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Put it back where it stood."""
    done = _Work.model_validate(receipt.details)
    now = clients.github_ci.branch(done.repository, done.branch)
    work = done.model_copy(update={"before": now, "after": done.before})
    return _plan(work, f"put branch {done.branch} of {done.repository} back", "its workflows can run again")


def probe(clients: Clients, plan: Plan) -> Probe:
    """See where it stands."""
    work = _Work.model_validate(plan.details)
    now = clients.github_ci.branch(work.repository, work.branch)
    seen = f"branch {work.branch} {f'stands at {now[:12]}' if now else 'is not there'}"
    if now == work.after:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work))
    return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Remove it, or make it anew."""
    work = _Work.model_validate(plan.details)
    if work.after:
        clients.github_ci.make_branch(work.repository, work.branch, work.after)
    else:
        clients.github_ci.remove_branch(work.repository, work.branch)
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look again."""
    work = _Work.model_validate(receipt.details)
    now = clients.github_ci.branch(work.repository, work.branch)
    seen = f"branch {work.branch} of {work.repository} {f'stands at {now[:12]}' if now else 'is not there'}"
    if now == work.after:
        return Verdict(proof=Proof.PROVEN, seen=seen)
    return Verdict(proof=Proof.NOT_YET if now == work.before else Proof.REFUTED, seen=seen)


def _plan(work: _Work, summary: str, blast: str) -> Plan:
    change = Change(
        target=f"branch {work.branch} of {work.repository}",
        before=work.before[:12] or "not there",
        after=work.after[:12] or "gone",
    )
    return Plan(
        summary=summary,
        changes=() if work.before == work.after else (change,),
        blast=blast,
        undo="irkit can put it back, or away again, by its commit's id",
        details=work.model_dump(mode="json"),
    )


def _receipt(work: _Work) -> Receipt:
    return Receipt(
        summary=f"github: branch {work.branch} of {work.repository} {'put back' if work.after else 'removed'}",
        result=Result(repository=work.repository, branch=work.branch, commit=work.before or work.after).model_dump(
            mode="json"
        ),
        details=work.model_dump(mode="json"),
    )


_SETTLE = timedelta(seconds=60)
ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Remove a branch with an intruder's workflow",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE, every=timedelta(seconds=3)),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE, every=timedelta(seconds=3)),
)
