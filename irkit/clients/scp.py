"""AWS Organizations: service control policies, and what they are attached to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from irkit.clients.aws import Aws, Tries
from irkit.errors import NotFound

MOST_CHARACTERS = 5_120
"""Of an SCP's text (Organizations user guide, "Quotas")."""
MOST_ATTACHED = 5
"""SCPs to one account, organizational unit or root (same page)."""
_KIND = "SERVICE_CONTROL_POLICY"


@dataclass(frozen=True)
class Scp:
    """A service control policy; ``content`` is its text as it was written."""

    id: str
    name: str
    content: str


class ServiceControlPolicies:
    """SCPs as one step sees them, with the management account's or a delegated one's session."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def find(self, name: str) -> Scp | None:
        """The SCP of that name, None for none (organizations:ListPolicies, DescribePolicy)."""
        for page in self._aws.pages("organizations", "list_policies", Filter=_KIND):
            for row in page["Policies"]:
                if row["Name"] == name:
                    return self.described(str(row["Id"]))
        return None

    def described(self, policy_id: str) -> Scp:
        """One SCP. Raises ``NotFound``."""
        told = self._aws.call("organizations", "describe_policy", PolicyId=policy_id)["Policy"]
        about = told["PolicySummary"]
        return Scp(str(about["Id"]), str(about["Name"]), str(told["Content"]))

    def create(self, name: str, content: str) -> tuple[str, str]:
        """Make one; its id and the request id. Sent once: names are unique, so a lost answer is found by the name."""
        made = self._aws.call(
            "organizations",
            "create_policy",
            tries=Tries.ONCE,
            Name=name,
            Description="Written by irkit to contain an incident",
            Type=_KIND,
            Content=content,
        )
        return str(made["Policy"]["PolicySummary"]["Id"]), _id(made)

    def update(self, policy_id: str, content: str) -> str:
        """Write another text; the request id."""
        return _id(self._aws.call("organizations", "update_policy", PolicyId=policy_id, Content=content))

    def delete(self, policy_id: str) -> str:
        """Delete one that is attached nowhere; the request id."""
        return _id(self._aws.call("organizations", "delete_policy", PolicyId=policy_id))

    def attach(self, policy_id: str, target: str) -> str:
        """Attach it to an account, by its id; the request id."""
        return _id(self._aws.call("organizations", "attach_policy", PolicyId=policy_id, TargetId=target))

    def detach(self, policy_id: str, target: str) -> str:
        """Detach it; the request id. Raises ``NotFound``."""
        return _id(self._aws.call("organizations", "detach_policy", PolicyId=policy_id, TargetId=target))

    def attached(self, target: str) -> tuple[str, ...]:
        """The ids of the SCPs attached to an account itself (organizations:ListPoliciesForTarget)."""
        pages = self._aws.pages("organizations", "list_policies_for_target", TargetId=target, Filter=_KIND)
        return tuple(str(row["Id"]) for page in pages for row in page["Policies"])

    def targets(self, policy_id: str) -> tuple[str, ...]:
        """What it is attached to. Raises ``NotFound``."""
        pages = self._aws.pages("organizations", "list_targets_for_policy", PolicyId=policy_id)
        return tuple(str(row["TargetId"]) for page in pages for row in page["Targets"])

    def own_arn(self) -> str:
        """Who these calls are made as."""
        return str(self._aws.call("sts", "get_caller_identity")["Arn"])

    def is_attached(self, policy_id: str, target: str) -> bool:
        """Whether it is attached there; False too when it is gone."""
        try:
            return target in self.targets(policy_id)
        except NotFound:
            return False


def _id(answer: Mapping[str, Any]) -> str:
    return str(answer["ResponseMetadata"]["RequestId"])
