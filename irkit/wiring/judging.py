"""Judges a drill that is over: holds what its journal says against the truth of its cloud, which must still be up."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from irkit.drill.belief import Ending, belief
from irkit.drill.consequences import consequences
from irkit.drill.inject import Inject
from irkit.drill.judgement import NAME, PAGE, Judgement
from irkit.drill.mishaps import asked
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.score import Aside, Truth, scored
from irkit.drill.score_page import page
from irkit.drill.spills import found_leaks
from irkit.engine.executor import Outcome
from irkit.errors import JournalUnwritable
from irkit.incident.refusal_words import refusals
from irkit.report.timeline import Detail, timeline
from irkit.wiring.session import Session

AFTERMATH_S = 8
"""How long an innocent job that was refused something is given to work again, once the run is over."""
_LOOK_S = 0.5


def judged(session: Session, cloud: Rehearsal, how: Outcome) -> Judgement:
    """Judge it, and keep the judgement and its page beside the postmortem.

    Raises:
        IrkitError: the cloud does not answer, or nothing can be written.
    """
    tries = cloud.tries()
    truth = _settled_truth(cloud)
    records = session.journal.records()
    wrong = asked(cloud.folder)
    ahead = wrong.schedule.skew if Inject.CLOCK_SKEW in wrong.injects else timedelta()
    ending = Ending(how.value, how is Outcome.ENDED)
    believed = belief(records, session.runbook, session.folder.path, ending, ahead)
    aside = Aside(
        spilled=tuple(found_leaks(cloud.folder, session.folder.path)),
        refused_orders=tuple(map(str, refusals(session.journal.state()))),
        injected=consequences(wrong, records, session.runbook),
    )
    judgement = Judgement(
        incident=session.folder.incident,
        judged_at=datetime.now(UTC),
        score=scored(session.runbook.name, truth, tries, believed, aside),
        truth=truth,
        tries=tries,
        belief=believed,
    )
    _write(session.folder.path / NAME, judgement.model_dump_json(indent=1))
    _write(session.folder.path / PAGE, page(judgement, timeline(records, (), Detail.MAIN)))
    return judgement


def _settled_truth(cloud: Rehearsal) -> Truth:
    """The truth once every innocent job had the time to work again."""
    until = time.monotonic() + AFTERMATH_S
    while True:
        truth = Truth.model_validate(cloud.truth())
        stopped = [one for one in truth.bystanders if one.is_stopped and not one.rides_on]
        if not stopped or time.monotonic() >= until:
            return truth
        time.sleep(_LOOK_S)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(path)
    except OSError as error:
        raise JournalUnwritable(f"cannot write {path}: {error.strerror}") from error
