"""Find out whose access key an id is: account, user, status, last use, and what else the user holds.

An alarm gives a key id and nothing more. All later steps work on what this one finds, so it also says who irkit acts
as, and whether AWS has already put its own quarantine on the user: that policy denies what a responder needs, so irkit
must not run as the suspect (AWS managed policies AWSCompromisedKeyQuarantine, V2 and V3).
The attacker sees nothing of this, unless they can read CloudTrail.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from irkit.clients.aws import masked_key
from irkit.contract import Action, Effect, Frozen
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_QUARANTINE = "AWSCompromisedKeyQuarantine"


class Params(Frozen):
    """``key_id`` is the id of a long-lived access key of a user (``AKIA...``)."""

    key_id: Annotated[str, Field(pattern=r"^AKIA[A-Z0-9]{12,124}$")]


class Result(Frozen):
    """The owner of the key. Times are AWS's. ``others`` are the user's other key ids."""

    key_id: str
    account: str
    user: str
    user_arn: str
    status: str
    created_at: datetime
    last_used_at: datetime | None
    last_used_service: str
    last_used_region: str
    acting_as: str
    others: tuple[str, ...]
    aws_quarantine: str
    """The name of AWS's own quarantine policy on the user; empty when there is none."""

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{masked_key(self.key_id)} of {self.user}, {self.status}"


def read(clients: Clients, params: Params) -> Result:
    """Ask STS for the account, IAM for the owner and the key's standing.

    Raises:
        NotFound: the key belongs to another account, or to nobody.

    """
    own = clients.sts.own_identity()
    account = clients.sts.account_of_key(params.key_id)
    if account != own.account:
        msg = f"the key belongs to account {account}, and irkit acts in {own.account}"
        raise NotFound(msg, hint="log in to that account, or tell its owner")
    use = clients.iam.key_use(params.key_id)
    keys = {key.key_id: key for key in clients.iam.access_keys(use.user)}
    if params.key_id not in keys:
        msg = f"{use.user} has no access key {params.key_id} any more"
        raise NotFound(msg, hint="it was deleted; ask CloudTrail who did it and when")
    attached = clients.iam.attached_policies(use.user)
    key = keys[params.key_id]
    return Result(
        key_id=params.key_id,
        account=account,
        user=use.user,
        user_arn=clients.iam.user_arn(use.user),
        status=key.status,
        created_at=key.created_at,
        last_used_at=use.last_used_at,
        last_used_service=use.service,
        last_used_region=use.region,
        acting_as=own.arn,
        others=tuple(other for other in keys if other != params.key_id),
        aws_quarantine=next((name for name in attached if name.startswith(_QUARANTINE)), ""),
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find out whose access key this is",
    read=read,
    iam=(
        *("sts:GetAccessKeyInfo", "iam:GetAccessKeyLastUsed", "iam:GetUser"),
        *("iam:ListAccessKeys", "iam:ListAttachedUserPolicies"),
    ),
)
