"""Run ``irkit`` as a user does: a process of its own, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """Runs irkit with its home and its temporary files under one folder."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The least that irkit needs; nothing of the tester's own."""
        for name in ("tmp", "data"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "LANG": "C.UTF-8",
        }

    @property
    def data(self) -> Path:
        """Where irkit keeps incidents."""
        return self.home / "data" / "irkit"

    def run(self, *words: str, stdin: str = "", within: float = 240) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return subprocess.run(
            [sys.executable, "-m", "irkit.cli.main", *words],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            cwd=self.home,
            timeout=within,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start, and let run; output goes to ``output`` in the home."""
        with (self.home / "output").open("a") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "irkit.cli.main", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                text=True,
                env=self.environment,
                cwd=self.home,
            )
