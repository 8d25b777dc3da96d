"""Processes that share the tasks of a scan; when one dies, the scan says so and the others end."""

from __future__ import annotations

import fcntl
import gc
import os
import select
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from irkit.errors import IrkitError
from irkit.scan.objects.freed import keep_freed

MOST_TASKS = 4000
"""Their numbers wait in one pipe, which holds 16 KiB at least."""
_NUMBER = struct.Struct("<I")
_HEAD = struct.Struct("<IQ")
_FAILED = 0xFFFFFFFF
_READ = 1 << 20
_WAITING = 1 << 20
"""Bytes of answers that wait in a pipe: as many as Linux grants everybody (pipe(7))."""
_KEPT = 16 << 20
"""Freed memory that a process keeps, in bytes."""
_LOOK_UP_MS = 500
"""An interrupt that comes just before a wait does not end it; Python heeds it between two."""


class ScanDied(IrkitError):
    """A process of the scan ended before its work was done; nothing of the scan may be believed."""


class _Worker:
    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self.pipe = pipe
        self.buffer = bytearray()

    def frames(self) -> list[tuple[int, bytes]]:
        """The answers that have come whole."""
        found = []
        while len(self.buffer) >= _HEAD.size:
            number, length = _HEAD.unpack_from(self.buffer)
            end = _HEAD.size + length
            if len(self.buffer) < end:
                break
            found.append((number, bytes(self.buffer[_HEAD.size : end])))
            del self.buffer[:end]
        return found


def nothing() -> None:
    """Nothing is to be done meanwhile."""


def run_each(
    tasks: Sequence[Callable[[], bytes]],
    jobs: int,
    done: Callable[[int, bytes], None],
    meanwhile: Callable[[], None] = nothing,
    afterwards: Callable[[], None] = nothing,
) -> None:
    """Run the tasks in forked processes, the first ones first; ``done`` is told number and answer, as they come.

    ``meanwhile`` is called here, once, while they run: it should be short, or their answers fill the pipes, and they
    wait.
    ``afterwards`` is called once all answers are there: to take down a process's memory takes milliseconds.

    Raises ``ScanDied`` when a process dies or a task fails. No process is left, whatever happens.
    """
    if not tasks:
        afterwards()
        return
    if len(tasks) > MOST_TASKS:
        msg = f"{len(tasks)} tasks are more than {MOST_TASKS}"
        raise ValueError(msg)
    waiting, feed = os.pipe()
    os.write(feed, b"".join(map(_NUMBER.pack, range(len(tasks)))))
    os.close(feed)
    workers: list[_Worker] = []
    try:
        with _interrupts_wait():
            for _ in range(min(jobs, len(tasks))):
                workers.append(_start(tasks, waiting, workers))
        meanwhile()
        answered = _collect(workers, done, len(tasks))
        if answered != len(tasks):
            raise ScanDied(f"the scan's processes answered {answered} of {len(tasks)} tasks")
        afterwards()
        for worker in workers:
            if worker.pid:
                _check_end(worker)
    finally:
        os.close(waiting)
        for worker in workers:
            os.close(worker.pipe)
            _end(worker.pid)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold an interrupt back: between a fork and the note of its id it would leave a process behind."""
    came: list[int] = []
    try:
        before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    except ValueError:  # not the main thread, which alone gets interrupts
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if came:
        signal.raise_signal(signal.SIGINT)


def _start(tasks: Sequence[Callable[[], bytes]], waiting: int, others: list[_Worker]) -> _Worker:
    ours, theirs = os.pipe()
    _widen(theirs)
    pid = os.fork()
    if pid:
        os.close(theirs)
        return _Worker(pid, ours)
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        gc.disable()
        keep_freed(_KEPT)
        os.close(ours)
        for other in others:
            os.close(other.pipe)
        _work(tasks, waiting, theirs)
        status = 0
    finally:
        os._exit(status)


def _widen(pipe: int) -> None:
    """Let as many answers wait in a pipe as come while this process does something else, where the system can."""
    if widest := getattr(fcntl, "F_SETPIPE_SZ", None):
        with suppress(PermissionError):  # who has too many pipes already: an answer waits for the one before
            fcntl.fcntl(pipe, widest, _WAITING)


def _work(tasks: Sequence[Callable[[], bytes]], waiting: int, pipe: int) -> None:
    while raw := os.read(waiting, _NUMBER.size):
        (number,) = _NUMBER.unpack(raw)
        try:
            answer = tasks[number]()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent raises it
            import traceback  # 1 ms, hardly ever needed

            where = traceback.extract_tb(error.__traceback__)[-1]
            said = f"{type(error).__name__} in {os.path.basename(where.filename)}, line {where.lineno}"  # noqa: PTH119
            _send(pipe, _FAILED, said.encode())
            return
        _send(pipe, number, answer)


def _send(pipe: int, number: int, answer: bytes) -> None:
    whole = memoryview(_HEAD.pack(number, len(answer)) + answer)
    while whole:
        whole = whole[os.write(pipe, whole) :]


def _collect(workers: list[_Worker], done: Callable[[int, bytes], None], count: int) -> int:
    """Take answers until there are so many, or no process is left; how many came."""
    by_pipe = {worker.pipe: worker for worker in workers}
    poll = select.poll()
    for pipe in by_pipe:
        poll.register(pipe, select.POLLIN)
    answered = 0
    while by_pipe and answered < count:
        for pipe, _ in poll.poll(_LOOK_UP_MS):
            worker = by_pipe[pipe]
            some = os.read(pipe, _READ)
            worker.buffer += some
            for number, answer in worker.frames():
                if number == _FAILED:
                    raise ScanDied(f"a process of the scan failed: {answer.decode()}", hint="This is a bug in irkit.")
                answered += 1
                done(number, answer)
            if not some:
                poll.unregister(pipe)
                del by_pipe[pipe]
                _check_end(worker)
    return answered


def _check_end(worker: _Worker) -> None:
    _, status = os.waitpid(worker.pid, 0)
    worker.pid = 0
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        name = signal.Signals(-code).name
        hint = "Something ended it, perhaps for want of memory: try with fewer --jobs."
        raise ScanDied(f"a process of the scan was ended by {name}", hint=hint)
    if code or worker.buffer:
        raise ScanDied(f"a process of the scan ended with {code}")


def _end(pid: int) -> None:
    if pid:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
