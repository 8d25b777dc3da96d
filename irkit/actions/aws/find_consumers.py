"""Find the ECS services whose containers get a secret: they hold the old value until they are restarted.

ECS reads a secret when a task starts, and never again (ECS developer guide, "Pass Secrets Manager secrets"). Where a
service's health page is, its tag ``irkit:healthz`` tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.ecs import EcsService

HEALTH_TAG = "irkit:healthz"


class Params(Frozen):
    """``secret_id`` is a name or an ARN. ``clusters`` are names; empty for all clusters of the region."""

    secret_id: str
    clusters: tuple[str, ...] = ()


class Consumer(Frozen):
    """A service that gets the secret. ``health_url`` is empty when its tags name none."""

    cluster: str
    service: str
    arn: str
    task_definition: str
    health_url: str


class Result(Frozen):
    """The services that get the secret, and what was looked at."""

    secret_arn: str
    consumers: tuple[Consumer, ...]
    services_seen: int
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{len(self.consumers)} of {self.services_seen} services get it"


def read(clients: Clients, params: Params) -> Result:
    """Look at each service's task definition. Raises ``NotFound``, ``Denied``."""
    arn = clients.secretsmanager.versions(params.secret_id).arn
    clusters = params.clusters or clients.ecs.clusters()
    seen = [service for cluster in clusters for service in clients.ecs.services(cluster)]
    found = tuple(
        _consumer(service)
        for service in seen
        if any(_names(arn, params.secret_id, value) for value in clients.ecs.secrets_of(service.task_definition))
    )
    for consumer in found:
        clients.progress(f"{consumer.cluster}/{consumer.service} gets {params.secret_id}")
    where = ", ".join(clusters) or "none"
    return Result(
        secret_arn=arn,
        consumers=found,
        services_seen=len(seen),
        coverage=f"ECS services in {clients.config.aws.region}, clusters {where}; not Lambda, EC2, EKS, other regions",
    )


def _consumer(service: EcsService) -> Consumer:
    return Consumer(
        cluster=service.cluster,
        service=service.name,
        arn=service.arn,
        task_definition=service.task_definition,
        health_url=service.tags.get(HEALTH_TAG, ""),
    )


def _names(arn: str, name: str, value_from: str) -> bool:
    """Whether a ``valueFrom`` names the secret: its ARN, its ARN with ``:field:stage:version`` behind, or its name."""
    return value_from in {arn, name} or value_from.startswith(f"{arn}:")


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find the services that hold a secret",
    read=read,
    iam=(
        *("secretsmanager:DescribeSecret", "ecs:ListClusters", "ecs:ListServices"),
        *("ecs:DescribeServices", "ecs:DescribeTaskDefinition"),
    ),
)
