"""Who decrypted with one KMS key, from where, in which contexts; and what of it does not look like its owner. Pure.

A decrypt that a service made is told under the caller it was made for, with the caller's own key and address.
What tells a stranger is the networks that are ours. Where nobody could say which those are, the addresses that the key
has long been used from stand in for them; that is habit, and no knowledge: it makes candidates, and no verdict.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from irkit.cloudtrail.identity import is_place, who
from irkit.cloudtrail.questions.decrypts import context, kms_key
from irkit.cloudtrail.questions.group import once
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.record import Record
from irkit.contract import Frozen
from irkit.errors import InputMissing

DECRYPTS = ("kms:Decrypt", "kms:ReEncrypt")
"""Calls that open what a key has sealed."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Sign(StrEnum):
    """What does not look like a caller's own use."""

    STRANGE_ADDRESS = "its address is none of ours"
    NEW_PROGRAM = "its program was never used by this caller from our networks"
    NEW_CONTEXT = "it opened what this caller never opened from our networks"
    REFUSED = "it was refused, or named a wrong context"
    ODD_HOUR = "it came outside working hours"
    NEW_CALLER = "this caller was not seen with the key before"


ENOUGH = 3
"""So many points make an origin a stranger's; a strange address counts two, and without one none is enough."""


class Origin(Frozen):
    """One caller's use of the key from one address. ``decrypts`` went well.

    ``denied`` were refused for want of a permission, ``failed`` otherwise: a wrong context. ``contexts`` are JSON.
    """

    principal: str
    """The ARN of who called: a user's, a session's."""
    role: str
    """Of a session, the ARN of its role."""
    actor: str
    """Whom containment takes: the role of a session, else the caller itself."""
    who: str
    key_ids: tuple[str, ...]
    ip: str
    agents: tuple[str, ...]
    decrypts: int
    denied: int
    failed: int
    contexts: tuple[str, ...]
    via: tuple[str, ...]
    """The services that decrypted for it; empty for its own calls alone."""
    first_at: datetime
    last_at: datetime
    event_ids: tuple[str, ...]


def is_of_key(one: Record, names: Collection[str]) -> bool:
    """Whether a record is of the key; ``names`` are its ARN, id, aliases. A refusal may tell it in its message."""
    named = kms_key(one)
    if named:
        return named in names or named.rpartition("/")[2] in names
    return any(name in one.message for name in names)


def is_unnamed(one: Record) -> bool:
    """Whether a record does not tell which key was asked for: some refusals do not."""
    return not kms_key(one) and ":key/" not in one.message


def origins(asked: Asked, names: Collection[str], ours: str) -> tuple[Origin, ...]:
    """One row a caller and address, in the order of first use. ``ours`` is how irkit's own user agent begins."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for one in asked.records:
        if one.call in DECRYPTS and (is_of_key(one, names) or (one.denied and is_unnamed(one))):
            caller = asked.caller(one)
            if not caller.agent or ours not in caller.agent:
                groups.setdefault((_principal(one), caller.ip), []).append(one)
    return tuple(_origin(asked, principal, ip, rows) for (principal, ip), rows in groups.items())


def _principal(one: Record) -> str:
    return one.principal_arn or who(one)


def _origin(asked: Asked, principal: str, ip: str, rows: Sequence[Record]) -> Origin:
    role = next((one.issuer_arn for one in rows if one.session), "")
    return Origin(
        principal=principal,
        role=role,
        actor=role or principal,
        who=who(rows[0]),
        key_ids=once(asked.caller(one).key_id for one in rows),
        ip=ip,
        agents=once(asked.caller(one).agent for one in rows if not asked.caller(one).invoked_by),
        decrypts=sum(not one.error for one in rows),
        denied=sum(one.denied for one in rows),
        failed=sum(bool(one.error) and not one.denied for one in rows),
        contexts=tuple(dict.fromkeys(context(one) for one in rows if not one.error)),
        via=once(one.invoked_by.removesuffix(".amazonaws.com") for one in rows),
        first_at=rows[0].at,
        last_at=rows[-1].at,
        event_ids=tuple(one.event_id for one in rows),
    )


class Ground(StrEnum):
    """Where the knowledge of what is ours comes from."""

    GIVEN = "given"
    """Somebody said so."""
    HABIT = "habit"
    """The key has long been used from there."""


@dataclass(frozen=True)
class Known:
    """What is known to be ours. ``hours`` are those of a day (UTC) in which people work; empty for all."""

    networks: tuple[Network, ...]
    hours: tuple[int, ...] = ()
    new_since: datetime | None = None
    """A caller that was first seen after this is new."""
    ground: Ground = Ground.GIVEN

    def holds(self, ip: str) -> bool:
        """Whether an address is ours; a name such as ``AWS Internal`` is AWS's own and no stranger's."""
        if not is_place(ip):
            return True
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and CIDRs. Raises ``InputMissing`` for what is neither."""
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise InputMissing(str(error), hint="known_networks holds addresses or CIDRs: 203.0.113.0/24") from error


def begun(records: Iterable[Record], given: Iterable[str]) -> datetime | None:
    """When the first of these calls came from none of the networks ``given``; None when all came from there.

    Raises ``InputMissing`` for a network that is none.
    """
    ours = Known(networks(given))
    return min((one.at for one in records if not one.invoked_by and not ours.holds(one.ip)), default=None)


NEW_AFTER = timedelta(hours=12)
"""Who was first seen within so long before the last use is new."""
_LONG_ENOUGH = timedelta(hours=48)


def known(
    uses: Sequence[Origin], given: Iterable[str], since: datetime | None = None, hours: tuple[int, ...] = ()
) -> Known:
    """What is ours: the networks ``given``; without any, the addresses that were in use before the key's last half day.

    ``since`` is from when on the log was read: less than two days of it show no habit, and tell nobody new.
    Raises ``InputMissing`` for a network that is none.
    """
    found = accustomed(((one.ip, one.first_at, one.last_at) for one in uses), given, since)
    return replace(found, hours=hours)


def accustomed(used: Iterable[tuple[str, datetime, datetime]], given: Iterable[str], since: datetime | None) -> Known:
    """As ``known``, of addresses with their first and last use. Raises ``InputMissing`` for a network that is none."""
    ours, rows = networks(given), list(used)
    last = max((last_at for _, _, last_at in rows), default=None)
    is_long = last is not None and since is not None and last - since >= _LONG_ENOUGH
    new_since = last - NEW_AFTER if last is not None and is_long else None
    if ours or new_since is None:
        return Known(ours, new_since=new_since)
    usual = sorted({ip for ip, first_at, _ in rows if first_at <= new_since and is_place(ip)})
    return Known(_addresses(usual), new_since=new_since, ground=Ground.HABIT)


def _addresses(texts: Iterable[str]) -> tuple[Network, ...]:
    """Those of these texts that are addresses: a record may hold another word in their place."""
    found = []
    for text in texts:
        with suppress(ValueError):
            found.append(ipaddress.ip_network(text))
    return tuple(found)


def points(found: Collection[Sign]) -> int:
    """How much the signs weigh: a strange address two, any other one."""
    return len(found) + (Sign.STRANGE_ADDRESS in found)


def signs(one: Origin, several: Iterable[Origin], known: Known) -> tuple[Sign, ...]:
    """What of a use does not look like its caller's own; ``several`` are all uses of the key.

    A program or a context is new against what the caller does from our networks. Who never calls from there has no such
    measure: a job that lives in somebody else's cloud is a doubt by its address alone.
    """
    homely = [each for each in several if each.actor == one.actor and each is not one and known.holds(each.ip)]
    agents = {agent for each in homely for agent in each.agents}
    contexts = {text for each in homely for text in each.contexts}
    is_strange = is_apart(one, known)
    hours = {one.first_at.hour, one.last_at.hour}
    found = {
        Sign.STRANGE_ADDRESS: is_strange,
        Sign.NEW_PROGRAM: is_strange and bool(homely) and bool(set(one.agents) - agents),
        Sign.NEW_CONTEXT: is_strange and bool(homely) and bool(set(one.contexts) - contexts),
        Sign.REFUSED: bool(one.denied or one.failed),
        Sign.ODD_HOUR: bool(known.hours) and not hours <= set(known.hours),
        Sign.NEW_CALLER: known.new_since is not None
        and one.first_at > known.new_since
        and not any(each.first_at <= known.new_since for each in homely),
    }
    return tuple(sign for sign, holds in found.items() if holds)


def is_apart(one: Origin, known: Known) -> bool:
    """Whether a use came from an address that is not ours."""
    return bool(known.networks) and not known.holds(one.ip)


def is_strangers(found: Collection[Sign]) -> bool:
    """Whether the signs are enough to say that somebody else used the caller's rights."""
    return Sign.STRANGE_ADDRESS in found and points(found) >= ENOUGH
