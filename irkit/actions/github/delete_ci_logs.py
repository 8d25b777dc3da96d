"""Delete the logs of runs and artifacts at GitHub that have been saved as evidence, and no others.

Whoever can read a repository can read its logs, and the secrets in them (tj-actions, 2025: 23,000 repositories).
Irreversible: the only copy left is the sealed one, so what has no sealed copy on this disk is refused, by its hash.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_LOGS = "logs"


class Saved(Frozen):
    """One sealed file, as ``github.save_ci_logs`` tells it; ``kind`` is ``logs`` or ``artifact``."""

    kind: str
    id: int
    path: str
    sha256: str
    size: int = 0

    @property
    def named(self) -> str:
        """For people."""
        return f"logs of run {self.id}" if self.kind == _LOGS else f"artifact {self.id}"


class Params(Frozen):
    """``runs`` and ``artifacts`` are what one wants to be rid of, ``saved`` what the evidence holds."""

    repository: str
    saved: tuple[Saved, ...]
    runs: tuple[int, ...] = ()
    artifacts: tuple[int, ...] = ()


class Result(Frozen):
    """What was deleted, and what was refused because it was not saved."""

    repository: str
    deleted: tuple[str, ...]
    refused: tuple[str, ...]


class _Work(Frozen):
    repository: str
    saved: tuple[Saved, ...]
    refused: tuple[str, ...]


def plan(clients: Clients, params: Params) -> Plan:
    """Hash each sealed file again, and see what is still at GitHub. Raises ``Denied``, ``Unreachable``."""
    name = full_name(params.repository)
    held = {(one.kind, one.id): one for one in params.saved if clients.evidence.holds(one.path, one.sha256)}
    wanted = [(_LOGS, number) for number in params.runs] + [("artifact", number) for number in params.artifacts]
    refused = tuple(f"{kind} {number}: no sealed copy of it" for kind, number in wanted if (kind, number) not in held)
    kept = [held[one] for one in wanted if one in held]
    saved = tuple(one for one in kept if _is_there(clients, name, one))
    work = _Work(repository=name, saved=saved, refused=refused)
    left = f"; REFUSED, since there is no sealed copy: {', '.join(refused)}" if refused else ""
    return Plan(
        summary=f"delete {len(work.saved)} logs and artifacts of {name}",
        changes=tuple(Change(target=f"{one.named} of {name}", before="readable", after="gone") for one in work.saved),
        blast=f"nobody can read them at GitHub any more{left}",
        undo="it cannot be undone; the sealed copies are in the evidence folder",
        why="whoever reads the repository reads the secrets in its logs",
        phrase=f"delete logs of {name}" if work.saved else "",
        details=work.model_dump(mode="json"),
    )


def probe(clients: Clients, plan: Plan) -> Probe:
    """See which are still there."""
    work = _Work.model_validate(plan.details)
    left = [one for one in work.saved if _is_there(clients, work.repository, one)]
    seen = f"{len(left)} of {len(work.saved)} are still there"
    if left and len(left) == len(work.saved):
        return Probe(standing=Standing.UNTOUCHED, seen=seen)
    return Probe(standing=Standing.BETWEEN if left else Standing.IN_PLACE, seen=seen, receipt=_receipt(work))


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Delete each, after its sealed copy was hashed once more. Raises ``NotFound`` when a copy is gone."""
    work = _Work.model_validate(plan.details)
    for one in work.saved:
        if not clients.evidence.holds(one.path, one.sha256):
            raise NotFound(f"the sealed copy of {one.named} is gone: {one.path}", hint="save it again first")
        clients.progress(f"deleting {one.named}")
        if not _is_there(clients, work.repository, one):
            continue
        if one.kind == _LOGS:
            clients.github_ci.delete_logs(work.repository, one.id)
        else:
            clients.github_ci.delete_artifact(work.repository, one.id)
    return _receipt(work)


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Ask for each again: GitHub must have nothing."""
    work = _Work.model_validate(receipt.details)
    left = [one.named for one in work.saved if _is_there(clients, work.repository, one)]
    if left:
        return Verdict(proof=Proof.NOT_YET, seen=f"still there: {', '.join(left)}")
    return Verdict(proof=Proof.PROVEN, seen=f"GitHub has none of the {len(work.saved)} any more")


def joined(part: Receipt, last: Receipt) -> Receipt:
    """Of files that were deleted by two plans: all of them."""
    first, work = _Work.model_validate(part.details), _Work.model_validate(last.details)
    earlier = tuple(one for one in first.saved if one not in work.saved)
    return _receipt(work.model_copy(update={"saved": (*earlier, *work.saved)}))


def _is_there(clients: Clients, name: str, one: Saved) -> bool:
    ci = clients.github_ci
    return ci.has_logs(name, one.id) if one.kind == _LOGS else ci.has_artifact(name, one.id)


def _receipt(work: _Work) -> Receipt:
    deleted = tuple(one.named for one in work.saved)
    result = Result(repository=work.repository, deleted=deleted, refused=work.refused)
    return Receipt(
        summary=f"github: deleted {len(deleted)} logs and artifacts of {work.repository}",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Delete CI logs and artifacts that are saved",
    operation=Operation(plan, probe, apply, verify, timedelta(seconds=60), timedelta(seconds=3), joined),
)
