"""Find what in a repository's workflows lets the next intruder in: the part of the hardening list a machine can check.

Actions not named by a commit (tj-actions, 2025: the tags of an action were moved), jobs that install what others
publish and can also open secrets, secrets without an environment of their own, tokens whose rights nobody wrote down.
Source of the rules: GitHub, "Security hardening for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.git_workflows import branches, text_of, workflow_files
from irkit.clients.workflow import Workflow, workflow
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted
from irkit.errors import NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Outcome(StrEnum):
    """Whether anything is to be mended."""

    GAPS = "gaps"
    NONE = "none"


class Rule(StrEnum):
    """What is checked."""

    PINNED = "actions pinned by SHA"
    APART = "install and decrypt jobs apart"
    ENVIRONMENT = "secrets per environment"
    PERMISSIONS = "permissions written down"
    PULL_REQUESTS = "no secrets for strangers' pull requests"
    READABLE = "workflow can be read"


class Params(Frozen):
    """``branch`` is the one whose workflows count."""

    repository: str
    branch: str = "main"


class Gap(Frozen):
    """One thing to mend."""

    rule: Rule
    path: str
    job: str
    says: str


class Result(Frozen):
    """The gaps, by file. ``checked`` names every rule that was looked at, mended or not."""

    outcome: Outcome
    gaps: tuple[Gap, ...]
    files: int
    checked: tuple[Rule, ...] = tuple(Rule)

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{counted(len(self.gaps), 'gap')} in {counted(self.files, 'workflow file')}"


def read(clients: Clients, params: Params) -> Result:
    """Mirror the repository and read its workflows. Raises ``Unreachable``, ``Denied``, ``NotFound``."""
    with clients.git.mirror(params.repository) as mirror:
        head = branches(mirror).get(params.branch)
        if head is None:
            raise NotFound(
                f"the repository has no branch {params.branch}", hint="name its main branch in the step's with"
            )
        files = workflow_files(mirror, head)
        gaps = [gap for path, blob in files.items() for gap in _gaps(path, workflow(text_of(mirror, blob)))]
    return Result(outcome=Outcome.GAPS if gaps else Outcome.NONE, gaps=tuple(gaps), files=len(files))


def _gaps(path: str, one: Workflow) -> Iterator[Gap]:
    if one.problem:
        yield Gap(rule=Rule.READABLE, path=path, job="", says=f"it is no YAML that can be read ({one.problem})")
        return
    for used in one.unpinned():
        yield Gap(rule=Rule.PINNED, path=path, job="", says=f"{used} can be changed by whoever owns it: name a commit")
    if not one.has_permissions:
        yield Gap(rule=Rule.PERMISSIONS, path=path, job="", says="its token has the repository's default rights")
    if "pull_request_target" in one.triggers:
        says = "pull_request_target runs with secrets for anybody's pull request"
        yield Gap(rule=Rule.PULL_REQUESTS, path=path, job="", says=says)
    for job in one.jobs:
        if job.installs and job.opens_secrets:
            says = "it installs what others publish, and can open secrets: split it in two"
            yield Gap(rule=Rule.APART, path=path, job=job.name, says=says)
        if job.opens_secrets and not job.environment:
            says = "it can open secrets and names no environment, so every branch can"
            yield Gap(rule=Rule.ENVIRONMENT, path=path, job=job.name, says=says)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find gaps in a repository's workflows",
    read=read,
)
