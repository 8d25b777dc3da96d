"""CloudTrail's log files on this machine: one source of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from irkit.cloudtrail.coverage import EVER, Counts, Coverage, Skipped
from irkit.cloudtrail.heard import Heard
from irkit.cloudtrail.layout import Kind, Named, Reason, left_out_for, named
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.quiet import quiet
from irkit.cloudtrail.raw.looked import Looked
from irkit.cloudtrail.raw.peeking import lies
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.walking import Walked, walked
from irkit.cloudtrail.source import Batch
from irkit.errors import OutsideError

NO_FILE = "there is no file of it"
"""Why a region that is asked for was not seen."""
NEVER = ("what the trail was not set to record is in no file of it (its selectors say what)",)
_LOGS = (".json", ".gz", ".jsonl", ".ndjson", ".zst", ".bz2", ".xz", ".zip", ".parquet", ".csv")
"""A file so named is meant to be read: when it cannot be, that is a gap."""
_SHOWN = 3


@dataclass
class _Plan:
    """What is read of the files found, and what is left out for which reason."""

    walked: Walked
    known: Heard
    """What the names tell of files whose content is told from elsewhere."""
    read: list[tuple[Named, RawFile]] = field(default_factory=list)
    left_out: list[tuple[Reason, Named, RawFile]] = field(default_factory=list)


class LocalFiles:
    """Files, and the files below folders, whatever their names; ``jobs`` processes read them."""

    def __init__(self, paths: Sequence[Path], jobs: int | None = None) -> None:
        self.paths = tuple(paths)
        self._jobs = jobs
        self._known: Callable[[RawFile], bool] = _is_never
        self._recalled: Callable[[RawFile], RawFile] = _as_it_is
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
        rest._known, rest._recalled = known, recalled or _as_it_is
        rest._walked = self._walked or walked(self.paths)
        return rest

    def now(self) -> LocalFiles:
        """The same as it is now."""
        return self.without(self._known, self._recalled)

    def stamps(self) -> dict[str, str]:
        """Of the files that were found, by their places; of none where each look finds them anew."""
        return {file.place: file.stamp for file in self._walked.files} if self._walked is not None else {}

    def files(self) -> list[RawFile]:
        """All files that may hold calls, with their stamps."""
        return [file for file in walked(self.paths).files if named(file.place).kind in {Kind.LOG, Kind.OTHER}]

    @property
    def label(self) -> str:
        """What it is, in words."""
        return f"files under {', '.join(map(str, self.paths))}"

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """Give the matching records as they are found, those of the newest files first.

        Files whose names say that they hold nothing that is asked for are left out; when names are found not to tell
        the truth, they are read after all. Raises ``OutsideError`` when there is no file at all.
        """
        plan = _planned(self._parts(), query)
        plan.read = [(one, self._recalled(file)) for one, file in plan.read]
        if not plan.read and not plan.left_out and not plan.known.files and not plan.walked.skipped:
            raise OutsideError(f"there is no file under {', '.join(map(str, self.paths))}", hint="check the path")
        looked = yield from self._looked(plan.read, query)
        pruned = [(reason, one, file) for reason, one, file in plan.left_out if reason is not Reason.KIND]
        off = [place for place, _ in looked.off]
        off += [file.place for reason, _, file in pruned if lies(file.path, reason)]
        if off and pruned:
            again = yield from self._looked(((one, self._recalled(file)) for _, one, file in pruned), query)
            looked, pruned = looked.joined(again), []
        return _coverage(self.label, query, plan, looked, _Names(tuple(off), len(pruned)))

    def _parts(self) -> _Parted:
        if self._walked is None:
            return _parted(walked(self.paths), self._known)
        if self._parted is None:
            self._parted = _parted(self._walked, self._known)
        return self._parted

    def _looked(self, files: Iterable[tuple[Named, RawFile]], query: Query) -> Generator[Batch, None, Looked]:
        ordered = _newest_first(files)
        if not ordered:
            return Looked(Counts())
        from irkit.cloudtrail.raw.looking import look_at_files  # 20 ms, that an answer from a store does without

        return (yield from look_at_files(ordered, query, self._jobs))


class _Names(NamedTuple):
    """How far names were believed: files whose names were found wrong, and how many were left out by theirs."""

    off: tuple[str, ...]
    pruned: int


def _is_never(_: RawFile) -> bool:
    return False


def _as_it_is(file: RawFile) -> RawFile:
    return file


class _Parted(NamedTuple):
    """The files there are: those whose content is told from elsewhere, and the others with what their names say."""

    walked: Walked
    known: Heard
    others: tuple[tuple[Named, RawFile], ...]


def _parted(found: Walked, known: Callable[[RawFile], bool]) -> _Parted:
    told: list[Named] = []
    others: list[tuple[Named, RawFile]] = []
    for file in found.files:
        one = named(file.place)
        if known(file):
            told.append(one)
        else:
            others.append((one, file))
    return _Parted(found, Heard().and_of(told), tuple(others))


def _planned(found: _Parted, query: Query) -> _Plan:
    plan = _Plan(found.walked, found.known)
    for one, file in found.others:
        reason = left_out_for(one, query)
        if reason is None:
            plan.read.append((one, file))
        else:
            plan.left_out.append((reason, one, file))
    return plan


def _newest_first(files: Iterable[tuple[Named, RawFile]]) -> list[RawFile]:
    """Files of no known time come last."""
    return [file for _, file in sorted(files, key=lambda each: each[0].delivered_at or EVER, reverse=True)]


def _coverage(label: str, query: Query, plan: _Plan, looked: Looked, names: _Names) -> Coverage:
    seen = _Seen.of(plan, looked)
    span = query.span
    # An event's time may be anything: what names say of deliveries goes before it.
    asked_at = seen.newest or seen.last or EVER
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
        heard = plan.known.and_of([*(one for one, _ in plan.read), *(one for _, one, _ in plan.left_out)])
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
        yield f"{holding} ({_few(names.off)}): {left}"
    if no_logs:
        passed = _files(len(no_logs), "is no log and was passed over", "are no logs and were passed over")
        yield f"{passed} ({_few(no_logs)})"
    kinds = Counter(one.kind for reason, one, _ in plan.left_out if reason is Reason.KIND)
    for kind, number in sorted(kinds.items()):
        yield f"{_files(number, 'holds no calls and was', 'hold no calls and were', f'{kind} file')} left out"
    if looked.is_estimate:
        yield f"the events looked at are about {looked.counts.events:,}: they were counted in a sample of the files"
    if looked.insights:
        yield f"{looked.insights} records tell of unusual rates, not of calls, and were left out"
    if plan.walked.links:
        yield f"{plan.walked.links} links lead to folders that were looked at already"
    missing = [account for account in query.accounts if account not in seen.accounts]
    if missing:
        yield f"there is no file of account {_few(missing)}"
    if query.span is not None and seen.first is not None and query.span.start < seen.first:
        yield f"the files begin with events of {_stamp(seen.first)}"
    yield from quiet(seen.newest_of, query)


def _files(number: int, one: str, several: str, what: str = "file") -> str:
    return f"1 {what} {one}" if number == 1 else f"{number:,} {what}s {several}"


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
