"""A drill that is driven to its end by processes of irkit that are killed, each at another point, and resumed.

A runbook of its own is a ``Case`` in ``test_killed_everywhere.py``; a drill that begins otherwise calls
``killed_everywhere`` itself.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from irkit.drill.rehearsal import Rehearsal
from irkit.wiring.session import Session
from tests.crash.killing import Where

KILLED = -9
MOST_CHILDREN = 900
LOOKUPS_PER_SECOND = 10_000
"""Instead of two: each child would begin by waiting for what the one before had asked."""


@dataclass(frozen=True)
class Killed:
    """A drill that was driven to its end by children that were killed; its cloud is still up."""

    rehearsal: Rehearsal
    session: Session
    points: list[str]
    """Where children died, in order: see ``tests.crash.killing``."""
    codes: list[int]
    """How each child ended; the last one by itself."""
    log: str


def killed_everywhere(rehearsal: Rehearsal, session: Session, folder: Path, where: Where = Where.EVERYWHERE) -> Killed:
    """Drive a drill that has just begun to its end, with irkit killed at every point and resumed each time.

    It ends with the first child that nothing kills, or after ``MOST_CHILDREN``. ``folder`` takes the children's notes.
    """
    rehearsal.inject({"service": "cloudtrail", "lookups_per_second": LOOKUPS_PER_SECOND})
    points, log = folder / "points", folder / "log"
    own = (rehearsal.facts.config_file, session.config.data_folder, session.folder.incident, points, where)
    codes = list(_codes("\t".join(map(str, own)) + "\n", log))
    return Killed(rehearsal, session, points.read_text(encoding="utf-8").splitlines(), codes, log.read_text())


def _codes(order: str, log: Path) -> Iterator[int]:
    """How each child ended, until one was not killed."""
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.crash.killing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as zygote,
    ):
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        for _ in range(MOST_CHILDREN):
            zygote.stdin.write(order)
            zygote.stdin.flush()
            code = int(zygote.stdout.readline())
            yield code
            if code != KILLED:
                break
        zygote.stdin.close()
