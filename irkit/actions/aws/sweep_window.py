"""Find everything that was made or changed in the window of an incident, who made it, and what of it still stands.

Two sources that do not share their blind spots: IAM's own lists by creation date (complete at once, and silent about
who), and CloudTrail (who, and minutes late). What suspects made, or what came of that, is theirs; what others made is
innocent and listed as such; what has no record yet is unknown, and keeps the outcome from being clean.
What is shut in already is not found again: sweep, close, sweep again until it is clean. Deleting comes days later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.clients.holder import HolderKind
from irkit.clients.iam import AccessKey
from irkit.clients.quarantine import AccountQuarantine
from irkit.clients.quarantine_policy import plain, told_by
from irkit.clients.waiting import wait_until
from irkit.cloudtrail import leftover
from irkit.cloudtrail.births import Kind
from irkit.cloudtrail.inquiry import IAM, keep, missed, source_of, told_to
from irkit.cloudtrail.key_callers import begun
from irkit.cloudtrail.kin import kin
from irkit.cloudtrail.leftover import (
    Ground,
    LeftGrant,
    LeftKey,
    LeftOther,
    LeftPassword,
    LeftRight,
    LeftRole,
    LeftSession,
    LeftTrust,
    LeftUser,
)
from irkit.cloudtrail.lineage import Tree
from irkit.cloudtrail.made_since import dated
from irkit.cloudtrail.persistence import Means, traces
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record
from irkit.contract import Action, Effect, Frozen
from irkit.errors import ConfigInvalid, NotFound, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MAKING = ("iam:CreateUser", "iam:CreateRole", "iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy")
_MANY_USERS = 500
"""The keys of so many users are listed one by one; of more, only those whom the log names."""
_JUDGED = frozenset({
    *("iam:CreateUser", "iam:CreateRole", "iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:CreateLoginProfile"),
    *("iam:UpdateLoginProfile", "iam:UpdateAssumeRolePolicy", "iam:AttachUserPolicy", "iam:AttachRolePolicy"),
    *("iam:PutUserPolicy", "iam:PutRolePolicy", "iam:AddUserToGroup", "kms:CreateGrant", "sts:GetFederationToken"),
})  # fmt: skip
"""Calls whose leftovers have a list of their own."""


class Params(Frozen):
    """``principals`` are the suspects' ARNs. The window goes back ``hours``, or to ``since``, until now.

    With ``known_networks`` (addresses, CIDRs: those of rightful use), ``since`` is where strange use was noticed, which
    need not be where it began: the window goes back to the suspects' first call from elsewhere, within ``hours``.
    ``sources`` are written as for ``irkit trail --from``; none: the configured ones, else the event history. With
    ``complete_from``, the time of a cut by AWS's clock, it waits until CloudTrail can show all from before that, for
    ``wait_s`` seconds at most.
    """

    principals: tuple[str, ...]
    hours: Annotated[int, Field(ge=1, le=90 * 24)] = 72
    since: AwareDatetime | None = None
    known_networks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    complete_from: AwareDatetime | None = None
    wait_s: Annotated[int, Field(ge=0, le=7200)] = 1800


class Outcome(StrEnum):
    """Whether something is still open."""

    CLEAN = "clean"
    FOUND = "found"
    """Something stands open, or is not known yet."""


class Result(Frozen):
    """What stands open, list by list; what is innocent or unknown, in words; all suspects, for the quarantine."""

    outcome: Outcome
    users: tuple[LeftUser, ...]
    roles: tuple[LeftRole, ...]
    stray_keys: tuple[LeftKey, ...]
    trusts: tuple[LeftTrust, ...]
    rights: tuple[LeftRight, ...]
    passwords: tuple[LeftPassword, ...]
    grants: tuple[LeftGrant, ...]
    sessions: tuple[LeftSession, ...]
    others: tuple[LeftOther, ...]
    """For a person to look at; they do not keep the outcome from being clean."""
    innocent: tuple[str, ...]
    unknown: tuple[str, ...]
    principals: tuple[str, ...]
    """ARNs of the suspects and of all that came of them: users, roles, sessions of roles, federated users."""
    found_principals: tuple[str, ...]
    """Those that came of them alone."""
    session_keys: tuple[str, ...]
    """Key ids of all sessions that came of them, ended ones too."""
    made_keys: tuple[str, ...]
    """Ids of all access keys that came of them, gone ones too."""
    since: datetime
    swept_at: datetime
    not_seen: tuple[str, ...]
    coverage: str
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        counts = {
            "users": self.users,
            "roles": self.roles,
            "keys": self.stray_keys,
            "trusts": self.trusts,
            "rights": self.rights,
            "passwords": self.passwords,
            "grants": self.grants,
            "sessions": self.sessions,
            "unknown": self.unknown,
        }
        told = ", ".join(f"{name} {len(rows)}" for name, rows in counts.items() if rows)
        unseen = f"; NOT SEEN: {', '.join(self.not_seen)}" if self.not_seen else ""
        return f"{self.outcome}: {told or 'nothing stands open'}; innocent {len(self.innocent)}{unseen}"


def read(clients: Clients, params: Params) -> Result:
    """Look at CloudTrail first and at IAM after it. Raises ``OutsideError`` when no region answers."""
    lag = timedelta(seconds=clients.config.cloudtrail.lag_s)
    if params.complete_from is not None:
        until = params.complete_from + clients.settling.span + lag
        wait_until(clients, until, timedelta(seconds=params.wait_s), "CloudTrail's records are under way")
    now = clients.aws_now().at
    source = source_of(clients, params.sources)
    suspects = tuple(dict.fromkeys(plain(each) for each in params.principals))
    told = told_to(clients, "of what was made in the window")
    asked = tuple(dict.fromkeys((*params.principals, *suspects)))
    earliest = now - timedelta(hours=params.hours)
    since = params.since or earliest
    if params.known_networks and since > earliest:
        before = ask(source, ACTIVITY, Query(windows=(Window(earliest, since),), arns=asked), Follow.ALONE, told)
        since = begun(before.records, params.known_networks) or since
    query = Query(windows=(Window(since, clients.now() + timedelta(minutes=1)),))
    theirs = ask(source, ACTIVITY, replace(query, arns=asked), Follow.TREE, told)
    others = ask(source, ACTIVITY, replace(query, calls=_MAKING), Follow.ALONE, told)
    tree = theirs.tree or Tree(suspects)
    known = {one.event_id for one in theirs.records}
    ground = Ground(
        suspects=frozenset(suspects),
        records=theirs.records,
        tree=tree,
        account=clients.account.view(),
        account_id=clients.sts.own_identity().account,
        keys=_keys(clients),
        others=tuple(one for one in others.records if one.event_id not in known),
        quarantined=_quarantined(clients),
        now=now,
    )
    coverage = "; ".join((theirs.coverage.text, *theirs.notes))
    kept = keep(clients, "cloudtrail-sweep.jsonl", theirs.records, "what the suspects did in the window", coverage)
    lists = _lists(clients, ground)
    found = dated(_bounded(ground), since, now - lag)
    principals = kin(tree, suspects, ground.account_id, now)
    is_open = any(lists.values()) or bool(found.unknown)
    return Result.model_validate(
        {
            **lists,
            "outcome": Outcome.FOUND if is_open else Outcome.CLEAN,
            "others": tuple(_others(ground.records)),
            "innocent": found.innocent,
            "unknown": found.unknown,
            "principals": tuple(dict.fromkeys((*params.principals, *principals))),
            "found_principals": principals,
            "session_keys": tuple(one.id for one in tree.births if one.kind is Kind.SESSION),
            "made_keys": tuple(one.id for one in tree.births if one.kind is Kind.KEY),
            "since": since,
            "swept_at": now,
            "not_seen": missed(theirs.coverage),
            "coverage": coverage,
            "evidence": kept.path,
            "sha256": kept.sha256,
        }
    )


def _lists(clients: Clients, ground: Ground) -> dict[str, tuple[Frozen, ...]]:
    return {
        "users": tuple(leftover.users(ground)),
        "roles": tuple(leftover.roles(ground)),
        "stray_keys": tuple(leftover.stray_keys(ground)),
        "trusts": tuple(leftover.trusts(ground)),
        "rights": tuple(leftover.rights(ground)),
        "passwords": tuple(_passwords(clients, ground)),
        "grants": tuple(_grants(clients, ground)),
        "sessions": tuple(leftover.sessions(ground)),
    }


def _keys(clients: Clients) -> Callable[[str], Sequence[AccessKey]]:
    @cache
    def keys(user: str) -> tuple[AccessKey, ...]:
        try:
            return clients.iam.access_keys(user)
        except NotFound:
            return ()

    return keys


def _bounded(ground: Ground) -> Ground:
    """The same without the keys of users that nothing names, where there are too many to ask for each."""
    if len(ground.account.users) <= _MANY_USERS:
        return ground
    named = {one.param("userName") for one in (*ground.records, *ground.others)}
    return replace(ground, keys=lambda user: ground.keys(user) if user in named else ())


def _quarantined(clients: Clients) -> frozenset[str]:
    try:
        return frozenset(told_by(AccountQuarantine(clients).read().binding).suspects)
    except (OutsideError, ConfigInvalid):
        return frozenset()  # no organization, or no access to it: then no SCP of ours binds


def _passwords(clients: Clients, ground: Ground) -> Iterator[LeftPassword]:
    seen: set[str] = set()
    for one in ground.good():
        user = one.param("userName")
        if one.call not in {"iam:CreateLoginProfile", "iam:UpdateLoginProfile"} or user in seen:
            continue
        seen.add(user)
        if user not in ground.account.users or ground.is_made(HolderKind.USER, user):
            continue  # whom the suspects made is shut in as a whole; a suspect's own password outlives its quarantine
        if clients.account.has_password(user):
            yield LeftPassword(by=one.principal_arn, at=one.at, call=one.call, event_id=one.event_id, user=user)


def _grants(clients: Clients, ground: Ground) -> Iterator[LeftGrant]:
    standing: dict[str, set[str]] = {}
    for one in ground.good():
        if one.call != "kms:CreateGrant":
            continue
        grant = one.answered("grantId")
        key = next(iter(one.resources), "") or one.answered("keyId") or one.param("keyId")
        if key not in standing:
            try:
                standing[key] = {each.id for each in clients.kms.grants(key)}
            except NotFound:
                standing[key] = set()
        if grant in standing[key]:
            yield LeftGrant(
                by=one.principal_arn, at=one.at, call=one.call, event_id=one.event_id, key_arn=key, grant_id=grant
            )


def _others(records: Iterable[Record]) -> Iterator[LeftOther]:
    by_id = {one.event_id: one for one in records}
    for trace in traces(by_id.values()):
        if trace.tried_only or (trace.call in _JUDGED and trace.means is not Means.DISGUISE):
            continue
        yield LeftOther(
            by=by_id[trace.event_id].principal_arn,
            at=trace.at,
            call=trace.call,
            event_id=trace.event_id,
            target=trace.target,
            what=trace.what,
        )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find what was made in the window of an incident",
    read=read,
    iam=(
        *IAM,
        *("iam:GetAccountAuthorizationDetails", "iam:ListAccessKeys", "iam:GetLoginProfile", "kms:ListGrants"),
        *("organizations:ListPolicies", "organizations:DescribePolicy", "organizations:ListTargetsForPolicy"),
    ),
)
