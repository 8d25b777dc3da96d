"""Sightings known from an earlier scan, made again from as few objects as hold one of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Sighting
from irkit.scan.large import LARGE_BYTES, look_at_chunks
from irkit.scan.objects.cat_file import read_objects, read_pieces, sizes
from irkit.scan.objects.held import Held
from irkit.scan.objects.shelf import Forgotten, Kept, Spot
from irkit.scan.objects.tree_names import names
from irkit.scan.repository import Repository

_TREE = "tree"


def recalled(repository: Repository, detector: Detector, shelves: Sequence[Sequence[Kept]]) -> list[Held]:
    """What these objects hold, as an earlier scan found it. Raises ``Forgotten``."""
    wanted = {kept.id for shelf in shelves for kept in shelf if kept.kind == _TREE}
    wanted |= {id_ for shelf in shelves for id_ in _witnesses(shelf)}
    if not wanted:
        return []
    seen = dict(_look_again(repository, detector, wanted))
    found: list[Held] = []
    for shelf in shelves:
        groups: dict[int, Sighting] = {}
        for kept in shelf:
            if kept.kind != _TREE and kept.id in seen:
                groups |= _grouped(kept, seen[kept.id])
        for kept in shelf:
            sightings = seen.get(kept.id, ()) if kept.kind == _TREE else _placed(kept, groups)
            found.append(Held(kept.id, kept.kind, tuple(sightings)))
    return found


def kept_objects(held: Iterable[Held]) -> list[Kept]:
    """What to remember of objects with secrets; passed-over lines are left out."""
    groups: dict[tuple[object, ...], int] = {}
    kept = []
    for id_, kind, sightings in held:
        spots = tuple(
            Spot(groups.setdefault(_alike(one), len(groups)), one.start, one.end, one.line, one.column)
            for one in sightings
            if not one.dismissed
        )
        if spots:
            kept.append(Kept(id_, kind, spots))
    return kept


def _alike(one: Sighting) -> tuple[object, ...]:
    return one.rule, one.value, one.via, one.confidence, one.near


def _witnesses(shelf: Sequence[Kept]) -> list[str]:
    """Objects that hold at least one of each group; those with most groups first."""
    left = {spot.group for kept in shelf for spot in kept.spots if kept.kind != _TREE}
    chosen = []
    for kept in sorted(shelf, key=lambda one: -len({spot.group for spot in one.spots})):
        groups = {spot.group for spot in kept.spots}
        if kept.kind != _TREE and not left.isdisjoint(groups):
            chosen.append(kept.id)
            left -= groups
    return chosen


def _look_again(repository: Repository, detector: Detector, ids: Iterable[str]) -> list[tuple[str, list[Sighting]]]:
    listed = sizes(repository, sorted(ids))
    small = [one.id for one in listed.values() if one.size <= LARGE_BYTES]
    found = []
    for id_, kind, body in read_objects(repository, small):
        texts = [name for _, name in names(body)] if kind == _TREE else [body]
        looked = [one for text in texts for one in detector.look(text).sightings]
        found.append((id_, [one for one in looked if not one.dismissed]))
    for one in listed.values():
        if one.size > LARGE_BYTES:
            whole = look_at_chunks(detector, read_pieces(repository, one.id))
            found.append((one.id, [each for each in whole.sightings if not each.dismissed]))
    return found


def _grouped(kept: Kept, sightings: Sequence[Sighting]) -> dict[int, Sighting]:
    there = [(one.start, one.end, one.line, one.column) for one in sightings]
    if there != [spot[1:] for spot in kept.spots]:
        raise Forgotten(kept.id)
    return {spot.group: one for spot, one in zip(kept.spots, sightings, strict=True)}


def _placed(kept: Kept, groups: dict[int, Sighting]) -> list[Sighting]:
    if any(spot.group not in groups for spot in kept.spots):
        raise Forgotten(kept.id)
    return [
        groups[spot.group]._replace(start=spot.start, end=spot.end, line=spot.line, column=spot.column)
        for spot in kept.spots
    ]
