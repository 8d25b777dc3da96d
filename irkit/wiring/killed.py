"""Kills an irkit (SIGKILL) that drives a drill, between the intent of a revocation and its receipt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from irkit.config import Config
from irkit.drill.inject import Inject
from irkit.drill.mishaps import Mishaps, asked
from irkit.drill.rehearsal import Rehearsal
from irkit.incident.events import EffectDone, EffectIntended, Recorded, StepPlanned
from irkit.wiring.session import Session

_LOOK_S = 0.002
_WITHIN_S = 120


def killed_once(settings: Config, session: Session, cloud: Rehearsal) -> None:
    """Have another process drive the incident, and kill it at the intent that the seed says, or at a later one.

    It returns once that process is gone; the incident can then be gone on with.
    """
    nth = asked(cloud.folder).schedule.killed_at
    mishaps = Mishaps(session, cloud)
    child = subprocess.Popen(
        _command(settings, session), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "IRKIT_DATA_FOLDER": str(settings.data_folder)},
    )  # fmt: skip
    until = time.monotonic() + _WITHIN_S
    try:
        while child.poll() is None and time.monotonic() < until:
            open_now = list(_open(session.journal.records(), nth))
            if open_now:
                child.send_signal(signal.SIGKILL)
                child.wait()
                mishaps.note(Inject.KILLED, f"irkit was killed with {open_now[0]} intended and without a receipt")
                return
            time.sleep(_LOOK_S)
        mishaps.note(Inject.KILLED, "irkit came to its end before it could be killed in mid-revocation")
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        child.wait()


def _command(settings: Config, session: Session) -> Sequence[str]:
    own = ["--config", str(settings.file)] if settings.file else []
    resume = ["resume", session.folder.incident, "--unattended", "--display", "quiet"]
    return [sys.executable, "-m", "irkit.cli.main", *resume, *own]


def _open(records: Sequence[Recorded], nth: int) -> Iterator[str]:
    """The step of the nth revocation or a later one, while it is intended and has no receipt."""
    cutting: set[str] = set()
    intended = 0
    without: list[str] = []
    for record in records:
        event = record.event
        if isinstance(event, StepPlanned) and any(plan.cuts for plan in event.plans):
            cutting.add(event.step)
        elif isinstance(event, EffectIntended) and event.step in cutting:
            intended += 1
            without += [event.step] if intended >= nth else []
        elif isinstance(event, EffectDone) and event.step in without:
            without.remove(event.step)
    yield from without
