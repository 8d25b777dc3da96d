"""What has no end where git looks for its own files: it waits for ever at a pipe, and reads a device for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

_FILES = ("HEAD", "config", "config.worktree", "commondir", "packed-refs", "shallow", "index")
_OBJECTS = "objects/pack/multi-pack-index"
_FOLDERS = ("refs", "info", "objects/info", "worktrees")
_OF_WORK_TREES = frozenset({".gitignore", ".gitattributes"})
_POINTER = "gitdir: "
_LONGEST = 1 << 16


def endless(git_dir: Path) -> Iterator[tuple[Path, str]]:
    """Those of a repository's folder, each with what it is; of loose objects and packs see ``stores``."""
    common = _pointed_at(git_dir / "commondir")
    homes = dict.fromkeys((git_dir, git_dir / common if common else git_dir))
    for home in homes:
        files = [home / name for name in (*_FILES, _OBJECTS)]
        for folder in _FOLDERS:
            files += [Path(at, name) for at, _, names in os.walk(home / folder) for name in names]
        for file in files:
            if what := _endless(file):
                yield file, what


def endless_below(tree: str) -> str:
    """The path of a file in a work tree that git reads and would not come back from; empty when there is none."""
    for at, _, names in os.walk(tree):
        for name in _OF_WORK_TREES.intersection(names):
            if _endless(Path(at, name)):
                return os.path.join(at, name)  # noqa: PTH118
    return ""


def git_dir_above(path: Path) -> Path | None:
    """The folder that git would take for the repository of a path; None when there is none."""
    here = Path(os.path.abspath(path))  # noqa: PTH100 - a link is not followed: git looks above it
    return next((found for folder in (here, *here.parents) if (found := git_dir_at(folder))), None)


def git_dir_at(folder: Path) -> Path | None:
    """The same, of a folder that is the root of a work tree, or bare."""
    pointed = _pointed_at(folder / ".git")
    if pointed.startswith(_POINTER):
        return folder / pointed.removeprefix(_POINTER)
    return next((one for one in (folder / ".git", folder) if os.path.lexists(one / "HEAD")), None)


def _pointed_at(file: Path) -> str:
    """What a file says that stands for a folder; empty when there is none."""
    try:
        return os.fsdecode(file.read_bytes().strip()) if 0 < _regular_size(file) <= _LONGEST else ""
    except OSError:
        return ""


def _regular_size(file: Path) -> int:
    status = file.stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _endless(file: Path) -> str:
    """What a file is that git would not come back from; empty for all others. ``/dev/null`` is an empty one."""
    try:
        status = file.stat()
    except OSError:
        return ""
    if stat.S_ISFIFO(status.st_mode):
        return "a pipe"
    is_device = stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)
    return "a device" if is_device and not os.path.samestat(status, Path(os.devnull).stat()) else ""
