"""AWS IAM: the users and roles that were made since a time, by IAM's own lists, which are complete at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from irkit.clients.aws import Aws


@dataclass(frozen=True)
class Born:
    """A user or a role, and when it was made. ``id`` is IAM's own, which is never given to another; a name is."""

    arn: str
    id: str
    created_at: datetime


class BornSince:
    """IAM's lists as one step sees them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def since(self, at: datetime) -> Iterator[Born]:
        """Those made at ``at`` or later; services' own roles left out (iam:ListUsers, iam:ListRoles)."""
        for operation, part, own in (("list_users", "Users", "UserId"), ("list_roles", "Roles", "RoleId")):
            for page in self._aws.pages("iam", operation, PaginationConfig={"PageSize": 1000}):
                for row in page[part]:
                    made = row["CreateDate"].astimezone(UTC)
                    if made >= at.replace(microsecond=0) and "/aws-service-role/" not in str(row["Path"]):
                        yield Born(str(row["Arn"]), str(row[own]), made)
