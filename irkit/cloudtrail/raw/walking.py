"""The files below some paths, and what of them cannot be reached. Links are followed, each folder is entered once."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw.listed import Listed, stamped


@dataclass
class Walked:
    """Regular files, and what could not be reached; ``links`` are ways to folders that were entered already."""

    files: Listed = field(default_factory=Listed)
    skipped: list[Skipped] = field(default_factory=list)
    links: int = 0


def walked(paths: Sequence[Path]) -> Walked:
    """All files below, in no order; each path once."""
    found = Walked()
    for _ in walking(paths, found):
        pass
    return found


def walking(paths: Sequence[Path], found: Walked) -> Iterator[range]:
    """As ``walked``, folder by folder: the numbers of the files that were added to ``found``."""
    entered: set[tuple[int, int]] = set()
    given = dict.fromkeys(map(os.fspath, paths))
    waiting = list(reversed(given))
    while waiting:
        path = waiting.pop()
        before = len(found.files)
        try:
            seen = os.stat(path)  # noqa: PTH116 - many thousands: a Path each takes four times as long
            if stat.S_ISDIR(seen.st_mode):
                if (seen.st_dev, seen.st_ino) in entered:
                    found.links += 1
                    continue
                entered.add((seen.st_dev, seen.st_ino))
                waiting += [each for each in _inside(path, found, given) if each not in given]
            else:
                _take(path, seen, found)
        except OSError as error:
            found.skipped.append(_skipped(path, f"cannot be read ({error.strerror or error})"))
        yield range(before, len(found.files))


def _inside(folder: str, found: Walked, given: Container[str]) -> Iterator[str]:
    """Take the files of a folder but those given by themselves; the folders and links in it are given back."""
    folders: list[str] = []
    files: dict[str, os.stat_result] = {}
    begin = os.path.join(folder, "")  # noqa: PTH118 - with a slash at its end
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.scandir(held) as entries:  # of an open folder: the path to it is not gone along for each file again
            for entry in entries:
                if not entry.is_file(follow_symlinks=False):
                    folders.append(begin + entry.name)
                elif begin + entry.name not in given:
                    files[entry.name] = entry.stat(follow_symlinks=False)
    finally:
        os.close(held)
        found.files.add(begin, files)
    return reversed(folders)


def _take(path: str, seen: os.stat_result, found: Walked) -> None:
    if stat.S_ISREG(seen.st_mode):
        folder, slash, name = path.rpartition("/")
        found.files.add(folder + slash, {name: seen})
    else:
        found.skipped.append(_skipped(path, "is no regular file"))


def stamp(seen: os.stat_result) -> str:
    """Changes when the file does."""
    return stamped(seen.st_size, seen.st_mtime_ns)


def _skipped(path: str, why: str) -> Skipped:
    return Skipped(Locator(path), why)
