"""Find out who a suspect is: from an access key's id, an ARN, or ``user/NAME`` and ``role/NAME``.

An alarm gives a key id or an ARN and nothing more. All later steps work on what this one finds, so it also says who
irkit acts as, and whether AWS has already put its own quarantine on the user: that policy denies what a responder
needs, so irkit must not run as the suspect (AWS managed policies AWSCompromisedKeyQuarantine, V2 and V3); it is left.
The attacker sees nothing of this, unless they can read CloudTrail.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.aws import masked_key
from irkit.clients.held_rights import aws_quarantine
from irkit.clients.holder import Holder, HolderKind, named
from irkit.clients.principal import PrincipalKind
from irkit.contract import Action, Effect, Frozen
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_KEY = re.compile(r"AKIA[A-Z0-9]{12,124}", re.ASCII)
_SHORT = re.compile(r"(user|role)/([\w+=,.@/-]+)", re.ASCII)


class Params(Frozen):
    """``principal``: the id of a long-lived access key (``AKIA...``), an ARN, ``user/NAME`` or ``role/NAME``."""

    principal: str


class Kind(StrEnum):
    """What the suspect is."""

    USER = "user"
    ROLE = "role"
    SESSION = "session"
    """One session of a role."""
    OTHER = "other"
    """A root user, a federated user, a service-linked role: no policy of its own binds it."""


class Result(Frozen):
    """Who it is. Times are AWS's; those of a key are of the one that was asked for, empty when none was."""

    kind: Kind
    name: str
    arn: str
    """Of the user or role, its path with it; of a session or of anything else, its own."""
    principals: tuple[str, ...]
    """``arn`` as a list, for the steps that take several."""
    account: str
    user: str
    """The user's name; empty for a role."""
    role: str
    """The role's name, of a session too; empty for a user."""
    keys: tuple[str, ...]
    """The ids of all access keys of a user."""
    acting_as: str
    aws_quarantine: str
    """The name of AWS's own quarantine policy on it; empty when there is none."""
    key_id: str = ""
    status: str = ""
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    last_used_service: str = ""
    last_used_region: str = ""
    others: tuple[str, ...] = ()
    """The user's key ids beside the one that was asked for."""

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        whose = (
            f"{masked_key(self.key_id)} of {self.name}, {self.status}" if self.key_id else f"{self.kind} {self.name}"
        )
        return f"{whose}; AWS has put {self.aws_quarantine} on it" if self.aws_quarantine else whose


def read(clients: Clients, params: Params) -> Result:
    """Ask STS for the account, IAM for the rest.

    Raises ``NotFound`` for who is in another account or nowhere, ``UsageError`` for a text that names nobody.
    """
    own = clients.sts.own_identity()
    if _KEY.fullmatch(params.principal):
        return _of_key(clients, params.principal)
    short = _SHORT.fullmatch(params.principal)
    if short is not None:
        holder = Holder(kind=HolderKind(short[1]), name=short[2].rpartition("/")[2])
        return _of_holder(clients, holder, "")
    found = named(params.principal)
    _refuse_elsewhere(clients, found.account, "the principal")
    if found.kind in {PrincipalKind.USER, PrincipalKind.ROLE, PrincipalKind.SESSION}:
        session = params.principal if found.kind is PrincipalKind.SESSION else ""
        return _of_holder(clients, Holder.of(params.principal), session)
    return Result(
        kind=Kind.OTHER,
        name=found.name or found.kind.value,
        arn=params.principal,
        principals=(params.principal,),
        account=found.account,
        user="",
        role="",
        keys=(),
        acting_as=own.arn,
        aws_quarantine="",
    )


def _of_holder(clients: Clients, holder: Holder, session: str) -> Result:
    own = clients.sts.own_identity()
    arn = session or clients.rights.arn(holder)
    is_user = holder.kind is HolderKind.USER
    return Result(
        kind=Kind.SESSION if session else Kind(holder.kind.value),
        name=named(session).session if session else holder.name,
        arn=arn,
        principals=(arn,),
        account=own.account,
        user=holder.name if is_user else "",
        role="" if is_user else holder.name,
        keys=tuple(key.key_id for key in clients.iam.access_keys(holder.name)) if is_user else (),
        acting_as=own.arn,
        aws_quarantine=aws_quarantine(clients.rights, holder),
    )


def _of_key(clients: Clients, key_id: str) -> Result:
    account = clients.sts.account_of_key(key_id)
    _refuse_elsewhere(clients, account, "the key")
    use = clients.iam.key_use(key_id)
    keys = {key.key_id: key for key in clients.iam.access_keys(use.user)}
    if key_id not in keys:
        msg = f"{use.user} has no access key {key_id} any more"
        raise NotFound(msg, hint="it was deleted; ask CloudTrail who did it and when")
    found = _of_holder(clients, Holder(kind=HolderKind.USER, name=use.user), "")
    return found.model_copy(
        update={
            "key_id": key_id,
            "status": keys[key_id].status.value,
            "created_at": keys[key_id].created_at,
            "last_used_at": use.last_used_at,
            "last_used_service": use.service,
            "last_used_region": use.region,
            "others": tuple(each for each in keys if each != key_id),
        }
    )


def _refuse_elsewhere(clients: Clients, account: str, what: str) -> None:
    own = clients.sts.own_identity()
    if account != own.account:
        msg = f"{what} belongs to account {account}, and irkit acts in {own.account}"
        raise NotFound(msg, hint="log in to that account, or tell its owner")


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find out who a suspect is",
    read=read,
    iam=(
        *("sts:GetAccessKeyInfo", "iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:GetRole", "iam:ListAccessKeys"),
        *("iam:ListAttachedUserPolicies", "iam:ListAttachedRolePolicies"),
    ),
)
