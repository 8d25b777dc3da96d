"""One bout of a drill, unattended: a runbook against an adversary with a seed, driven to its end and scored."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from irkit.config import Config
from irkit.drill.belief import belief
from irkit.drill.matrix import Bout
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.responder import Scripted, colleague, insider, responder
from irkit.drill.score import Score, Truth, scored
from irkit.drill.spills import found_leaks
from irkit.engine.executor import Outcome, Until
from irkit.errors import IrkitError
from irkit.wiring.drills import Tempo, Terms, begin
from irkit.wiring.session import Session

AFTERMATH = timedelta(seconds=8)
"""How long an innocent job that was refused something is given to work again, once the run is over."""
_LOOK_S = 0.5


@dataclass(frozen=True)
class Outcomes:
    """How it went, and where what it left behind lies: the incident's folder and the world's."""

    score: Score
    incident: Path
    world: Path


def fight(settings: Config, bout: Bout, iam_delay: timedelta) -> Outcomes:
    """Drive it to the end and score it; the rehearsal cloud has ended then. Raises ``IrkitError`` when it cannot."""
    terms = Terms(adversary=bout.adversary, iam_delay=iam_delay, tempo=Tempo.QUICK)
    session, cloud = begin(settings, bout.runbook, bout.seed, terms)
    try:
        people = [colleague(session), responder(session)]
        people += [insider(session)] if bout.adversary == "insider" else []
        how = _driven(session, people)
        return Outcomes(judged(session, cloud, how), session.folder.path, cloud.folder)
    finally:
        cloud.stop()


def judged(session: Session, cloud: Rehearsal, how: Outcome) -> Score:
    """Hold what the journal says against the truth. For judges: the cloud must still be up."""
    tries = cloud.tries()
    truth = _truth(cloud)
    until = time.monotonic() + AFTERMATH.total_seconds()
    while any(one.is_stopped and not one.rides_on for one in truth.bystanders) and time.monotonic() < until:
        time.sleep(_LOOK_S)
        truth = _truth(cloud)
    believed = belief(session.journal.records(), session.runbook, how.value, Outcome.ENDED.value)
    spilled = tuple(found_leaks(cloud.folder, session.folder.path))
    return scored(session.runbook.name, truth, tries, believed, spilled)


def _driven(session: Session, people: list[Scripted]) -> Outcome:
    for person in people:
        person.start()
    try:
        return session.run(Until.SETTLED)
    finally:
        for person in people:
            person.stop()
        with suppress(IrkitError):
            session.postmortems.write()


def _truth(cloud: Rehearsal) -> Truth:
    return Truth.model_validate(cloud.truth())
