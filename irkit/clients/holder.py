"""``Holder``: a user or a role, as what bears policies; and the credential that an ARN stands for."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from irkit.clients.principal import Principal, PrincipalKind, principal
from irkit.contract import Credential, CredentialKind, Frozen
from irkit.errors import Refused, UsageError

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_ARN = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d{12}:[\w+=,.@/-]+", re.ASCII)
"""Of these characters alone: a ``*`` in an ARN would make a policy that names it bind others."""


class HolderKind(StrEnum):
    """What bears policies."""

    USER = "user"
    ROLE = "role"


class Holder(Frozen):
    """A user or a role by its own name."""

    kind: HolderKind
    name: str

    @classmethod
    def of(cls, arn: str) -> Holder:
        """Who bears the policies that bind a principal: of a session, its role.

        Raises ``UsageError`` for what is no principal's ARN, ``Refused`` for one that no policy of its own can bind.
        """
        found = named(arn)
        match found.kind:
            case PrincipalKind.USER:
                return cls(kind=HolderKind.USER, name=found.name)
            case PrincipalKind.ROLE | PrincipalKind.SESSION:
                return cls(kind=HolderKind.ROLE, name=found.name)
            case PrincipalKind.FEDERATED:
                hint = "deny the user that asked for the token: a federated user has no more rights than that one"
            case PrincipalKind.ROOT:
                hint = "only an SCP binds a root user; change its password and its keys in the console"
            case PrincipalKind.SERVICE_ROLE:
                hint = "a service-linked role belongs to its service: look at who made that service act"
        raise Refused(f"{found.kind} {arn} bears no policies of its own", hint=hint)

    @property
    def param(self) -> dict[str, Any]:
        """How IAM's calls name it: ``{"UserName": ...}``."""
        return {f"{self.kind.capitalize()}Name": self.name}

    @property
    def arguments(self) -> dict[str, str]:
        """How ``Sts.refuse_own`` names it."""
        return {self.kind.value: self.name}

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def named(arn: str) -> Principal:
    """The principal that an ARN names. Raises ``UsageError`` for a text that names none, or has wildcards in it."""
    found = principal(arn) if _ARN.fullmatch(arn) else None
    if found is None or (found.name and not _NAME.fullmatch(found.name)):
        msg = f"{arn!r} is no principal's ARN"
        raise UsageError(msg, hint="such as arn:aws:iam::111122223333:user/svc-deploy, role/NAME or assumed-role/R/S")
    return found


def credential(arn: str, label: str = "") -> Credential:
    """What an ARN lets somebody in with: a user, a role, or one session."""
    found = named(arn)
    kind = CredentialKind.USER
    if found.kind in {PrincipalKind.ROLE, PrincipalKind.SERVICE_ROLE}:
        kind = CredentialKind.ROLE
    elif found.kind in {PrincipalKind.SESSION, PrincipalKind.FEDERATED}:
        kind = CredentialKind.SESSION
    return Credential(kind=kind, id=arn, label=label or f"{found.kind} {found.session or found.name}".strip())


def access_key(key_id: str, owner: str = "") -> Credential:
    """An access key as a credential."""
    return Credential(kind=CredentialKind.ACCESS_KEY, id=key_id, label=f"access key of {owner}" if owner else "")
