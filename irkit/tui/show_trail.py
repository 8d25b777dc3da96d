"""The way in for the command line: ``show_trail(desk, look)``. Importing this module does not import Textual."""

from __future__ import annotations

from irkit.errors import IrkitError
from irkit.tui.look import Look
from irkit.tui.show import freeze_loaded, prepare
from irkit.tui.trail_desk import TrailDesk


def show_trail(desk: TrailDesk, look: Look) -> str:
    """Run the screen until the user leaves; gives words to print, possibly none.

    Raises:
        IrkitError: the terminal UI ended by a fault of its own.
    """
    prepare(look)
    from irkit.tui.trail_app import TrailApp

    freeze_loaded()
    app = TrailApp(desk, look)
    words = app.run(mouse=True)
    if app.return_code:
        raise IrkitError("the terminal UI ended by a fault of its own", hint="irkit trail --help: the same as text")
    return words or ""
