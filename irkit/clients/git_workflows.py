"""The workflows of GitHub Actions in a mirror: those of a branch, and which of them were never on the main branch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from irkit.clients.git_mirror import Mirror
from irkit.clients.git_objects import ObjectId, read_object
from irkit.errors import NotFound

PLACES = (".github/workflows", ".github/actions")
_HEADS = "refs/heads/"
_FIELDS = 3


class WorkflowFile(NamedTuple):
    """A file at a branch's head."""

    path: str
    blob: ObjectId


class Touched(NamedTuple):
    """The newest commit of a branch that touched a file. Its time is the committer's own word."""

    commit: ObjectId
    author: str
    at: datetime


def branches(mirror: Mirror) -> dict[str, ObjectId]:
    """Every branch's head by the branch's name; heads of pull requests as ``refs/pull/7/head``."""
    found: dict[str, ObjectId] = {}
    for ref, oid in mirror.refs().items():
        if ref.startswith(_HEADS):
            found[ref.removeprefix(_HEADS)] = oid
        elif ref.startswith("refs/pull/") and ref.endswith("/head"):
            found[ref] = oid
    return found


def workflow_files(mirror: Mirror, commit: str) -> dict[str, ObjectId]:
    """The files of workflows and of the repository's own actions at a commit, by path."""
    listing = mirror.git.local("ls-tree", "-r", "-z", "--full-tree", commit, "--", *PLACES)
    rows = (row.split("\t", 1) for row in listing.split("\0") if row)
    return {path: ObjectId(head.split(" ")[2]) for head, path in rows}


def text_of(mirror: Mirror, blob: ObjectId) -> str:
    """A file's text; bytes that are no UTF-8 are replaced."""
    return read_object(mirror.git, blob).content.decode(errors="replace")


def commit_before(mirror: Mirror, branch: str, at: datetime) -> ObjectId | None:
    """The newest commit in the first line of a branch that says to be older than ``at``; None when there is none.

    Raises ``NotFound`` when there is no such branch.
    """
    if branch not in branches(mirror):
        raise NotFound(f"the repository has no branch {branch}", hint="name its main branch in the step's with")
    stamp = f"--before={int(at.timestamp())}"
    found = mirror.git.local("rev-list", "--first-parent", "--max-count=1", stamp, f"{_HEADS}{branch}").strip()
    return ObjectId(found) if found else None


def known_blobs(mirror: Mirror, commit: ObjectId) -> frozenset[ObjectId]:
    """Every version of every workflow in the history of a commit."""
    log = mirror.git.local(
        "log", "--raw", "--no-abbrev", "--no-renames", "-m", "--root", "--format=", commit, "--", *PLACES
    )
    return frozenset(ObjectId(line.split(" ")[3]) for line in log.splitlines() if line.startswith(":"))


def last_touched(mirror: Mirror, head: ObjectId, path: str) -> Touched:
    """The newest commit of a history that touched a file. Raises ``NotFound`` when none did."""
    line = mirror.git.local("log", "--max-count=1", "--format=%H%x00%ct%x00%an", head, "--", path).strip()
    parts = line.split("\0", _FIELDS - 1)
    if len(parts) != _FIELDS:
        raise NotFound(f"no commit touched {path}")
    return Touched(ObjectId(parts[0]), parts[2], datetime.fromtimestamp(int(parts[1]), UTC))


def foreign(mirror: Mirror, known: frozenset[ObjectId]) -> Iterator[tuple[str, ObjectId, WorkflowFile]]:
    """Each branch's files in a version that is not known: branch, its head, the file."""
    for branch, head in sorted(branches(mirror).items()):
        for path, blob in sorted(workflow_files(mirror, head).items()):
            if blob not in known:
                yield branch, head, WorkflowFile(path, blob)
