"""What came of a key: the sessions, keys, users and roles that calls with it brought into being, as a tree. Pure.

The one sound join is by key id. Where a parent's key is not known, less sure ones are used, and each is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from irkit.cloudtrail.births import SIGNS, Birth, merged, told
from irkit.cloudtrail.family import Family, Join, caller
from irkit.cloudtrail.record import Record


@dataclass(frozen=True)
class Tree:
    """Roots, and all that came of them, oldest first; each once, whatever circles the records have."""

    roots: tuple[str, ...]
    births: tuple[Birth, ...] = ()
    _above: Mapping[str, tuple[str, Join]] = field(default_factory=dict, repr=False)
    _family: Family | None = field(default=None, repr=False, compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Roots and all that came of them."""
        return (*self.roots, *(one.id for one in self.births))

    @property
    def keys(self) -> tuple[str, ...]:
        """Key ids alone, of sessions too."""
        roots = (each for each in self.roots if ":" not in each and "/" not in each)
        return tuple(dict.fromkeys((*roots, *(one.id for one in self.births if one.kind in SIGNS))))

    def above(self, one: Birth) -> str:
        """The id that a birth came of, within this tree."""
        return self._above[one.id][0]

    def join(self, one: Birth) -> Join:
        """By what that is known."""
        return self._above[one.id][1]

    def holds(self, one: Record) -> bool:
        """Whether a call was made by a root, or by what came of one."""
        return self._family is not None and self._family.parent(caller(one), one.at) is not None

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


def tree(roots: Iterable[str], records: Iterable[Record], others: Iterable[Birth] = ()) -> Tree:
    """What came of the roots (key ids, or ARNs of users and roles) by these records, and by others that told of births.

    Joined by the caller's key id; where that is not known, by who a caller is (``Join``). A user who only got a
    password is here by what its sessions in the console do; what it does with keys of its own is its own.
    """
    first = tuple(dict.fromkeys(roots))
    found = merged((*told(records), *others))
    family = Family(first, found)
    above: dict[str, tuple[str, Join]] = {}
    picked: dict[str, Birth] = {}
    waiting = [one for one in found if one.id not in first]
    while joined := _joined(family, waiting):
        for one, parent in joined:
            if not _is_known(one, picked):
                above[one.id] = parent
                picked[one.id] = one
                family.add(one)
        waiting = [one for one in waiting if not _is_known(one, picked)]
    return Tree(first, tuple(one for one in found if picked.get(one.id) is one), above, family)


def _is_known(one: Birth, picked: Mapping[str, Birth]) -> bool:
    """Whether it is in the tree, as made if it was made there, else as of the first password or sign-in."""
    known = picked.get(one.id)
    return known is not None and (known.is_creation, -known.at.timestamp()) >= (one.is_creation, -one.at.timestamp())


def _joined(family: Family, waiting: Iterable[Birth]) -> list[tuple[Birth, tuple[str, Join]]]:
    """Who joins now: by key whoever can; else of the others those that come of no other that would join.

    So nobody is below another than who made it because that one is joined later.
    """
    several = list(waiting)
    if by_key := [(one, (one.by, Join.KEY)) for one in several if family.is_by_key(one)]:
        return by_key
    parents = [(one, family.parent_of(one)) for one in several]
    known = [(one, parent) for one, parent in parents if parent is not None]
    ids = {one.id for one, _ in known}
    return [each for each in known if not family.comes_of(each[0], ids)] or known
