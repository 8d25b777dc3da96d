"""Runs of programs: wall time, CPU time of all their processes, and the peak of their memory, added up."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.02
MB = 1_000_000


class CommandFailed(RuntimeError):
    """A measured program did not do its work."""


@dataclass(frozen=True)
class Command:
    """A program as it is measured. ``fine`` are the exit codes of a scan that worked."""

    name: str
    words: tuple[str, ...]
    cwd: Path | None = None
    environment: Mapping[str, str] | None = None
    fine: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Run:
    """One run. ``peak`` is in bytes, 0 when it was not looked at."""

    wall_s: float
    cpu_s: float
    peak: int = 0


@dataclass(frozen=True)
class Measured:
    """All runs of one program."""

    name: str
    runs: tuple[Run, ...]
    peak: int

    @property
    def wall_s(self) -> float:
        """The median."""
        return statistics.median(run.wall_s for run in self.runs)

    @property
    def fastest_s(self) -> float:
        return min(run.wall_s for run in self.runs)

    @property
    def cpu_s(self) -> float:
        """The median."""
        return statistics.median(run.cpu_s for run in self.runs)


def alternating(commands: Sequence[Command], rounds: int) -> dict[str, Measured]:
    """Run all in turn, so that a busy machine slows them alike.

    A first round, which is not counted, fills the peers' caches of compiled rules and is watched for its memory.
    Raises ``CommandFailed``.
    """
    peaks = {command.name: run(command, watched=[]).peak for command in commands}
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    for _ in range(rounds):
        for command in commands:
            runs[command.name].append(run(command))
    return {name: Measured(name, tuple(each), peaks[name]) for name, each in runs.items()}


def run(command: Command, watched: list[int] | None = None) -> Run:
    """Run a program to its end; with a list for the samples, its memory is looked at too. Raises ``CommandFailed``."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.cwd,
        env=None if command.environment is None else dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    talk: list[bytes] = []
    readers = [threading.Thread(target=_drain, args=(process, talk))]
    ended = threading.Event()
    if watched is not None:
        readers.append(threading.Thread(target=_watch, args=(process.pid, watched, ended)))
    for reader in readers:
        reader.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    ended.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    for reader in readers:
        reader.join()
    if process.returncode not in command.fine:
        said = b"".join(talk).decode(errors="replace").strip().splitlines()
        raise CommandFailed(f"{command.name} ended with {process.returncode}: {' / '.join(said[-3:])}")
    return Run(wall, usage.ru_utime + usage.ru_stime, max(watched, default=0) if watched is not None else 0)


def _drain(process: subprocess.Popen[bytes], talk: list[bytes]) -> None:
    if process.stderr is not None:
        talk.append(process.stderr.read())


def _watch(pid: int, samples: list[int], ended: threading.Event) -> None:
    """The resident memory of a process and its children, added up, some fifty times a second."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        while not ended.wait(_EVERY_S):
            total = 0
            for process in (parent, *parent.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
            samples.append(total)
