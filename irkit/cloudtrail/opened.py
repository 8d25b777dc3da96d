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
    is_intruders: bool

    @property
    def is_decrypt(self) -> bool:
        """Whether it is a use of a KMS key; else it read a secret or a parameter."""
        return self.record.call in DECRYPTS

    @property
    def is_services(self) -> bool:
        """Whether a service made it for the caller."""
        return bool(self.record.invoked_by)


@dataclass(frozen=True)
class Habits:
    """How the principals were used before the intrusion: by address and program, within our own networks.

    Of a principal that no such use is known of, any use from our networks is taken for its owner's.
    """

    known: Known
    used: frozenset[tuple[str, str, str]]
    made: frozenset[str]
    """ARNs of principals that the intruder made."""

    @classmethod
    def of(cls, asked: Asked, since: datetime, known_networks: Sequence[str], made: Collection[str]) -> Habits:
        """Learn them from the records before ``since``."""
        known = Known(networks(known_networks))
        callers = ((one, asked.caller(one)) for one in asked.records if one.at < since)
        used = frozenset(
            (_actor(one), caller.ip, caller.agent)
            for one, caller in callers
            if not caller.invoked_by and known.holds(caller.ip)
        )
        return cls(known, used, frozenset(made))

    def are_of(self, one: Record, caller: Record) -> bool:
        """Whether a call is as its principal's own calls were before."""
        if self.made & {one.principal_arn, one.issuer_arn}:
            return False
        if not any(actor == _actor(one) for actor, _, _ in self.used):
            return self.known.holds(caller.ip)
        return (_actor(one), caller.ip, caller.agent) in self.used


def openings(asked: Asked, since: datetime, habits: Habits, ours: str) -> tuple[Opening, ...]:
    """Every decrypt and read from ``since`` on, oldest first; irkit's own left out."""
    return tuple(
        Opening(one, what, kms_key(one), caller.ip, is_intruders=not habits.are_of(one, caller))
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
