"""How a write spreads: it is seen at once and binds later. Pure: the caller says what time it is.

A *thing* is the smallest part of the state that a write replaces (one inline policy, one attachment, a key's status).
Its last write binds when its delay has passed. A write that is overtaken before that, by another on the same thing,
never binds; and a write that takes back what had not spread leaves nothing to spread. That is how an intruder who
watches himself can take a new deny away before it ever bound him. Source: IAM user guide, "Changes that I make are not
always immediately visible"; the window's use by an attacker: OffensAI, "notyet" (2025).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Value = TypeVar("Value")


class Spreading(Generic[Thing, Value]):
    """What has been written and what of it binds. Times are seconds on any one clock that never goes back."""

    def __init__(self) -> None:
        self._written: dict[Thing, Value] = {}
        self._bound: dict[Thing, Value] = {}
        self._due: dict[Thing, float] = {}
        self._changes = 0

    def write(self, state: Mapping[Thing, Value], at: float, delay: Callable[[], float]) -> None:
        """The whole state after a write at ``at``; what differs from the one before binds ``delay()`` seconds later."""
        self._advance(at)
        changed = [thing for thing in self._written.keys() | state.keys() if _differs(thing, self._written, state)]
        self._written = dict(state)
        wait = delay() if changed else 0
        for thing in changed:
            if not _differs(thing, self._written, self._bound):
                self._due.pop(thing, None)
            else:
                self._due[thing] = at + wait
        self._advance(at)

    def written(self) -> Mapping[Thing, Value]:
        """What whoever reads sees."""
        return self._written

    def bound(self, at: float) -> Mapping[Thing, Value]:
        """What decides at ``at``."""
        self._advance(at)
        return self._bound

    def is_settled(self, at: float) -> bool:
        """Whether everything written binds."""
        self._advance(at)
        return not self._due

    def changes(self, at: float) -> int:
        """A number that is another whenever what binds has become another."""
        self._advance(at)
        return self._changes

    def settle(self) -> None:
        """Lets everything bind now."""
        self._bound, self._due = dict(self._written), {}
        self._changes += 1

    def _advance(self, at: float) -> None:
        due = [thing for thing, when in self._due.items() if when <= at]
        for thing in due:
            del self._due[thing]
            if thing in self._written:
                self._bound[thing] = self._written[thing]
            else:
                self._bound.pop(thing, None)
        self._changes += bool(due)


def _differs(thing: Thing, left: Mapping[Thing, Value], right: Mapping[Thing, Value]) -> bool:
    return (thing in left) != (thing in right) or (thing in left and left[thing] != right[thing])
