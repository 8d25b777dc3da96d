"""Pipes where git looks for its own files: git opens one and waits for ever for somebody to write."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

_FILES = ("HEAD", "config", "config.worktree", "commondir", "packed-refs", "shallow", "index")
_FOLDERS = ("refs", "info", "objects/info")


def pipes(git_dir: Path) -> Iterator[Path]:
    """Those of a repository's folder; of loose objects and packs see ``stores``."""
    for name in _FILES:
        if _is_pipe(git_dir / name):
            yield git_dir / name
    for folder in _FOLDERS:
        for at, _, names in os.walk(git_dir / folder):
            yield from (file for file in (Path(at, name) for name in names) if _is_pipe(file))


def git_dir_above(path: Path) -> Path | None:
    """The folder that git would take for the repository of a path; None when that is said by a file, or nowhere."""
    here = Path(os.path.abspath(path))  # noqa: PTH100 - a link is not followed: git looks above it
    for folder in (here, *here.parents):
        for candidate in (folder / ".git", folder):
            if os.path.lexists(candidate / "HEAD"):
                return candidate
    return None


def _is_pipe(file: Path) -> bool:
    try:
        return stat.S_ISFIFO(file.stat().st_mode)
    except OSError:
        return False
