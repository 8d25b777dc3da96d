"""Every object of a repository, looked at once: in parallel, from packs and loose files, or through git."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from irkit.scan.detect.detector import Detector
from irkit.scan.objects.absent import absent
from irkit.scan.objects.cat_file import list_objects
from irkit.scan.objects.gathered import Gathered, Task, unpacked
from irkit.scan.objects.held import Held, Scanned
from irkit.scan.objects.merged import Merged
from irkit.scan.objects.one_by_one import look_at_git
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_index import IndexUnknown
from irkit.scan.objects.plan import git_tasks, left_to_git, loose_tasks, pack_tasks
from irkit.scan.objects.same_ids import same_ids
from irkit.scan.objects.stores import Stores, stores
from irkit.scan.objects.workers import ScanDied, run_each
from irkit.scan.repository import Repository

__all__ = ["Held", "ScanDied", "Scanned", "scan_objects"]

Told = Callable[[int, int], None]


def scan_objects(repository: Repository, detector: Detector, *, cache: Path | None, jobs: int, told: Told) -> Scanned:
    """Look at every object of a repository, reachable or not, in ``jobs`` processes.

    ``cache`` is a folder of what was looked at before; ``told`` hears how many objects are done, of how many. Raises
    ``ScanDied`` when one of the processes does not finish.
    """
    found = stores(repository)
    packs = _packs(repository, found)
    if packs is None:
        listed = list(list_objects(repository))
        return _scanned(repository, detector, git_tasks(repository, listed, detector, jobs), jobs, told)
    tasks: list[Task] = []
    for number, pack in enumerate(packs):
        known = _known(pack, packs[:number])
        tasks += pack_tasks(pack, detector, known)
        tasks += git_tasks(repository, left_to_git(pack, known), detector, jobs)
    loose = {id_: file for id_, file in found.loose.items() if not any(_has(pack, id_) for pack in packs)}
    tasks += loose_tasks(loose, detector)
    return _scanned(repository, detector, tasks, jobs, told)


def _packs(repository: Repository, found: Stores) -> list[Pack] | None:
    """The packs, the largest first; None when git must read the repository."""
    if repository.object_format != "sha1":
        return None
    try:
        return [Pack(file) for file in found.packs]
    except (IndexUnknown, OSError):
        return None


def _known(pack: Pack, before: Sequence[Pack]) -> bytearray | None:
    known = None
    for other in before:
        for at in same_ids(pack.index.ids, other.index.ids):
            known = known or bytearray(pack.index.count)
            known[pack.number_at(at)] = 1
    return known


def _has(pack: Pack, id_: str) -> bool:
    return pack.index.find(bytes.fromhex(id_)) is not None


def _scanned(repository: Repository, detector: Detector, tasks: list[Task], jobs: int, told: Told) -> Scanned:
    tasks.sort(key=lambda task: -task.weight)
    answers: dict[int, Gathered] = {}
    every = sum(task.objects for task in tasks)
    done = 0

    def take(number: int, answer: bytes) -> None:
        nonlocal done
        answers[number] = unpacked(answer)
        done += tasks[number].objects
        told(done, every)

    run_each([partial(_answer, task) for task in tasks], jobs, take)
    merged = Merged()
    for number, task in enumerate(tasks):
        merged.add(answers[number], task.keys)
    return _result(repository, merged)


def _answer(task: Task) -> bytes:
    return task.run().packed()


def _result(repository: Repository, merged: Merged) -> Scanned:
    skipped = (*merged.skipped(), *absent(repository))
    return Scanned(merged.held(), merged.counts, merged.size, skipped, bool(merged.broken))
