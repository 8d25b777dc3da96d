"""One bout of a drill, unattended: a runbook against an adversary with a seed, driven to its end and scored."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from irkit.config import Config
from irkit.drill.inject import Inject
from irkit.drill.judgement import kept
from irkit.drill.matrix import Bout
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.score import Score
from irkit.engine.executor import Outcome, Until
from irkit.errors import IrkitError
from irkit.wiring.drills import Terms, begin
from irkit.wiring.judging import judged
from irkit.wiring.killed import killed_once
from irkit.wiring.people import Present, Seat, people, try_again
from irkit.wiring.session import Session

ROUNDS = 8
"""How often what failed by an outage that was asked for is tried again."""
PAUSE_S = 5.0


@dataclass(frozen=True)
class Outcomes:
    """How it went, and where what it left behind lies: the incident's folder and the world's."""

    score: Score
    incident: Path
    world: Path


def fight(settings: Config, bout: Bout, terms: Terms) -> Outcomes:
    """Drive it to the end and score it; the rehearsal cloud has ended then. Raises ``IrkitError`` when it cannot."""
    session, cloud = begin(settings, bout.runbook, bout.seed, terms)
    try:
        if Inject.KILLED in terms.injects:
            killed_once(settings, session, cloud)
        if (done := kept(session.folder.path)) is not None:
            return Outcomes(done.score, session.folder.path, cloud.folder)
        present = people(session, cloud, Seat.SCRIPT)
        how = _driven(session, cloud, present)
        return Outcomes(judged(session, cloud, how).score, session.folder.path, cloud.folder)
    finally:
        cloud.stop()


def _driven(session: Session, cloud: Rehearsal, present: Sequence[Present]) -> Outcome:
    for one in present:
        one.start()
    try:
        how = session.run(Until.SETTLED)
        for _ in range(ROUNDS):
            if not try_again(session, cloud, how):
                break
            time.sleep(PAUSE_S)
            how = session.run(Until.SETTLED)
        return how
    finally:
        for one in present:
            one.stop()
        with suppress(IrkitError):
            session.postmortems.write()
