"""AWS IAM: the policies and groups that users and roles have their rights from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from irkit.clients.aws import Aws
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam import canonical_policy
from irkit.errors import NotFound

AWS_QUARANTINE = "AWSCompromisedKeyQuarantine"
"""How the names of AWS's own quarantine policies begin (V2, V3): AWS attaches them, and they are left alone."""


@dataclass(frozen=True)
class Attached:
    """A managed policy that is attached to somebody."""

    name: str
    arn: str

    @property
    def is_aws_quarantine(self) -> bool:
        """Whether AWS put it there because the key was found in public."""
        return self.name.startswith(AWS_QUARANTINE)


class Rights:
    """Where users and roles have their rights from. Every look raises ``NotFound`` for who is not there."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def inline_names(self, holder: Holder) -> tuple[str, ...]:
        """The names of the inline policies, sorted (iam:ListUserPolicies, iam:ListRolePolicies)."""
        pages = self._aws.pages("iam", f"list_{holder.kind}_policies", **holder.param)
        return tuple(sorted(str(name) for page in pages for name in page["PolicyNames"]))

    def inline(self, holder: Holder, name: str) -> str:
        """An inline policy as canonical JSON text; empty when there is none of that name."""
        try:
            found = self._aws.call("iam", f"get_{holder.kind}_policy", **holder.param, PolicyName=name)
        except NotFound:
            return ""
        return as_canonical(found["PolicyDocument"])

    def put_inline(self, holder: Holder, name: str, document: str) -> str:
        """Write an inline policy; the request id."""
        given = {**holder.param, "PolicyName": name, "PolicyDocument": document}
        return _id(self._aws.call("iam", f"put_{holder.kind}_policy", **given))

    def delete_inline(self, holder: Holder, name: str) -> str:
        """Take an inline policy away; the request id. Raises ``NotFound``."""
        return _id(self._aws.call("iam", f"delete_{holder.kind}_policy", **holder.param, PolicyName=name))

    def attached(self, holder: Holder) -> tuple[Attached, ...]:
        """The managed policies attached to it itself, by name."""
        pages = self._aws.pages("iam", f"list_attached_{holder.kind}_policies", **holder.param)
        rows = (Attached(str(row["PolicyName"]), str(row["PolicyArn"])) for p in pages for row in p["AttachedPolicies"])
        return tuple(sorted(rows, key=lambda one: one.name))

    def attach(self, holder: Holder, arn: str) -> str:
        """Attach a managed policy; the request id."""
        return _id(self._aws.call("iam", f"attach_{holder.kind}_policy", **holder.param, PolicyArn=arn))

    def detach(self, holder: Holder, arn: str) -> str:
        """Detach a managed policy; the request id. Raises ``NotFound``."""
        return _id(self._aws.call("iam", f"detach_{holder.kind}_policy", **holder.param, PolicyArn=arn))

    def groups(self, holder: Holder) -> tuple[str, ...]:
        """The groups of a user, sorted; a role has none."""
        if holder.kind is not HolderKind.USER:
            return ()
        pages = self._aws.pages("iam", "list_groups_for_user", **holder.param)
        return tuple(sorted(str(row["GroupName"]) for page in pages for row in page["Groups"]))

    def join(self, holder: Holder, group: str) -> str:
        """Put a user into a group; the request id."""
        return _id(self._aws.call("iam", "add_user_to_group", **holder.param, GroupName=group))

    def leave(self, holder: Holder, group: str) -> str:
        """Take a user out of a group; the request id. Raises ``NotFound``."""
        return _id(self._aws.call("iam", "remove_user_from_group", **holder.param, GroupName=group))

    def trust(self, holder: Holder) -> str:
        """The trust policy of a role as canonical JSON text (iam:GetRole)."""
        return as_canonical(self.described(holder)["AssumeRolePolicyDocument"])

    def put_trust(self, holder: Holder, document: str) -> str:
        """Write the trust policy of a role; the request id."""
        return _id(self._aws.call("iam", "update_assume_role_policy", **holder.param, PolicyDocument=document))

    def arn(self, holder: Holder) -> str:
        """The ARN, its path with it (iam:GetUser, iam:GetRole)."""
        return str(self.described(holder)["Arn"])

    def described(self, holder: Holder) -> Mapping[str, Any]:
        """What IAM tells of it."""
        answer: Mapping[str, Any] = self._aws.call("iam", f"get_{holder.kind}", **holder.param)
        told: Mapping[str, Any] = answer[holder.kind.capitalize()]
        return told


def as_canonical(document: Any) -> str:
    """A policy document as IAM gives it, URL-encoded or read already, as canonical JSON text."""
    return canonical_policy(json.loads(unquote(document)) if isinstance(document, str) else document)


def _id(answer: Mapping[str, Any]) -> str:
    return str(answer["ResponseMetadata"]["RequestId"])
