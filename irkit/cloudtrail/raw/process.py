"""A process of ours that reads files, and the two pipes to it: tasks go in, answers come out.

Where this process has one thread it is forked, which takes 3 ms of CPU. A fork of several threads would copy locks that
nobody opens: then it is a new interpreter, which takes 45. Either gets its pipes and what it inherits, nothing else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import irkit
from irkit.cloudtrail.raw.worker import serve

_START = "import sys; sys.path[:] = sys.argv[1:]; from irkit.cloudtrail.raw.worker import main; main()"
_THREADS = Path("/proc/self/task")
_IN, _OUT, _REST = 0, 1, 3


@dataclass
class Process:
    """One process, its pid until it is ended, and the pipes to it."""

    pid: int
    tasks: IO[bytes]
    answers: IO[bytes]
    _waited: Callable[[], int]

    def end(self) -> int:
        """Kill it, whatever it does, and wait for that; its exit code, of a signal the negative number."""
        os.kill(self.pid, signal.SIGKILL)
        self.tasks.close()
        self.answers.close()
        return self._waited()


def start() -> Process:
    """Start one that serves (``worker.serve``). Raises ``OSError`` when the system has no room for it."""
    return _forked() if _is_alone() else _started()


def _is_alone() -> bool:
    """Whether this process has no thread but this one, in Python or outside; no where the system does not tell."""
    try:
        return len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False


def _started() -> Process:
    here = str(Path(irkit.__file__).resolve().parents[1])
    popen = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, here, *filter(None, sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    if popen.stdin is None or popen.stdout is None:
        raise ValueError("a process without pipes")
    return Process(popen.pid, popen.stdin, popen.stdout, popen.wait)


def _forked() -> Process:
    tasks, to_it = os.pipe()
    from_it, answers = os.pipe()
    pid = os.fork()
    if not pid:
        _serve_and_exit(tasks, answers)
    os.close(tasks)
    os.close(answers)

    def waited() -> int:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    return Process(pid, os.fdopen(to_it, "wb", buffering=0), os.fdopen(from_it, "rb", buffering=0), waited)


def _serve_and_exit(tasks: int, answers: int) -> None:
    """In the child: nothing of the parent's is written, closed in its name or handled, whatever happens."""
    code = 1
    try:
        for each in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        os.dup2(tasks, _IN)
        os.dup2(answers, _OUT)
        os.closerange(_REST, os.sysconf("SC_OPEN_MAX"))
        serve(os.fdopen(_IN, "rb", closefd=False), os.fdopen(_OUT, "wb", closefd=False))
        code = 0
    except BaseException:  # noqa: BLE001 - it ends here, whatever it is
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(code)
