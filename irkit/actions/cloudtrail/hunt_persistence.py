"""Hunt what an intruder left behind: users, keys, rights and trusts made with a leaked key, and by keys made with it.

Each key and session that a followed key brought into being is followed too, and so is each user it made. Everything
found carries the id of the CloudTrail event that proves it. The raw records are kept as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.aws import masked_key
from irkit.clients.cloudtrail import Attribute
from irkit.clients.iam import KeyStatus
from irkit.cloudtrail.lookup import Question, look_up
from irkit.cloudtrail.persistence import Means, Trace, further_keys, traces
from irkit.cloudtrail.source import Found, in_order
from irkit.contract import Action, Effect, Frozen
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MOST_FOLLOWED = 100


class Params(Frozen):
    """Look back ``hours``, or from ``since``. ``regions`` empty means the configured ones."""

    key_id: str
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 24 * 14
    since: AwareDatetime | None = None
    regions: tuple[str, ...] = ()


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
    finds, followed = _followed(clients, params)
    records = in_order(one for found in finds for one in found.records)
    left = [one for one in traces(records) if not one.tried_only]
    users, stray, gone = _present(clients, left)
    not_seen = sorted({region for found in finds for region in found.coverage.not_seen})
    coverage = f"{finds[0].coverage.text}; followed {len(followed)} keys and users"
    if len(followed) == _MOST_FOLLOWED:
        coverage += f"; AT MOST {_MOST_FOLLOWED} ARE FOLLOWED, there may be more"
    if not_seen and not finds[0].coverage.not_seen:
        coverage += f"; NOT SEEN for some of them: {', '.join(not_seen)}"
    kept = clients.evidence.keep(
        f"cloudtrail-hunt-{params.key_id[-4:].lower()}.jsonl",
        (f"{one.text}\n".encode() for one in records),
        what=f"CloudTrail records of {masked_key(params.key_id)} and of what it made, one a line",
        count=len(records),
        coverage=coverage,
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
        followed=followed,
        found=len(left),
        not_seen=tuple(not_seen),
        coverage=coverage,
        evidence=kept.path,
        sha256=kept.sha256,
    )


def _followed(clients: Clients, params: Params) -> tuple[list[Found], tuple[str, ...]]:
    """Look up the key, then each key, session and user that came of it, until nothing new turns up."""
    now = clients.now()
    since = params.since or now - timedelta(hours=params.hours)
    waiting = [Question.of_key(params.key_id, since, now)]
    seen: dict[str, None] = {params.key_id: None}
    finds: list[Found] = []
    while waiting:
        question = waiting.pop(0)
        clients.progress(f"following {question.attribute} {question.value}")
        found = look_up(clients, question, params.regions)
        finds.append(found)
        made = [Question.of_key(key_id, since, now) for key_id in further_keys(found.records)]
        made += [
            Question(Attribute.USERNAME, one.target, since, now)
            for one in traces(found.records)
            if one.means is Means.USER and not one.tried_only
        ]
        for more in made:
            if more.value not in seen and len(seen) < _MOST_FOLLOWED:
                seen[more.value] = None
                waiting.append(more)
    return finds, tuple(seen)


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
    iam=("cloudtrail:LookupEvents", "iam:GetUser", "iam:ListAccessKeys"),
)
