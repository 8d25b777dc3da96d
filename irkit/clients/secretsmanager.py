"""AWS Secrets Manager: versions of a secret, their stages, and reading and writing values as ``Secret``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from irkit.clients.aws import Aws
from irkit.errors import NotFound
from irkit.secret import Secret

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"


@dataclass(frozen=True)
class SecretVersions:
    """A secret's ARN, and its versions with their stages. Holds no value."""

    arn: str
    stages: dict[str, tuple[str, ...]]

    def at(self, stage: str) -> str:
        """The id of the version at a stage; empty when there is none."""
        return next((version for version, stages in self.stages.items() if stage in stages), "")


class SecretsManager:
    """Secrets Manager as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def versions(self, secret_id: str) -> SecretVersions:
        """The versions of a secret. Raises ``NotFound``."""
        answer = self._aws.call("secretsmanager", "describe_secret", SecretId=secret_id)
        stages = {version: tuple(names) for version, names in answer.get("VersionIdsToStages", {}).items()}
        return SecretVersions(str(answer["ARN"]), stages)

    def read(self, secret_id: str, version_id: str = "") -> Secret:
        """The text of one version, the current one when none is named. Raises ``NotFound``."""
        chosen: dict[str, Any] = {"VersionId": version_id} if version_id else {"VersionStage": CURRENT}
        answer = self._aws.call("secretsmanager", "get_secret_value", SecretId=secret_id, **chosen)
        if not answer.get("SecretString"):
            msg = f"the secret {secret_id} holds no text"
            raise NotFound(msg, hint="irkit reads secrets that hold a text")
        return Secret(answer["SecretString"])

    def put_pending(self, secret_id: str, value: Secret, version_id: str) -> None:
        """Write a new version at AWSPENDING. ``version_id`` makes it idempotent: 32 to 64 characters."""
        self._aws.call(
            "secretsmanager",
            "put_secret_value",
            SecretId=secret_id,
            SecretString=value.reveal(),
            ClientRequestToken=version_id,
            VersionStages=[PENDING],
        )

    def move_stage(self, secret_id: str, stage: str, *, to: str, away_from: str) -> str:
        """Move a stage from one version to another, or take it away (``to`` empty); the request id.

        Moving AWSCURRENT makes AWS put AWSPREVIOUS on the version it left.
        """
        moves: dict[str, Any] = {"MoveToVersionId": to} if to else {}
        if away_from:
            moves["RemoveFromVersionId"] = away_from
        done = self._aws.call(
            "secretsmanager", "update_secret_version_stage", SecretId=secret_id, VersionStage=stage, **moves
        )
        return str(done["ResponseMetadata"]["RequestId"])
