"""Worker processes that do jobs, as many at once as asked; each one's end comes as it is reached.

They are programs of their own, so that a builder may be a thread of a screen (a fork there copies locks that nobody
opens), and they end when their builder is killed: their input does.
"""

from __future__ import annotations

import selectors
import subprocess
import sys
from collections.abc import Generator, Iterable
from typing import IO, NamedTuple

from irkit.cloudtrail.store.job import Job, JobDone


class Ended(NamedTuple):
    """A job and what came of it; None when its process died over it."""

    job: Job
    done: JobDone | None


class _Worker:
    """One process, and the job it is at."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # its streams are closed by `end`
            [sys.executable, "-P", "-m", "irkit.cloudtrail.store.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.job: Job | None = None

    @property
    def output(self) -> IO[str]:
        """Where its ends come from."""
        if self.process.stdout is None:
            raise RuntimeError("a worker was started without a pipe")
        return self.process.stdout

    def give(self, job: Job) -> None:
        """Let it begin. A process that died is found out when its end is read."""
        self.job = job
        if self.process.stdin is not None:
            try:
                self.process.stdin.write(job.line)
                self.process.stdin.flush()
            except BrokenPipeError:
                return

    def ended(self) -> Ended:
        """What came of its job."""
        if self.job is None:
            raise RuntimeError("a worker without a job has spoken")
        job, self.job = self.job, None
        line = self.output.readline()
        return Ended(job, JobDone.read(line) if line.endswith("\n") else None)

    def end(self) -> None:
        """Stop it, whatever it does: a part that is not told of does not count."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue


def working(jobs: Iterable[Job], processes: int) -> Generator[Ended, None, None]:
    """The jobs' ends, in the order they are reached. Closing it ends all processes."""
    waiting = iter(jobs)
    busy: set[_Worker] = set()
    with selectors.DefaultSelector() as selector:

        def begin(worker: _Worker) -> None:
            job = next(waiting, None)
            if job is None:
                worker.end()
                return
            worker.give(job)
            busy.add(worker)
            selector.register(worker.output, selectors.EVENT_READ, worker)

        try:
            for job in waiting:
                first = _Worker()
                busy.add(first)
                first.give(job)
                selector.register(first.output, selectors.EVENT_READ, first)
                if len(busy) >= processes:
                    break
            while busy:
                for key, _ in selector.select():
                    worker: _Worker = key.data
                    selector.unregister(worker.output)
                    busy.discard(worker)
                    ended = worker.ended()
                    if ended.done is None:
                        worker.end()
                        worker = _Worker()
                    begin(worker)
                    yield ended
        finally:
            for worker in busy:
                worker.end()
