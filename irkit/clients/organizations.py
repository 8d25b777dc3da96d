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
