"""Every object of a repository, looked at once: in parallel, from packs and loose files, or through git."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Skipped
from irkit.scan.objects.commit_heads import CommitHeads, Heads
from irkit.scan.objects.held import Held, Scanned
from irkit.scan.objects.memory import Memory
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.pack_index import IndexUnknown, PackIndex
from irkit.scan.objects.read_beside import read_beside
from irkit.scan.objects.shelf import Forgotten
from irkit.scan.objects.stores import Stores, stores
from irkit.scan.passed_over import PassedOver
from irkit.scan.quick import TYPE_CHECKING
from irkit.scan.repository import Repository

if TYPE_CHECKING:
    from irkit.scan.objects.gathered import Gathered, Task
    from irkit.scan.objects.merged import Ids, Merged
    from irkit.scan.objects.shelves import Shelves

__all__ = ["Held", "Scanned", "scan_objects"]

_READ_HERE = "sha1"
_TRIED_AGAIN = 1000
_CUT = "its end is missing or damaged: git reads nothing of it; what can be read of it is scanned"
Told = Callable[[int, int], None]


def scan_objects(  # noqa: PLR0913 - most by their names
    repository: Repository,
    detector: Detector,
    *,
    cache: Path | None,
    jobs: int,
    told: Told,
    meanwhile: Callable[[], None] | None = None,
    of_commits: Heads = Heads.KEPT,
) -> Scanned:
    """Look at every object of a repository, reachable or not, in ``jobs`` processes.

    ``cache`` is a folder of what was looked at before; ``told`` hears how many objects are done, of how many;
    ``meanwhile`` is called here while these processes work, where there are any; ``of_commits``: are their heads
    wanted? Raises ``ScanDied`` when one of the processes does not finish.
    """
    scan = _Scan(repository, detector, jobs, told, meanwhile, of_commits)
    found = stores(repository)
    if repository.object_format != _READ_HERE:
        return scan.through_git(found)
    try:
        try:
            return scan.directly(found, Memory(found, repository.objects_dir, _shelves(cache, detector)))
        except Forgotten:
            return scan.directly(found, Memory(found, repository.objects_dir, None))
    except IndexUnknown:
        return scan.through_git(found)


def _shelves(cache: Path | None, detector: Detector) -> Shelves | None:
    if cache is None:
        return None
    from irkit.scan.objects.shelves import Shelves

    return Shelves(cache, detector.rules_hash)


class _Scan:
    """One scan: what it works with, and what it has found."""

    def __init__(
        self,
        repository: Repository,
        detector: Detector,
        jobs: int,
        told: Told,
        meanwhile: Callable[[], None] | None,
        of_commits: Heads,
    ) -> None:
        self._repository = repository
        self._detector = detector
        self._jobs = jobs
        self._told = told
        self._meanwhile = meanwhile
        self._of_commits = of_commits
        self._gone: tuple[Skipped, ...] | None = None
        """What refs lead to and is not here; None while nobody looked."""

    def through_git(self, found: Stores) -> Scanned:
        """Let git read everything."""
        from irkit.scan.objects.cat_file import list_objects
        from irkit.scan.objects.merged import Merged
        from irkit.scan.objects.plan import git_tasks

        errors: list[str] = []
        listed = list(list_objects(self._repository, errors))
        unlisted = tuple(Skipped("objects that git does not list", error) for error in errors)
        found = found._replace(skipped=(*found.skipped, *unlisted))
        merged = Merged()
        self._run(git_tasks(self._repository, listed, self._detector, self._jobs), merged, found)
        return self._result(merged, found, frozenset(), "")

    def directly(self, found: Stores, memory: Memory) -> Scanned:
        """Read packs and loose objects, but for what is known. Raises ``Forgotten`` and ``IndexUnknown``."""
        packs = [_pack(file) for file in memory.new_packs]
        read_beside(packs, self._load)
        from irkit.scan.objects.merged import Merged

        tasks = self._tasks(memory, packs) if packs or memory.new_loose else []
        merged = Merged()
        if memory.kept:
            from irkit.scan.objects.recalled import recalled

            merged.recall(recalled(self._repository, self._detector, memory.kept), memory.skipped)
        cut = tuple(Skipped(f"pack/{pack.file.name}", _CUT) for pack in packs if not pack.is_whole)
        found = found._replace(skipped=(*found.skipped, *cut))
        if tasks:
            self._run(tasks, merged, found)
            if merged.broken and len(found.packs) + bool(found.loose) > 1:
                self._try_other_copies(merged)
        if memory.reused:
            merged.counts["reused"] = memory.reused
        problem = memory.remember(packs, merged.held(), self._without_secrets(merged.passed_over()), merged.broken)
        result = self._result(merged, found, frozenset(memory.passed), problem)
        if memory.reused or self._of_commits is Heads.LEFT_OUT:
            return result
        rows = tuple((pack, merged.heads.get(pack.ids, [])) for pack in packs)
        return result._replace(commits=CommitHeads(rows, merged.loose_heads))

    def _load(self) -> None:
        """Load what other processes need: once, not once a process."""
        from irkit.scan.objects import merged, plan, workers  # noqa: F401

        self._detector.open()

    def _tasks(self, memory: Memory, packs: list[Pack]) -> list[Task]:
        from irkit.scan.objects.plan import git_tasks, left_to_git, loose_tasks, pack_tasks

        tasks: list[Task] = []
        others = [_index(file) for file in memory.known_packs]
        for pack in packs:
            known = _marked(memory.known_entries(pack), pack, others)
            tasks += pack_tasks(pack, self._detector, known, self._of_commits)
            tasks += git_tasks(self._repository, left_to_git(pack, known), self._detector, self._jobs)
            others.append(pack.index)
        loose = {
            id_: file
            for id_, file in memory.new_loose.items()
            if all(index.find(bytes.fromhex(id_)) is None for index in others)
        }
        return tasks + loose_tasks(loose, self._detector)

    def _run(self, tasks: list[Task], merged: Merged, found: Stores) -> None:
        from irkit.scan.objects.gathered import unpacked
        from irkit.scan.objects.workers import run_each

        tasks.sort(key=lambda task: -task.weight)
        every = sum(task.objects for task in tasks)
        answers: dict[int, Gathered] = {}
        done = 0

        asked: set[int] = set()

        def take(number: int, answer: bytes) -> None:
            nonlocal done
            rules, gathered = marshal.loads(answer)  # noqa: S302 - our own child's
            self._detector.compile(set(rules) - asked)  # here as well: what is compiled here is kept for the next scan
            asked.update(rules)
            answers[number] = unpacked(gathered)
            done += tasks[number].objects
            self._told(done, every)

        self._detector.open()
        look = [partial(_answer, task, self._detector) for task in tasks]

        def finish() -> None:
            wanted: dict[Ids, set[int]] = {}
            for number, task in enumerate(tasks):
                if task.keys:
                    wanted.setdefault(task.keys, set()).update(answers[number].numbers())
            named = {ids: ids(numbers) for ids, numbers in wanted.items()}  # one look through a pack's index for all
            for number, task in enumerate(tasks):
                merged.add(answers[number], named[task.keys] if task.keys else {})
                if task.keys:
                    merged.heads.setdefault(task.keys, []).extend(answers[number].heads)

        run_each(look, self._jobs, take, partial(self._do_aside, found), finish)

    def _do_aside(self, found: Stores) -> None:
        if self._meanwhile:
            self._meanwhile()
        self._gone = _lost(self._repository, found)

    def _try_other_copies(self, merged: Merged) -> None:
        """What is broken in one place may be whole in another: git knows them all."""
        from irkit.scan.objects.cat_file import Listed
        from irkit.scan.objects.families import MADE_FROM_ITSELF
        from irkit.scan.objects.one_by_one import look_at_git

        broken, merged.broken = merged.broken, {}
        readable = [id_ for id_, why in broken.items() if why != MADE_FROM_ITSELF]
        tried = [Listed(id_, "", 0) for id_ in readable[:_TRIED_AGAIN]]
        merged.add(look_at_git(self._repository, tried, self._detector), {})
        whole = {one.id for one in tried} - merged.broken.keys()
        merged.broken = {id_: why for id_, why in broken.items() if id_ not in whole}

    def _without_secrets(self, passed: Sequence[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
        """What was passed over, for keeping: a name in it can itself be a secret."""
        from irkit.scan.scrubbed import scrubbed

        texts = [Skipped(what, reason) for _, what, reason in passed]
        _, clean = scrubbed((), texts, lambda body: self._detector.look(body).sightings)
        return tuple((id_, *text) for (id_, _, _), text in zip(passed, clean, strict=True))

    def _result(self, merged: Merged, found: Stores, passed: frozenset[PassedOver], problem: str) -> Scanned:
        from irkit.scan.objects.absent import absent

        gone = _lost(self._repository, found) if self._gone is None else self._gone
        skipped = (*merged.skipped(), *found.skipped, *gone, *absent(self._repository))
        is_incomplete = bool(merged.broken or found.skipped or gone)
        return Scanned(merged.held(), merged.counts, merged.size, skipped, is_incomplete, passed, problem)


def _lost(repository: Repository, found: Stores) -> tuple[Skipped, ...]:
    from irkit.scan.objects.lost import lost

    return lost(repository, found)


def _answer(task: Task, detector: Detector) -> bytes:
    """What the task gathered, and which rules were asked in this process."""
    packed = task.run().packed()
    return marshal.dumps((detector.asked(), packed))


def _pack(file: Path) -> Pack:
    try:
        return Pack(file)
    except OSError as error:
        raise IndexUnknown(f"{file.name}: {error.strerror}") from None


def _index(file: Path) -> PackIndex:
    try:
        return PackIndex(file.with_suffix(".idx"))
    except OSError as error:
        raise IndexUnknown(f"{file.name}: {error.strerror}") from None


def _marked(known: bytearray | None, pack: Pack, others: Sequence[PackIndex]) -> bytearray | None:
    """The known entries of a pack and those that are in other packs too."""
    if not others:
        return known
    from irkit.scan.objects.same_ids import same_ids

    for other in others:
        for at in same_ids(pack.index.ids, other.ids):
            known = known or bytearray(pack.index.count)
            known[pack.number_at(at)] = 1
    return known
