"""Many repositories, several at once, each in a process of its own; what is done is kept, so that a second run goes on.

The processes share nothing: one that dies takes one repository with it, and that is told. All mirrors together stay
within the disk they may take, because each may take its share. What is too large for a share is scanned at the end,
alone, with the whole of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from irkit.errors import IrkitError, UsageError
from irkit.scan.finding import Finding, Place, Report, Skipped
from irkit.scan.history import Wants, joined, scan_history
from irkit.scan.many.mirrored import NO_REFS, Server, TooLarge
from irkit.scan.many.record import Record, load, save
from irkit.scan.many.targets import Target
from irkit.scan.repository import repository

if TYPE_CHECKING:
    from irkit.scan.detect.detector import Detector

_DONE, _FAILED, _TOO_LARGE = 0, 1, 3


class Ended(StrEnum):
    """How it went with one repository."""

    SCANNED = "scanned"
    EMPTY = "empty: it has no branch and no tag"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    TOO_LARGE = "too large"


class Many(NamedTuple):
    """How repositories are scanned."""

    detector: Detector
    wants: Wants
    server: Server
    state: Path
    """Folder of the records."""
    parallel: int
    disk: int
    """Bytes that all mirrors together may take."""
    told: Callable[[Target, Ended, str], None]
    """Hears of each repository when it is done, and why it failed."""


def scan_many(targets: Sequence[Target], many: Many) -> Report:
    """Scan them all; one report. A repository that cannot be scanned is ``skipped``, and the report is incomplete.

    Raises ``UsageError`` when another scan uses the same state.
    """
    reasons: dict[Target, str] = {}
    with _alone(many.state), _empty(many.server.scratch):
        large = _in_processes(targets, many, many.parallel, reasons)
        _in_processes(large, many, 1, reasons)
        return joined(list(_reports(targets, many, reasons)))


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                f"another scan is at work in {state}", hint="wait for it, or name another --state"
            ) from None
        yield


@contextmanager
def _empty(folder: Path) -> Iterator[None]:
    """An empty folder, whatever a run that was killed left there; gone afterwards."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reports(targets: Sequence[Target], many: Many, reasons: dict[Target, str]) -> Iterator[Report]:
    for target in targets:
        record = load(record_file(many.state, target))
        if target in reasons or record is None:
            skipped = (Skipped(target.name, reasons.get(target, "its record cannot be read")),)
            yield Report((), {}, skipped, {"repositories": 0}, 0, is_incomplete=True)
        else:
            report = record.report
            yield report._replace(counts={"repositories": 1, **report.counts})


def record_file(state: Path, target: Target) -> Path:
    """Where the record of a repository is."""
    return state / f"{hashlib.sha256((target.url or str(target.folder)).encode()).hexdigest()[:24]}.json"


def _in_processes(targets: Sequence[Target], many: Many, at_once: int, reasons: dict[Target, str]) -> list[Target]:
    """Scan; those that were too large for their share are returned, or told when the share was the whole."""
    waiting = list(reversed(targets))
    running: dict[int, tuple[Target, int]] = {}
    large: list[Target] = []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                target = waiting.pop()
                pid, pipe = _start(target, many, many.disk // at_once, [other for _, other in running.values()])
                running[pid] = (target, pipe)
            pid, status = os.wait()
            if pid not in running:
                continue
            target, pipe = running.pop(pid)
            with os.fdopen(pipe) as said:
                why = said.read()
            code = os.waitstatus_to_exitcode(status)
            if code == _TOO_LARGE and at_once > 1:
                large.append(target)
                continue
            _tell(target, code, why, many, reasons)
    finally:
        for pid in running:
            os.killpg(pid, signal.SIGTERM)  # its gits too
            os.waitpid(pid, 0)
    return large


def _tell(target: Target, code: int, why: str, many: Many, reasons: dict[Target, str]) -> None:
    if code == _DONE:
        many.told(target, Ended(why), "")
        return
    reasons[target] = why or f"its process ended with {code}"
    many.told(target, Ended.TOO_LARGE if code == _TOO_LARGE else Ended.FAILED, reasons[target])


def _start(target: Target, many: Many, most: int, others: Sequence[int]) -> tuple[int, int]:
    """Begin a process; its id, and the pipe that says why it ended. ``others`` are those of the other processes."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        with suppress(PermissionError, ProcessLookupError):  # the child may have done it, and have ended
            os.setpgid(pid, pid)
        os.close(writer)
        return pid, reader
    code, text = _FAILED, ""
    try:
        for pipe in (reader, *others):
            os.close(pipe)
        os.setpgid(0, 0)
        _end_with_reader(writer)
        code, text = _scanned(target, many, most)
    except BaseException:  # noqa: BLE001 - a child must never run on into its parent's code
        text = f"an error of irkit's own: {traceback.format_exc().splitlines()[-1].split(':')[0]}"
    finally:
        os.write(writer, text[:60_000].encode("utf-8", "backslashreplace"))
        os._exit(code)


def _end_with_reader(pipe: int) -> None:
    """Have this process group end (by SIGIO) when nobody holds the reading end any more: its parent was killed.

    Else it would go on, and keep the state locked. Where the system has no signal for pipes, it does.
    """
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


def _scanned(target: Target, many: Many, most: int) -> tuple[int, str]:
    file = record_file(many.state, target)
    try:
        refs_hash = many.server.refs_hash(target)
        known = load(file)
        is_same = known and (known.rules_hash, known.refs_hash) == (_asked(many), refs_hash)
        if is_same and known and not known.report.is_incomplete:  # what could not be read may be mended by now
            return _DONE, Ended.UNCHANGED
        with many.server.mirrored(target, most) as folder:
            report = scan_history(repository(folder), many.detector, many.wants, _Silent())
        save(Record(target.name, _asked(many), refs_hash, _named(report, target)), file)
    except TooLarge as error:
        return _TOO_LARGE, error.message
    except IrkitError as error:
        return _FAILED, f"{error.message} ({error.hint})" if error.hint else error.message
    except OSError as error:
        return _FAILED, str(error)
    return _DONE, Ended.EMPTY if refs_hash == NO_REFS else Ended.SCANNED


def _asked(many: Many) -> str:
    """What decides what a record holds, beside the repository itself."""
    return f"{many.detector.rules_hash} {many.wants.unreachable}"


def _named(report: Report, target: Target) -> Report:
    """The report with the repository's name in each place and before each thing that was skipped."""

    def named(place: Place) -> Place:
        return place._replace(repository=target.name)

    findings = [one._replace(places=tuple(map(named, one.places))) for one in report.findings]
    skipped = [Skipped(f"{target.name}: {each.what}", each.reason) for each in report.skipped]
    return report._replace(findings=tuple(findings), skipped=tuple(skipped))


class _Silent:
    def begun(self) -> None:
        """What comes after a scan is loaded already."""

    def progress(self, done: int, of: int) -> None:
        """Several at once would write over each other."""

    def hits(self, findings: Callable[[], Sequence[Finding]]) -> None:
        """They are told when they are located."""

    def note(self, text: str) -> None:
        """Mirrors are deleted: nothing is remembered of them."""
