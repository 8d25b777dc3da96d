"""Write the postmortem as the journal stands now. It can be written again at any time; nothing is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """Nothing is to be said: the journal says all."""


class Result(Frozen):
    """Where it is, relative to the incident's folder, and its SHA-256 in hex."""

    path: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return self.path


def read(clients: Clients, _params: Params) -> Result:
    """Write the report's files."""
    path, sha256 = clients.postmortem.write()
    return Result(path=path, sha256=sha256)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Write the postmortem",
    read=read,
)
