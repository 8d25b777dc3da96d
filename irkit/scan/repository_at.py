"""Whether a path names a repository: the root of a work tree, or a bare repository's folder."""

from __future__ import annotations

import os
from pathlib import Path

from irkit.scan.repository import Repository, repository


def repository_at(path: Path) -> Repository | None:
    """The repository that a path is the root of; None for files and for folders within or without a work tree.

    Raises ``NotARepository`` when it looks like one and git does not take it for one: not to be scanned as files then.
    """
    if not os.path.lexists(path / ".git") and not _is_bare(path):
        return None
    found = repository(path)
    return found if path.resolve() in {found.git_dir.resolve(), (found.work_tree or path).resolve()} else None


def _is_bare(path: Path) -> bool:
    try:
        return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
    except OSError:  # it cannot be looked into; the scan of its files says so
        return False
