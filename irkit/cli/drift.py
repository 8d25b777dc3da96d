"""Says when a runbook's file has changed since an incident began: the incident runs what it began with."""

from __future__ import annotations

from irkit.cli.dispatch import talk
from irkit.config import Config
from irkit.runbook.shelf import Origin, find
from irkit.tui.printable import printable
from irkit.wiring.session import Session


def tell_drift(session: Session) -> None:
    """Show the difference, if there is one."""
    if session.drift:
        talk(f"the file of runbook {session.opened.runbook} has changed since {session.folder.incident} began;")
        talk("this incident goes on with the plan it began with. The difference:")
        talk("\n".join(map(printable, session.drift.splitlines())))


def tell_origin(config: Config, name: str) -> None:
    """Say when a runbook is not the shipped one."""
    placed = find(name, config.runbooks_folder)
    if placed.origin is not Origin.SHIPPED:
        talk(f"runbook {name} is {placed.origin.value}: {placed.path}")
