"""An incident's lanes as text: what the screen's Steps pane shows."""

from __future__ import annotations

from datetime import UTC, datetime

from irkit.engine.view import views
from irkit.runbook.graph import decisions, graph
from irkit.tui.lanes import Style, lanes
from irkit.tui.rows import Role, row
from irkit.tui.twins import in_ascii
from irkit.wiring.session import Session


def picture(session: Session, style: Style) -> str:
    """One row a step."""
    rows = lanes(graph(session.runbook), style)
    shown = views(session.runbook, session.journal.state(), datetime.now(UTC), session.irreversible)
    asked = decisions(session.runbook)
    picture = "\n".join(
        row(lane, view, Role.DECISION if view.step in asked else Role.STEP).plain.rstrip()
        for lane, view in zip(rows, shown, strict=True)
    )
    return in_ascii(picture) if style is Style.ASCII else picture
