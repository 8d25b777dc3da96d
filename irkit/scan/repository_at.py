"""Whether a path names a repository: the root of a work tree, or a bare repository's folder."""

from __future__ import annotations

import os
from pathlib import Path

from irkit.scan.endless import git_dir_at
from irkit.scan.repository import Asking, Repository, answered, ask


def asked_at(path: Path) -> Asking | None:
    """Git, asked of a path that looks like the root of a repository; None for others. Raises ``NotARepository``."""
    return ask(path) if os.path.lexists(path / ".git") or _is_bare(path) else None


def repository_at(path: Path) -> Repository | None:
    """The repository that a path is the root of; None for files and for folders within or without a work tree.

    Raises ``NotARepository`` when it looks like one and git does not take it for one: not to be scanned as files then.
    """
    asking = asked_at(path)
    return asking and found_at(asking)


def found_at(asking: Asking) -> Repository | None:
    """The same of a path that git was asked of."""
    path, found = asking.path, answered(asking)
    own = git_dir_at(path)
    is_own = own is not None and own.resolve() == found.git_dir.resolve()
    return found if is_own or path.resolve() in {found.git_dir.resolve(), (found.work_tree or path).resolve()} else None


def is_beside(path: Path, found: Repository) -> bool:
    """Whether the files at a path are none of its repository's, though ``.git`` is there.

    ``core.worktree`` names another folder then, or ``core.bare`` says that there is no work tree.
    """
    return path.resolve() not in {home.resolve() for home in (found.git_dir, found.work_tree) if home}


def _is_bare(path: Path) -> bool:
    try:
        return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
    except OSError:  # it cannot be looked into; the scan of its files says so
        return False
