"""A process that reads files: tasks come in on stdin, what they give goes out on stdout, pickled, each with its length.

It imports little, so that it answers soon, and ends when its parent does (stdin ends) or no longer listens.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import IO, Protocol, TypeVar, cast

from irkit.cloudtrail.raw.raw_file import RawFile

LENGTH = 8
_LATE_S = 0.02
_FOUND_LATE_S = 0.004
"""What was found waits so long for more: to send each part alone and wake the parent is a twentieth of the work."""
_Part_co = TypeVar("_Part_co", covariant=True)


class Reads(Protocol[_Part_co]):
    """What a worker does; it is made with one argument, the setting."""

    def read(self, file: RawFile) -> Iterator[_Part_co]:
        """What a file gives, part by part."""


def made(name: str, setting: object) -> Reads[object]:
    """The reader of a name such as ``irkit.cloudtrail.raw.reading:Reader``."""
    module, _, kind = name.partition(":")
    reader: Reads[object] = getattr(import_module(module), kind)(setting)
    return reader


def framed(value: object) -> bytes:
    """A value as it goes over a pipe."""
    held = pickle.dumps(value, protocol=5)
    return len(held).to_bytes(LENGTH, "little") + held


def read_tasks(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Do what comes until nothing more does. An answer is (number, part), and (number, None) ends a file."""
    first = _taken(tasks)
    if first is None:
        return
    name, setting = cast("tuple[str, object]", first)
    reader = made(name, setting)
    out = _Out(answers)
    while (chunk := _taken(tasks)) is not None:
        for number, file in cast("list[tuple[int, RawFile]]", chunk):
            for part in reader.read(file):
                out.put(number, part)
            out.put(number, None)
        out.flush()


class _Out:
    """Answers on their way: the first that was found goes at once, the rest together, so the parent is seldom woken."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._held: list[tuple[int, object]] = []
        self._since = 0.0

    def put(self, number: int, part: object) -> None:
        self._held.append((number, part))
        now = time.monotonic()
        if now - self._since > (_FOUND_LATE_S if getattr(part, "records", None) else _LATE_S):
            self.flush()
            self._since = now

    def flush(self) -> None:
        if self._held:
            self._answers.write(framed(self._held))
            self._answers.flush()
            self._held = []


def _taken(tasks: IO[bytes]) -> object:
    head = tasks.read(LENGTH)
    if len(head) < LENGTH:
        return None
    held = tasks.read(int.from_bytes(head, "little"))
    value: object = pickle.loads(held)  # noqa: S301 - of the parent process
    return value


def serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Serve the parent process until it ends the tasks or no longer listens."""
    import gc
    import signal

    gc.disable()  # what is read holds no circles, and looking for some takes time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt ends
    with suppress(BrokenPipeError):
        read_tasks(tasks, answers)


def main() -> None:
    """Serve, in an interpreter of its own."""
    serve(sys.stdin.buffer, sys.stdout.buffer)
    sys.stderr.close()
