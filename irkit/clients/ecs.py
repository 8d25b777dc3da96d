"""AWS ECS: services, the secrets their task definitions name, and new deployments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from irkit.clients.aws import Aws
from irkit.errors import NotFound

_MOST_AT_ONCE = 10
"""DescribeServices takes at most ten services (ECS API reference)."""


@dataclass(frozen=True)
class EcsService:
    """An ECS service as it stands: its primary deployment, how far that is, and its tags."""

    cluster: str
    name: str
    arn: str
    task_definition: str
    deployment_id: str
    rollout: str
    """COMPLETED, IN_PROGRESS or FAILED."""
    running: int
    desired: int
    tags: Mapping[str, str] = field(default_factory=dict)


class Ecs:
    """ECS as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def clusters(self) -> tuple[str, ...]:
        """The names of all clusters in the home region."""
        return tuple(
            arn.rsplit("/", maxsplit=1)[-1]
            for page in self._aws.pages("ecs", "list_clusters")
            for arn in page["clusterArns"]
        )

    def services(self, cluster: str) -> Iterator[EcsService]:
        """All services of a cluster. Raises ``NotFound``."""
        arns = [arn for page in self._aws.pages("ecs", "list_services", cluster=cluster) for arn in page["serviceArns"]]
        for start in range(0, len(arns), _MOST_AT_ONCE):
            chunk = arns[start : start + _MOST_AT_ONCE]
            answer = self._aws.call("ecs", "describe_services", cluster=cluster, services=chunk, include=["TAGS"])
            for row in answer["services"]:
                yield _service(cluster, row)

    def service(self, cluster: str, name: str) -> EcsService:
        """One service. Raises ``NotFound``."""
        answer = self._aws.call("ecs", "describe_services", cluster=cluster, services=[name], include=["TAGS"])
        for row in answer["services"]:
            return _service(cluster, row)
        msg = f"there is no service {name} in cluster {cluster}"
        raise NotFound(msg, hint="look for its consumers again")

    def secrets_of(self, task_definition: str) -> frozenset[str]:
        """Every ``valueFrom`` of the containers' secrets in a task definition: ARNs or names, some with a field."""
        answer = self._aws.call("ecs", "describe_task_definition", taskDefinition=task_definition)
        return frozenset(
            str(secret["valueFrom"])
            for container in answer["taskDefinition"].get("containerDefinitions", [])
            for secret in container.get("secrets", [])
        )

    def restart(self, cluster: str, name: str) -> tuple[EcsService, str]:
        """Force a new deployment; the service as AWS then tells it, and the request id."""
        done = self._aws.call("ecs", "update_service", cluster=cluster, service=name, forceNewDeployment=True)
        return _service(cluster, done["service"]), str(done["ResponseMetadata"]["RequestId"])


def _service(cluster: str, row: Mapping[str, Any]) -> EcsService:
    deployments = row.get("deployments", [])
    primary: Mapping[str, Any] = next((one for one in deployments if one.get("status") == "PRIMARY"), {})
    return EcsService(
        cluster=cluster,
        name=str(row["serviceName"]),
        arn=str(row["serviceArn"]),
        task_definition=str(row.get("taskDefinition", "")),
        deployment_id=str(primary.get("id", "")),
        rollout=str(primary.get("rolloutState", "")),
        running=int(row.get("runningCount", 0)),
        desired=int(row.get("desiredCount", 0)),
        tags={str(tag["key"]): str(tag["value"]) for tag in row.get("tags", [])},
    )
