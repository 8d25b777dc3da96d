"""A small catalogue of actions about a stolen badge, for runbooks under test. Its actions are never run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from irkit.contract import Action, ActionId, AnyAction, Effect, Frozen, Operation, Plan, Probe, Receipt, Verdict


class Outcome(StrEnum):
    ABUSED = "abused"
    NOT_ABUSED = "not_abused"
    UNCLEAR = "unclear"


class Tone(StrEnum):
    CALM = "calm"
    LOUD = "loud"


class Use(Frozen):
    door: str
    at: datetime
    times: int


class Badge(Frozen):
    badge: Annotated[str, Field(min_length=3)]


class Identified(Frozen):
    badge: str
    owner: str
    spare: str | None
    floors: tuple[int, ...]
    vip: bool


class Locked(Frozen):
    badge: str


class Measure(Frozen):
    badge: str
    expected: tuple[str, ...] = ()


class Measured(Frozen):
    uses: tuple[Use, ...]
    raw: JsonValue


class Judge(Frozen):
    uses: tuple[Use, ...]


class Judged(Frozen):
    outcome: Outcome
    reasons: tuple[str, ...]


class Search(Frozen):
    door: str


class Searched(Frozen):
    found: str


class Burn(Frozen):
    things: tuple[str, ...]
    labels: Mapping[str, str] = {}


class Empty(Frozen):
    pass


class Decide(Frozen):
    question: str
    options: tuple[str, ...]
    recommended: str = ""


class Decided(Frozen):
    choice: str
    reason: str


class Tell(Frozen):
    to: tuple[str, ...]
    tone: Tone = Tone.CALM
    floor: int | None = None


def _refuse(*_: object) -> Plan:
    raise AssertionError


def _never(*_: object) -> Probe:
    raise AssertionError


def _not_done(*_: object) -> Receipt:
    raise AssertionError


def _not_seen(*_: object) -> Verdict:
    raise AssertionError


def _acting(params: type[Frozen], result: type[Frozen], effect: Effect) -> AnyAction:
    operation: Operation[object, Frozen] = Operation(_refuse, _never, _not_done, _not_seen)
    return Action(params, result, effect, "acts", operation=operation)


def _reading(params: type[Frozen], result: type[Frozen]) -> AnyAction:
    return Action(params, result, Effect.READ, "reads", read=_refuse)


ACTIONS: Mapping[str, AnyAction] = {
    "badge.identify": _reading(Badge, Identified),
    "badge.lock": _acting(Badge, Locked, Effect.REVERSIBLE),
    "badge.measure_use": _reading(Measure, Measured),
    "badge.judge": _reading(Judge, Judged),
    "door.search": _reading(Search, Searched),
    "door.burn": _acting(Burn, Empty, Effect.IRREVERSIBLE),
    "ask.decide": Action(Decide, Decided, Effect.HUMAN, "asks", dynamic={"choice": "options"}),
    "ask.tell": _acting(Tell, Empty, Effect.NOTICE),
}


class Catalogue:
    """The actions above, as ``irkit.runbook.context.Catalog`` wants them."""

    def lookup(self, action_id: str, /) -> AnyAction | None:
        return ACTIONS.get(action_id)

    def ids(self) -> Sequence[ActionId]:
        return [ActionId(name) for name in ACTIONS]
