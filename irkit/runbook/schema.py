"""A JSON Schema of the runbook format, with every action's parameters, for editors. Pure.

Draft 2020-12. An editor completes keys, action ids and parameters from it. It cannot say what needs the whole file
(order, references): that is ``irkit runbook check``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import JsonValue

from irkit.contract import AnyAction
from irkit.runbook.context import Catalog
from irkit.runbook.keys import INPUT_KEYS, RUNBOOK_KEYS, STEP_KEYS, Key, Presence
from irkit.runbook.model import InputKind, RunbookPhase, Severity
from irkit.runbook.read_steps import LONGEST_STEP_ID, MOST_STEPS

_NAME = "^[a-z][a-z0-9_]*$"
_REF: Mapping[str, JsonValue] = {"type": "string", "pattern": r"^\$[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"}
_TEXT: Mapping[str, JsonValue] = {"type": "string", "minLength": 1}
_TEXTS: Mapping[str, JsonValue] = {"type": "array", "items": {"type": "string"}}
_WHEN: Mapping[str, JsonValue] = {"type": "string", "pattern": r"^\$\S+\s+is(\s+not)?\s+\S+$"}


def schema(catalog: Catalog) -> Mapping[str, JsonValue]:
    """The schema, with the parameters of every action of the catalogue."""
    actions = [(name, action) for name in catalog.ids() if (action := catalog.lookup(name)) is not None]
    shared: dict[str, JsonValue] = {}
    choices: list[JsonValue] = [
        {
            "if": {"properties": {"uses": {"const": name}}, "required": ["uses"]},
            "then": {"properties": {"with": _params(name, action, shared)}},
        }
        for name, action in actions
    ]
    uses: list[JsonValue] = [{"const": name, "description": action.summary} for name, action in actions]
    step = _closed(STEP_KEYS, {**_step_parts(), "uses": {"oneOf": uses} if uses else {"type": "string"}})
    steps: JsonValue = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST_STEPS,
        "propertyNames": {"pattern": _NAME, "maxLength": LONGEST_STEP_ID},
        "additionalProperties": {**step, "allOf": choices},
    }
    inputs: JsonValue = {
        "type": "object",
        "propertyNames": {"pattern": _NAME},
        "additionalProperties": _closed(INPUT_KEYS, _input_parts()),
    }
    parts: dict[str, JsonValue] = {
        "runbook": {"type": "string", "pattern": _NAME},
        "title": dict(_TEXT),
        "severity": _enum(Severity),
        "summary": dict(_TEXT),
        "inputs": inputs,
        "steps": steps,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "irkit runbook",
        **_closed(RUNBOOK_KEYS, parts),
        "$defs": shared,
    }


def _step_parts() -> dict[str, JsonValue]:
    return {
        "title": dict(_TEXT),
        "phase": _enum(RunbookPhase),
        "with": {"type": "object"},
        "needs": {"anyOf": [dict(_TEXTS), dict(_TEXT)]},
        "after": {"anyOf": [dict(_TEXTS), dict(_TEXT)]},
        "when": dict(_WHEN),
        "for_each": {"anyOf": [dict(_REF), {"type": "array"}]},
        "approve": {"type": "integer", "minimum": 1},
    }


def _input_parts() -> dict[str, JsonValue]:
    return {
        "type": _enum(InputKind),
        "title": dict(_TEXT),
        "default": {"type": ["string", "integer", "boolean", "array"]},
        "optional": {"type": "boolean"},
        "example": dict(_TEXT),
        "options": dict(_TEXTS),
    }


def _enum(values: type[StrEnum]) -> dict[str, JsonValue]:
    return {"enum": [value.value for value in values]}


def _closed(keys: Mapping[str, Key], parts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """An object of just these keys, each with what ``irkit.runbook.keys`` says of it."""
    told: dict[str, JsonValue] = {}
    for name, key in keys.items():
        part = parts[name]
        told[name] = {**part, "description": key.says} if isinstance(part, dict) else part
    needed: list[JsonValue] = [name for name, key in keys.items() if key.presence is Presence.NEEDED]
    return {"type": "object", "properties": told, "required": needed, "additionalProperties": False}


def _params(name: str, action: AnyAction, shared: dict[str, JsonValue]) -> JsonValue:
    """The schema of an action's parameters, where a reference may stand for any value. Its parts go to ``shared``."""
    whole = action.params.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    for part, body in whole.pop("$defs", {}).items():
        shared[f"{name}.{part}"] = _loosened(body)
    return _loosened(whole)


def _loosened(part: JsonValue) -> JsonValue:
    """The same schema, but every member of an object or list may be a reference instead."""
    if not isinstance(part, dict):
        return part
    found: dict[str, JsonValue] = {}
    for key, value in part.items():
        if key == "properties" and isinstance(value, dict):
            found[key] = {name: _or_ref(member) for name, member in value.items()}
        elif key in {"items", "additionalProperties"} and isinstance(value, dict):
            found[key] = _or_ref(value)
        elif key in {"anyOf", "oneOf", "allOf"} and isinstance(value, list):
            found[key] = [_loosened(member) for member in value]
        else:
            found[key] = value
    return found


def _or_ref(part: JsonValue) -> JsonValue:
    told = part.get("description") if isinstance(part, dict) else None
    either: dict[str, JsonValue] = {"anyOf": [dict(_REF), _loosened(part)]}
    return {**either, "description": told} if told else either
