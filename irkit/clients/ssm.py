"""AWS Systems Manager's Parameter Store: which parameters there are. Values are never asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from irkit.clients.aws import Aws

SECURE = "SecureString"


@dataclass(frozen=True)
class Parameter:
    """A parameter without its value. ``key`` is how its KMS key is named: an ARN, an id or an alias."""

    name: str
    arn: str
    kind: str
    key: str
    writer: str
    """The ARN of who wrote it last."""
    written_at: datetime | None


class Ssm:
    """Parameter Store as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def parameters(self, region: str = "") -> Iterator[Parameter]:
        """Every parameter of a region, by name (ssm:DescribeParameters)."""
        for page in self._aws.pages("ssm", "describe_parameters", region=region):
            for row in page["Parameters"]:
                at = row.get("LastModifiedDate")
                yield Parameter(
                    name=str(row["Name"]),
                    arn=str(row.get("ARN", "")),
                    kind=str(row.get("Type", "")),
                    key=str(row.get("KeyId", "")),
                    writer=str(row.get("LastModifiedUser", "")),
                    written_at=at.astimezone(UTC) if isinstance(at, datetime) else None,
                )

    def tags(self, name: str, region: str = "") -> dict[str, str]:
        """A parameter's tags (ssm:ListTagsForResource)."""
        answer = self._aws.call(
            "ssm", "list_tags_for_resource", region=region, ResourceType="Parameter", ResourceId=name
        )
        return {str(row["Key"]): str(row["Value"]) for row in answer.get("TagList", ())}
