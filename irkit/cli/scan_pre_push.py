"""What a push would bring to its remote, from what git or pre-commit tells the hook (``githooks(5)``, pre-push)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from irkit.cli.scan_teller import Progress
from irkit.errors import UsageError
from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Report
from irkit.scan.history import Unreachable, Wants, joined, scan_history
from irkit.scan.places.refs import read_refs
from irkit.scan.pushed_names import scan_ref_names
from irkit.scan.repository import Repository, repository

_FIELDS = 4
"""Of a line on stdin: local ref, local id, remote ref, remote id."""


def pre_push(repository: Repository, detector: Detector, wants: Wants, arguments: Sequence[str]) -> Report:
    """Scan the commits that the remote has not got. ``arguments`` are git's: the remote's name and its address.

    Raises ``UsageError`` when nobody says what is pushed.
    """
    lines = _lines()
    words = list(pushed(arguments, lines, os.environ))
    if not words:
        return Report((), {}, (), {}, 0)
    with Progress() as progress:
        asked = wants._replace(spec=" ".join(words), unreachable=Unreachable.SHOWN)
        report = scan_history(repository, detector, asked, progress)
    names = list(made(repository, lines, os.environ))
    return joined([report, scan_ref_names(names, detector, wants.key)]) if names else report


def pushed_from(environment: Mapping[str, str]) -> Repository:
    """The repository that git pushes from: ``GIT_DIR`` where git set it, which need not lie above the working folder.

    Raises ``NotARepository``.
    """
    git_dir = environment.get("GIT_DIR")
    if not git_dir:
        return repository(Path())
    found = repository(Path(git_dir))
    tree = Path(environment.get("GIT_WORK_TREE") or ".").absolute()  # git runs its hooks at the top of the work tree
    return found._replace(work_tree=None if tree == found.git_dir else tree)


def pushed(arguments: Sequence[str], lines: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """The revisions to scan, as ``git rev-list`` writes them; none when nothing is pushed, or refs are only deleted.

    What the remote has is known by the ids that git says it has, and by its remote-tracking branches.
    """
    remote = arguments[0] if arguments else environment.get("PRE_COMMIT_REMOTE_NAME", "")
    tips, known = [], []
    for line in lines:
        words = line.rsplit(" ", _FIELDS - 1)  # what is pushed is told as it was typed: "HEAD@{1 day ago}"
        if len(words) != _FIELDS:
            raise UsageError(f"not a line of git's pre-push hook: {line[:80]!r}")
        _, local, _, there = words
        if local.strip("0"):
            tips.append(local)
            known += [f"^{there}"] if there.strip("0") else []
    if not lines and environment.get("PRE_COMMIT"):  # it keeps git's lines to itself
        tips = [environment.get("PRE_COMMIT_TO_REF") or "HEAD"]
        known = [f"^{environment['PRE_COMMIT_FROM_REF']}"] if environment.get("PRE_COMMIT_FROM_REF") else []
    if tips:
        yield from dict.fromkeys((*tips, *known))
        if remote and "/" not in remote and ":" not in remote:
            yield f"^refs/remotes/{remote}/*"


def made(repository: Repository, lines: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """The full names, over there, of the branches and tags that the push makes."""
    for line in lines:
        _, local, name, there = line.rsplit(" ", _FIELDS - 1)
        if local.strip("0") and not there.strip("0"):
            yield name
    name = "" if lines or not environment.get("PRE_COMMIT") else environment.get("PRE_COMMIT_REMOTE_BRANCH", "")
    if name:  # pre-commit does not say whether it is there
        branch = name.removeprefix("refs/heads/")
        followed = f"refs/remotes/{environment.get('PRE_COMMIT_REMOTE_NAME', '')}/{branch}"
        if os.fsencode(followed) not in read_refs(repository).ref_names:
            yield name


def _lines() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nobody says what is pushed", hint="git runs it: irkit scan install-hook --pre-push")
    text = os.fsdecode(sys.stdin.buffer.read())  # a branch's name is bytes
    return [line for line in text.split("\n") if line]
