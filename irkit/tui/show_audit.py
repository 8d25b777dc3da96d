"""The way in for the command line: ``show_audit(audit, look)``. Importing this module does not import Textual."""

from __future__ import annotations

from irkit.errors import IrkitError
from irkit.scan.accepted.audit import Audit
from irkit.tui.look import Look
from irkit.tui.show import prepare


def show_audit(audit: Audit, look: Look) -> str:
    """Run the audit's screen until the user leaves; gives words to print.

    Raises:
        IrkitError: the terminal UI ended by a fault of its own, or the answers could not be written.
    """
    prepare(look)
    from irkit.tui.audit_app import AuditApp

    app = AuditApp(audit, look)
    words = app.run(mouse=True)
    if app.return_code:
        raise IrkitError((words or "the terminal UI ended by a fault of its own").removeprefix("irkit: "))
    return words or ""
