"""Finds a trail's log files in a bucket by as few requests as can be: down the folders, then only the days asked for.

The folders of accounts and regions are found by listing, so an organization's trail needs no list of accounts. Within
a region, keys are in the order of time: one range is listed for each run of days, from the first one's key on.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from irkit.clients.s3 import S3, S3Object
from irkit.cloudtrail.bucket_steps import ACCOUNT, LOGS, ORGANIZATION, TRAIL, Level, Step, ranges, start
from irkit.cloudtrail.layout import (
    GLOBAL_AT_HOME,
    GLOBAL_REGIONS,
    Kind,
    Named,
    Reason,
    left_out_for,
    may_hold,
    named,
)
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.quiet import hear
from irkit.errors import Denied, NotFound, OutsideError

AT_ONCE = 16
_PAGES_HELD = 100
_MOST_LEFT_OUT = 100_000
_OWNER = re.compile(f"{ORGANIZATION.pattern}|{ACCOUNT.pattern}")
_NO_CALLS = frozenset({"CloudTrail-Digest", "CloudTrail-Insight"})
_ENDINGS = (".gz", ".json", ".jsonl", ".ndjson")
_DEEPEST = 3
"""So far down from where one is told to look, an ``AWSLogs`` folder is looked for."""


class Found(NamedTuple):
    """What a step found: objects, and further steps."""

    objects: tuple[S3Object, ...] = ()
    further: tuple[Step, ...] = ()
    earlier: tuple[S3Object, ...] = ()
    """Versions of objects that were deleted or replaced since."""
    deleted: tuple[tuple[str, datetime], ...] = ()


@dataclass
class Listing:
    """A crawl through a bucket, and what it saw so far. ``not_seen``: parts that could not be listed, and why."""

    s3: S3
    bucket: str
    prefix: str
    query: Query
    known: Callable[[S3Object], bool] = lambda _: False
    """Objects that are told from elsewhere: their names count, they are not given."""
    is_versioned: bool = False
    """Whether the bucket keeps versions; then what was deleted or replaced is given as well."""
    untold: str = ""
    """Why it is not known whether log files were deleted or replaced; empty where it is."""
    deleted: dict[str, datetime] = field(default_factory=dict)
    """Keys of log files that may hold what is asked for and were deleted, with when."""
    earlier: dict[str, None] = field(default_factory=dict)
    """Keys of log files of which there is an earlier version."""
    requests: int = 0
    files: int = 0
    """Files that may hold what is asked for and are not known; ``size`` their bytes."""
    size: int = 0
    pruned: int = 0
    """Files left out by their names; ``left_out`` are those of them that were left out for their time."""
    left_out: list[S3Object] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    unasked: set[str] = field(default_factory=set)
    """Accounts that were passed over: they have a folder and nobody asked for them."""
    newest_of: dict[str, datetime] = field(default_factory=dict)
    """When the newest listed file of each account and region was delivered."""
    oldest: datetime | None = None
    """When the oldest file was delivered that is of accounts and regions asked for, of the days that were listed."""
    is_there: bool = False
    """Whether a file is there that may hold what is asked for, known or not."""
    not_seen: dict[str, str] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    """Files and folders beside ``AWSLogs/``, which are not looked at."""
    is_done: bool = False
    error: BaseException | None = None
    over: threading.Event = field(default_factory=threading.Event)
    _is_there: bool = False
    _heard: queue.Queue[tuple[S3Object, ...]] = field(default_factory=lambda: queue.Queue(_PAGES_HELD))

    def pages(self) -> Generator[tuple[S3Object, ...], None, None]:
        """The files that may hold what is asked for, page by page, while the crawl goes on ahead on its own thread.

        Raises ``NotFound`` when there is nothing, ``Denied``, ``Unreachable``. Closing it ends the crawl.
        """
        thread = threading.Thread(target=self._run, name="listing", daemon=True)
        thread.start()
        try:
            while not (self.is_done and self._heard.empty()):
                try:
                    yield self._heard.get(timeout=0.1)
                except queue.Empty:
                    continue
            if self.error is not None:
                raise self.error
        finally:
            self.over.set()
            thread.join(1)

    def _run(self) -> None:
        try:
            self._crawl()
        except Exception as error:  # noqa: BLE001 - raised again where the pages are taken
            self.error = error
        finally:
            self.is_done = True

    def _crawl(self) -> None:
        first = start(self.prefix)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running: dict[Future[Found], Step] = {pool.submit(self._found, first): first}
            while running and not self.over.is_set():
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    step = running.pop(future)
                    self.requests += step.level is not Level.REGION
                    try:
                        found = future.result()
                    except OutsideError as error:
                        if step is first:
                            raise
                        self.not_seen[_part(step)] = error.message
                        continue
                    running |= {pool.submit(self._found, one): one for one in found.further}
                    self._take(found)
        if not self._is_there and not self.over.is_set():
            msg = f"there is nothing under s3://{self.bucket}/{self.prefix}"
            raise NotFound(msg, hint="look at the trail's bucket and prefix: aws cloudtrail describe-trails")

    def _take(self, found: Found) -> None:
        self.deleted |= {key: at for key, at in found.deleted if may_hold(named(key), self.query)}
        self.earlier |= dict.fromkeys(
            one.key.partition("?")[0] for one in found.earlier if may_hold(named(one.key), self.query)
        )
        self._give((*found.objects, *found.earlier))

    def _give(self, objects: Sequence[S3Object]) -> None:
        kept: list[S3Object] = []
        for one in objects:
            told = named(one.key)
            if one.key.endswith("/") or told.kind not in {Kind.LOG, Kind.OTHER}:
                continue
            self.regions.add(told.region)
            self.accounts.add(told.account)
            hear(_as_stored(told, one), self.newest_of)
            reason = left_out_for(told, self.query)
            self.is_there |= reason is None
            if reason in {None, Reason.TIME} and told.delivered_at is not None:
                self.oldest = min(told.delivered_at, self.oldest or told.delivered_at)
            if self.known(one):
                continue
            if reason is None:
                kept.append(one)
                continue
            self.pruned += 1
            if reason is Reason.TIME and len(self.left_out) < _MOST_LEFT_OUT:
                self.left_out.append(one)
        self.files += len(kept)
        self.size += sum(one.size for one in kept)
        while kept and not self.over.is_set():
            try:
                self._heard.put(tuple(kept), timeout=0.5)
            except queue.Full:
                continue
            return

    def _found(self, step: Step) -> Found:
        if self.over.is_set():
            return Found()
        match step.level:
            case Level.DAYS:
                return self._range(step)
            case _:
                return self._below(step)

    def _range(self, step: Step) -> Found:
        if self.is_versioned:
            try:
                return self._versions(step)
            except Denied as error:
                self.is_versioned, self.untold = False, error.message
        objects, more = self.s3.page(self.bucket, step.prefix, step.after)
        self._is_there |= bool(objects)
        if step.until:
            more = more and objects[-1].key < step.until
            objects = tuple(one for one in objects if one.key < step.until)
        return Found(objects, (step._replace(after=objects[-1].key),) if more and objects else ())

    def _versions(self, step: Step) -> Found:
        current, earlier, deleted, after = self.s3.versions(self.bucket, step.prefix, (step.after, step.after_version))
        self._is_there |= bool(current or earlier or deleted)
        further: tuple[Step, ...] = ()
        if after is not None and (not step.until or after[0] < step.until):
            further = (step._replace(after=after[0], after_version=after[1]),)
        end = step.until or "\U0010ffff"
        return Found(
            tuple(one for one in current if one.key < end),
            further,
            tuple(one for one in earlier if one.key < end),
            tuple((key, at) for key, at in deleted if key < end),
        )

    def _below(self, step: Step) -> Found:
        if step.level is Level.REGION:
            return Found(further=tuple(ranges(step.prefix, self.query)))
        folders, files = self.s3.level(self.bucket, step.prefix)
        if self.is_versioned:
            folders = tuple(dict.fromkeys((*folders, *self._left(step.prefix))))
        self._is_there |= bool(folders or files)
        names = {folder: folder.removeprefix(step.prefix).rstrip("/") for folder in folders}
        match step.level:
            case Level.LOGS:
                found = [self._of_logs(folder, name) for folder, name in names.items()]
                if not any(_OWNER.fullmatch(name) for name in names.values()):
                    return Found(further=(Step(Level.DAYS, step.prefix),))  # not AWS's layout: all below is listed
                return Found(further=tuple(one for one in found if one is not None))
            case Level.ACCOUNT:
                # Network activity has a folder of its own beside that of other events (user guide, "Finding your
                # CloudTrail log files").
                kinds = [folder for folder, name in names.items() if TRAIL.fullmatch(name) and name not in _NO_CALLS]
                return Found(further=tuple(Step(Level.TRAIL, folder) for folder in kinds))
            case Level.TRAIL:
                return Found(further=tuple(self._of_regions(names)))
        logs = [folder for folder, name in names.items() if f"{name}/" == LOGS]
        if logs:
            self.beside += [folder for folder in folders if folder not in logs]
            self.beside += [one.key for one in files if one.key.endswith(_ENDINGS)]
            return Found(further=tuple(Step(Level.LOGS, folder) for folder in logs))
        # Files that AWS did not lay out so, copied or exported: all below is listed.
        is_flat = any(one.key.endswith(_ENDINGS) for one in files)
        if names and step.depth < _DEEPEST and not is_flat:
            return Found(further=tuple(Step(Level.ABOVE, folder, depth=step.depth + 1) for folder in folders))
        return Found(further=(Step(Level.DAYS, step.prefix),))

    def _left(self, prefix: str) -> tuple[str, ...]:
        """The folders of which versions are left alone: who deletes all of a region leaves no folder to be listed."""
        try:
            return self.s3.folders_ever(self.bucket, prefix)
        except Denied as error:
            self.is_versioned, self.untold = False, error.message
            return ()

    def _of_logs(self, folder: str, name: str) -> Step | None:
        if ORGANIZATION.fullmatch(name):
            return Step(Level.LOGS, folder)
        if not ACCOUNT.fullmatch(name):
            return None
        if self.query.accounts and name not in self.query.accounts:
            self.unasked.add(name)
            return None
        return Step(Level.ACCOUNT, folder)

    def _of_regions(self, names: dict[str, str]) -> Iterator[Step]:
        asked = self.query.regions
        span = self.query.span
        # Until November 2021 global events lay in the folder of a trail's home region.
        anywhere = not GLOBAL_REGIONS.isdisjoint(asked) and (span is None or span.start < GLOBAL_AT_HOME)
        for folder, name in names.items():
            if not asked or name in asked or anywhere:
                self.regions.add(name)
                self.accounts.add(named(folder).account)
                yield Step(Level.REGION, folder)


def _part(step: Step) -> str:
    told = named(step.prefix)
    return "/".join(each for each in (told.account, told.region) if each) or step.prefix


def _as_stored(told: Named, one: S3Object) -> Named:
    """What a name says, but that nothing was delivered later than S3 stored it: a name may be of any time."""
    if told.delivered_at is None or told.delivered_at <= one.modified_at:
        return told
    return told._replace(delivered_at=one.modified_at)
