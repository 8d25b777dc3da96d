"""Who belongs to a tree of what came of a key, as it grows: whose calls are its own. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from irkit.cloudtrail.attribution import WITHIN
from irkit.cloudtrail.births import RUNS, SIGNS, Birth, Kind
from irkit.cloudtrail.record import Record


class Join(StrEnum):
    """By what a birth is known to have come of its parent."""

    KEY = "key"
    IDENTITY = "identity"
    """The caller was a user or a role's session, and the user or role came of the tree."""
    SOURCE_IDENTITY = "source identity"
    """The caller was a session that bears the source identity which a session of the tree was the first to be given,
    and whose own birth no record tells."""
    SESSION = "session"
    """The caller was a session named after an instance or a function that came of the tree."""
    OWNER = "owner"
    """A key made, by whomever, for a user who came of the tree; a session that whoever took of a role that did."""


class Caller(NamedTuple):
    """Who made a call, as far as a tree goes by it."""

    key: str
    arn: str
    session: str
    account: str
    source_identity: str


def caller(one: Record) -> Caller:
    """Who made a record's call."""
    account = one.caller_account or one.account
    return Caller(one.key_id, one.principal_arn, one.session, account, one.source_identity)


@lru_cache(maxsize=10_000)
def bearer(arn: str) -> str:
    """The user or role behind an ARN, without its path, which not every record tells; empty for any other.

    Names are unique in an account, whatever their paths (IAM user guide, "IAM identifiers").
    """
    head, is_session, tail = arn.partition(":assumed-role/")
    if is_session:
        return f"{head.replace(':sts:', ':iam:', 1)}:role/{tail.partition('/')[0]}"
    for kind in (":user/", ":role/"):
        head, found, tail = arn.partition(kind)
        if found:
            return f"{head}{kind}{tail.rpartition('/')[2]}"
    return ""


class Family:
    """Roots, and what was added to them. ``found`` are all births that the records tell, of the tree or not."""

    def __init__(self, roots: Iterable[str], found: Iterable[Birth]) -> None:
        self._roots = frozenset(roots)
        self._ids = set(self._roots)
        self._own = {bearer(each): each for each in self._roots if ":iam:" in each and bearer(each)}
        self._guests: set[str] = set()
        """Users who were there before, and were given a password."""
        self._makers = {one.id: one.by for one in found if one.kind in SIGNS}
        self._marks: dict[str, str] = {}
        self._spoken: dict[str, str] = {}
        self._runs: dict[str, Birth] = {}
        self._since: dict[str, datetime] = {}

    def add(self, one: Birth) -> None:
        """It came of one that belongs."""
        self._ids.add(one.id)
        self._since[one.id] = min(one.at - WITHIN, self._since.get(one.id, one.at))
        if one.kind is Kind.USER and not one.is_creation and bearer(one.id) not in self._own:
            self._guests.add(bearer(one.id))
        if one.is_creation:
            self._guests.discard(bearer(one.id))
        if one.kind in {Kind.USER, Kind.ROLE}:
            self._own.setdefault(bearer(one.id), one.id)
        elif one.kind in RUNS:
            self._runs[one.id] = one
        elif one.kind is Kind.SESSION:
            self._spoken.setdefault(one.arn, one.id)
        if one.marks:
            self._marks.setdefault(one.source_identity, one.id)

    def comes_of(self, one: Birth, others: Collection[str]) -> bool:
        """Whether a birth comes by key of one of these ids, as far as the records tell."""
        seen: set[str] = set()
        above = one.by
        while above not in seen and above not in others:
            seen.add(above)
            above = self._makers.get(above, above)
        return above in others

    def is_by_key(self, one: Birth) -> bool:
        """Whether a birth came by a key that belongs."""
        return one.by in self._ids

    def parent_of(self, one: Birth) -> tuple[str, Join] | None:
        """The id that a birth comes of, and by what that is known; None for a stranger's."""
        found = self.parent(Caller(one.by, one.by_arn, one.by_session, one.by_account, one.borne), one.at)
        if found is not None:
            return found
        if one.kind is Kind.CONSOLE and one.arn in self._spoken and one.by not in self._makers:
            return self._spoken[one.arn], Join.IDENTITY
        owner = bearer(one.arn) if one.kind in SIGNS else ""
        is_owned = owner in self._own and owner not in self._guests and (one.kind is Kind.KEY or ":role/" in owner)
        return (self._own[owner], Join.OWNER) if is_owned and self._is_there(self._own[owner], one.at) else None

    def parent(self, by: Caller, at: datetime) -> tuple[str, Join] | None:
        """The id that a caller is, or acts as, within the tree, and by what that is known; None for a stranger."""
        if by.key in self._ids:
            return by.key, Join.KEY
        if by.arn in self._roots:
            return by.arn, Join.IDENTITY
        return next((each for each in self._acts_as(by) if self._is_there(each[0], at)), None)

    def _acts_as(self, by: Caller) -> Iterator[tuple[str, Join]]:
        is_told = by.key in self._makers
        if by.arn in self._ids and ":iam:" not in by.arn and not is_told:
            yield by.arn, Join.IDENTITY
        name = bearer(by.arn)
        if name in self._own and not (name in self._guests and (is_told or by.key.startswith("AKIA"))):
            yield self._own[name], Join.IDENTITY
        if by.session in self._runs and self._is_run(self._runs[by.session], by):
            yield by.session, Join.SESSION
        if by.source_identity in self._marks and by.key.startswith("ASIA") and not is_told:
            yield self._marks[by.source_identity], Join.SOURCE_IDENTITY

    def _is_there(self, known: str, at: datetime) -> bool:
        """Whether it had come into being by then."""
        return known not in self._since or at >= self._since[known]

    def _is_run(self, run: Birth, by: Caller) -> bool:
        """Whether a session is that of the instance, or of the function: names of functions are anybody's to give."""
        is_here = by.account == run.account or not (by.account and run.account)
        return is_here and (run.kind is Kind.INSTANCE or not run.arn or bearer(run.arn) == bearer(by.arn))
