"""Says when a runbook's file has changed since an incident began: the incident runs what it began with."""

from __future__ import annotations

from irkit.cli.dispatch import talk
from irkit.config import Config
from irkit.runbook.shelf import Origin, find
from irkit.tui.printable import printable
from irkit.wiring.session import Session


def tell_drift(session: Session) -> None:
    """Say in one line that there is a difference, and how to see it; nothing where there is none."""
    if rows := session.drift.splitlines()[2:]:
        added, gone = (sum(row.startswith(sign) for row in rows) for sign in "+-")
        incident = session.folder.incident
        talk(
            f"the file of runbook {session.opened.runbook} has changed since {incident} began (+{added} -{gone} lines);"
            f" it goes on with what it began with. To see the difference: irkit status {incident} --drift"
        )


def drift(session: Session) -> str:
    """The difference, safe to print; words where there is none."""
    rows = session.drift.splitlines()
    none = f"the file of runbook {session.opened.runbook} is as it was when {session.folder.incident} began"
    return "\n".join(map(printable, rows)) or none


def tell_origin(config: Config, name: str) -> None:
    """Say when a runbook is not the shipped one."""
    placed = find(name, config.runbooks_folder)
    if placed.origin is not Origin.SHIPPED:
        talk(f"runbook {name} is {placed.origin.value}: {placed.path}")
