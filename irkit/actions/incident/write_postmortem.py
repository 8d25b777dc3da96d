"""Write the postmortem as the journal stands now, and keep it as evidence: what was known, and said, at this moment.

`irkit report` writes it anew from the same journal at any time, with what came afterwards.
"""

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
    """Write it into the evidence. Raises ``IrkitError`` when it cannot be written."""
    data = clients.postmortem.text().encode()
    kept = clients.evidence.keep("postmortem.md", data, what="the postmortem as it stood at this step", count=1)
    return Result(path=kept.path, sha256=kept.sha256)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Write the postmortem",
    read=read,
)
