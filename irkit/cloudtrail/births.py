"""The keys, sessions, users, roles, instances and functions that calls brought into being. Pure.

The key id in a minting call's answer is the id that later calls are signed with. The two records of a call between
accounts have one ``sharedEventID``; only the caller's own names the caller's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import texts
from irkit.cloudtrail.record import Record, part, word

if TYPE_CHECKING:
    from pydantic import JsonValue


class Kind(StrEnum):
    """What was brought into being."""

    KEY = "key"
    """An access key for good."""
    SESSION = "session"
    """A key that ends by itself."""
    USER = "user"
    ROLE = "role"
    INSTANCE = "instance"
    """A machine: its role's sessions have its id for a name."""
    FUNCTION = "function"
    """A function: its role's sessions have its name."""
    CONSOLE = "console"
    """A session taken into the console: it goes on there under its ARN, with keys of which no birth is recorded."""


SIGNS = frozenset({Kind.KEY, Kind.SESSION})
"""What calls are signed with."""
RUNS = frozenset({Kind.INSTANCE, Kind.FUNCTION})
"""What acts with a role's rights in sessions named after it."""


ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
"""Calls that give a role's session."""
GIVING = ("iam:CreateAccessKey", *ASSUMING)
"""Calls that give a key or a session to who need not be the caller, and name who that is."""
MINTS = (
    *(*ASSUMING, "sts:AssumeRoot"),
    *("sts:GetSessionToken", "sts:GetFederationToken", "sts:GetDelegatedAccessToken"),
    *("iam:CreateAccessKey", "iam:CreateUser", "iam:CreateRole", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
    *("cognito-identity:GetCredentialsForIdentity", "rolesanywhere:CreateSession"),
    *("ec2:RunInstances", "lambda:CreateFunction20150331", "signin:GetSigninToken", "signin:ConsoleLogin"),
)
"""Calls whose answers name a key, a session, an identity or what acts as a role (API references of the services)."""
_MAKES = frozenset({"iam:CreateUser", "iam:CreateRole"})
_USERS = frozenset({"iam:CreateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HALVES = ("AM", "PM")
_NOON = 12


class Birth(NamedTuple):
    """One key, session or identity, and the call that brought it into being."""

    id: str
    """A key id; an ARN for a user, a role or a session in the console; an instance's id, a function's name."""
    kind: Kind
    arn: str
    """The identity that it speaks for."""
    by: str
    """The id it came of: the caller's key id; the caller in words where the record has none (``role/session``)."""
    by_arn: str
    by_session: str
    by_account: str
    call: str
    at: datetime
    until: datetime | None
    """When a session ends; None for what does not end, or when the record does not say."""
    source_identity: str
    borne: str
    """The source identity that the caller bore."""
    marks: bool
    """Whether the call itself gave the source identity: the caller had none."""
    account: str
    region: str
    ip: str
    agent: str
    event_id: str
    shared_id: str
    locator: str

    @property
    def is_creation(self) -> bool:
        """Whether a user or role was made; a password too brings a user here, who may have been there for years."""
        return self.call in _MAKES


def births(records: Iterable[Record]) -> tuple[Birth, ...]:
    """All that the records brought into being, oldest first; the two records of one call between accounts are one.

    A key is made once: of several records of it the one that tells the caller's key counts. A password can be given to
    a user, and a session taken into the console, more than once: once by each caller that did. Of a user that one
    caller made and gave a password the making counts alone, and of one second it comes first: times are whole seconds,
    and a script does both in one.
    """
    return merged(told(records))


def told(records: Iterable[Record]) -> Iterator[Birth]:
    """What each record by itself says was brought into being: to be ``merged``."""
    for one in records:
        if one.name in _NAMES and one.call in _MINTS and not one.error:
            yield from _births(one)


def each_once(several: Iterable[Birth]) -> tuple[Birth, ...]:
    """Those that records tell, each once by its event: of doubles that stays whose record lies first."""
    found: dict[tuple[str, str], Birth] = {}
    for one in several:
        known = found.setdefault((one.event_id, one.id), one)
        if known is not one and Locator.read(one.locator) < Locator.read(known.locator):
            found[one.event_id, one.id] = one
    return tuple(found.values())


def merged(several: Iterable[Birth]) -> tuple[Birth, ...]:
    """As ``births``, of what records tell one by one."""
    found: dict[tuple[str, str], Birth] = {}
    for birth in sorted(several, key=_order):
        is_again = birth.kind is Kind.CONSOLE or (birth.kind is Kind.USER and not birth.is_creation)
        known = found.setdefault((birth.id, birth.by if is_again else ""), birth)
        if birth.kind in SIGNS and _is_key(birth.by) and not _is_key(known.by):
            found[birth.id, ""] = birth._replace(at=known.at)
    makers = {each: one.by for (each, by), one in found.items() if not by}
    kept = (one for (each, by), one in found.items() if not by or makers.get(each) != by)
    return tuple(sorted(kept, key=lambda one: (one.at, not one.is_creation)))


def _is_key(text: str) -> bool:
    return text.startswith(("AKIA", "ASIA"))


def _births(one: Record) -> Iterator[Birth]:
    if one.call == "ec2:RunInstances":
        role = word(one.params, "iamInstanceProfile", "arn") or word(one.params, "iamInstanceProfile", "name")
        items = part(one.answer, "instancesSet", "items")
        for each in items if isinstance(items, list) else []:
            yield _birth(one, Kind.INSTANCE, word(each, "instanceId"), role)
        return
    if one.source == "signin":
        # A user signs in with a password, which no key gives; a session is brought along.
        if ":sts:" in one.principal_arn and "Failure" not in texts(one.answer):
            yield _birth(one, Kind.CONSOLE, one.principal_arn, one.principal_arn)
        return
    if one.call == "lambda:CreateFunction20150331":
        yield _birth(one, Kind.FUNCTION, one.param("functionName"), one.param("role"))
        return
    kind, made, arn = _made(one)
    if made:
        yield _birth(one, kind, made, arn)


def _birth(one: Record, kind: Kind, made: str, arn: str) -> Birth:
    return Birth(
        id=made,
        kind=kind,
        arn=arn,
        by=one.key_id or who(one),
        by_arn=one.principal_arn,
        by_session=one.session,
        by_account=one.caller_account or one.account,
        call=one.call,
        at=one.at,
        until=moment(word(_credentials(one), "expiration")),
        source_identity=one.param("sourceIdentity") or one.answered("sourceIdentity") or one.source_identity,
        borne=one.source_identity,
        marks=bool(one.param("sourceIdentity")) and not one.source_identity,
        account=one.account,
        region=one.region,
        ip=one.ip,
        agent=one.agent,
        event_id=one.event_id,
        shared_id=one.shared_id,
        locator=one.locator.text,
    )


_MINTS = frozenset(MINTS)
_NAMES = frozenset(each.partition(":")[2] for each in MINTS)
_order = attrgetter("at", "event_id")


def _made(one: Record) -> tuple[Kind, str, str]:
    """Kind, id and the ARN it speaks for; empty texts when the answer names nothing."""
    if one.call == "iam:CreateAccessKey":
        user = one.answered("accessKey", "userName") or one.param("userName")
        return Kind.KEY, one.answered("accessKey", "accessKeyId"), user_arn(one, user) if user else one.principal_arn
    if one.call in _USERS:
        name = one.answered("user", "arn") or one.param("userName") or one.answered("loginProfile", "userName")
        arn = name if name.startswith("arn:") else user_arn(one, name)
        return Kind.USER, arn if name else "", arn
    if one.call == "iam:CreateRole":
        return Kind.ROLE, one.answered("role", "arn"), one.answered("role", "arn")
    if one.call == "sts:AssumeRoot":
        return Kind.SESSION, word(_credentials(one), "accessKeyId"), _root_arn(one)
    arn = one.answered("assumedRoleUser", "arn") or one.answered("federatedUser", "arn") or one.param("roleArn")
    return Kind.SESSION, word(_credentials(one), "accessKeyId"), arn or one.principal_arn


def _credentials(one: Record) -> Mapping[str, JsonValue]:
    """``credentials`` of an answer; Roles Anywhere has a list of sets of them."""
    several = one.answer.get("credentialSet")
    held = several[0] if isinstance(several, list) and several else dict(one.answer)
    found = part(held, "credentials")
    return found if isinstance(found, dict) else {}


def _root_arn(one: Record) -> str:
    """Of the member account whose root a session is for; it is named by its id or by that ARN."""
    target = one.param("targetPrincipal")
    return target if target.startswith("arn:") else f"{_partition(one)}:iam::{target}:root"


def user_arn(one: Record, name: str) -> str:
    """The ARN of a user of the record's account; one without a path, which records of such calls do not name."""
    return f"{_partition(one)}:iam::{one.account}:user/{name}"


def _partition(one: Record) -> str:
    return ":".join(one.principal_arn.split(":")[:2]) if one.principal_arn.count(":") > 1 else "arn:aws"


def moment(text: str) -> datetime | None:
    """A time as CloudTrail writes it in answers, in UTC; None for none."""
    plain = text.replace("\u202f", " ").strip()
    with suppress(ValueError):
        if not plain[:1].isalpha():
            at = datetime.fromisoformat(plain)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        return _named(plain)
    return None


def _named(text: str) -> datetime:
    """``Nov 30, 2024, 8:43:17 PM``, as a session's end is written: a tenth of what ``strptime`` takes, for thousands.

    Raises ``ValueError`` for anything else.
    """
    month, day, year, clock, half = text.split()
    hour, minute, second = map(int, clock.split(":"))
    if not 1 <= hour <= _NOON or not (day.endswith(",") and year.endswith(",")):
        raise ValueError(text)
    hour = hour % _NOON + (_NOON if _HALVES.index(half.upper()) else 0)
    number = _MONTHS.index(month.title()) + 1
    return datetime(int(year[:-1]), number, int(day[:-1]), hour, minute, second, tzinfo=UTC)
