"""Ask a person to confirm that something is so, or was done by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """What is to be confirmed, as a statement."""

    statement: str


class Result(Frozen):
    """Who confirmed it."""

    confirmed_by: str


ACTION: Action[Clients, Params, Result] = Action(
    params=Params, result=Result, effect=Effect.HUMAN, summary="Ask a person to confirm"
)
