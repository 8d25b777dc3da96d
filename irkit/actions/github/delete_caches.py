"""Delete cache entries of a repository's Actions: what an intruder has put there is unpacked by later, honest runs.

Whoever can run a workflow on the default branch writes caches that every branch reads. The next runs build them anew.
Source: https://docs.github.com/rest/actions/cache
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.clients.github_ci import Cache
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The entries by id."""

    repository: str
    ids: tuple[int, ...]


class Result(Frozen):
    """What was deleted: the entries' keys."""

    repository: str
    keys: tuple[str, ...]


class _Work(Frozen):
    repository: str
    caches: tuple[Cache, ...]


def plan(clients: Clients, params: Params) -> Plan:
    """See which are there. Raises ``Denied``, ``NotFound``, ``Unreachable``."""
    name = full_name(params.repository)
    there = tuple(one for one in clients.github_ci.caches(name) if one.id in params.ids)
    return Plan(
        summary=f"delete {counted(len(there), 'cache')} of {name}",
        changes=tuple(
            Change(
                target=f"cache {one.key} of {one.ref} ({one.created_at:%Y-%m-%d %H:%M})", before="there", after="gone"
            )
            for one in there
        ),
        blast="the next runs take longer, since they build these anew",
        undo="nothing to undo: runs build them anew",
        details=_Work(repository=name, caches=there).model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """See which are there."""
    work = _Work.model_validate(plan.details)
    left = _left(clients, work)
    seen = f"{len(left)} of {len(work.caches)} are there"
    if left and len(left) == len(work.caches):
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    return Probe(standing=Standing.BETWEEN if left else Standing.IN_PLACE, seen=seen, receipt=_receipt(work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Delete those that are there."""
    work = _Work.model_validate(plan.details)
    for one in _left(clients, work):
        clients.github_ci.delete_cache(work.repository, one.id)
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """List them anew; one saved again under the same key is told."""
    work = _Work.model_validate(receipt.details)
    if left := _left(clients, work):
        return Verdict(proof=Proof.NOT_YET, seen=f"still there: {', '.join(one.key for one in left)}")
    keys = {(one.key, one.ref) for one in work.caches}
    again = [one.key for one in clients.github_ci.caches(work.repository) if (one.key, one.ref) in keys]
    built = f"; saved anew since: {', '.join(again)}" if again else ""
    return Verdict(proof=Proof.PROVEN, seen=f"none of the {len(work.caches)} entries is there any more{built}")


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of entries that were deleted by two plans: all of them."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    ids = {one.id for one in work.caches}
    earlier = tuple(one for one in first.caches if one.id not in ids)
    return _receipt(work.model_copy(update={"caches": (*earlier, *work.caches)}))


def _left(clients: Clients, work: _Work) -> list[Cache]:
    there = {one.id for one in clients.github_ci.caches(work.repository)}
    return [one for one in work.caches if one.id in there]


def _receipt(work: _Work) -> Receipt:
    keys = tuple(one.key for one in work.caches)
    return Receipt(
        summary=f"github: deleted {counted(len(keys), 'cache')} of {work.repository}",
        result=Result(repository=work.repository, keys=keys).model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Delete cache entries of the CI",
    operation=Operation(plan, probe, apply, verify, timedelta(seconds=60), timedelta(seconds=3), joined),
)
