"""How long the rehearsal cloud takes to stand: from a command to ``facts.json``, as a process of its own.

Prints every run and the median. The bar is 5 s on two cores; the exit code is 1 above it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_RUNS = 5
_BAR_S = 5.0
_DEADLINE_S = 60.0


def start_once(folder: Path) -> float:
    """Seconds from the command to the facts. Raises RuntimeError when the world does not come up."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "irkit.drill.world", str(folder)])
    try:
        while not (folder / "facts.json").exists():
            if process.poll() is not None or time.monotonic() - began > _DEADLINE_S:
                raise RuntimeError("the world did not come up")
            time.sleep(0.01)
        return time.monotonic() - began
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    """Measures and prints; the exit code."""
    spans = []
    for run in range(_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            spans.append(start_once(Path(folder) / "world"))
        print(f"run {run + 1}: {spans[-1]:.2f} s")
    median = statistics.median(spans)
    print(f"median {median:.2f} s, bar {_BAR_S:.0f} s")
    return 0 if median <= _BAR_S else 1


if __name__ == "__main__":
    sys.exit(main())
