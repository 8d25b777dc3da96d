"""The files below folders, one at a time: a tree of a million files takes no more memory than its widest path."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from functools import cache
from typing import NamedTuple

from irkit.scan.finding import Skipped

_GIT = ".git"


class Link(NamedTuple):
    """A symbolic link. It is not followed; what it points to is text."""

    path: str


def walk(folder: str, ignored: Collection[str]) -> Iterator[str | Link | Skipped]:
    """The paths of the regular files and links below a folder, and what is there but is not looked into.

    ``ignored`` are paths below it (a folder stands for all in it). Links are not followed, and ``.git`` is left out.
    """
    waiting = [folder]
    while waiting:
        at = waiting.pop()
        if at != folder and _is_kernel(at):
            yield Skipped(at, "the kernel's own files")
            continue
        try:
            with os.scandir(at) as entries:
                for entry in entries:
                    if entry.path in ignored:
                        continue
                    if entry.name != _GIT and entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name != _GIT:
                        yield _found(entry)
                    elif at != folder:
                        yield Skipped(entry.path, "another repository's history: scan it by itself")
        except OSError as error:
            yield Unreadable(at, f"{error.strerror}")


def _found(entry: os.DirEntry[str]) -> str | Link | Skipped:
    if entry.is_symlink():
        return Link(entry.path)
    if entry.is_file(follow_symlinks=False):
        return entry.path
    return Skipped(entry.path, special(entry.stat(follow_symlinks=False).st_mode))


def _is_kernel(folder: str) -> bool:
    """Whether it is of /proc or /sys, where files have no end."""
    try:
        return os.stat(folder).st_dev in _kernel_devices()  # noqa: PTH116
    except OSError:
        return False


@cache
def _kernel_devices() -> frozenset[int]:
    return frozenset(os.stat(place).st_dev for place in ("/proc", "/sys") if os.path.ismount(place))  # noqa: PTH116


class Unreadable(Skipped):
    """What could not be read though it should have been: the scan is incomplete."""


def special(mode: int) -> str:
    """What a file is that is not a regular one."""
    kinds = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFDIR: "a folder",
    }
    return f"it is {kinds.get(stat.S_IFMT(mode), 'not a regular file')}"
