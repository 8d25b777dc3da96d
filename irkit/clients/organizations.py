"""AWS Organizations: which accounts there are."""

from __future__ import annotations

from dataclasses import dataclass

from irkit.clients.aws import Aws


@dataclass(frozen=True)
class MemberAccount:
    """One account of the organization. ``is_active`` is false for one that is suspended or being closed."""

    id: str
    name: str
    is_active: bool


@dataclass(frozen=True)
class Organization:
    """The organization that our account is in."""

    id: str
    management_account: str


class Organizations:
    """Organizations as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def accounts(self) -> tuple[MemberAccount, ...]:
        """Every account, by id (organizations:ListAccounts, from the management account or a delegated one)."""
        rows = [row for page in self._aws.pages("organizations", "list_accounts") for row in page["Accounts"]]
        found = (
            MemberAccount(str(row["Id"]), str(row.get("Name", "")), (row.get("State") or row.get("Status")) == "ACTIVE")
            for row in rows
        )
        return tuple(sorted(found, key=lambda one: one.id))

    def described(self) -> Organization:
        """The organization (organizations:DescribeOrganization). Raises ``NotFound`` when the account is in none."""
        told = self._aws.call("organizations", "describe_organization")["Organization"]
        return Organization(str(told["Id"]), str(told["MasterAccountId"]))

    def has_service_control_policies(self) -> bool:
        """Whether SCPs are turned on at the root (organizations:ListRoots). Raises ``Denied``."""
        roots = [row for page in self._aws.pages("organizations", "list_roots") for row in page["Roots"]]
        kinds = [kind for root in roots for kind in root.get("PolicyTypes", [])]
        return any(kind["Type"] == "SERVICE_CONTROL_POLICY" and kind["Status"] == "ENABLED" for kind in kinds)
