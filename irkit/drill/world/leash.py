"""Children that cannot outlive the world: each keeps its standard input open and leaves when that ends.

What a child must be told, secrets included, is one line of JSON on that input: nothing stands in argv or in
the environment. ``python -m irkit.drill.world.leash MODULE`` runs a module that way, after putting the line's
``environment`` into its own process.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from irkit.drill.world.json_shape import JsonObject, mapping, parsed, text, written

_PATIENCE = 2.0


class Child:
    """One process on the leash: started with a line of JSON, stopped by handle, killed when it hangs."""

    def __init__(self, command: Sequence[str], told: JsonObject, log: Path, environment: Mapping[str, str]) -> None:
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=sink,
                env=dict(environment),
                cwd=log.parent,
                start_new_session=True,
            )
        self._tell(told)

    def _tell(self, told: JsonObject) -> None:
        pipe = self._pipe()
        try:
            pipe.write(written(told) + b"\n")
            pipe.flush()
        except BrokenPipeError:
            self.stop()

    def _pipe(self) -> IO[bytes]:
        pipe = self._process.stdin
        if pipe is None:
            msg = "a child on the leash has a pipe"
            raise RuntimeError(msg)
        return pipe

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Asks it to end, waits a little, then kills it."""
        pipe = self._pipe()
        if not pipe.closed:
            with suppress(BrokenPipeError):  # it may be gone already, which is what we want
                pipe.close()
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def least_environment(folder: Path) -> dict[str, str]:
    """The environment of a child: where Python is found, and a home of its own inside ``folder``."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def hear() -> JsonObject:
    """The line of JSON this process was started with; afterwards the process leaves when its input ends."""
    told = mapping(parsed(sys.stdin.buffer.readline()))
    threading.Thread(target=_leave_at_the_end, daemon=True).start()
    return told


def _leave_at_the_end() -> None:
    # Descriptor-level reads: a buffered read in a daemon thread would block the interpreter's shutdown.
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Runs the module named in argv under the environment given on standard input."""
    told = hear()
    os.environ.update({name: text(value) for name, value in mapping(told.get("environment")).items()})
    module = sys.argv[1]
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
