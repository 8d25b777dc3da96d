"""One bout of a drill, unattended: a runbook against an adversary with a seed, driven to its end and scored."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from irkit.config import Config
from irkit.drill.matrix import Bout
from irkit.drill.responder import Scripted, colleague, insider, responder
from irkit.drill.score import Score
from irkit.engine.executor import Outcome, Until
from irkit.errors import IrkitError
from irkit.wiring.drills import Tempo, Terms, begin
from irkit.wiring.judging import judged
from irkit.wiring.session import Session


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
        return Outcomes(judged(session, cloud, how, people).score, session.folder.path, cloud.folder)
    finally:
        cloud.stop()


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
