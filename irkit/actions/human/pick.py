"""Ask a person to pick from a list: one, several or none. What was picked, and why, goes into the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """The question, what can be picked, and what irkit would pick (empty for nothing)."""

    question: str
    options: tuple[str, ...]
    recommended: tuple[str, ...] = ()


class Result(Frozen):
    """What was picked: some of the step's options, or none. ``reason`` is the person's own words."""

    picked: tuple[str, ...]
    reason: str = ""


ACTION: Action[Clients, Params, Result] = Action(
    params=Params, result=Result, effect=Effect.HUMAN, summary="Ask a person to pick one, several or none"
)
