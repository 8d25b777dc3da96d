"""A repository of a test's own, and irkit run in it as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Told(NamedTuple):
    """What a run of irkit ended with and said."""

    code: int
    out: str
    err: str


class WorkTree:
    """A repository with a data folder beside it; ``cache`` is shared, so that the rules are compiled once."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.data = folder / "repo", folder / "data"
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "IRKIT_", "XDG_"))}
        self.environment = keep | {
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(cache),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "share"),
            "IRKIT_DATA_FOLDER": str(self.data),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        self.folder.mkdir()
        said = self.git("init", "-q", "-b", "main", check=False)
        assert said == "", said

    def git(self, *words: str, check: bool = True, more: Mapping[str, str] | None = None) -> str:
        """What git says; a failure is an error unless ``check`` is false."""
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always")
        ran = subprocess.run(
            ["git", *who, *words],
            cwd=self.folder,
            env=self.environment | dict(more or {}),
            capture_output=True,
            check=check,
            text=True,
            errors="surrogateescape",
        )
        return ran.stdout if check else ran.stdout + ran.stderr

    def write(self, name: str, text: str | bytes) -> Path:
        """A file of the work tree."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def stage(self, name: str, text: str | bytes) -> None:
        """A file of the work tree that is in the index."""
        self.write(name, text)
        self.git("add", "--", name)

    def commit(self, name: str, text: str | bytes) -> str:
        """A file that is committed; the commit."""
        self.stage(name, text)
        self.git("commit", "-q", "--no-verify", "-m", f"write {name.encode(errors='replace').decode()}")
        return self.git("rev-parse", "HEAD").strip()

    def scan(
        self,
        *words: str,
        start: tuple[str, ...] = ("-m", "irkit.cli.main"),
        at: str = "",
        more: Mapping[str, str] | None = None,
        given: bytes = b"",
    ) -> Told:
        """``irkit scan`` with these words."""
        ran = subprocess.run(
            [sys.executable, *start, "scan", *words],
            cwd=self.folder / at,
            env=self.environment | dict(more or {}),
            input=given,
            capture_output=True,
            check=False,
        )
        return Told(ran.returncode, ran.stdout.decode(errors="surrogateescape"), ran.stderr.decode(errors="replace"))

    def bytes_of(self, below: str = "") -> dict[str, tuple[int, bytes]]:
        """Time and content of every file below a folder."""
        every = [path for path in (self.folder / below).rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in every}
