"""Restart an ECS service, so that it reads a secret's new version, and see it healthy on that version.

A deployment that ECS calls complete proves nothing of the secret: the consumer's own health page must name the version.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import OutsideError, PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """A consumer as ``aws.find_consumers`` tells it, and the version it must come up on."""

    cluster: str
    service: str
    health_url: str = ""
    version_id: str


class Result(Frozen):
    """Which service was restarted, for which version; ``deployment_id`` is ECS's."""

    cluster: str
    service: str
    version_id: str
    deployment_id: str


class _Work(Frozen):
    cluster: str
    service: str
    health_url: str
    version_id: str
    deployment_id: str


class _Page(Frozen):
    version: str
    healthy: bool
    words: str


def plan(clients: Clients, params: Params) -> Plan:
    """Read the service's deployment and its health page. Raises ``NotFound``."""
    service = clients.ecs.service(params.cluster, params.service)
    page = _page(clients, params.health_url)
    work = _Work(**params.model_dump(), deployment_id=service.deployment_id)
    place = f"{params.cluster}/{params.service}"
    done = page.healthy and page.version == params.version_id
    change = Change(target=f"ECS service {place}", before=page.words, after=f"runs on version {params.version_id[:8]}")
    return Plan(
        summary=f"restart {place}",
        changes=() if done else (change,),
        blast=f"rolls {service.desired} task{'s' * (service.desired != 1)} of {place}",
        undo="a restart only reads the secret again: undo the new key first, then restart once more",
        why="a service reads its secret when it starts, and never again",
        details=work.model_dump(mode="json"),
    )


def _page(clients: Clients, url: str) -> _Page:
    """What the health page says; a page that does not answer is not healthy."""
    if not url:
        return _Page(version="", healthy=False, words="its version is not known (no irkit:healthz tag)")
    try:
        report = clients.health.look(url)
    except OutsideError as error:
        return _Page(version="", healthy=False, words=f"its health page does not answer: {error.message}")
    standing = "healthy" if report.healthy else f"failing ({report.error or 'no reason given'})"
    version = report.secret_version[:8] or "unknown"
    return _Page(version=report.secret_version, healthy=report.healthy, words=f"{standing} on version {version}")


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look whether a newer deployment than the plan's is there."""
    work = _Work.model_validate(plan.details)
    now = clients.ecs.service(work.cluster, work.service).deployment_id
    seen = f"{work.cluster}/{work.service}: deployment {now}"
    if not plan.changes or now != work.deployment_id:
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=_receipt(work, now, ()))
    return Probe(standing=Standing.UNTOUCHED, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Force a new deployment. Raises ``PlanStale`` when there is a newer one already."""
    work = _Work.model_validate(plan.details)
    now = clients.ecs.service(work.cluster, work.service).deployment_id
    if now != work.deployment_id:
        msg = f"{work.cluster}/{work.service} has a new deployment since the plan: {now}"
        raise PlanStale(msg, hint="look at the new plan")
    service, request_id = clients.ecs.restart(work.cluster, work.service)
    return _receipt(work, service.deployment_id, (request_id,))


def _receipt(work: _Work, deployment_id: str, request_ids: tuple[str, ...]) -> Receipt:
    result = Result(cluster=work.cluster, service=work.service, version_id=work.version_id, deployment_id=deployment_id)
    return Receipt(
        summary=f"ecs:UpdateService {work.cluster}/{work.service} forceNewDeployment",
        result=result.model_dump(mode="json"),
        details=work.model_dump(mode="json"),
        request_ids=request_ids,
    )


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """See the deployment complete, and the consumer healthy on the wanted version by its own words.

    Without a health page only the deployment can be seen, and the verdict says so.
    """
    work = _Work.model_validate(receipt.details)
    service = clients.ecs.service(work.cluster, work.service)
    page = _page(clients, work.health_url)
    seen = (
        f"{work.cluster}/{work.service}: rollout {service.rollout}, {service.running} of {service.desired} running; "
        f"{page.words}"
    )
    if service.rollout == "FAILED":
        return Verdict(proof=Proof.REFUTED, seen=seen)
    rolled = service.rollout in {"COMPLETED", ""} and service.running >= service.desired
    on_version = page.healthy and page.version == work.version_id
    good = rolled and (on_version or not work.health_url)
    return Verdict(proof=Proof.PROVEN if good else Proof.NOT_YET, seen=seen)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Restart a service and see it healthy on the new secret",
    operation=Operation(plan, probe, apply, verify, settle=timedelta(seconds=120), every=timedelta(seconds=1)),
    iam=("ecs:DescribeServices", "ecs:UpdateService"),
)
