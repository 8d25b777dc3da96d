"""Adds files to a store: worker processes write parts, and each counts from the moment it is registered.

A build may be killed at any moment and begun again: what was registered is not read again. One builds at a time.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.layout import Kind, named
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw.inflated import REFUSED
from irkit.cloudtrail.source import Progress
from irkit.cloudtrail.store.entries import PARTS, Part, Registration, Scope, StoredFile, Unread, is_whole
from irkit.cloudtrail.store.given import keeping_given
from irkit.cloudtrail.store.job import FileDone, Job, JobDone, JobFile
from irkit.cloudtrail.store.manifest import Manifest, unwritable
from irkit.cloudtrail.store.marks import marking
from irkit.cloudtrail.store.workers import Ended, working
from irkit.errors import IrkitError

_LOCK = "building.lock"
_JOB_BYTES = 1_600_000
"""Compressed; some 9,000 events."""
_JOB_FILES = 1_000
_LOGS = (".json", ".gz", ".jsonl", ".ndjson", ".zst", ".bz2", ".xz", ".zip", ".parquet", ".csv")
_INFLATES = 8
"""How many times its size a compressed log is, for files that are not compressed."""


class StoreBusy(IrkitError):
    """Another process is adding to the store."""


class ToAdd(NamedTuple):
    """A file to add: its name in locators, where it lies, and its stamp (an ETag, or size and time of change)."""

    place: str
    path: Path
    size: int
    stamp: str


@dataclass(frozen=True)
class Built:
    """What a build added. Of ``unread`` files nothing can be read: they are no part of the store.

    Those of them that were found so before, and have not changed, are not read again.
    """

    files: int = 0
    events: int = 0
    parts: int = 0
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[str, ...] = ()


def building(folder: Path, files: Iterable[ToAdd], processes: int = 2) -> Generator[Progress, None, Built]:
    """Add those of the files that the store does not have as they are; how far it is comes after each part.

    Closing the generator ends the build; what was registered stays. Raises ``StoreBusy``, ``StoreUnwritable`` and
    ``StoreBroken``.
    """
    manifest = Manifest.created(folder)
    with closing(manifest), _alone(folder):
        _sweep(folder, manifest)
        known, unread = manifest.stamps(), manifest.unread()
        new = [file for file in files if known.get(file.place) != file.stamp and _is_nameable(file.place)]
        old = [each for file in new if (each := unread.get(file.place)) is not None and each.stamp == file.stamp]
        out = {each.place for each in old}
        wanted = sorted((file for file in new if file.place not in out), key=_order)
        built = _added(Built(), _judged(_recalled(old)))
        built = yield from _built(folder, manifest, wanted, built, processes)
        from irkit.cloudtrail.store.settling import settling  # DuckDB: 40 MB that the workers can use till now

        yield from settling(folder, manifest)
        _sweep(folder, manifest)
        yield from marking(folder, manifest)
        yield from keeping_given(folder, manifest)
        from irkit.cloudtrail.store.seen_counts import count_everything

        rows = sum(part.rows for part in manifest.parts())
        if wanted:
            yield Progress("events counted", 0, rows)
        count_everything(folder, rows)
        return built


def _built(
    folder: Path, manifest: Manifest, wanted: Sequence[ToAdd], built: Built, processes: int
) -> Generator[Progress, None, Built]:
    by_place = {file.place: file for file in wanted}
    began_at = monotonic()
    size = read = 0
    total = sum(file.size for file in wanted)
    with closing(working(_jobs(folder, wanted), processes)) as ends:
        for end in ends:
            done = _checked(folder, end)
            unread = tuple(_unread(done, by_place)) if end.done is not None else ()
            done = _judged(done)
            _register(manifest, Path(end.job.part).name, done, by_place, unread)
            size += sum(by_place[file.place].size for file in end.job.files)
            built = _added(built, done)
            left = (monotonic() - began_at) * (total - size) / size if size else None
            read += len(end.job.files)
            yield Progress("files", read, len(wanted), built.events, size, left)
    return built


def _added(built: Built, done: JobDone) -> Built:
    return Built(
        built.files + len(done.files),
        built.events + done.rows,
        built.parts + (done.rows > 0),
        built.skipped + done.skipped,
        built.unread + done.unread,
    )


def _checked(folder: Path, end: Ended) -> JobDone:
    if end.done is None:
        places = tuple(file.place for file in end.job.files)
        why = "was not stored: a worker process died over it, or over a file beside it"
        return JobDone(skipped=tuple(Skipped(Locator(place), why) for place in places), unread=places)
    if end.done.failure:
        raise unwritable(folder, end.done.failure)
    return end.done


def _unread(done: JobDone, by_place: dict[str, ToAdd]) -> Iterator[Unread]:
    """The files of which nothing could be read for what is in them: that stays so while they do not change."""
    for place in done.unread:
        told = tuple(each for each in done.skipped if each.at.place == place)
        if not any(each.why.startswith(REFUSED) for each in told):
            yield Unread(place, by_place[place].stamp, told)


def _recalled(old: Iterable[Unread]) -> JobDone:
    """As if they had been read again."""
    several = list(old)
    told = (each for one in several for each in one.told)
    return JobDone(skipped=tuple(told), unread=tuple(one.place for one in several))


def _judged(done: JobDone) -> JobDone:
    """Without what is said of files that are no logs."""
    no_logs = {place for place in done.unread if not _is_meant(place)}
    return replace(done, skipped=tuple(each for each in done.skipped if each.at.place not in no_logs))


def _is_meant(place: str) -> bool:
    """Whether a file is named like a log: when nothing of it can be read, that is a gap."""
    return named(place).kind is not Kind.OTHER or place.lower().endswith(_LOGS)


def _register(
    manifest: Manifest, name: str, done: JobDone, by_place: dict[str, ToAdd], unread: tuple[Unread, ...]
) -> None:
    part = None
    if done.rows:
        firsts = [file.first for file in done.files if file.first is not None]
        lasts = [file.last for file in done.files if file.last is not None]
        part = Part(name, done.size, done.rows, done.odd, min(firsts), max(lasts))
    manifest.register(
        Registration(
            part,
            tuple(_stored(by_place[file.place], file, name) for file in done.files),
            tuple(Scope(*scope) for scope in done.scopes),
            done.skipped,
            unread,
        )
    )


def _stored(file: ToAdd, done: FileDone, part: str) -> StoredFile:
    delivered_at = named(file.place).delivered_at
    return StoredFile(
        file.place,
        file.stamp,
        file.size,
        part if done.events else "",
        done.events,
        done.first,
        done.last,
        delivered_at.isoformat() if delivered_at is not None else "",
    )


def _jobs(folder: Path, wanted: Iterable[ToAdd]) -> Iterator[Job]:
    held: list[JobFile] = []
    size = 0
    for file in wanted:
        held.append(JobFile(file.place, str(file.path)))
        size += file.size if file.path.suffix == ".gz" else file.size // _INFLATES
        if size >= _JOB_BYTES or len(held) >= _JOB_FILES:
            yield _job(folder, held)
            held, size = [], 0
    if held:
        yield _job(folder, held)


def _job(folder: Path, files: list[JobFile]) -> Job:
    return Job(str(folder / PARTS / f"{secrets.token_hex(8)}.parquet"), tuple(files))


def _order(file: ToAdd) -> tuple[str, str, str, str]:
    """By account, region and time, as far as names tell them: a part then holds few accounts and a short time."""
    one = named(file.place)
    at = one.delivered_at
    return one.account, one.region, at.isoformat() if at is not None else "", file.place


def _is_nameable(place: str) -> bool:
    """A file whose name is no Unicode has no place in a table; it is read raw each time."""
    try:
        place.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_being_built(folder: Path) -> bool:
    """Whether a process is adding to the store now."""
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StoreBusy(
            f"another process is adding to the store under {folder}",
            hint="questions can be asked meanwhile; what is not in it yet is read from the raw files",
        ) from error
    try:
        yield
    finally:
        os.close(lock)


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Take away what a killed build left, parts that are damaged, and those that no file is in any more."""
    try:
        (folder / PARTS).mkdir(exist_ok=True, mode=0o700)
        manifest.forget(manifest.places_in(part.name for part in manifest.parts() if not is_whole(folder, part)))
        kept = {part.name for part in manifest.swept()}
        for left in (folder / PARTS).iterdir():
            if left.name not in kept:
                left.unlink()
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error
