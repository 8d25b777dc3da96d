"""``python -m irkit.drill.world FOLDER``: a world as a process of its own, which survives the death of its parent.

``FOLDER/settings.json`` (a ``WorldSettings``) is read when it is there. Ends on SIGTERM or SIGINT, when told so through
its control port, or when nobody outside has called for the idle time; then ends its children, by force if they hang.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.world import World

_LOOK_EVERY_S = 1.0


def main() -> int:
    """Runs the world until it is to end; the exit code."""
    if len(sys.argv) != 2:  # noqa: PLR2004  the program and the folder
        sys.stderr.write("usage: python -m irkit.drill.world FOLDER\n")
        return 2
    folder = Path(sys.argv[1])
    told = folder / "settings.json"
    settings = WorldSettings.model_validate_json(told.read_bytes()) if told.exists() else WorldSettings()
    world = World(folder, settings)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: world.stop_asked.set())
    world.start()
    try:
        while not world.stop_asked.wait(_LOOK_EVERY_S):
            if time.monotonic() - world.aws.last_asked > settings.idle.total_seconds():
                break
    finally:
        world.stop()
        (world.folder / "facts.json").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
