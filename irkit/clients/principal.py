"""Who acts in AWS, told from an ARN: users, roles, sessions of roles, federated users, roots, services' roles."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

_ARN = re.compile(r"arn:(?P<partition>[\w-]+):(?P<service>iam|sts)::(?P<account>\d{12}):(?P<place>.+)", re.ASCII)
_SERVICE_PATH = "aws-service-role/"


class PrincipalKind(StrEnum):
    """What sort of principal (IAM user guide, "AWS JSON policy elements: Principal")."""

    USER = "user"
    ROLE = "role"
    SESSION = "session"
    """One session of a role: ``sts::ACCOUNT:assumed-role/ROLE/SESSION``."""
    FEDERATED = "federated user"
    """Made by sts:GetFederationToken, with at most the rights of the user that asked for it."""
    ROOT = "root"
    SERVICE_ROLE = "service-linked role"
    """No SCP binds it."""


class Principal(NamedTuple):
    """One principal. ``name`` is the user's, role's or federated user's own, without its path; empty for a root."""

    kind: PrincipalKind
    account: str
    name: str
    arn: str
    session: str = ""

    @property
    def policy_arn(self) -> str:
        """What ``aws:PrincipalArn`` is in a call it makes: of a session, the ARN of its role.

        A role with a path is told without it, since the ARN of a session does not tell the path.
        """
        if self.kind is PrincipalKind.SESSION:
            partition = self.arn.split(":")[1]
            return f"arn:{partition}:iam::{self.account}:role/{self.name}"
        return self.arn


def name_in(text: str) -> str:
    """The name in what names a principal: an ARN (of a session its role's name, of a root ``root``), a path, a name."""
    found = principal(text)
    return text.rpartition("/")[2] if found is None else found.name or "root"


def principal(arn: str) -> Principal | None:
    """The principal that an ARN names; None when it names something else."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    account, place = found["account"], found["place"]
    sort, _, rest = place.partition("/")
    name = rest.rpartition("/")[2]
    match sort:
        case "root" if not rest:
            return Principal(PrincipalKind.ROOT, account, "", arn)
        case "user" if name:
            return Principal(PrincipalKind.USER, account, name, arn)
        case "federated-user" if name:
            return Principal(PrincipalKind.FEDERATED, account, name, arn)
        case "role" if name:
            kind = PrincipalKind.SERVICE_ROLE if rest.startswith(_SERVICE_PATH) else PrincipalKind.ROLE
            return Principal(kind, account, name, arn)
        case "assumed-role":
            role, _, session = rest.partition("/")
            return Principal(PrincipalKind.SESSION, account, role, arn, session) if role and session else None
    return None
