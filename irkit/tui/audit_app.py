"""The application of ``irkit scan audit``: one screen, and what was said is written whatever way it is left."""

from __future__ import annotations

from irkit.errors import IrkitError
from irkit.scan.accepted.audit import Audit
from irkit.tui.look import Look
from irkit.tui.screens.audit import AuditScreen
from irkit.tui.stage import Stage


class AuditApp(Stage):
    """Gives the words to print after it."""

    def __init__(self, audit: Audit, look: Look) -> None:
        super().__init__(look)
        self._audit_screen = AuditScreen(audit, look)

    def on_mount(self) -> None:
        """Show the screen."""
        self.leave_when_told()
        self.push_screen(self._audit_screen)

    def action_leave_now(self) -> None:
        """Write what was said, and leave in any case."""
        try:
            self._audit_screen.write_answers()
        except IrkitError as error:
            self.exit(f"irkit: the answers are not written: {error.message}", return_code=1)
        else:
            self.exit(self._audit_screen.words)
