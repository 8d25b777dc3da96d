"""AWS IAM: the whole account in one look: users, roles, groups, and what each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from irkit.clients.aws import Aws
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam_rights import as_canonical
from irkit.errors import NotFound


@dataclass(frozen=True)
class Listed:
    """A user or role as IAM lists it. ``inline`` and ``trust`` are canonical JSON; ``attached`` are ARNs."""

    holder: Holder
    arn: str
    created_at: datetime
    inline: Mapping[str, str]
    attached: tuple[str, ...]
    groups: tuple[str, ...] = ()
    trust: str = ""
    boundary: str = ""


@dataclass(frozen=True)
class Group:
    """A group as IAM lists it."""

    name: str
    inline: Mapping[str, str]
    attached: tuple[str, ...]


@dataclass(frozen=True)
class AccountView:
    """Everybody, by name."""

    users: Mapping[str, Listed]
    roles: Mapping[str, Listed]
    groups: Mapping[str, Group]

    def of(self, holder: Holder) -> Listed | None:
        """One of them, None for who is not there."""
        return (self.users if holder.kind is HolderKind.USER else self.roles).get(holder.name)


class Account:
    """The account as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def view(self) -> AccountView:
        """All users, roles and groups (iam:GetAccountAuthorizationDetails)."""
        users: dict[str, Listed] = {}
        roles: dict[str, Listed] = {}
        groups: dict[str, Group] = {}
        pages = self._aws.pages("iam", "get_account_authorization_details", Filter=["User", "Role", "Group"])
        for page in pages:
            users |= {str(row["UserName"]): _listed(row, HolderKind.USER) for row in page.get("UserDetailList", [])}
            roles |= {str(row["RoleName"]): _listed(row, HolderKind.ROLE) for row in page.get("RoleDetailList", [])}
            groups |= {str(row["GroupName"]): _group(row) for row in page.get("GroupDetailList", [])}
        return AccountView(users, roles, groups)

    def has_password(self, user: str) -> bool:
        """Whether a user can log in to the console (iam:GetLoginProfile)."""
        try:
            self._aws.call("iam", "get_login_profile", UserName=user)
        except NotFound:
            return False
        return True


def _listed(row: Mapping[str, Any], kind: HolderKind) -> Listed:
    trust = row.get("AssumeRolePolicyDocument")
    return Listed(
        holder=Holder(kind=kind, name=str(row[f"{kind.capitalize()}Name"])),
        arn=str(row["Arn"]),
        created_at=row["CreateDate"].astimezone(UTC),
        inline=_inline(row.get(f"{kind.capitalize()}PolicyList", [])),
        attached=_attached(row),
        groups=tuple(str(each) for each in row.get("GroupList", [])),
        trust=as_canonical(trust) if trust else "",
        boundary=str(row.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")),
    )


def _group(row: Mapping[str, Any]) -> Group:
    return Group(str(row["GroupName"]), _inline(row.get("GroupPolicyList", [])), _attached(row))


def _attached(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(each["PolicyArn"]) for each in row.get("AttachedManagedPolicies", []))


def _inline(rows: list[Mapping[str, Any]]) -> dict[str, str]:
    return {str(each["PolicyName"]): as_canonical(each["PolicyDocument"]) for each in rows}
