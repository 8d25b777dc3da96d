"""Readers that do odd things, for tests of the processes that run them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from irkit.cloudtrail.raw.raw_file import RawFile


class Deadly:
    """Gives a file's place; ``kill`` kills its process, ``kill once`` only the first."""

    def __init__(self, setting: object) -> None:
        """The setting is a folder."""
        self._folder = Path(str(setting))

    def read(self, file: RawFile) -> Iterator[str]:
        yield f"begin {file.place}"
        if file.place == "kill" or (file.place == "kill once" and not (self._folder / "killed").exists()):
            (self._folder / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        while file.place == "endless":
            (self._folder / str(os.getpid())).touch()
            time.sleep(0.05)
            yield "more"
        yield f"end {file.place} {len(file.content)}"
