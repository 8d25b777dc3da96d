"""Make sure that the identity irkit acts as is not the suspect, and that the suspect is not protected.

A responder who works with the leaked key would cut off their own hand, and would do so under the intruder's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The suspect: a user or a role, and the key."""

    user: str = ""
    role: str = ""
    key_id: str = ""


class Result(Frozen):
    """Who irkit acts as, and in which account."""

    acting_as: str
    account: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"irkit acts as {self.acting_as}"


def read(clients: Clients, params: Params) -> Result:
    """Compare the suspect with who we act as. Raises ``OwnIdentity``."""
    own = clients.sts.refuse_own(user=params.user, role=params.role, key_id=params.key_id)
    return Result(acting_as=own.arn, account=own.account)


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Make sure that irkit does not act as the suspect",
    read=read,
)
