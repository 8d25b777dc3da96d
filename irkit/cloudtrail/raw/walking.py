"""The files below some paths, and what of them cannot be reached. Links are followed, each folder is entered once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw.raw_file import RawFile


@dataclass
class Walked:
    """Regular files, and what could not be reached; ``links`` are ways to folders that were entered already."""

    files: list[RawFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    links: int = 0


def walked(paths: Sequence[Path]) -> Walked:
    """All files below, in no order; each path once."""
    found = Walked()
    entered: set[tuple[int, int]] = set()
    given: set[str] = set()
    waiting = [os.fspath(path) for path in reversed(paths)]
    while waiting:
        path = waiting.pop()
        try:
            seen = os.stat(path)  # noqa: PTH116 - many thousands: a Path each takes four times as long
            if stat.S_ISDIR(seen.st_mode):
                if (seen.st_dev, seen.st_ino) in entered:
                    found.links += 1
                    continue
                entered.add((seen.st_dev, seen.st_ino))
                waiting += _inside(path, found, given)
            else:
                _take(path, seen, found, given)
        except OSError as error:
            found.skipped.append(_skipped(path, f"cannot be read ({error.strerror or error})"))
    return found


def _inside(folder: str, found: Walked, given: set[str]) -> Iterator[str]:
    """Take the files of a folder; the folders and links in it are given back."""
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                _take(entry.path, entry.stat(follow_symlinks=False), found, given)
            else:
                folders.append(entry.path)
    return reversed(folders)


def _take(path: str, seen: os.stat_result, found: Walked, given: set[str]) -> None:
    if path in given:
        return
    given.add(path)
    if stat.S_ISREG(seen.st_mode):
        found.files.append(RawFile(path, seen.st_size, path, stamp=stamp(seen)))
    else:
        found.skipped.append(_skipped(path, "is no regular file"))


def stamp(seen: os.stat_result) -> str:
    """Changes when the file does."""
    return f"{seen.st_size}-{seen.st_mtime_ns}"


def _skipped(path: str, why: str) -> Skipped:
    return Skipped(Locator(path), why)
