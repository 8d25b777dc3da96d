"""A runbook as typed values: what is in the file, and where in the file it is. Says nothing of actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from pydantic import JsonValue

from irkit.contract import ActionId
from irkit.runbook.finding import Place

RunbookName = NewType("RunbookName", str)
StepId = NewType("StepId", str)
"""Lower snake, at most 18 letters: what an on-call says aloud."""
InputName = NewType("InputName", str)


class Severity(StrEnum):
    """How bad it is, from the worst."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class RunbookPhase(StrEnum):
    """Which part of the response a step belongs to; the header's clocks stop when a part's steps are done."""

    CONTAIN = "contain"
    MEASURE = "measure"
    ERADICATE = "eradicate"
    RECOVER = "recover"
    CLOSE = "close"


class InputKind(StrEnum):
    """What an input holds."""

    TEXT = "text"
    LIST = "list"
    """Texts."""
    CHOICE = "choice"
    """One of the input's options."""
    NUMBER = "number"
    """A whole number."""
    FLAG = "flag"
    """true or false."""
    SECRET = "secret"  # noqa: S105 - the word, not a value
    """Held in memory only, never journalled; no step can refer to it."""


@dataclass(frozen=True)
class Input:
    """One thing that a person gives when the incident opens."""

    name: InputName
    kind: InputKind
    title: str
    place: Place
    default: JsonValue = None
    optional: bool = False
    example: str = ""
    options: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether an incident cannot open without it."""
        return not self.optional and self.default is None


@dataclass(frozen=True)
class InputRef:
    """``$inputs.name``."""

    name: InputName
    place: Place

    def __str__(self) -> str:
        return f"$inputs.{self.name}"


@dataclass(frozen=True)
class StepRef:
    """``$step.field.sub``: a part of another step's result. Through a list, the path goes on in each member."""

    step: StepId
    path: tuple[str, ...]
    place: Place

    def __str__(self) -> str:
        return "$" + ".".join((self.step, *self.path))


@dataclass(frozen=True)
class ItemRef:
    """``$item`` or ``$item.field``, within a ``for_each``."""

    path: tuple[str, ...]
    place: Place

    def __str__(self) -> str:
        return "$" + ".".join(("item", *self.path))


Ref = InputRef | StepRef | ItemRef


@dataclass(frozen=True)
class Literal:
    """A scalar written out: text, whole number, decimal, true, false or null."""

    value: str | int | float | bool | None
    place: Place


@dataclass(frozen=True)
class ListOf:
    """A list; members may be references."""

    members: tuple[Value, ...]
    place: Place


@dataclass(frozen=True)
class MapOf:
    """A map from text; members may be references."""

    members: Mapping[str, Value]
    place: Place


Value = Literal | ListOf | MapOf | InputRef | StepRef | ItemRef


class Test(StrEnum):
    """What a ``when`` asks."""

    __test__ = False

    IS = "is"
    IS_NOT = "is not"


@dataclass(frozen=True)
class When:
    """``$step.field is value``: the step runs when that holds and is left out when it does not."""

    ref: StepRef
    test: Test
    value: str | int | bool
    place: Place

    def __str__(self) -> str:
        value = str(self.value).lower() if isinstance(self.value, bool) else str(self.value)
        return f"{self.ref} {self.test} {value}"


@dataclass(frozen=True)
class Step:
    """One row of the runbook: an action and what it is given."""

    id: StepId
    uses: ActionId
    title: str
    place: Place
    uses_place: Place
    params: Mapping[str, Value]
    """What the file calls ``with``."""
    needs: tuple[StepId, ...] = ()
    """What the file lists; ``irkit.runbook.graph.needs`` adds those it refers to."""
    after: tuple[StepId, ...] = ()
    """Steps that must have ended, a failed one too."""
    when: When | None = None
    for_each: Value | None = None
    approve: int | None = None
    """How many people must approve, when that is more than the gate demands by itself."""
    phase: RunbookPhase | None = None


@dataclass(frozen=True)
class Runbook:
    """The plan: steps in file order, which is screen order; a step needs only steps above it."""

    name: RunbookName
    title: str
    severity: Severity
    summary: str
    inputs: Mapping[InputName, Input]
    steps: tuple[Step, ...]
    path: str
    text: str
    sha256: str
    """Of the file's bytes, in hex."""

    def step(self, step_id: StepId) -> Step:
        """The step of that id; raises ``KeyError`` when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)
