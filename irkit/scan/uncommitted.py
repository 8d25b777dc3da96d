"""What a work tree holds that git's history has not got: modified and untracked files, and what is staged."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator

from irkit.errors import UsageError
from irkit.scan.finding import Skipped
from irkit.scan.repository import Repository, environment
from irkit.scan.tree import Link, Unreadable, special, walk

_FILES = ("ls-files", "-z", "--modified", "--others", "--exclude-standard")
_STAGED = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=d")
_NOTHING = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The empty tree, which the index is compared with before the first commit."""


def uncommitted_files(repository: Repository) -> Iterator[str | Link | Skipped]:
    """The absolute paths of the files that differ from the index, or are not in it; not those that git ignores."""
    tree = repository.work_tree
    if tree is None:
        return
    for name in dict.fromkeys(_asked(repository, *_FILES)):
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


def staged_blobs(repository: Repository) -> dict[str, str]:
    """The object ids of files that are staged and differ from HEAD, by path from the work tree's root."""
    if repository.work_tree is None:
        return {}
    head = next(_asked(repository, "rev-parse", "--quiet", "--verify", "HEAD^{tree}"), "")
    words = list(_asked(repository, *_STAGED, head.strip() or _NOTHING[repository.object_format]))
    rows = zip(words[::2], words[1::2], strict=False)
    split = [(row.split(" "), path) for row, path in rows]
    return {path: row[3] for row, path in split if row[1] not in {"160000", "000000"} and row[4] != "U"}


def _asked(repository: Repository, *words: str) -> Iterator[str]:
    command = [*repository.git("-C", str(repository.work_tree), f"--work-tree={repository.work_tree}"), *words]
    ran = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment())
    if ran.returncode != 0 and "rev-parse" not in words:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git {words[0]}: {said[0] if said else ran.returncode}", hint="its work tree was not scanned")
    yield from (os.fsdecode(word) for word in ran.stdout.split(b"\0") if word)
