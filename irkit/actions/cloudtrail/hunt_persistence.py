"""Hunt what an intruder left behind: users, keys, rights and trusts made with a leaked key, and by keys made with it.

Each key and session that a followed key brought into being is followed too, and so is each user and role it made.
Everything found carries the id of the CloudTrail event that proves it. The raw records are kept as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.aws import masked_key
from irkit.clients.iam import KeyStatus
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.persistence import Means, Trace, traces
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.contract import Action, Effect, Frozen
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """Look back ``hours``, or from ``since``. ``regions`` empty means all.

    ``sources`` are written as for ``irkit trail --from``; none: the configured ones, else the event history.
    """

    key_id: str
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 14
    since: AwareDatetime | None = None
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Left(Frozen):
    """One thing left behind: by which call, on whom or what, proven by which event, done with which key."""

    call: str
    target: str
    what: str
    event_id: str
    at: datetime
    by: str
    region: str


class MadeUser(Frozen):
    """A user that was made, and still exists."""

    user: str
    event_id: str
    at: datetime
    by: str


class StrayKey(Frozen):
    """An active key that was made for a user who was there before."""

    user: str
    key_id: str
    event_id: str
    at: datetime
    by: str


class Result(Frozen):
    """All that was left behind. ``tried`` are calls that AWS refused; ``gone`` users and keys that exist no more."""

    users: tuple[MadeUser, ...]
    stray_keys: tuple[StrayKey, ...]
    keys: tuple[Left, ...]
    passwords: tuple[Left, ...]
    rights: tuple[Left, ...]
    trusts: tuple[Left, ...]
    others: tuple[Left, ...]
    tried: tuple[Left, ...]
    gone: tuple[str, ...]
    followed: tuple[str, ...]
    found: int
    not_seen: tuple[str, ...]
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return (
            f"users: {len(self.users)}, stray keys: {len(self.stray_keys)}, rights: {len(self.rights)}, "
            f"trusts: {len(self.trusts)}, only tried: {len(self.tried)}"
        )


def read(clients: Clients, params: Params) -> Result:
    """Follow the key and all that came of it. Raises ``OutsideError`` when no region answers."""
    now = clients.now()
    asked = Query(
        windows=(Window(params.since or now - timedelta(hours=params.hours), now),),
        keys=(params.key_id,),
        regions=params.regions,
    )
    source = source_of(clients, params.sources)
    answer = ask(source, ACTIVITY, asked, Follow.TREE, told_to(clients, "of what came of the key"))
    records = answer.records
    left = [one for one in traces(records) if not one.tried_only]
    users, stray, gone = _present(clients, left)
    coverage = "; ".join((answer.coverage.text, *answer.notes))
    kept = keep(
        clients,
        f"cloudtrail-hunt-{params.key_id[-4:].lower()}.jsonl",
        records,
        f"{masked_key(params.key_id)} and what came of it",
        coverage,
    )
    return Result(
        users=users,
        stray_keys=stray,
        keys=_of(left, Means.KEY),
        passwords=_of(left, Means.PASSWORD),
        rights=_of(left, Means.RIGHTS),
        trusts=_of(left, Means.TRUST),
        others=_of(left, Means.OTHER, Means.DISGUISE),
        tried=tuple(_left(one) for one in traces(records) if one.tried_only),
        gone=gone,
        followed=answer.tree.ids if answer.tree else (params.key_id,),
        found=len(left),
        not_seen=missed(answer.coverage),
        coverage=coverage,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _present(
    clients: Clients, left: Iterable[Trace]
) -> tuple[tuple[MadeUser, ...], tuple[StrayKey, ...], tuple[str, ...]]:
    """Which of the users and keys that were made are still there, by IAM."""
    users: dict[str, MadeUser] = {}
    stray: dict[str, StrayKey] = {}
    gone: list[str] = []
    for one in left:
        if one.means is Means.USER:
            try:
                clients.iam.user_arn(one.target)
            except NotFound:
                gone.append(f"user {one.target}")
            else:
                users[one.target] = MadeUser(user=one.target, event_id=one.event_id, at=one.at, by=one.by)
    for one in left:
        if one.call == "iam:CreateAccessKey" and one.target not in users:
            try:
                active = clients.iam.access_key(one.target, one.what).status is KeyStatus.ACTIVE
            except NotFound:
                gone.append(f"access key {masked_key(one.what)} of {one.target}")
            else:
                if active:
                    stray[one.what] = StrayKey(
                        user=one.target, key_id=one.what, event_id=one.event_id, at=one.at, by=one.by
                    )
    return tuple(users.values()), tuple(stray.values()), tuple(gone)


def _of(left: Iterable[Trace], *means: Means) -> tuple[Left, ...]:
    return tuple(_left(one) for one in left if one.means in means)


def _left(one: Trace) -> Left:
    return Left(
        call=one.call,
        target=one.target,
        what=one.what,
        event_id=one.event_id,
        at=one.at,
        by=one.by,
        region=one.region,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Hunt what an intruder left behind",
    read=read,
    iam=(*IAM, "iam:GetUser", "iam:ListAccessKeys"),
)
