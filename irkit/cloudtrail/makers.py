"""Who made each user, role and key, as CloudTrail tells it, and whether the suspects had a hand in it.

By IAM's own ids, which are never given twice: a name is free again as soon as its bearer is deleted (IAM user guide,
"IAM identifiers").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.principal import PrincipalKind, principal
from irkit.clients.quarantine_policy import plain
from irkit.cloudtrail.births import births
from irkit.cloudtrail.identity_work import actor
from irkit.cloudtrail.inquiry import source_of, told_to
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.activity import ACTIVITY
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.record import Record

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_MAKING = ("iam:CreateUser", "iam:CreateRole", "iam:CreateAccessKey")
_READING = ("Get", "List", "Describe", "Lookup", "Simulate")


@dataclass(frozen=True)
class Maker:
    """Who made one: ``name`` is an ARN without its path, of a session its role's.

    ``doubt``: why it may be the suspects' doing after all, in words; empty for none.
    """

    name: str
    doubt: str = ""


@dataclass(frozen=True)
class Makers:
    """``by_id``: makers by IAM's id of the user or role (``AIDA...``, ``AROA...``) or the key's (``AKIA...``).

    ``hands`` has a call by each name that a call of the suspects bore and changed something of. What the log does not
    tell yet is in neither. ``since`` is how far back was asked.
    """

    since: datetime
    by_id: Mapping[str, Maker] = field(default_factory=dict)
    hands: Mapping[str, str] = field(default_factory=dict)


def makers(clients: Clients, back: timedelta, suspects: Iterable[str]) -> Makers:
    """Who made what was made within ``back``. ``suspects`` are ARNs. Raises ``OutsideError``."""
    now = clients.now()
    since = now - back
    windows, source = (Window(since, now + timedelta(minutes=1)),), source_of(clients)
    told = told_to(clients, "of who made them")
    making = ask(source, ACTIVITY, Query(windows=windows, calls=_MAKING), Follow.ALONE, told).records
    asked = tuple(dict.fromkeys(arn for each in suspects for arn in (each, plain(each))))
    theirs: tuple[Record, ...] = ()
    if asked:  # a query without ARNs asks about everybody
        theirs = ask(source, ACTIVITY, Query(windows=windows, arns=asked), Follow.TREE, told).records
    return makers_of(making, theirs, asked, since)


def makers_of(making: Iterable[Record], theirs: Iterable[Record], suspects: Iterable[str], since: datetime) -> Makers:
    """The same, of records. ``theirs`` are those of the suspects and of what came of them. Pure."""
    done = {one.event_id: one for one in theirs if not one.error}
    changed = [one for one in done.values() if not one.name.startswith(_READING)]
    hands = {name: one.call for one in reversed(changed) for name in _names(one)}
    bad = frozenset(name for arn in suspects for name in (plain(arn), _acts_as(arn)))
    services = frozenset(one.source for one in changed)
    by_id: dict[str, Maker] = {}
    for one in making:
        made = next(iter(births((one,))), None)
        name = actor(one)
        if made is None or not name:
            continue
        by = one.answered("user", "userId") or one.answered("role", "roleId") or made.id
        by_id[by] = Maker(name, _doubt(one, name, bad, frozenset(done), hands, services))
    return Makers(since, by_id, hands)


def _doubt(
    one: Record,
    name: str,
    bad: frozenset[str],
    done: frozenset[str],
    hands: Mapping[str, str],
    services: frozenset[str],
) -> str:
    if one.event_id in done or name in bad or plain(one.principal_arn) in bad:
        return "who is held or a suspect, or came of one"
    # A user's keys, and what came of them, the log tells one by one; a role takes in whomever its trust lets.
    if one.session and (call := hands.get(name.rpartition("/")[2]) or hands.get(one.session)):
        return f"on which the suspects laid hands by {call}"
    service = one.invoked_by.removesuffix(".amazonaws.com")
    return f"for {service}, which the suspects used too" if one.session and service in services else ""


def _acts_as(arn: str) -> str:
    """Of a session its role: who has one session of it can have another, under any name."""
    found = principal(arn)
    return plain(found.policy_arn) if found and found.kind is PrincipalKind.SESSION else ""


def _names(one: Record) -> Iterator[str]:
    """What a call names, ARNs by their last part."""
    for value in one.params.values():
        if isinstance(value, str) and value:
            yield value.rpartition("/")[2] if value.startswith("arn:") else value
