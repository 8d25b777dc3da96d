"""Gits that run at the same time: each reads a list and answers with a stream, which is taken as it comes."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from irkit.scan.quick import TYPE_CHECKING, NamedTuple
from irkit.scan.repository import Repository, environment

if TYPE_CHECKING:
    from typing import IO

_CHUNK = 1 << 20
_LEAN = ("core.packedGitWindowSize=1m", "core.packedGitLimit=64m", "core.deltaBaseCacheLimit=32m")
"""Else a git maps the whole pack and keeps 96 MB of bases. It costs little time (git/git: 10.4 s for 9.9 s)."""
_BUFFERED = {"GIT_FLUSH": "0"}
"""Else a git writes to a pipe commit by commit."""
_QUIET = ("core.warnAmbiguousRefs=false",)


class Task(NamedTuple):
    """One git to run: its words after ``git``, what it reads, and who takes what it says."""

    words: tuple[str, ...]
    read: bytes
    take: Callable[[bytes], None]
    ended: Callable[[int, str], None]
    """Told the exit code and what stood on stderr, once all output was taken."""


class _Running(NamedTuple):
    task: Task
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    said: IO[bytes]


class Gits:
    """Runs tasks, ``jobs`` at a time, in the order in which they were added; tasks may add tasks."""

    def __init__(self, repository: Repository, jobs: int) -> None:
        self._repository = repository
        self._jobs = max(jobs, 1)
        self._waiting: deque[Task] = deque()
        self._running: dict[int, _Running] = {}

    def add(self, task: Task) -> None:
        """Have it run when there is room."""
        self._waiting.append(task)

    def run(self) -> None:
        """Until nothing is left. When a taker raises, every git is stopped first."""
        with selectors.DefaultSelector() as selector:
            try:
                while self._waiting or self._running:
                    while self._waiting and len(self._running) < self._jobs:
                        self._start(self._waiting.popleft(), selector)
                    for key, _ in selector.select():
                        self._take(self._running[key.fd], selector)
            finally:
                for running in self._running.values():
                    running.process.kill()
                    _close(running)

    def _start(self, task: Task, selector: selectors.BaseSelector) -> None:
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the git has ended
        with tempfile.TemporaryFile() as questions:
            questions.write(task.read)
            questions.seek(0)
            process = subprocess.Popen(
                command(self._repository, *task.words),
                stdin=questions,
                stdout=subprocess.PIPE,
                stderr=said,
                env=environment() | _BUFFERED,
                bufsize=0,
            )
        if process.stdout is None:  # pragma: no cover - it was asked for
            msg = "git was started without a pipe"
            raise OSError(msg)
        self._running[process.stdout.fileno()] = _Running(task, process, process.stdout, said)
        selector.register(process.stdout, selectors.EVENT_READ)

    def _take(self, running: _Running, selector: selectors.BaseSelector) -> None:
        fd = running.out.fileno()
        data = os.read(fd, _CHUNK)
        if data:
            running.task.take(data)
            return
        selector.unregister(running.out)
        del self._running[fd]
        code = running.process.wait()
        running.said.seek(0)
        said = running.said.read().decode(errors="replace").strip()
        _close(running)
        running.task.ended(code, said)


def command(repository: Repository, *words: str) -> list[str]:
    """The command line of a git that keeps little in memory and fetches nothing."""
    program, *fixed = repository.git()
    settings = (word for setting in (*_LEAN, *_QUIET) for word in ("-c", setting))
    return [program, *fixed, *settings, *words]


def answer(repository: Repository, *words: str, read: bytes = b"") -> tuple[int, bytes, str]:
    """Exit code, stdout and stderr of one git that reads a list."""
    ran = subprocess.run(command(repository, *words), input=read, capture_output=True, check=False, env=environment())
    return ran.returncode, ran.stdout, ran.stderr.decode(errors="replace").strip()


class Written(NamedTuple):
    """A git that writes to a file while its caller does something else."""

    process: subprocess.Popen[bytes]
    out: IO[bytes]
    said: IO[bytes]

    def end(self) -> tuple[int, str]:
        """Waits for it: exit code, and what stood on stderr. Its output can be read then."""
        code = self.process.wait()
        self.out.seek(0)
        self.said.seek(0)
        return code, self.said.read().decode(errors="replace").strip()


@contextmanager
def writing(repository: Repository, *words: str) -> Iterator[Written]:
    """A git that runs beside what is done here; it is stopped where it has not ended by then."""
    environ = environment() | _BUFFERED
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(command(repository, *words), stdin=nothing, stdout=out, stderr=said, env=environ)
        try:
            yield Written(process, out, said)
        finally:
            process.kill()
            process.wait()


def _close(running: _Running) -> None:
    running.out.close()
    running.said.close()
    running.process.wait()
