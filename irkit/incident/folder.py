"""Where an incident lives on disk: one folder, private to its owner, made of open formats.

``journal.db`` (the journal), ``evidence/`` (bulk evidence, hashed in the journal), ``work/`` (private, emptied
whenever a runner starts or stops), ``fingerprint.key`` (destroy it to unlink every fingerprint) and ``runner.lock``.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from irkit.errors import IncidentUnknown, JournalUnwritable, Refused
from irkit.incident.events import IncidentId, Mode

PREFIXES = {Mode.LIVE: "INC", Mode.DRY_RUN: "DRY", Mode.DRILL: "DRILL"}
_ID = re.compile(r"(INC|DRY|DRILL)-\d{4,}")
_KEY_BYTES = 32
_LOOKS = (0.01, 0.03, 0.1, 0.2)
"""Waits, in seconds, before a lock is taken for a runner's."""


class RunnerBusy(Refused):
    """Another process is running this incident; this one may still look and decide."""

    exit_code = 4


@dataclass(frozen=True)
class IncidentFolder:
    """The folder of one incident."""

    path: Path

    @property
    def incident(self) -> IncidentId:
        """The incident's id, which is the folder's name."""
        return IncidentId(self.path.name)

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.path / "journal.db"

    @property
    def evidence(self) -> Path:
        """The folder of bulk evidence."""
        return self.path / "evidence"

    @property
    def work(self) -> Path:
        """A private folder for what must not stay."""
        return self.path / "work"

    def fingerprint_key(self) -> bytes:
        """The key of this incident's fingerprints; made at the first call."""
        file = self.path / "fingerprint.key"
        with suppress(FileExistsError):
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(_KEY_BYTES))
        return file.read_bytes()

    def empty_work(self) -> None:
        """Remove what a runner, perhaps a killed one, left in ``work/``."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(mode=0o700, exist_ok=True)

    def _drop_drafts(self) -> None:
        """Remove what a killed process left half-written of evidence: drafts that nobody holds a lock on."""
        for draft in self.evidence.glob(".*.part"):
            with suppress(FileNotFoundError), draft.open("rb") as lost:
                if _taken(lost, 0.0):
                    draft.unlink()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hold the runner's lock. The kernel lets go of it when the process ends, however it ends.

        Raises:
            RunnerBusy: another process holds it.
        """
        with (self.path / "runner.lock").open("a") as lock:
            if not any(_taken(lock, after) for after in (0.0, *_LOOKS)):
                msg = f"{self.incident} is being run by another process"
                raise RunnerBusy(msg, hint="approve, skip and note from here; it will act on them")
            self.empty_work()
            self._drop_drafts()
            try:
                yield
            finally:
                self.empty_work()

    def is_running(self) -> bool:
        """Whether some process holds the runner's lock now."""
        with suppress(FileNotFoundError), (self.path / "runner.lock").open() as lock:
            return not _taken(lock, 0.0)
        return False


def _taken(lock: IO[str] | IO[bytes], after: float) -> bool:
    """Try to have the lock, after so many seconds. Whoever asks ``is_running`` holds it for a moment, too."""
    time.sleep(after)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone. Raises ``OSError``."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)


def created(root: Path, mode: Mode) -> IncidentFolder:
    """Make the folder of a new incident, with the next free id of its mode.

    Raises:
        JournalUnwritable: the folder cannot be made.
    """
    try:
        make_private(root)
        number = 1 + max((int(p.name.split("-")[1]) for p in _folders(root)), default=0)
        while True:
            folder = IncidentFolder(root / f"{PREFIXES[mode]}-{number:04d}")
            with suppress(FileExistsError):
                folder.path.mkdir(mode=0o700)
                folder.evidence.mkdir(mode=0o700)
                folder.empty_work()
                return folder
            number += 1
    except OSError as error:
        msg = f"cannot make an incident folder in {root}: {error.strerror}"
        raise JournalUnwritable(msg, hint="set data_folder in the configuration to a writable place") from error


def found(root: Path, incident: str) -> IncidentFolder:
    """The folder of an incident.

    Raises:
        IncidentUnknown: there is none of that id; the hint names those there are.
    """
    folder = IncidentFolder(root / incident)
    if not _ID.fullmatch(incident) or not folder.journal.is_file():
        known = ", ".join(p.name for p in _folders(root)[-5:])
        msg = f"no incident {incident!r} here"
        raise IncidentUnknown(msg, hint=f"there are: {known}" if known else "there are none yet")
    return folder


def folders(root: Path) -> list[IncidentFolder]:
    """The incidents under ``root``, newest last."""
    return [IncidentFolder(path) for path in _folders(root) if (path / "journal.db").is_file()]


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    there = [path for path in root.iterdir() if _ID.fullmatch(path.name)]
    return sorted(there, key=lambda path: int(path.name.split("-")[1]))
