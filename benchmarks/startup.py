"""How long ``irkit --help`` and ``irkit --version`` take, as a ratio to ``python -c pass``. The bar is 3.

The commands take turns, so that a busy machine slows them alike, and the fastest of each is taken: it is the one that
was disturbed the least. The exit code is 1 above the bar.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 30
BAR = 3.0
IRKIT = Path(sys.executable).with_name("irkit")
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "irkit --help": [str(IRKIT), "--help"],
    "irkit --version": [str(IRKIT), "--version"],
}


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> int:
    """Print a line a command; 0 when all are within the bar."""
    fastest = dict.fromkeys(COMMANDS, float("inf"))
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            fastest[name] = min(fastest[name], seconds(command))
    plain = fastest["python -c pass"]
    for name, best in fastest.items():
        print(f"{name:<16} {best * 1000:6.1f} ms  {best / plain:4.2f}x")
    return 0 if max(fastest.values()) <= BAR * plain else 1


if __name__ == "__main__":
    sys.exit(main())
