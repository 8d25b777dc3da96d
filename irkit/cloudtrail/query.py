"""Which records are asked for. One ``Query`` is read by every source: raw files, the store, Athena, LookupEvents.

A source may narrow as it can (bytes looked for in a file, SQL, one attribute of LookupEvents) as long as it gives no
fewer; ``Query.matches`` decides. So all sources agree on what an answer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from irkit.cloudtrail.given_to import given_to
from irkit.cloudtrail.json_map import JsonMap
from irkit.cloudtrail.record import Record

_LISTS = (list, tuple)
_MOST_TOLD = 10_000
_BETWEEN = "\0"


class Outcome(StrEnum):
    """How a call ended."""

    ANY = "any"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """With any error, a refusal too."""
    DENIED = "denied"
    """Refused for want of a permission, or of a right credential at the sign-in."""


_ANY = Outcome.ANY


class Spare(StrEnum):
    """A field of a record that nobody will look at."""

    REQUEST_ID = "request_id"
    """A fourth of what it takes to read a few records of each of a store's row groups; Sigma rules look at it."""


class Window(NamedTuple):
    """A span of event time: from ``start`` on, before ``end``; both aware, in UTC."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Query:
    """Values of one field are alternatives; fields that are given must all hold. No field: everything.

    All comparisons are exact and mind the case, but for ``calls`` (``kms:Decrypt``, ``Decrypt`` of any service,
    ``kms:*``), which do not mind it, and ``mentions``.
    """

    windows: tuple[Window, ...] = ()
    """Spans of time; empty for all time."""
    keys: tuple[str, ...] = ()
    """Access key ids that calls were signed with."""
    arns: tuple[str, ...] = ()
    """ARNs of who called: a user's, a session's, or a role's for all its sessions."""
    users: tuple[str, ...] = ()
    """Names of who called: a user's, or a role's for all its sessions; a web identity's subject."""
    sessions: tuple[str, ...] = ()
    """Names of role sessions."""
    source_identities: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    """Texts within any text of the parameters, the answer or the resources: a secret's name, a key's ARN."""
    given_to: tuple[str, ...] = ()
    """Names of whom a key or a session was given to (``given_to.py``). Who asks so mentions the same texts: by these
    a source narrows."""
    accounts: tuple[str, ...] = ()
    """Whose log it is."""
    regions: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    outcome: Outcome = Outcome.ANY
    any_of: tuple[Query, ...] = ()
    """Of these at least one must hold as well. Only files and stores are asked so (``one_pass.py``)."""
    spare: tuple[Spare, ...] = ()
    """What a store need not read of the records that match; they are the same ones."""

    def matches(self, one: Record) -> bool:
        """Whether a record is asked for."""
        return (
            (not self.windows or _lies_in(one.at, self.windows))
            and (not self.keys or one.key_id in self.keys)
            and (not self.arns or one.principal_arn in self.arns or one.issuer_arn in self.arns)
            and (not self.users or one.principal in self.users)
            and (not self.sessions or one.session in self.sessions)
            and (not self.source_identities or one.source_identity in self.source_identities)
            and (not self.ips or one.ip in self.ips)
            and (not self.agents or one.agent in self.agents)
            and (not self.calls or self._asks_for(one))
            and (not self.accounts or one.account in self.accounts)
            and (not self.regions or one.region in self.regions)
            and (not self.event_ids or one.event_id in self.event_ids)
            and (self.outcome is _ANY or _ended(one, self.outcome))
            and (not self.given_to or not given_to(one).isdisjoint(self.given_to))
            and (not self.mentions or _mentions(one, self.mentions))
            and (not self.any_of or any(each.matches(one) for each in self.any_of))
        )

    def _asks_for(self, one: Record) -> bool:
        """Whether a record's call is among those asked for. Some questions name a hundred, and look at very many."""
        told = self._told
        is_asked = told.get((one.source, one.name))
        if is_asked is None:
            if len(told) > _MOST_TOLD:
                told.clear()
            is_asked = told[one.source, one.name] = any(is_call(one, each) for each in self.calls)
        return is_asked

    @cached_property
    def _told(self) -> dict[tuple[str, str], bool]:
        """Of services and names of calls, whether they are asked for."""
        return {}

    def within(self, windows: Iterable[Window]) -> Query:
        """The same of other spans of time."""
        return replace(self, windows=tuple(windows))

    @property
    def span(self) -> Window | None:
        """From the first start to the last end; None for all time."""
        if not self.windows:
            return None
        return Window(min(each.start for each in self.windows), max(each.end for each in self.windows))


def is_call(one: Record, asked: str) -> bool:
    """Whether a record is of a call named ``kms:Decrypt``, ``Decrypt``, or ``kms:*``."""
    source, colon, name = asked.lower().rpartition(":")
    return (not colon or source == one.source.lower()) and name in {"*", one.name.lower()}


def _lies_in(at: datetime, windows: Iterable[Window]) -> bool:
    """Whether a window holds a moment: of very many records, most often asked of one window."""
    for start, end in windows:  # noqa: SIM110 -- any() takes twice as long
        if start <= at < end:
            return True
    return False


def _ended(one: Record, outcome: Outcome) -> bool:
    match outcome:
        case Outcome.ANY:
            return True
        case Outcome.SUCCEEDED:
            return not one.error
        case Outcome.FAILED:
            return bool(one.error)
        case Outcome.DENIED:
            return one.denied


def _mentions(one: Record, several: tuple[str, ...]) -> bool:
    """Whether a text stands within one of the record's: a tree asks for dozens, so these are gone through once."""
    every = list(one.resources)
    for held in (one.params, one.answer, one.extra):
        _gather(held, every)
    joined = _BETWEEN.join(every)
    return bool(every) and any(
        any(text in each for each in every) if _BETWEEN in text else text in joined for text in several
    )


def texts(value: object) -> list[str]:
    """Every text within a JSON value, keys left out."""
    found: list[str] = []
    _gather(value, found)
    return found


def _gather(value: object, found: list[str]) -> None:
    """Very many are gone through: a generator for each level takes twice as long."""
    if isinstance(value, JsonMap):
        value = value.opened
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101 most are plain dicts, five times as fast
        for inner in value.values():
            if isinstance(inner, str):
                found.append(inner)
            elif inner is not None:
                _gather(inner, found)
    elif isinstance(value, _LISTS):
        for inner in value:
            _gather(inner, found)
