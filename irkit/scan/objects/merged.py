"""The answers of a scan's tasks, put together: objects by id, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from irkit.scan.finding import Sighting, Skipped
from irkit.scan.objects.gathered import Gathered, Key
from irkit.scan.objects.held import Held

_TREE = "tree"
Ids = Callable[[set[int]], dict[int, str]]


class Merged:
    """What all tasks brought back."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.size = 0
        self.broken: dict[str, str] = {}
        """Objects that could not be read, by id, and why."""
        self.heads: dict[Ids, list[bytes]] = {}
        """Of each pack, by what names its objects, rows of its commits."""
        self.loose_heads: list[bytes] = []
        self._held: dict[str, Held] = {}
        self._skipped: dict[tuple[str, str, str], None] = {}
        self._in_names: set[tuple[str, bytes]] = set()
        self._passed: set[tuple[str, str, bytes]] = set()

    def add(self, gathered: Gathered, ids: Mapping[int, str]) -> None:
        """Add the answer of one task. ``ids`` names the objects that the task knows by number."""
        named: dict[Key, str] = {key: ids[key] if isinstance(key, int) else key for key in gathered.mentioned()}
        for kind, count in gathered.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        self.size += gathered.size
        self.loose_heads += gathered.loose_heads
        for key, (kind, sightings) in gathered.held.items():
            self._hold(named[key], kind, sightings)
        for key, why in gathered.broken.items():
            self.broken[named[key]] = why
        for of, what, reason in gathered.skipped:
            self._skipped["" if of is None else named[of], what, reason] = None

    def recall(self, held: Iterable[Held], skipped: Iterable[tuple[str, str, str]]) -> None:
        """Add what is known from an earlier scan."""
        for id_, kind, sightings in held:
            self._hold(id_, kind, sightings)
        self._skipped |= dict.fromkeys(skipped)

    def held(self) -> tuple[Held, ...]:
        """The objects with sightings, by id."""
        return tuple(self._held[id_] for id_ in sorted(self._held))

    def skipped(self) -> tuple[Skipped, ...]:
        """What was passed over, and objects that could not be read; in the order of names."""
        broken = {Skipped(f"object {id_}", why) for id_, why in self.broken.items()}
        return tuple(sorted(broken | {Skipped(_what(id_, what), reason) for id_, what, reason in self._skipped}))

    def passed_over(self) -> tuple[tuple[str, str, str], ...]:
        """What was skipped on purpose: of which object (empty: of none), what, and the reason."""
        return tuple(self._skipped)

    def _hold(self, id_: str, kind: str, sightings: tuple[Sighting, ...]) -> None:
        if kind == _TREE:
            sightings = tuple(one for one in sightings if (one.rule, one.value) not in self._in_names)
            self._in_names |= {(one.rule, one.value) for one in sightings}
        kept = tuple(one for one in sightings if not one.dismissed or self._is_first(one))
        if kept:
            self._held[id_] = Held(id_, kind, kept)

    def _is_first(self, one: Sighting) -> bool:
        line = (one.rule, one.dismissed, one.near)
        is_first = line not in self._passed
        self._passed.add(line)
        return is_first


def _what(id_: str, what: str) -> str:
    return ": ".join(part for part in (id_ and f"object {id_}", what) if part)
