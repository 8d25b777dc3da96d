"""The answers of a scan's tasks, put together: objects by id, each once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from irkit.scan.finding import Sighting, Skipped
from irkit.scan.objects.gathered import Gathered

_TREE = "tree"
Ids = Callable[[set[int]], dict[int, str]]


class Held(NamedTuple):
    """An object with sightings. Of a tree they are in one of its names, and count from the name's beginning."""

    object_id: str
    kind: str
    """``blob``, ``commit``, ``tag`` or ``tree``."""
    sightings: tuple[Sighting, ...]


class Merged:
    """What all tasks brought back."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.size = 0
        self.broken: dict[str, str] = {}
        """Objects that could not be read, by id, and why."""
        self._held: dict[str, Held] = {}
        self._skipped: dict[Skipped, None] = {}
        self._in_names: set[tuple[str, bytes]] = set()

    def add(self, gathered: Gathered, ids: Ids | None) -> None:
        """Add the answer of one task. ``ids`` names the objects that the task knows by number."""
        numbers = {key for key in (*gathered.held, *gathered.broken, *_keys(gathered)) if isinstance(key, int)}
        named = ids(numbers) if ids and numbers else {}
        for kind, count in gathered.counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        self.size += gathered.size
        for key, (kind, sightings) in gathered.held.items():
            self._hold(key if isinstance(key, str) else named[key], kind, sightings)
        for key, why in gathered.broken.items():
            self.broken[key if isinstance(key, str) else named[key]] = why
        for key, what, reason in gathered.skipped:
            where = key if isinstance(key, str) else named[key] if key is not None else ""
            of = ": ".join(part for part in (where and f"object {where}", what) if part)
            self._skipped[Skipped(of, reason)] = None

    def held(self) -> tuple[Held, ...]:
        """The objects with sightings, by id."""
        return tuple(self._held[id_] for id_ in sorted(self._held))

    def skipped(self) -> tuple[Skipped, ...]:
        """What was passed over, and objects that could not be read; in the order of names."""
        broken = (Skipped(f"object {id_}", why) for id_, why in self.broken.items())
        return tuple(sorted({**self._skipped, **dict.fromkeys(broken)}))

    def _hold(self, id_: str, kind: str, sightings: tuple[Sighting, ...]) -> None:
        if kind == _TREE:
            sightings = tuple(one for one in sightings if (one.rule, one.value) not in self._in_names)
            self._in_names |= {(one.rule, one.value) for one in sightings}
        if sightings:
            self._held[id_] = Held(id_, kind, sightings)


def _keys(gathered: Gathered) -> set[int | str | None]:
    return {key for key, _, _ in gathered.skipped}
