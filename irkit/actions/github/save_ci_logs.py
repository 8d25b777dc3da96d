"""Save the logs of runs and the artifacts as evidence, sealed, before anybody deletes them.

Logs of a compromised run may show secrets in the clear to whoever can read the repository, so they are deleted later;
but they are also the best evidence there is. Each goes encrypted to the evidence recipient, hashed, as it comes.
The attacker sees nothing of this.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted
from irkit.errors import Denied, NotFound

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Kind(StrEnum):
    """What was saved."""

    LOGS = "logs"
    ARTIFACT = "artifact"


class Params(Frozen):
    """Ids of runs that have ended, and of artifacts."""

    repository: str
    runs: tuple[int, ...] = ()
    artifacts: tuple[int, ...] = ()


class Saved(Frozen):
    """One sealed file. ``id`` is the run's or the artifact's; ``path`` is relative to the incident's folder."""

    kind: Kind
    id: int
    path: str
    sha256: str
    size: int


class Result(Frozen):
    """What is kept now, and what could not be had, with the reason. Only what is kept may be deleted later."""

    repository: str
    saved: tuple[Saved, ...]
    missing: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        missing = f", {len(self.missing)} could not be had" if self.missing else ""
        return f"{counted(len(self.saved), 'file')} sealed as evidence{missing}"


def read(clients: Clients, params: Params) -> Result:
    """Fetch and seal each. Raises ``InputMissing`` without an evidence recipient, ``Unreachable``."""
    clients.evidence.require_recipient("the logs of the CI")
    name = full_name(params.repository)
    saved: list[Saved] = []
    missing: list[str] = []
    wanted = [(Kind.LOGS, number) for number in params.runs] + [(Kind.ARTIFACT, number) for number in params.artifacts]
    for place, (kind, number) in enumerate(wanted, start=1):
        clients.progress(f"saving {kind} {number} ({place} of {len(wanted)})")
        try:
            saved.append(_saved(clients, name, kind, number))
        except (NotFound, Denied) as error:
            missing.append(f"{kind} {number}: {error}")
    return Result(repository=name, saved=tuple(saved), missing=tuple(missing))


def _saved(clients: Clients, name: str, kind: Kind, number: int) -> Saved:
    ci = clients.github_ci
    stream = ci.logs(name, number) if kind is Kind.LOGS else ci.artifact(name, number)
    what = f"{'logs of run' if kind is Kind.LOGS else 'artifact'} {number} of {name}, sealed with age"
    file = f"github-{name.replace('/', '-')}-{kind}-{number}.zip.age"
    kept = clients.evidence.keep_sealed(file, stream, what=what, count=1)
    return Saved(kind=kind, id=number, path=kept.path, sha256=kept.sha256, size=kept.size)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Save CI logs and artifacts as sealed evidence",
    read=read,
)
