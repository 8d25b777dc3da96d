"""The incidents on this machine, as lists show them."""

from __future__ import annotations

from datetime import UTC, datetime

from irkit.config import Config
from irkit.engine.executor import outcome
from irkit.engine.ready import ENDED
from irkit.errors import IrkitError
from irkit.incident.folder import PREFIXES
from irkit.incident.state import IncidentState, Phase
from irkit.tui.desk import IncidentCard
from irkit.wiring.incidents import sessions
from irkit.wiring.session import Session

CLOSED = "closed"
WAITING = {Phase.PLANNED, Phase.ASKING, Phase.IN_DOUBT, Phase.FAILED}


def cards(config: Config) -> list[IncidentCard]:
    """One card an incident, oldest first."""
    return [_readable(session) for session in sessions(config)]


def _readable(session: Session) -> IncidentCard:
    """An incident at a glance; one whose journal cannot be read hides none of the others."""
    try:
        return card(session)
    except IrkitError as error:
        incident = session.folder.incident
        return IncidentCard(
            incident=incident,
            title="",
            severity="",
            mode=next(mode for mode, prefix in PREFIXES.items() if incident.startswith(prefix)),
            opened_at=datetime.fromtimestamp(session.folder.path.stat().st_ctime, UTC),
            waits=0,
            words=f"cannot be read: {error.message}",
        )


def card(session: Session) -> IncidentCard:
    """An incident at a glance."""
    state = session.journal.state()
    phases = [state.step(step.id).phase for step in session.runbook.steps]
    over = sum(phase in ENDED for phase in phases)
    opened_at = state.opened_at
    reached = outcome(session.runbook, state).value
    if opened_at is None:
        raise TypeError(session.folder.incident)
    return IncidentCard(
        incident=session.folder.incident,
        title=session.opened.title,
        severity=session.opened.severity,
        mode=session.opened.mode,
        opened_at=opened_at,
        waits=sum(phase in WAITING for phase in phases),
        words=CLOSED if state.closed is not None else f"{_alarm(state)}{over} of {len(phases)} steps over; {reached}",
    )


def _alarm(state: IncidentState) -> str:
    """Before all else, what is alive again."""
    risen = len(state.lives.risen())
    return f"{risen} credential{'s' * (risen != 1)} ALIVE AGAIN; " if risen else ""
