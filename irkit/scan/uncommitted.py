"""What a work tree holds that git has not got: modified and untracked files. What is staged is an object of git's."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator

from irkit.errors import UsageError
from irkit.scan.files import Ignored
from irkit.scan.finding import Skipped
from irkit.scan.repository import Repository, environment
from irkit.scan.tree import Link, Unreadable, special, walk

_FILES = ("ls-files", "-z", "--modified", "--others")
_NOT_IGNORED = "--exclude-standard"
_NOT_OPENED = "warning: could not open directory"
"""As git says it where messages are not translated: see ``environment``."""


def uncommitted_files(repository: Repository, ignored: Ignored) -> Iterator[str | Link | Skipped]:
    """The absolute paths of the files that differ from the index, or are not in it."""
    tree = repository.work_tree
    if tree is None:
        return
    names, unread = _asked(repository, *_FILES, *([_NOT_IGNORED] if ignored is Ignored.SKIPPED else []))
    yield from unread
    for name in dict.fromkeys(names):
        path = os.path.join(tree, name.rstrip("/"))  # noqa: PTH118
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            continue  # deleted in the work tree: what it held is in the index
        except OSError as error:
            yield Unreadable(path, f"{error.strerror}")
            continue
        if stat.S_ISDIR(mode):  # another repository within this one
            yield Skipped(path, "another repository's history: scan it by itself")
            yield from walk(path, frozenset())
        elif stat.S_ISLNK(mode):
            yield Link(path)
        else:
            yield path if stat.S_ISREG(mode) else Skipped(path, special(mode))


def _asked(repository: Repository, *words: str) -> tuple[list[str], list[Skipped]]:
    """The names that git lists, and the folders that it could not open: it goes on without them, and ends with 0."""
    command = [*repository.git("-C", str(repository.work_tree), f"--work-tree={repository.work_tree}"), *words]
    ran = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment())
    said = ran.stderr.decode(errors="replace").strip().splitlines()
    if ran.returncode != 0:
        raise UsageError(f"git {words[0]}: {said[0] if said else ran.returncode}", hint="its work tree was not scanned")
    unread: list[Skipped] = [Unreadable("work tree", line) for line in said if line.startswith(_NOT_OPENED)]
    return [os.fsdecode(word) for word in ran.stdout.split(b"\0") if word], unread
