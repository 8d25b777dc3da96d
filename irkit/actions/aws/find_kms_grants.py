"""Find the grants on KMS keys, and which of them serve a suspect, or were made by one, or reach another account.

A grant lets its grantee in whatever IAM says, and outlives the user that made it. Who made a grant is no part of it:
CloudTrail's record of CreateGrant tells, so a grant older than the log has no known maker.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.principal import principal
from irkit.cloudtrail.inquiry import IAM, missed, source_of
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import found
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.kms import Grant

_MARGIN = timedelta(seconds=5)


class Params(Frozen):
    """``keys`` are ARNs; none: every customer's key of the home region. ``principals`` are the suspects' ARNs.

    Makers are looked for back ``hours``, or from ``since``.
    """

    keys: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 7
    since: AwareDatetime | None = None
    sources: tuple[str, ...] = ()


class Found(Frozen):
    """One grant, and what speaks against it."""

    key: str
    id: str
    name: str
    grantee: str
    operations: tuple[str, ...]
    made_at: datetime | None
    maker: str
    event_id: str
    why: str


class Keyed(Frozen):
    """The grants to be revoked on one key, by id."""

    key: str
    ids: tuple[str, ...]


class Result(Frozen):
    """``to_revoke`` serve a suspect or were made by one, ``foreign`` reach another account, ``others`` are the rest."""

    to_revoke: tuple[Found, ...]
    by_key: tuple[Keyed, ...]
    foreign: tuple[Found, ...]
    others: tuple[Found, ...]
    not_seen: tuple[str, ...]
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        total = len(self.to_revoke) + len(self.foreign) + len(self.others)
        return f"{len(self.to_revoke)} of {total} grants serve a suspect, {len(self.foreign)} reach another account"


def read(clients: Clients, params: Params) -> Result:
    """Look at every grant. Raises ``Denied``, ``NotFound``."""
    now = clients.now()
    keys = params.keys or clients.kms.keys(clients.config.aws.region)
    grants = [one for key in keys for one in clients.kms.grants(key)]
    window = Window((params.since or now - timedelta(hours=params.hours)) - _MARGIN, now)
    asked = Query(windows=(window,), calls=("kms:CreateGrant",), outcome=Outcome.SUCCEEDED)
    looked = found(source_of(clients, params.sources), asked)
    makers = {one.answered("grantId"): one for one in looked.records}
    suspects = {each for arn in params.principals for each in (arn, _actor(arn))}
    told = [_found(one, makers.get(one.id), suspects) for one in grants]
    against = tuple(one for one in told if one.why and not one.why.startswith("foreign"))
    return Result(
        to_revoke=against,
        by_key=_by_key(against),
        foreign=tuple(one for one in told if one.why.startswith("foreign")),
        others=tuple(one for one in told if not one.why),
        not_seen=missed(looked.coverage),
        coverage=f"grants of {len(keys)} keys; their makers by {looked.coverage.text}",
    )


def _found(one: Grant, made: Record | None, suspects: set[str]) -> Found:
    maker = made.principal_arn if made else ""
    return Found(
        key=one.key_arn,
        id=one.id,
        name=one.name,
        grantee=one.grantee,
        operations=one.operations,
        made_at=one.created_at,
        maker=maker,
        event_id=made.event_id if made else "",
        why=_why(one, maker, suspects),
    )


def _why(one: Grant, maker: str, suspects: set[str]) -> str:
    if one.grantee in suspects or _actor(one.grantee) in suspects:
        return "it serves a suspect"
    if maker and (maker in suspects or _actor(maker) in suspects):
        return "a suspect made it"
    account = one.key_arn.split(":")[4]
    if one.grantee.startswith("arn:") and f":{account}:" not in one.grantee:
        return "foreign: its grantee is of another account"
    return ""


def _actor(arn: str) -> str:
    found_one = principal(arn)
    return found_one.policy_arn if found_one is not None else arn


def _by_key(grants: Iterable[Found]) -> tuple[Keyed, ...]:
    held: dict[str, list[str]] = {}
    for one in grants:
        held.setdefault(one.key, []).append(one.id)
    return tuple(Keyed(key=key, ids=tuple(ids)) for key, ids in held.items())


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find grants that let a suspect in",
    read=read,
    iam=(*IAM, "kms:ListKeys", "kms:ListGrants"),
)
