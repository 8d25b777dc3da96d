"""AWS Secrets Manager: versions of a secret, their stages, and reading and writing values as ``Secret``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
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


@dataclass(frozen=True)
class ListedSecret:
    """A secret without its value. ``key`` is how its KMS key is named; empty for AWS's own."""

    name: str
    arn: str
    key: str
    changed_at: datetime | None
    read_on: datetime | None
    """The day it was last read, at midnight UTC."""
    tags: Mapping[str, str] = field(default_factory=dict)


class SecretsManager:
    """Secrets Manager as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def versions(self, secret_id: str) -> SecretVersions:
        """The versions of a secret. Raises ``NotFound``."""
        answer = self._aws.call("secretsmanager", "describe_secret", SecretId=secret_id)
        stages = {version: tuple(names) for version, names in answer.get("VersionIdsToStages", {}).items()}
        return SecretVersions(str(answer["ARN"]), stages)

    def listed(self, region: str = "") -> Iterator[ListedSecret]:
        """Every secret of a region (secretsmanager:ListSecrets)."""
        for page in self._aws.pages("secretsmanager", "list_secrets", region=region):
            for row in page["SecretList"]:
                yield ListedSecret(
                    name=str(row["Name"]),
                    arn=str(row["ARN"]),
                    key=str(row.get("KmsKeyId") or ""),
                    changed_at=_utc(row.get("LastChangedDate")),
                    read_on=_utc(row.get("LastAccessedDate")),
                    tags={str(tag["Key"]): str(tag["Value"]) for tag in row.get("Tags", ())},
                )

    def policy(self, secret_id: str, region: str = "") -> str:
        """The resource policy of a secret as JSON text; empty for none (secretsmanager:GetResourcePolicy)."""
        answer = self._aws.call("secretsmanager", "get_resource_policy", region=region, SecretId=secret_id)
        return str(answer.get("ResourcePolicy") or "")

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


def _utc(at: object) -> datetime | None:
    return at.astimezone(UTC) if isinstance(at, datetime) else None
