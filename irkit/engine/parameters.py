"""From a step of the runbook and what is known so far to the parameters its action takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, JsonValue, ValidationError

from irkit.contract import AnyAction
from irkit.engine.ready import results
from irkit.errors import InputMissing
from irkit.incident.state import IncidentState
from irkit.runbook.model import InputName, Step, StepId, StepRef
from irkit.runbook.refs import Lack, Missing, resolve


class NoValue(InputMissing):
    """A required parameter refers to a value that is not there; ``step`` is whose result lacks it (empty: none's)."""

    def __init__(self, message: str, missing: Missing) -> None:
        super().__init__(message, hint="irkit status shows what became of the step it refers to")
        self.step = missing.ref.step if isinstance(missing.ref, StepRef) else StepId("")


def parameters(step: Step, action: AnyAction, state: IncidentState) -> Sequence[BaseModel]:
    """One set of parameters; of a ``for_each`` step, one an item.

    Raises:
        NoValue: a required parameter has no value.
        InputMissing: a value does not fit the action's parameters.
    """
    if step.for_each is None:
        return [_parameters(step, action, state, None)]
    items = resolve(step.for_each, results(state), _inputs(state))
    if isinstance(items, Missing):
        msg = f"{step.id}: nothing to go through: {items.why}"
        raise NoValue(msg, items)
    if not isinstance(items, list):
        msg = f"{step.id}: for_each is not a list"
        raise InputMissing(msg)
    return [_parameters(step, action, state, item) for item in items]


def _parameters(step: Step, action: AnyAction, state: IncidentState, item: JsonValue) -> BaseModel:
    known, given = results(state), _inputs(state)
    values: dict[str, JsonValue] = {}
    for name, value in step.params.items():
        resolved = resolve(value, known, given, item)
        if not isinstance(resolved, Missing):
            values[name] = resolved
        elif resolved.lack is Lack.MEMBER or action.params.model_fields[name].is_required():
            msg = f"{step.id}: {name} has no value: {resolved.why}"
            raise NoValue(msg, resolved)
    try:
        valid: BaseModel = action.params.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        msg = f"{step.id}: {wrong}"
        raise InputMissing(msg, hint="irkit runbook check shows where") from error
    return valid


def _inputs(state: IncidentState) -> Mapping[InputName, JsonValue]:
    opened = state.opened
    return {InputName(name): value for name, value in opened.inputs.items()} if opened else {}
