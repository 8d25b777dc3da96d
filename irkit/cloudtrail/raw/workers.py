"""Worker processes that read files, several at once, each file's parts as they come; one that dies costs no answer.

Nothing but files and what was read of them goes over the pipes.
"""

from __future__ import annotations

import pickle
import selectors
import signal
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from irkit.cloudtrail.raw.process import Process, start
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.worker import LENGTH, framed, made

CHUNK_FILES = 16
_CHUNK_BYTES = 2 << 20
_FEW = 4
"""A worker that has so few files left gets the next chunk, so that it need not wait for it."""
_SMALL = 16 << 10
"""A chunk that surely fits into a pipe while the worker is busy; a larger one waits until it is not."""
_TRIES = 2
_READ = 64 << 10
"""What a pipe holds."""
_WAIT_S = 0.25


class Told(NamedTuple):
    """A part of a file. ``part`` None is its end; then ``why`` says, if it does, why the file was given up."""

    file: RawFile
    part: object
    why: str = ""


@dataclass
class _Worker:
    """One process, and the files it was given and has not finished, in their order."""

    process: Process
    given: dict[int, RawFile] = field(default_factory=dict)
    held: bytearray = field(default_factory=bytearray)

    def messages(self) -> Iterator[tuple[int, object]]:
        """The whole messages among the bytes held."""
        at = 0
        while len(self.held) - at >= LENGTH:
            end = at + LENGTH + int.from_bytes(self.held[at : at + LENGTH], "little")
            if end > len(self.held):
                break
            yield from pickle.loads(memoryview(self.held)[at + LENGTH : end])  # noqa: S301 - of our own process
            at = end
        del self.held[:at]


class Workers:
    """Reads files in ``jobs`` processes, which are started at once, with the reader of a name and its setting."""

    def __init__(self, name: str, setting: object, jobs: int, most: int = CHUNK_FILES) -> None:
        """``most`` files are given to a process at once."""
        self._name, self._setting, self._jobs, self._most = name, setting, jobs, most
        self._selector = selectors.DefaultSelector()
        self._again: deque[tuple[int, RawFile]] = deque()
        self._tries: dict[int, int] = {}
        self._deaths = 0
        self._answered = False
        self._workers = [self._started() for _ in range(jobs)]

    def read(self, files: Iterator[RawFile]) -> Generator[list[Told], None, None]:
        """What the files give, as it comes; an empty list when nothing came for a while. Closing it ends them all."""
        numbered = enumerate(files)
        try:
            while True:
                for worker in self._workers:
                    self._feed(worker, numbered)
                if not self._workers or not any(worker.given for worker in self._workers):
                    break
                yield self._heard()
            yield from self._here(numbered)
        finally:
            self.close()

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.process.end()
        self._workers.clear()
        self._selector.close()

    def _started(self) -> _Worker:
        worker = _Worker(start())
        self._selector.register(worker.process.answers, selectors.EVENT_READ, worker)
        _write(worker, framed((self._name, self._setting)))
        return worker

    def _feed(self, worker: _Worker, numbered: Iterator[tuple[int, RawFile]]) -> None:
        if len(worker.given) > _FEW or (worker.given and not self._answered):
            return
        chunk = self._chunk(numbered)
        if not chunk:
            return
        frame = framed(chunk)
        if worker.given and len(frame) > _SMALL:
            self._again.extendleft(reversed(chunk))
            return
        worker.given.update(chunk)
        _write(worker, frame)

    def _chunk(self, numbered: Iterator[tuple[int, RawFile]]) -> list[tuple[int, RawFile]]:
        chunk: list[tuple[int, RawFile]] = []
        size = 0
        most = self._most if self._answered else 1
        while len(chunk) < most and size < _CHUNK_BYTES:
            if self._again:
                one = self._again.popleft()
                if one[0] in self._tries:  # a worker died of it: alone
                    if chunk:
                        self._again.appendleft(one)
                    else:
                        chunk.append(one)
                    break
            elif (following := next(numbered, None)) is not None:
                one = following
            else:
                break
            chunk.append(one)
            size += one[1].size
        return chunk

    def _heard(self) -> list[Told]:
        told: list[Told] = []
        for key, _ in self._selector.select(_WAIT_S):
            worker: _Worker = key.data
            block = worker.process.answers.read(_READ)
            if not block:
                told += self._died(worker)
                continue
            worker.held += block
            for number, part in worker.messages():
                file = worker.given[number] if part is not None else worker.given.pop(number)
                told.append(Told(file, part))
                self._answered = True
        return told

    def _died(self, worker: _Worker) -> Iterator[Told]:
        """Its files are given to another process; the one it died of once more, alone, and then given up."""
        self._selector.unregister(worker.process.answers)
        self._workers.remove(worker)
        how = _how(worker.process.end())
        left = list(worker.given.items())
        if left:
            number, file = left[0]
            self._tries[number] = self._tries.get(number, 0) + 1
            if self._tries[number] >= _TRIES and self._answered:
                yield Told(file, None, f"the process that read it {how}, twice")
                left = left[1:]
        self._again.extendleft(reversed(left))
        self._deaths += 1
        if self._answered or self._deaths < self._jobs + _TRIES:
            self._workers.append(self._started())

    def _here(self, numbered: Iterator[tuple[int, RawFile]]) -> Iterator[list[Told]]:
        """What is left when no process can be started: it is read in this one."""
        reader = None
        while chunk := self._chunk(numbered):
            reader = reader or made(self._name, self._setting)
            for _, file in chunk:
                for part in reader.read(file):
                    yield [Told(file, part)]
                yield [Told(file, None)]


def _write(worker: _Worker, frame: bytes) -> None:
    """A worker that no longer listens is noticed when its answers end."""
    held = memoryview(frame)
    try:
        while held:
            held = held[worker.process.tasks.write(held) :]
    except BrokenPipeError:
        return


def _how(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended with {code}"
