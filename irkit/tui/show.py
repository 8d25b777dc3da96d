"""The way in for the command line: ``show(desk, look)``. Importing this module does not import Textual."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from irkit.errors import IrkitError
from irkit.tui.look import Colour, Look, Terminal

if TYPE_CHECKING:
    from irkit.tui.desk import Desk, IncidentDesk

_SLOW = {"TEXTUAL_FPS": "10", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}


def show(desk: Desk, look: Look, first: IncidentDesk | None = None) -> str:
    """Run the terminal UI until the user leaves; gives words to print (how to come back), possibly none.

    Raises:
        IrkitError: the terminal UI ended by a fault of its own; its traceback was printed, without local variables.

    Textual reads its settings from the environment when it is first imported, so they are set here, before.
    """
    prepare(look)
    from irkit.tui.app import IrkitApp

    freeze_loaded()
    app = IrkitApp(desk, look, first)
    try:
        words = app.run(mouse=True)
    finally:
        app.close_desks()
    if app.return_code:
        raise IrkitError("the terminal UI ended by a fault of its own", hint="nothing recorded is lost: irkit resume")
    return words or ""


def prepare(look: Look) -> None:
    """Set what Textual reads from the environment when it is first imported."""
    if look.terminal is Terminal.SLOW:
        os.environ.update(_SLOW)
    if look.colour is Colour.NONE:
        os.environ["NO_COLOR"] = "1"


def freeze_loaded() -> None:
    """Take all that is loaded by now, which lives as long as the process, out of the garbage collector's way.

    A full round of it took eighty milliseconds in the middle of streaming lines, and a key pressed then hung; it takes
    a third of that without them (``benchmarks/tui_latency.py``).
    """
    gc.collect()
    gc.freeze()
