"""AWS IAM: users, their access keys and their inline policies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from pydantic import JsonValue

from irkit.clients.aws import Aws, Tries
from irkit.errors import NotFound
from irkit.secret import Secret


class KeyStatus(StrEnum):
    """Whether AWS takes an access key."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"


@dataclass(frozen=True)
class AccessKey:
    """An access key of a user, without its secret, which AWS tells only once."""

    key_id: str
    status: KeyStatus
    created_at: datetime


@dataclass(frozen=True)
class KeyUse:
    """The owner of a key, and its last use as IAM knows it (which may lag by hours)."""

    user: str
    last_used_at: datetime | None
    service: str
    region: str


@dataclass(frozen=True)
class NewKey:
    """A key that was just made: the only time its secret is seen."""

    key_id: str
    secret: Secret


class Decision(StrEnum):
    """Whether a principal may do something."""

    ALLOWED = "allowed"
    DENIED = "denied"
    """No policy allows it, or one denies it."""
    REFUSED_BY_ORGANIZATION = "refused by the organization"
    """Its policies would allow it; a service control policy does not."""


class Iam:
    """IAM as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def user_arn(self, user: str) -> str:
        """The ARN of a user. Raises ``NotFound``."""
        return str(self._aws.call("iam", "get_user", UserName=user)["User"]["Arn"])

    def role_arn(self, role: str) -> str:
        """The ARN of a role, its path with it (iam:GetRole). Raises ``NotFound``, ``Denied``."""
        return str(self._aws.call("iam", "get_role", RoleName=role)["Role"]["Arn"])

    def key_use(self, key_id: str) -> KeyUse:
        """Who owns a key and when it was last used (iam:GetAccessKeyLastUsed). Raises ``NotFound``."""
        answer = self._aws.call("iam", "get_access_key_last_used", AccessKeyId=key_id)
        used = answer.get("AccessKeyLastUsed", {})
        user = str(answer.get("UserName", ""))
        if not user:
            msg = f"IAM knows no owner of {key_id}"
            raise NotFound(msg, hint="a key of the root user, of another account, or a deleted one")
        at = used.get("LastUsedDate")
        service, region = str(used.get("ServiceName", "")), str(used.get("Region", ""))
        return KeyUse(user, at.astimezone(UTC) if isinstance(at, datetime) else None, service, region)

    def access_keys(self, user: str) -> tuple[AccessKey, ...]:
        """All access keys of a user, oldest first. Raises ``NotFound``."""
        rows = [
            AccessKey(row["AccessKeyId"], KeyStatus(row["Status"]), row["CreateDate"].astimezone(UTC))
            for page in self._aws.pages("iam", "list_access_keys", UserName=user)
            for row in page["AccessKeyMetadata"]
        ]
        return tuple(sorted(rows, key=lambda key: (key.created_at, key.key_id)))

    def access_key(self, user: str, key_id: str) -> AccessKey:
        """One access key of a user. Raises ``NotFound``."""
        for key in self.access_keys(user):
            if key.key_id == key_id:
                return key
        msg = f"{user} has no access key {key_id}"
        raise NotFound(msg, hint="it was deleted, or belongs to someone else; identify the key again")

    def set_key_status(self, user: str, key_id: str, status: KeyStatus) -> str:
        """Make a key active or inactive; the request id."""
        done = self._aws.call("iam", "update_access_key", UserName=user, AccessKeyId=key_id, Status=status.value)
        return str(done["ResponseMetadata"]["RequestId"])

    def create_access_key(self, user: str) -> NewKey:
        """Make a new key; sent once only, since a lost answer must not make two."""
        made = self._aws.call("iam", "create_access_key", tries=Tries.ONCE, UserName=user)["AccessKey"]
        return NewKey(str(made["AccessKeyId"]), Secret(made["SecretAccessKey"]))

    def delete_access_key(self, user: str, key_id: str) -> str:
        """Delete a key for good; the request id. Raises ``NotFound``."""
        done = self._aws.call("iam", "delete_access_key", UserName=user, AccessKeyId=key_id)
        return str(done["ResponseMetadata"]["RequestId"])

    def user_policy(self, user: str, name: str) -> str:
        """An inline policy of a user as canonical JSON text; empty when there is none of that name."""
        try:
            found = self._aws.call("iam", "get_user_policy", UserName=user, PolicyName=name)["PolicyDocument"]
        except NotFound:
            return ""
        return canonical_policy(json.loads(unquote(found)) if isinstance(found, str) else found)

    def put_user_policy(self, user: str, name: str, document: str) -> str:
        """Write an inline policy of a user; the request id."""
        done = self._aws.call("iam", "put_user_policy", UserName=user, PolicyName=name, PolicyDocument=document)
        return str(done["ResponseMetadata"]["RequestId"])

    def delete_user_policy(self, user: str, name: str) -> str:
        """Take an inline policy of a user away; the request id. Raises ``NotFound``."""
        done = self._aws.call("iam", "delete_user_policy", UserName=user, PolicyName=name)
        return str(done["ResponseMetadata"]["RequestId"])

    def simulated(self, arn: str, actions: tuple[str, ...]) -> dict[str, str]:
        """IAM's own decision for each action of a principal: ``allowed``, ``explicitDeny`` or ``implicitDeny``."""
        answer = self._aws.call(
            "iam", "simulate_principal_policy", PolicySourceArn=arn, ActionNames=list(actions), ResourceArns=["*"]
        )
        return {row["EvalActionName"]: row["EvalDecision"] for row in answer["EvaluationResults"]}

    def decided(self, arn: str, permissions: Sequence[str]) -> dict[str, Decision]:
        """IAM's decision for each permission of a user or role, on any resource (iam:SimulatePrincipalPolicy).

        The simulation knows the organization's policies, as far as they have no conditions (IAM user guide, "Testing
        IAM policies with the IAM policy simulator"). Raises ``Denied``.
        """
        pages = self._aws.pages(
            "iam", "simulate_principal_policy", PolicySourceArn=arn, ActionNames=list(permissions), ResourceArns=["*"]
        )
        return {row["EvalActionName"]: _decision(row) for page in pages for row in page["EvaluationResults"]}


def _decision(row: Mapping[str, Any]) -> Decision:
    if not row.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True):
        return Decision.REFUSED_BY_ORGANIZATION
    return Decision.ALLOWED if row["EvalDecision"] == "allowed" else Decision.DENIED


def canonical_policy(document: JsonValue) -> str:
    """A policy document as JSON text that is the same for the same document."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
