"""Batches of work spread over forked workers; a worker that dies takes one item with it, and that is said."""

from __future__ import annotations

import os
import pickle  # between this process and its own children
import select
import signal
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_LENGTH = struct.Struct("<Q")


class Died(NamedTuple):
    """The worker of an item ended before it was done."""

    reason: str


class Done(NamedTuple, Generic[Item, Result]):
    """A batch, and what came of it."""

    batch: Sequence[Item]
    result: Result | Died


class _Worker(NamedTuple):
    pid: int
    to: int
    out: int


def spread(
    batches: Iterable[Sequence[Item]], work: Callable[[Sequence[Item]], Result], jobs: int
) -> Iterator[Done[Item, Result]]:
    """The results, in no order. Results are pickled.

    A batch whose worker dies is tried again item by item, by new workers; ``Died`` is told of an item that kills its
    worker again. With one job, or one batch, the work is done here.
    """
    coming = iter(batches)
    first = [batch for _, batch in zip(range(2), coming, strict=False)]
    if jobs <= 1 or len(first) <= 1:
        for batch in (*first, *coming):
            yield Done(batch, work(batch))
        return
    spreading = _Spreading(work, _chained(first, coming))
    try:
        yield from spreading.results(jobs)
    finally:
        spreading.end()


def _chained(first: Sequence[Sequence[Item]], coming: Iterator[Sequence[Item]]) -> Iterator[Sequence[Item]]:
    yield from first
    yield from coming


class _Spreading(Generic[Item, Result]):
    def __init__(self, work: Callable[[Sequence[Item]], Result], coming: Iterator[Sequence[Item]]) -> None:
        self._work, self._coming = work, coming
        self._again: deque[Sequence[Item]] = deque()
        self._busy: dict[int, tuple[_Worker, Sequence[Item]]] = {}

    def results(self, jobs: int) -> Iterator[Done[Item, Result]]:
        for _ in range(jobs):
            self._begin(None)
        while self._busy:
            for out in select.select(list(self._busy), [], [])[0]:
                worker, batch = self._busy.pop(out)
                answer = _message(out)
                if answer is not None:
                    result: Result = pickle.loads(answer)  # noqa: S301 - from our own child
                    self._begin(worker)
                    yield Done(batch, result)
                    continue
                why = _ended(worker)
                if len(batch) == 1:
                    yield Done(batch, Died(why))
                self._again += [[item] for item in batch] if len(batch) > 1 else []
                self._begin(None)

    def _begin(self, worker: _Worker | None) -> None:
        """Give the next batch to this worker, or to a new one; end it when there is none."""
        batch = self._again.popleft() if self._again else next(self._coming, None)
        if batch is None:
            if worker is not None:
                _ended(worker)
            return
        worker = worker or self._forked()
        self._busy[worker.out] = worker, batch
        try:
            _send(worker.to, batch)
        except BrokenPipeError:  # it died while idle: its closed pipe is told as any other death
            return

    def _forked(self) -> _Worker:
        task_out, task_in = os.pipe()
        answer_out, answer_in = os.pipe()
        pid = os.fork()
        if pid == 0:
            for other, _ in self._busy.values():  # or it would hold their pipes open when we die
                os.close(other.to)
                os.close(other.out)
            os.close(task_in)
            os.close(answer_out)
            _serve(self._work, task_out, answer_in)
        os.close(task_out)
        os.close(answer_in)
        return _Worker(pid, task_in, answer_out)

    def end(self) -> None:
        """End what still works."""
        for worker, _ in self._busy.values():
            os.kill(worker.pid, signal.SIGKILL)
            _ended(worker)
        self._busy.clear()


def _serve(work: Callable[[Sequence[Item]], Result], tasks: int, answers: int) -> None:
    """The life of a worker. Never returns: what the parent would do at its end is not ours to do."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends us
        while (task := _message(tasks)) is not None:
            batch: Sequence[Item] = pickle.loads(task)  # noqa: S301 - from our own parent
            _send(answers, work(batch))
        code = 0
    finally:
        os._exit(code)


def _send(pipe: int, what: object) -> None:
    body = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    left = memoryview(_LENGTH.pack(len(body)) + body)
    while left:
        left = left[os.write(pipe, left) :]


def _message(pipe: int) -> bytes | None:
    """The next message; None when the other side is gone."""
    head = _read(pipe, _LENGTH.size)
    return None if head is None else _read(pipe, _LENGTH.unpack(head)[0])


def _read(pipe: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _ended(worker: _Worker) -> str:
    """Let a worker end; how it ended."""
    os.close(worker.to)
    os.close(worker.out)
    code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
    return f"its scanner was ended by signal {-code}" if code < 0 else f"its scanner failed with code {code}"
