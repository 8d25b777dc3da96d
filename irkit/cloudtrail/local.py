"""CloudTrail's log files on this machine: one source of records."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.coverage import EVER, NO_FILE, Counts, Coverage, Skipped
from irkit.cloudtrail.heard import Heard
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.layout import Kind, Named, Reason, left_out_for, named, named_in
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.quiet import NO_FILE_OF_IT, is_before, quiet
from irkit.cloudtrail.raw.listed import Chosen
from irkit.cloudtrail.raw.looked import Looked
from irkit.cloudtrail.raw.peeking import lies
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.walking import Walked, walked, walking
from irkit.cloudtrail.source import Batch
from irkit.counted import counted, few
from irkit.errors import OutsideError

if TYPE_CHECKING:
    from irkit.cloudtrail.raw.looking import Crew

NEVER = ("what the trail was not set to record is in no file of it (its selectors say what)",)
_LOGS = (".json", ".gz", ".jsonl", ".ndjson", ".zst", ".bz2", ".xz", ".zip", ".parquet", ".csv")
"""A file so named is meant to be read: when it cannot be, that is a gap."""
_SHOWN = 3
_NEVER_DELIVERED = -math.inf


class _Some(NamedTuple):
    """Files by their numbers in a list, each with when it was delivered."""

    numbers: array[int]
    at: array[float]
    """Seconds since 1970."""

    @classmethod
    def none(cls) -> _Some:
        """To be filled."""
        return cls(array("I"), array("d"))

    def add(self, number: int, one: Named) -> None:
        """One more."""
        self.numbers.append(number)
        self.at.append(one.delivered_at.timestamp() if one.delivered_at is not None else _NEVER_DELIVERED)

    def newest_first(self) -> Iterator[int]:
        """Their numbers; files of no known time come last."""
        order = sorted(range(len(self.at)), key=self.at.__getitem__, reverse=True)
        return map(self.numbers.__getitem__, order)


@dataclass
class _Plan:
    """What is read of the files found, and what is left out for which reason; filled file by file."""

    query: Query
    walked: Walked
    heard: Heard
    """What the names tell of all files."""
    read: _Some = field(default_factory=_Some.none)
    size: int = 0
    """Bytes of the files to be read."""
    pruned: dict[Reason, _Some] = field(default_factory=dict)
    """What is left out that may be read after all, when names are found not to tell the truth."""
    kinds: Counter[Kind] = field(default_factory=Counter)
    """Of what is never read."""

    def take(self, number: int) -> None:
        """Judge one more file by its name."""
        files = self.walked.files
        one = named_in(files.folder(number), files.name(number))
        self.heard.hear(one)
        reason = left_out_for(one, self.query)
        if reason is None:
            self.read.add(number, one)
            self.size += files.size(number)
        elif reason is Reason.KIND:
            self.kinds[one.kind] += 1
        else:
            self.pruned.setdefault(reason, _Some.none()).add(number, one)


class LocalFiles:
    """Files, and the files below folders, whatever their names; ``jobs`` processes read them."""

    def __init__(self, paths: Sequence[Path], jobs: int | None = None) -> None:
        self.paths = tuple(paths)
        self._jobs = jobs
        self._known: Callable[[RawFile], bool] = _is_never
        self._recalled: Callable[[RawFile], RawFile] | None = None
        self._walked: Walked | None = None
        """What there was, where looks are not to see what came since."""
        self._parted: _Parted | None = None
        """The same, parted once for all looks."""

    def without(
        self, known: Callable[[RawFile], bool], recalled: Callable[[RawFile], RawFile] | None = None
    ) -> LocalFiles:
        """The same as it is now, but for the content of files that are known: their names count, they are not read.

        ``recalled`` gives each other file, with what is told of it where nothing of it can be read.
        """
        rest = LocalFiles(self.paths, self._jobs)
        rest._known, rest._recalled = known, recalled
        rest._walked = self._walked or walked(self.paths)
        return rest

    def now(self) -> LocalFiles:
        """The same as it is now."""
        return self.without(self._known, self._recalled)

    def stamps(self) -> dict[str, str]:
        """Of the files that were found, by their places; of none where each look finds them anew."""
        return {file.place: file.stamp for file in self._walked.files} if self._walked is not None else {}

    def files(self) -> Iterator[RawFile]:
        """All files that may hold calls, with their stamps."""
        return (file for file in walked(self.paths).files if named(file.place).kind in {Kind.LOG, Kind.OTHER})

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"files under {', '.join(map(str, self.paths))}"

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """Give the matching records as they are found, those of the newest files first.

        Files whose names say that they hold nothing that is asked for are left out; when names are found not to tell
        the truth, they are read after all. Raises ``OutsideError`` when there is no file at all.
        """
        with ExitStack() as opened:
            plan, crew = self._planned(query, opened)
            if not plan.heard.files and not plan.walked.skipped:
                raise OutsideError(f"there is no file under {', '.join(map(str, self.paths))}", hint="check the path")
            looked = yield from self._looked(plan, plan.read, crew)
        off = [place for place, _ in looked.off]
        paths = ((reason, plan.walked.files.path(one)) for reason, some in plan.pruned.items() for one in some.numbers)
        off += [path for reason, path in paths if lies(path, reason)]
        pruned = sum(len(some.numbers) for some in plan.pruned.values())
        if off and pruned:
            again = _Some.none()
            for some in plan.pruned.values():
                again.numbers.extend(some.numbers)
                again.at.extend(some.at)
            more = yield from self._looked(plan, again, None)
            looked, pruned = looked.joined(more), 0
        return _coverage(self.label, query, plan, looked, _Names(tuple(off), pruned))

    def _planned(self, query: Query, opened: ExitStack) -> tuple[_Plan, Crew | None]:
        """What there is, and who reads it: processes start as soon as there is enough for them, and hold no list."""
        if self._walked is not None:
            if self._parted is None:
                self._parted = _parted(self._walked, self._known)
            plan = _Plan(query, self._walked, self._parted.known.copied())
            for number in self._parted.others:
                plan.take(number)
            return plan, None
        plan, crew = _Plan(query, Walked(), Heard()), None
        for numbers in walking(self.paths, plan.walked):
            for number in numbers:
                plan.take(number)
            if crew is None and plan.size:
                from irkit.cloudtrail.raw.looking import Crew  # 20 ms, that an answer from a store does without

                crew = opened.enter_context(closing(Crew(query, self._jobs)))
            if crew is not None:
                crew.expect(plan.size)
        return plan, crew

    def _looked(self, plan: _Plan, some: _Some, crew: Crew | None) -> Generator[Batch, None, Looked]:
        if not some.numbers:
            return Looked(Counts())
        from irkit.cloudtrail.raw.looking import look_at_files

        files = Chosen(plan.walked.files, some.newest_first(), self._recalled)
        return (yield from look_at_files(files, plan.query, self._jobs, crew))


class _Names(NamedTuple):
    """How far names were believed: files whose names were found wrong, and how many were left out by theirs."""

    off: tuple[str, ...]
    pruned: int


def _is_never(_: RawFile) -> bool:
    return False


class _Parted(NamedTuple):
    """The files there are: those whose content is told from elsewhere, and the numbers of the others."""

    known: Heard
    """What the names tell of the former."""
    others: array[int]


def _parted(found: Walked, known: Callable[[RawFile], bool]) -> _Parted:
    told, others = Heard(), array("I")
    for number, file in enumerate(found.files):
        if known(file):
            told.hear(named(file.place))
        else:
            others.append(number)
    return _Parted(told, others)


def _coverage(label: str, query: Query, plan: _Plan, looked: Looked, names: _Names) -> Coverage:
    seen = _Seen.of(plan, looked)
    span = query.span
    # An event's time may be anything: what names say of deliveries goes before it, and none is of a time to come.
    asked_at = seen.newest or (min(seen.last, plan.heard.latest) if seen.last is not None else EVER)
    if span is not None and is_before(span, seen.first):
        asked_at = span.start
    skipped, no_logs = _judged(looked.skipped, looked.fruitless)
    return Coverage(
        regions=tuple(sorted(query.regions or seen.regions)),
        start=span.start if span else seen.first or asked_at,
        end=span.end if span else max(seen.last or asked_at, asked_at),
        asked_at=asked_at,
        not_seen={each: NO_FILE for each in query.regions if each not in seen.regions},
        sources=(label,),
        accounts=tuple(sorted(query.accounts or seen.accounts)),
        skipped=(*plan.walked.skipped, *skipped),
        notes=tuple(_notes(query, plan, looked, names, seen, no_logs)),
        counts=replace(looked.counts, pruned=names.pruned),
        never=NEVER,
    )


@dataclass(frozen=True)
class _Seen:
    """What names and events tell of all files: of those that were left out, too."""

    accounts: frozenset[str]
    regions: frozenset[str]
    first: datetime | None
    """Of the events seen, and of the earliest that a name promises."""
    last: datetime | None
    newest: datetime | None
    """When the newest file was delivered, by its name."""
    newest_of: Mapping[str, datetime]
    """The same of each account and region."""

    @classmethod
    def of(cls, plan: _Plan, looked: Looked) -> _Seen:
        heard = plan.heard
        times = [datetime.fromisoformat(text) for text in (looked.sights.first, looked.sights.last) if text]
        return cls(
            looked.sights.accounts | heard.accounts,
            looked.sights.regions | heard.regions,
            min([*times, *([heard.first] if heard.first else [])], default=None),
            max(times, default=None),
            max(heard.newest_of.values(), default=None),
            heard.newest_of,
        )


def _judged(skipped: Iterable[Skipped], fruitless: frozenset[str]) -> tuple[list[Skipped], list[str]]:
    """What is a gap; and the files that are no logs by their names, of which nothing could be read."""
    gaps: list[Skipped] = []
    no_logs: dict[str, None] = {}
    for one in skipped:
        is_log = one.at.place.lower().endswith(_LOGS) or named(one.at.place).kind is not Kind.OTHER
        if is_log or one.at.place not in fruitless or "cannot be read" in one.why:
            gaps.append(one)
        else:
            no_logs[one.at.place] = None
    return gaps, list(no_logs)


def _notes(
    query: Query, plan: _Plan, looked: Looked, names: _Names, seen: _Seen, no_logs: Sequence[str]
) -> Iterator[str]:
    if names.off:
        left = f"{_files(names.pruned, 'was', 'were')} left out by theirs" if names.pruned else "all were read"
        holding = _files(
            len(names.off), "holds other events than its name says", "hold other events than their names say"
        )
        yield f"{holding} ({few(names.off, _SHOWN)}): {left}"
    if no_logs:
        passed = _files(len(no_logs), "is no log and was passed over", "are no logs and were passed over")
        yield f"{passed} ({few(no_logs, _SHOWN)})"
    for kind, number in sorted(plan.kinds.items()):
        yield f"{_files(number, 'holds no calls and was', 'hold no calls and were', f'{kind} file')} left out"
    if looked.counts.is_estimate:
        yield f"the events looked at are about {looked.counts.events:,}: they were counted in a sample of the files"
    if looked.insights:
        told = ("tells of unusual rates, not of a call, and was", "tell of unusual rates, not of calls, and were")
        yield f"{_files(looked.insights, *told, 'record')} left out"
    if plan.walked.links:
        yield f"{_files(plan.walked.links, 'leads', 'lead', 'link')} to what was looked at already"
    missing = [account for account in query.accounts if account not in seen.accounts]
    if missing:
        yield f"there is no file of account {few(missing, _SHOWN)}"
    if is_before(query.span, seen.first):
        yield NO_FILE_OF_IT
    if query.span is not None and seen.first is not None and query.span.start < seen.first:
        yield f"the files begin with events of {iso(seen.first)}"
    yield from quiet(seen.newest_of, query)


def _files(number: int, one: str, several: str, what: str = "file") -> str:
    return counted(number, f"{what} {one}", f"{what}s {several}")
