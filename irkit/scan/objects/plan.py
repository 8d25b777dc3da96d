"""The tasks of a scan: families of deltas grouped as they lie in the pack, loose files, and what git must read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from irkit.scan.detect.detector import Detector
from irkit.scan.large import LARGE_BYTES
from irkit.scan.objects.cat_file import Listed
from irkit.scan.objects.commit_heads import Heads
from irkit.scan.objects.families import Learned, look_at_families
from irkit.scan.objects.gathered import Task
from irkit.scan.objects.one_by_one import look_at_git, look_at_loose
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_entries import UNKNOWN, groups, weights
from irkit.scan.repository import Repository

_TASKS = 48
_LOOSE_A_TASK = 500
_GIT_A_TASK = 20_000
_OF_AN_OBJECT = 6_000
"""What any object costs, in bytes of content that cost as much."""


def pack_tasks(pack: Pack, detector: Detector, known: bytearray | None, of_commits: Heads) -> list[Task]:
    """Tasks for all objects of a pack that irkit reads itself, but for the ``known`` ones (a 1 each)."""
    entries = pack.entries
    costs = _costs(pack)
    if known is not None:
        live = {pack.root(number) for number, byte in enumerate(known) if not byte}
        costs = array("Q", (cost if root in live else 0 for root, cost in zip(entries.roots, costs, strict=True)))
    learned = Learned()  # of each process, as it goes from task to task
    look = partial(look_at_families, pack, detector=detector, known=known, learned=learned, of_commits=of_commits)
    shared = groups(entries.roots, costs, entries.members, sum(costs) // _TASKS)
    return [Task(partial(look, array("i", roots)), objects, weight, pack.ids) for roots, objects, weight in shared]


def _costs(pack: Pack) -> array[int]:
    """A guess of what each family costs, in the order of the roots; 0 when git must read it."""
    entries = pack.entries
    return array("Q", weights(entries.roots, entries.members, entries.sizes, entries.kinds, _OF_AN_OBJECT, LARGE_BYTES))


def left_to_git(pack: Pack, known: bytearray | None) -> list[Listed]:
    """Objects of a pack that git is to read: huge ones, and those whose base is not in the pack."""
    entries = pack.entries
    kinds, costs = entries.kinds, _costs(pack)
    roots = [root for root, cost in zip(entries.roots, costs, strict=True) if not cost] if 0 in costs else []
    numbers = {number for root in roots for number in pack.members(root)}
    if UNKNOWN in kinds:
        numbers |= {number for number, kind in enumerate(kinds) if kind == UNKNOWN}
    if not numbers:
        return []
    ids = pack.ids({number for number in numbers if known is None or not known[number]})
    return [Listed(id_, pack.kind(number), entries.sizes[pack.root(number)]) for number, id_ in ids.items()]


def loose_tasks(files: dict[str, Path], detector: Detector) -> list[Task]:
    """Tasks for loose objects."""
    ids = sorted(files)
    groups = [ids[at : at + _LOOSE_A_TASK] for at in range(0, len(ids), _LOOSE_A_TASK)]
    return [
        Task(partial(look_at_loose, {id_: files[id_] for id_ in group}, detector), len(group), len(group) * 100_000)
        for group in groups
    ]


def git_tasks(repository: Repository, objects: Sequence[Listed], detector: Detector, jobs: int) -> list[Task]:
    """Tasks for objects that git reads, in their order; so are neighbours in a pack read together."""
    size = min(_GIT_A_TASK, len(objects) // jobs + 1)
    groups = [objects[at : at + size] for at in range(0, len(objects), size)]
    return [
        Task(partial(look_at_git, repository, group, detector), len(group), sum(one.size for one in group) + 1)
        for group in groups
    ]
