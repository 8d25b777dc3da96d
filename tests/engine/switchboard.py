"""A small world for the engine's tests: switches that actions read, turn, smash and announce. In memory,
thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from irkit.contract import (
    Action,
    AnyAction,
    Change,
    Effect,
    Frozen,
    Operation,
    Plan,
    Probe,
    Proof,
    Receipt,
    Standing,
    Verdict,
)
from irkit.errors import NotFound, Unreachable
from irkit.incident.events import Call, StepId


@dataclass
class Board:
    """Switches by name, what was done to them, and the faults to inject."""

    switches: dict[str, str] = field(default_factory=lambda: {"a": "off", "b": "off", "c": "off"})
    acts: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    before_act: Callable[[], None] = lambda: None
    after_act: Callable[[], None] = lambda: None
    down: bool = False
    looks_until_seen: int = 0

    def set(self, name: str, value: str) -> None:
        self.before_act()
        with self.lock:
            if name not in self.switches:
                raise NotFound(f"no switch {name}")
            self.switches[name] = value
            self.acts.append((name, value))
        self.after_act()


@dataclass
class Opened:
    """The clients of one step."""

    clients: Board

    def drain(self) -> Sequence[Call]:
        return ()


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Switch(Frozen):
    name: str


class Seen(Frozen):
    names: tuple[str, ...]
    colour: Colour


class Turned(Frozen):
    name: str
    was: str


def _read(board: Board, params: Switch) -> Seen:
    if board.down:
        raise Unreachable("the board does not answer")
    return Seen(names=tuple(sorted(board.switches)), colour=Colour.RED if params.name == "a" else Colour.GREEN)


def _operation(to: str) -> Operation[Board, Switch]:
    def plan(board: Board, params: Switch) -> Plan:
        now = board.switches[params.name]
        changes = () if now == to else (Change(target=params.name, before=now, after=to),)
        return Plan(
            summary=f"turn {params.name} {to}",
            changes=changes,
            blast="one lamp",
            undo="turn it back",
            phrase=f"smash {params.name}" if to == "smashed" else "",
            details={"name": params.name, "was": now},
        )

    def receipt(plan: Plan) -> Receipt:
        name, was = str(plan.details["name"]), str(plan.details["was"])
        return Receipt(
            summary=f"{name} {to}", result=Turned(name=name, was=was).model_dump(), details={"name": name, "was": was}
        )

    def probe(board: Board, plan: Plan) -> Probe:
        if board.down:
            raise Unreachable("the board does not answer")
        now = board.switches[str(plan.details["name"])]
        if now == to:
            return Probe(standing=Standing.IN_PLACE, seen=now, receipt=receipt(plan))
        untouched = now == plan.details["was"]
        return Probe(standing=Standing.UNTOUCHED if untouched else Standing.BETWEEN, seen=now)

    def apply(board: Board, plan: Plan) -> Receipt:
        board.set(str(plan.details["name"]), to)
        return receipt(plan)

    def verify(board: Board, receipt: Receipt) -> Verdict:
        board.looks_until_seen -= 1
        if board.looks_until_seen >= 0:
            return Verdict(proof=Proof.NOT_YET, seen="not seen yet")
        now = board.switches[str(receipt.details["name"])]
        return Verdict(proof=Proof.PROVEN if now == to else Proof.REFUTED, seen=now)

    return Operation(plan, probe, apply, verify, settle=timedelta(seconds=20), every=timedelta(0))


def _reverted() -> Operation[Board, Receipt]:
    back = _operation("off")

    def plan(board: Board, receipt: Receipt) -> Plan:
        return back.plan(board, Switch(name=str(receipt.details["name"])))

    return Operation(plan, back.probe, back.apply, back.verify, every=timedelta(0))


class Question(Frozen):
    question: str
    options: tuple[str, ...]


class Choice(Frozen):
    choice: str


CATALOG: dict[str, AnyAction] = {
    "board.look": Action(Switch, Seen, Effect.READ, "look", read=_read),
    "board.turn_on": Action(Switch, Turned, Effect.REVERSIBLE, "on", operation=_operation("on"), revert=_reverted()),
    "board.smash": Action(Switch, Turned, Effect.IRREVERSIBLE, "smash", operation=_operation("smashed")),
    "board.announce": Action(Switch, Turned, Effect.NOTICE, "announce", operation=_operation("announced")),
    "human.decide": Action(Question, Choice, Effect.HUMAN, "decide", dynamic={"choice": "options"}),
}


def opener(board: Board) -> Callable[[StepId], Opened]:
    return lambda _step: Opened(board)
