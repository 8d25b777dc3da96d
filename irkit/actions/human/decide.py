"""Ask a person to choose. The choice, the reason and what was known then go into the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The question, what can be chosen, and what irkit would choose (empty for nothing)."""

    question: str
    options: Annotated[tuple[str, ...], Field(min_length=2)]
    recommended: str = ""


class Result(Frozen):
    """What was chosen: one of the step's options. ``reason`` is the person's own words."""

    choice: str
    reason: str = ""


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.HUMAN,
    summary="Ask a person to choose",
    dynamic={"choice": "options"},
)
