"""List the Actions secrets that a run of a repository can read, by name: all must be rotated when its CI is taken over.

GitHub shows no values. An environment's secret wins over the repository's of the same name, and that over the
organization's: to rotate one level may change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.clients.github import full_name
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The repository."""

    repository: str


class Result(Frozen):
    """``repository: NAME``, ``environment prod: NAME``, ``organization: NAME``."""

    repository: str
    names: tuple[str, ...]
    coverage: str = "Actions secrets of all three levels; not seen: those of Dependabot, Codespaces and agents"

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{counted(len(self.names), 'secret')} to rotate: {', '.join(self.names) or 'none'}"


def read(clients: Clients, params: Params) -> Result:
    """Ask GitHub. Raises ``Denied``, ``NotFound``, ``Unreachable``."""
    names = clients.github_ci.secret_names(params.repository)
    return Result(repository=full_name(params.repository), names=names)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="List the secrets that CI runs can read",
    read=read,
)
