"""What came of a key: the sessions, keys, users and roles that calls with it brought into being, as a tree. Pure.

The one sound join is by key id: the id in a minting call's answer is the id that later calls are signed with. The two
records of a call between accounts have one ``sharedEventID``; only the caller's own names the caller's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.cloudtrail.identity import who
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


RUNS = frozenset({Kind.INSTANCE, Kind.FUNCTION})
"""What acts with a role's rights in sessions named after it."""


MINTS = (
    *("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:AssumeRoot"),
    *("sts:GetSessionToken", "sts:GetFederationToken", "sts:GetDelegatedAccessToken"),
    *("iam:CreateAccessKey", "iam:CreateUser", "iam:CreateRole", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
    *("cognito-identity:GetCredentialsForIdentity", "rolesanywhere:CreateSession"),
    *("ec2:RunInstances", "lambda:CreateFunction20150331", "signin:GetSigninToken", "signin:ConsoleLogin"),
)
"""Calls whose answers name a key, a session, an identity or what acts as a role (API references of the services)."""
_USERS = frozenset({"iam:CreateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"})
_NAMED_TIMES = "%b %d, %Y, %I:%M:%S %p"
"""``Nov 30, 2024, 8:43:17 PM``: how CloudTrail writes a session's end."""


@dataclass(frozen=True)
class Birth:
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
    call: str
    at: datetime
    until: datetime | None
    """When a session ends; None for what does not end, or when the record does not say."""
    source_identity: str
    marks: bool
    """Whether the call itself gave the source identity: the caller had none."""
    account: str
    region: str
    ip: str
    agent: str
    event_id: str
    shared_id: str
    locator: str


class Join(StrEnum):
    """By what a birth is known to have come of its parent."""

    KEY = "key"
    IDENTITY = "identity"
    """The caller was a user or role that came of the tree, with a key of which no birth is recorded."""
    SOURCE_IDENTITY = "source identity"
    """The session bears the source identity that a session of the tree was the first to be given."""
    SESSION = "session"
    """The caller was a session named after an instance or a function that came of the tree."""
    OWNER = "owner"
    """A key made, by whomever, for a user who came of the tree."""


@dataclass(frozen=True)
class Tree:
    """Roots, and all that came of them, oldest first; each once, whatever circles the records have."""

    roots: tuple[str, ...]
    births: tuple[Birth, ...] = ()
    _above: Mapping[str, tuple[str, Join]] = field(default_factory=dict, repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Roots and all that came of them."""
        return (*self.roots, *(one.id for one in self.births))

    @property
    def keys(self) -> tuple[str, ...]:
        """Key ids alone, of sessions too."""
        roots = (each for each in self.roots if ":" not in each and "/" not in each)
        return tuple(dict.fromkeys((*roots, *(one.id for one in self.births if one.kind in _SIGNS))))

    def above(self, one: Birth) -> str:
        """The id that a birth came of, within this tree."""
        return self._above[one.id][0]

    def join(self, one: Birth) -> Join:
        """By what that is known."""
        return self._above[one.id][1]

    def walk(self) -> Iterator[tuple[int, str, Birth | None]]:
        """Depth, id and birth (None for a root), each before what came of it, older before younger."""
        below: dict[str, list[Birth]] = {}
        for one in self.births:
            below.setdefault(self.above(one), []).append(one)
        waiting: list[tuple[int, str, Birth | None]] = [(0, root, None) for root in reversed(self.roots)]
        while waiting:
            depth, here, birth = waiting.pop()
            yield depth, here, birth
            waiting.extend((depth + 1, one.id, one) for one in reversed(below.get(here, ())))


_SIGNS = frozenset({Kind.KEY, Kind.SESSION})


def births(records: Iterable[Record]) -> tuple[Birth, ...]:
    """All that the records brought into being, oldest first; the two records of one call between accounts are one."""
    found: dict[str, Birth] = {}
    made = [one for one in records if one.call in _MINTS and not one.error]
    for one in sorted(made, key=lambda each: (each.at, each.event_id)):
        for birth in _births(one):
            known = found.setdefault(birth.id, birth)
            is_double = bool(birth.shared_id) and known.shared_id == birth.shared_id
            if is_double and _is_key(birth.by) and not _is_key(known.by):
                found[birth.id] = replace(birth, at=known.at)
    return tuple(found.values())


def _is_key(text: str) -> bool:
    return text.startswith(("AKIA", "ASIA"))


def tree(roots: Iterable[str], records: Iterable[Record]) -> Tree:
    """What came of the roots (key ids, or ARNs of users and roles) by these records.

    Joined by the caller's key id; where that is not known, by the ARN of a user or role that came of the tree; then by
    the source identity, which goes with a session through all roles it takes on.
    """
    first = tuple(dict.fromkeys(roots))
    known = set(first)
    found = births(records)
    above: dict[str, tuple[str, Join]] = {}
    marks: dict[str, str] = {}
    spoken: dict[str, str] = {}
    waiting = list(found)
    grew = True
    while grew:
        later: list[Birth] = []
        for one in waiting:
            if one.id in known:
                continue
            parent = _parent(one, known, marks, spoken)
            if parent is None:
                later.append(one)
                continue
            known.add(one.id)
            above[one.id] = parent
            if one.kind is Kind.SESSION:
                spoken.setdefault(one.arn, one.id)
            if one.marks:
                marks.setdefault(one.source_identity, one.id)
        grew = len(later) < len(waiting)
        waiting = later
    return Tree(first, tuple(one for one in found if one.id in above), above)


def _parent(
    one: Birth, known: set[str], marks: Mapping[str, str], spoken: Mapping[str, str]
) -> tuple[str, Join] | None:
    if one.by in known:
        return one.by, Join.KEY
    if one.by_arn in known:
        return one.by_arn, Join.IDENTITY
    if one.kind is Kind.CONSOLE and one.arn in spoken:
        return spoken[one.arn], Join.IDENTITY
    if one.by_session in known:
        return one.by_session, Join.SESSION
    if one.source_identity in marks:
        return marks[one.source_identity], Join.SOURCE_IDENTITY
    return (one.arn, Join.OWNER) if one.kind is Kind.KEY and one.arn in known else None


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
        call=one.call,
        at=one.at,
        until=moment(word(_credentials(one), "expiration")),
        source_identity=one.param("sourceIdentity") or one.answered("sourceIdentity") or one.source_identity,
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
    arn = one.answered("assumedRoleUser", "arn") or one.answered("federatedUser", "arn") or one.param("roleArn")
    return Kind.SESSION, word(_credentials(one), "accessKeyId"), arn or one.principal_arn


def _credentials(one: Record) -> Mapping[str, JsonValue]:
    """``credentials`` of an answer; Roles Anywhere has a list of sets of them."""
    several = one.answer.get("credentialSet")
    held = several[0] if isinstance(several, list) and several else dict(one.answer)
    found = part(held, "credentials")
    return found if isinstance(found, dict) else {}


def user_arn(one: Record, name: str) -> str:
    """The ARN of a user of the record's account; one without a path, which records of such calls do not name."""
    partition = one.principal_arn.split(":")[1] if one.principal_arn.count(":") > 1 else "aws"
    return f"arn:{partition}:iam::{one.account}:user/{name}"


def moment(text: str) -> datetime | None:
    """A time as CloudTrail writes it in answers, in UTC; None for none."""
    plain = text.replace("\u202f", " ").strip()
    with suppress(ValueError):
        at = datetime.fromisoformat(plain)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    with suppress(ValueError):
        return datetime.strptime(plain, _NAMED_TIMES).replace(tzinfo=UTC)
    return None
