"""Find workflows that were changed in the window, on every branch and in every pull request.

An intruder with a token pushes a workflow to any branch, and it runs with the repository's secrets. Commit times are
the pusher's own word, so times alone decide nothing: a version of a workflow counts as changed when it never stood on
the main branch before the window began. Older branches' own versions come with a mark.
The attacker sees nothing of this: it is a fetch.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.git_objects import ObjectId
from irkit.clients.git_workflows import (
    branches,
    commit_before,
    foreign,
    known_blobs,
    last_touched,
    text_of,
    workflow_files,
)
from irkit.clients.workflow import workflow
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.git_mirror import Mirror


class Outcome(StrEnum):
    """Whether a workflow differs from those before the window."""

    FOUND = "found"
    CLEAN = "clean"


class Params(Frozen):
    """The window begins at ``since``, or ``hours`` ago; ``branch`` is the main one."""

    repository: str
    """Its address, ``https://host/owner/name.git``."""
    hours: int = 72
    since: datetime | None = None
    branch: str = "main"


class Changed(Frozen):
    """A workflow's file in a version that the main branch did not have before the window."""

    branch: str
    path: str
    commit: ObjectId
    author: str
    at: datetime
    """When the commit says it was made: forged as easily as the author."""
    dated_in_window: bool
    risks: tuple[str, ...]
    """What makes it dangerous, in words; empty when nothing stands out."""


class Result(Frozen):
    """The changed files, and those that are gone from the main branch since."""

    outcome: Outcome
    repository: str
    since: datetime
    baseline: ObjectId | None
    """The main branch's commit that the window begins with; None when the whole history is younger."""
    changed: tuple[Changed, ...]
    removed: tuple[str, ...]
    rogue: tuple[str, ...]
    """Branches beside the main one with a dangerous version that is dated in the window: to be removed, if nobody owns
    up to them."""
    branches: int
    coverage: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        risky = sum(bool(one.risks) for one in self.changed)
        return f"{self.outcome}: {len(self.changed)} changed files on {self.branches} branches, {risky} of them risky"


def read(clients: Clients, params: Params) -> Result:
    """Mirror the repository and compare. Raises ``Unreachable``, ``Denied``, ``NotFound``."""
    since = params.since or clients.now() - timedelta(hours=params.hours)
    clients.progress(f"mirroring {params.repository}")
    with clients.git.mirror(params.repository) as mirror:
        baseline = commit_before(mirror, params.branch, since)
        known = known_blobs(mirror, baseline) if baseline else frozenset[ObjectId]()
        changed = _changed(mirror, known, since)
        heads = branches(mirror)
        there = workflow_files(mirror, heads[params.branch])
        removed = [path for path in (workflow_files(mirror, baseline) if baseline else {}) if path not in there]
    return Result(
        outcome=Outcome.FOUND if changed or removed else Outcome.CLEAN,
        repository=params.repository,
        since=since,
        baseline=baseline,
        changed=changed,
        removed=tuple(sorted(removed)),
        rogue=_rogue(changed, params.branch),
        branches=len(heads),
        coverage=f"heads of {len(heads)} branches and pull requests against the history of {params.branch} before "
        f"{since:%Y-%m-%d %H:%M} UTC; not seen: branches deleted since, a commit put on {params.branch} itself under "
        "an older date, actions of other repositories",
    )


def _rogue(changed: tuple[Changed, ...], main: str) -> tuple[str, ...]:
    bad = (one.branch for one in changed if one.risks and one.dated_in_window and one.branch != main)
    return tuple(dict.fromkeys(branch for branch in bad if not branch.startswith("refs/")))


def _changed(mirror: Mirror, known: frozenset[ObjectId], since: datetime) -> tuple[Changed, ...]:
    found: list[Changed] = []
    for branch, head, file in foreign(mirror, known):
        touched = last_touched(mirror, head, file.path)
        found.append(
            Changed(
                branch=branch,
                path=file.path,
                commit=touched.commit,
                author=touched.author,
                at=touched.at,
                dated_in_window=touched.at >= since,
                risks=workflow(text_of(mirror, file.blob)).risks(),
            )
        )
    return tuple(found)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find workflows changed in the window, on all branches",
    read=read,
)
