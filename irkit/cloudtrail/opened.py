"""What was opened, and by whom of two that use one principal: its rightful owner, or an intruder. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.key_callers import DECRYPTS, Known, networks
from irkit.cloudtrail.query import texts
from irkit.cloudtrail.questions.decrypts import context, kms_key
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.questions.reach import READS
from irkit.cloudtrail.questions.target import plain, target
from irkit.cloudtrail.record import Record

_UNTOLD = "something that the record does not name"
_BARE = "something, without an encryption context"


@dataclass(frozen=True)
class Opening:
    """One call that opened something, or tried to."""

    record: Record
    what: str
    """The secret's, parameter's or object's name; else the encryption context (JSON); else that it has none."""
    kms_key: str
    ip: str
    agent: str
    is_intruders: bool
    is_new: bool
    """Whether its program was never used by the same principal before the intrusion."""

    @property
    def is_decrypt(self) -> bool:
        """Whether it is a use of a KMS key; else it read a secret or a parameter."""
        return self.record.call in DECRYPTS

    @property
    def is_services(self) -> bool:
        """Whether a service made it for the caller."""
        return bool(self.record.invoked_by)


@dataclass(frozen=True)
class Rightful:
    """What tells the owner's use of a principal from an intruder's: where it comes from.

    A use from our own networks is the owner's, but for principals that the intruder made. So is that of a user who is
    no suspect and was not made, with a long-lived key that is not the intruder's: he gave that user a key or a password
    of his own. Programs that none of ours used before the intrusion are told apart (``is_new``), and are no proof: a
    release changes its name.
    """

    known: Known
    used: frozenset[tuple[str, str]]
    """Principals and programs, from our networks, before the intrusion."""
    made: frozenset[str]
    """ARNs of principals that the intruder made."""
    suspects: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    """The ids of the intruder's keys, as far as the log tells."""

    @classmethod
    def of(cls, asked: Asked, since: datetime, known_networks: Sequence[str], made: Collection[str]) -> Rightful:
        """Learn the programs from the records before ``since``. Raises ``InputMissing`` for what is no network."""
        known = Known(networks(known_networks))
        callers = ((one, asked.caller(one)) for one in asked.records if one.at < since)
        used = frozenset((_actor(one), caller.agent) for one, caller in callers if known.holds(caller.ip))
        return cls(known, used, frozenset(made))

    def is_owners(self, one: Record, caller: Record) -> bool:
        """Whether a call is its principal's owner's."""
        if self.made & {one.principal_arn, one.issuer_arn}:
            return False
        return self.known.holds(caller.ip) or self._is_another_key(caller)

    def _is_another_key(self, caller: Record) -> bool:
        is_lasting = caller.key_id.startswith("AKIA") and ":user/" in caller.principal_arn
        return (
            is_lasting
            and bool(self.suspects)
            and caller.principal_arn not in self.suspects | self.made
            and (caller.key_id not in self.keys)
        )

    def is_new(self, one: Record, caller: Record) -> bool:
        """Whether the program was not used by this principal before the intrusion, while others were."""
        programs = {agent for actor, agent in self.used if actor == _actor(one)}
        return bool(programs) and caller.agent not in programs


def openings(asked: Asked, since: datetime, rightful: Rightful, ours: str) -> tuple[Opening, ...]:
    """Every decrypt and read from ``since`` on, oldest first; irkit's own left out."""
    return tuple(
        Opening(
            one,
            what,
            kms_key(one),
            caller.ip,
            caller.agent,
            is_intruders=not rightful.is_owners(one, caller),
            is_new=rightful.is_new(one, caller),
        )
        for one in asked.records
        if one.at >= since and one.call in (*DECRYPTS, *READS) and ours not in (caller := asked.caller(one)).agent
        for what in _opened(one)
    )


def _actor(one: Record) -> str:
    return one.issuer_arn or one.principal_arn


def _opened(one: Record) -> tuple[str, ...]:
    """What a call opened; a read may ask for several."""
    if one.call in READS:
        asked = (one.param("secretId"), one.param("name"), *texts(one.params.get("names")))
        several = (*asked, *texts(one.params.get("secretIdList")), one.param("path"))
        return tuple(dict.fromkeys(plain(each) for each in several if each)) or (_UNTOLD,)
    held = context(one)
    return (target(one) if one.invoked_by and held else held or _BARE,)
