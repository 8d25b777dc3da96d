"""Fights a matrix of bouts: each in a process, a data folder and a rehearsal cloud of its own, several at once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from irkit.config import Config
from irkit.drill.matrix import Bout, Fought
from irkit.drill.rehearsal import found
from irkit.drill.score import Score
from irkit.drill.world.facts import FACTS
from irkit.errors import IrkitError

LIMIT = timedelta(minutes=6)
"""A bout that has not ended by then is lost."""
_TAIL = 400
_COMES_UP_S = 10
_LOOK_S = 0.1


@dataclass
class Matrix:
    """Fights bouts under ``folder``. What a lost one leaves behind stays there, what a won one leaves is removed."""

    settings: Config
    folder: Path
    jobs: int
    iam_delay: timedelta
    limit: timedelta = LIMIT
    drill: Sequence[str] = (sys.executable, "-m", "irkit.cli.main", "drill")
    """How a drill is begun."""
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def fight(self, bouts: Iterable[Bout]) -> Generator[Fought]:
        """Each bout as it ends. When the caller stops asking (Ctrl-C), every process and cloud is ended."""
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="bout") as pool:
            ahead: list[Future[Fought | None]] = [pool.submit(self._one, bout) for bout in bouts]
            try:
                for done in as_completed(ahead):
                    if (fought := done.result()) is not None:
                        yield fought
            finally:
                self._stopping.set()
                for one in ahead:
                    one.cancel()
                with self._lock:
                    for process in self._running.values():
                        _end(process, signal.SIGTERM)

    def _one(self, bout: Bout) -> Fought | None:
        if self._stopping.is_set():
            return None
        data, began = self.folder / bout.name, time.monotonic()
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True, mode=0o700)
        score, why = self._scored(bout, data)
        if score is None:
            _end_clouds(data)
        if self._stopping.is_set() and score is None:
            return None
        fought = Fought(bout=bout, score=score, why=why, seconds=round(time.monotonic() - began, 1))
        if fought.is_win:
            shutil.rmtree(data, ignore_errors=True)
        return fought

    def _scored(self, bout: Bout, data: Path) -> tuple[Score | None, str]:
        with (data / "talk.log").open("w", encoding="utf-8") as talk:
            process = subprocess.Popen(
                self._command(bout), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=talk, text=True,
                env={**os.environ, "IRKIT_DATA_FOLDER": str(data)}, start_new_session=True,
            )  # fmt: skip
            with self._lock:
                self._running[bout.name] = process
                if self._stopping.is_set():  # it was begun while the others were ended
                    _end(process, signal.SIGTERM)
            try:
                said, _ = process.communicate(timeout=self.limit.total_seconds())
            except subprocess.TimeoutExpired:
                _end(process, signal.SIGKILL)
                process.wait()
                return None, f"it had not ended after {self.limit.total_seconds():.0f} s"
            finally:
                with self._lock:
                    self._running.pop(bout.name, None)
        try:
            return Score.model_validate_json(said), ""
        except ValidationError:
            tail = (data / "talk.log").read_text(encoding="utf-8", errors="replace").strip()[-_TAIL:]
            return None, f"exit {process.returncode}: {tail or 'it said nothing'}"

    def _command(self, bout: Bout) -> list[str]:
        asked = ["--adversary", bout.adversary, "--seed", str(bout.seed), "--unattended", "--json"]
        delay = ["--iam-delay", str(self.iam_delay.total_seconds()), "--organization", bout.organization.value]
        own = ["--config", str(self.settings.file)] if self.settings.file else []
        wrong = [word for inject in bout.injects for word in ("--inject", inject.value)]
        return [*self.drill, bout.runbook, *asked, *wrong, *delay, *own]


def matrix_folder(settings: Config) -> Path:
    """Where matrices are fought: beside the drills, which they are not listed among."""
    return settings.data_folder / "matrix"


def _end(process: subprocess.Popen[str], how: signal.Signals) -> None:
    """End a bout and what it began but for its cloud, which is a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)


def _end_clouds(data: Path) -> None:
    """End the rehearsal clouds that a killed bout left running, one that was only coming up too."""
    for world in (data / "drills" / "worlds").glob("*"):
        until = time.monotonic() + _COMES_UP_S
        while not (world / FACTS).exists() and time.monotonic() < until:
            time.sleep(_LOOK_S)
        with suppress(IrkitError):
            found(world).stop()
