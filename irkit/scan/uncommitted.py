"""What a work tree holds that git has not got: modified and untracked files. What is staged is an object of git's."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator

from irkit.scan.files import Ignored
from irkit.scan.finding import Skipped
from irkit.scan.ignored import heard_out
from irkit.scan.repository import Repository, environment, refusal
from irkit.scan.tree import Link, Unreadable, special, walk

_FILES = ("ls-files", "-z", "--modified", "--others")
_NOT_IGNORED = "--exclude-standard"
_FILTERS = r"^filter\..*\.(clean|process|required)$"
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


def _no_filters(repository: Repository) -> dict[str, str]:
    """Settings with which git runs no filter.

    To tell whether a file was modified it would start the programs that the repository's configuration names, and some
    of these write into the repository.
    """
    asked = repository.git("config", "-z", "--name-only", "--get-regexp", _FILTERS)
    ran = subprocess.run(asked, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment())
    keys = [os.fsdecode(key) for key in dict.fromkeys(ran.stdout.split(b"\0")) if key]
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0  # the user's own come before
    settings = {"GIT_CONFIG_COUNT": str(first + len(keys))}
    for number, key in enumerate(keys, first):
        settings[f"GIT_CONFIG_KEY_{number}"] = key
        settings[f"GIT_CONFIG_VALUE_{number}"] = "false" if key.endswith(".required") else ""
    return settings


def _asked(repository: Repository, *words: str) -> tuple[list[str], list[Skipped]]:
    """The names that git lists, and the folders that it could not open: it goes on without them, and ends with 0."""
    command = [*repository.git("-C", str(repository.work_tree), f"--work-tree={repository.work_tree}"), *words]
    environ = environment() | _no_filters(repository)
    piped = subprocess.PIPE
    git = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=piped, stderr=piped, env=environ)
    heard = heard_out(git, str(repository.work_tree))
    if heard.endless:
        reason = f"{heard.endless} is no regular file: git would wait for it"
        return [], [Unreadable("modified and untracked files", reason)]
    out, said = heard.out, heard.error.decode(errors="replace")
    if git.returncode != 0:
        reason = refusal(said) or f"ended with {git.returncode}"
        return [], [Unreadable("modified and untracked files", f"git {words[0]}: {reason}")]
    lines = said.splitlines()
    unread: list[Skipped] = [Unreadable("work tree", line) for line in lines if line.startswith(_NOT_OPENED)]
    return [os.fsdecode(word) for word in out.split(b"\0") if word], unread
