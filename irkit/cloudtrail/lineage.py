"""What came of a key: the sessions, keys, users and roles that calls with it brought into being, as a tree. Pure.

The one sound join is by key id. Where a parent's key is not known, less sure ones are used, and each is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from irkit.cloudtrail.births import Birth, Kind, births
from irkit.cloudtrail.record import Record

_SIGNS = frozenset({Kind.KEY, Kind.SESSION})
"""What calls are signed with."""


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


def tree(roots: Iterable[str], records: Iterable[Record]) -> Tree:
    """What came of the roots (key ids, or ARNs of users and roles) by these records.

    Joined by the caller's key id; where that is not known, by the ARN of a user or role that came of the tree; then by
    the source identity, which goes with a session through all roles it takes on. A user who only got a password is here
    by what its sessions in the console do; what it does with keys of its own is its own.
    """
    first = tuple(dict.fromkeys(roots))
    known = set(first)
    found = births(records)
    users = [one for one in found if one.kind is Kind.USER]
    made = {_user(one.id) for one in users if one.is_creation}
    guests = frozenset(one.id for one in users if _user(one.id) not in made) - known
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
            parent = _parent(one, known, guests, marks, spoken)
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


def _user(arn: str) -> tuple[str, str]:
    """Account and name: one user, whatever its path, which not every record tells (IAM user guide, "Identifiers")."""
    return arn.partition(":user/")[0], arn.rpartition("/")[2]


def _parent(
    one: Birth, known: set[str], guests: frozenset[str], marks: Mapping[str, str], spoken: Mapping[str, str]
) -> tuple[str, Join] | None:
    if one.by in known:
        return one.by, Join.KEY
    if one.by_arn in known and not (one.by_arn in guests and one.by.startswith("AKIA")):
        return one.by_arn, Join.IDENTITY
    if one.kind is Kind.CONSOLE and one.arn in spoken:
        return spoken[one.arn], Join.IDENTITY
    if one.by_session in known:
        return one.by_session, Join.SESSION
    if one.source_identity in marks:
        return marks[one.source_identity], Join.SOURCE_IDENTITY
    return (one.arn, Join.OWNER) if one.kind is Kind.KEY and one.arn in known - guests else None
