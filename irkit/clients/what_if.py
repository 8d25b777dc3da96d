"""``WhatIf``: what a user's or role's own policies allow, as they stood before irkit denied it anything.

The documents are read and evaluated by IAM itself (iam:SimulateCustomPolicy), without irkit's denies, AWS's quarantine
policies, the organization's policies and resource policies: it says what a person could do before the cut. Source: IAM
user guide, "Testing IAM policies with the IAM policy simulator".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from irkit.clients.aws import Aws
from irkit.clients.held_rights import held
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam_rights import Rights, as_canonical
from irkit.clients.trust_policy import trusted
from irkit.errors import NotFound, OutsideError

_AT_ONCE = 50
_SERVICE_PATH = "/aws-service-role/"


@dataclass(frozen=True)
class Documents:
    """A holder's policy documents (canonical JSON); ``boundary`` limits them, empty for none."""

    holder: Holder
    arn: str
    policies: tuple[str, ...]
    boundary: str = ""
    not_seen: tuple[str, ...] = field(default=())
    """Policies whose document could not be read."""


@dataclass(frozen=True)
class TrustedRole:
    """A role, and whom its trust policy lets take it on."""

    name: str
    arn: str
    trusts: tuple[str, ...]


class WhatIf:
    """IAM's simulation as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._rights = Rights(aws)

    def documents(self, holder: Holder) -> Documents:
        """Inline, attached and group policies, and the boundary. Raises ``NotFound``, ``Denied``."""
        rights = held(self._rights, holder)
        lost: list[str] = []
        managed = list(rights.attached)
        policies = list(rights.inline.values())
        for group in rights.groups:
            pages = self._aws.pages("iam", "list_attached_group_policies", GroupName=group)
            managed += [str(row["PolicyArn"]) for page in pages for row in page["AttachedPolicies"]]
            policies += self._inline_of(group)
        policies += self._read(managed, lost)
        about = self._rights.described(holder)
        limit = str(about.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))
        boundary = next(iter(self._read([limit], lost)), "") if limit else ""
        return Documents(holder, str(about["Arn"]), tuple(policies), boundary, tuple(lost))

    def roles(self) -> Iterator[TrustedRole]:
        """Every role with its trust, services' own left out (iam:ListRoles)."""
        for page in self._aws.pages("iam", "list_roles"):
            for row in page["Roles"]:
                if _SERVICE_PATH not in str(row["Path"]):
                    yield TrustedRole(
                        str(row["RoleName"]), str(row["Arn"]), trusted(as_canonical(row["AssumeRolePolicyDocument"]))
                    )

    def allowed(self, documents: Documents, actions: Sequence[str], resources: Iterable[str]) -> frozenset[str]:
        """The resources (ARNs) on which all these actions are allowed by the documents."""
        wanted = list(dict.fromkeys(resources))
        found: set[str] = set()
        if not documents.policies:
            return frozenset()
        for start in range(0, len(wanted), _AT_ONCE):
            chunk = wanted[start : start + _AT_ONCE]
            decided = self._decided(documents, actions, chunk)
            for resource in chunk:
                if resource not in decided:
                    decided |= self._decided(documents, actions, [resource])
            found |= {resource for resource in chunk if decided.get(resource, False)}
        return frozenset(found)

    def _decided(self, documents: Documents, actions: Sequence[str], resources: list[str]) -> dict[str, bool]:
        """Whether all actions are allowed, for each resource that the answer tells of."""
        limit: dict[str, Any] = {}
        if documents.boundary:
            limit["PermissionsBoundaryPolicyInputList"] = [documents.boundary]
        pages = self._aws.pages(
            "iam",
            "simulate_custom_policy",
            PolicyInputList=list(documents.policies),
            ActionNames=list(actions),
            ResourceArns=resources,
            **limit,
        )
        told: dict[str, bool] = {}
        for page in pages:
            for row in page["EvaluationResults"]:
                specific = [
                    (str(each["EvalResourceName"]), str(each["EvalResourceDecision"]))
                    for each in row.get("ResourceSpecificResults", ())
                ]
                for resource, decision in specific or [(str(row["EvalResourceName"]), str(row["EvalDecision"]))]:
                    told[resource] = told.get(resource, True) and decision == "allowed"
        return told

    def _inline_of(self, group: str) -> Iterator[str]:
        for page in self._aws.pages("iam", "list_group_policies", GroupName=group):
            for name in page["PolicyNames"]:
                answer = self._aws.call("iam", "get_group_policy", GroupName=group, PolicyName=name)
                yield as_canonical(answer["PolicyDocument"])

    def _read(self, arns: Iterable[str], lost: list[str]) -> Iterator[str]:
        for arn in dict.fromkeys(arns):
            try:
                version = self._aws.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
                answer = self._aws.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
            except NotFound:
                lost.append(arn)
                continue
            except OutsideError as error:
                lost.append(f"{arn}: {error.message}")
                continue
            yield as_canonical(answer["PolicyVersion"]["Document"])


def is_let_in(role: TrustedRole, holder: Documents) -> str:
    """How a role's trust lets a holder in: by its own ARN, or by its account; empty when it does not."""
    account = holder.arn.split(":")[4]
    if holder.arn in role.trusts:
        return "by its own name"
    return "by its account" if {f"arn:aws:iam::{account}:root", account, "*"} & set(role.trusts) else ""


def user(name: str) -> Holder:
    """A user as a holder."""
    return Holder(kind=HolderKind.USER, name=name)


def role(name: str) -> Holder:
    """A role as a holder."""
    return Holder(kind=HolderKind.ROLE, name=name)


READING = (
    *("iam:ListUserPolicies", "iam:GetUserPolicy", "iam:ListAttachedUserPolicies", "iam:ListGroupsForUser"),
    *("iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:GetPolicy"),
    *("iam:GetPolicyVersion", "iam:GetUser", "iam:GetRole", "iam:ListRoles", "iam:ListRolePolicies"),
    *("iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:SimulateCustomPolicy"),
)
"""The permissions that all of it needs."""
