"""What a command says after an order was recorded."""

from __future__ import annotations

from irkit.cli.dispatch import talk
from irkit.incident.events import Recorded
from irkit.tui.activity import activity
from irkit.wiring.session import Session


def ordered(session: Session, record: Recorded) -> int:
    """Print the recorded event, and who will act on it."""
    for line in activity(record):
        print(line)
    if not session.folder.is_running() and session.journal.state().closed is None:
        talk(f"no runner is at work: irkit run {session.folder.incident}")
    return 0
