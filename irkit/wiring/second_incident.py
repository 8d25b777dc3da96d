"""A second incident in the cloud of a drill: what a key of somebody else that turned up in mid-incident wants."""

from __future__ import annotations

import threading
import time

from irkit.drill.inject import Inject
from irkit.drill.mishaps import Mishaps
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.responder import RESPONDER, colleague, responder
from irkit.engine.executor import Until
from irkit.engine.ready import ENDED, ended
from irkit.errors import IrkitError
from irkit.incident.events import Actor, EffectDone, Mode, StepId
from irkit.report.spans import span
from irkit.runbook.shelf import taken
from irkit.wiring.incidents import link_world
from irkit.wiring.inputs import given
from irkit.wiring.session import Session, opened_session

RUNBOOK = "key_leak"
_LEFT_OUT = tuple(map(StepId, ("issue_new_key", "bar_identities", "release_user", "let_user_act", "rewrite_history")))
_WITHIN_S = 180
_LOOK_S = 0.1


def second_incident(first: Session, cloud: Rehearsal, by: Actor) -> Session:
    """Open it, and note so in the first, as ``by``.

    Raises ``IrkitError`` when the cloud has no second key or the incident cannot be opened.
    """
    if not cloud.facts.second_key_id:
        raise IrkitError("no second key has turned up in this drill")
    runbook = taken(RUNBOOK, first.config.runbooks_folder)
    facts = cloud.facts
    known = {
        "key_id": facts.second_key_id,
        "repository": facts.repository,
        "repository_url": facts.repository_url,
        "secret_id": facts.secret_id,
    }
    session = opened_session(first.config, runbook, given(runbook, known), Mode.DRILL, "A second key has leaked")
    link_world(session.folder, cloud.folder)
    first.orders_of(by).note(f"{session.folder.incident} is opened for the second key")
    return session


def contain_second(first: Session, cloud: Rehearsal, mishaps: Mishaps) -> threading.Thread:
    """Open it and drive it to its end behind, as a scripted responder does; a new key is left to its owner."""

    def work() -> None:
        began = time.monotonic()
        try:
            session = second_incident(first, cloud, RESPONDER)
            mishaps.note(Inject.SECOND_LEAK, f"{session.folder.incident} opened for it")
            _contain(session)
            told = _told(session)
        except IrkitError as error:
            told = f"it was not contained: {error.message}"
        mishaps.note(Inject.SECOND_LEAK, f"{told}, {time.monotonic() - began:.0f} s after it turned up")

    thread = threading.Thread(target=work, name="second incident", daemon=True)
    thread.start()
    return thread


def _contain(session: Session) -> None:
    people = [colleague(session), responder(session)]
    for step in _LEFT_OUT:  # the store and the repository are those of the first key
        session.orders_of(RESPONDER).skip(step, "the owner of the second key makes a new one once this one is dead")
    for person in people:
        person.start()
    running = threading.Thread(target=session.run, args=(Until.SETTLED,), name="second runner", daemon=True)
    running.start()
    until = time.monotonic() + _WITHIN_S
    try:
        while running.is_alive() and time.monotonic() < until and not ended(session.runbook, session.journal.state()):
            time.sleep(_LOOK_S)
    finally:
        for person in people:
            person.stop()
        session.stop()
        running.join(_WITHIN_S)


def _told(session: Session) -> str:
    state = session.journal.state()
    lives = [life for life in state.lives if life.standing]
    records = session.journal.records()
    cut = next((r.at for r in records if isinstance(r.event, EffectDone) and not r.event.step.startswith("open")), None)
    open_steps = [step.id for step in session.runbook.steps if state.step(step.id).phase not in ENDED]
    left = f"; not ended: {', '.join(open_steps)}" if open_steps else ", and every step of it has ended"
    stages = ", ".join(f"{life.name} {life.stage}" for life in lives) or "nothing was cut"
    return f"{stages}" + (f", first cut {span(cut - records[0].at)} after it was opened" if cut else "") + left
