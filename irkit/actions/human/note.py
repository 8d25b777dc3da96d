"""Ask a person to write something down: what no log can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """What to write about."""

    prompt: str


class Result(Frozen):
    """What the person wrote."""

    text: str


ACTION: Action[Clients, Params, Result] = Action(
    params=Params, result=Result, effect=Effect.HUMAN, summary="Ask a person to write something down"
)
