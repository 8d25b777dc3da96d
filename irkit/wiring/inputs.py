"""What a person gives when an incident opens: checked against the runbook, secrets kept apart."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from irkit.errors import InputMissing, UsageError
from irkit.runbook.model import Input, InputKind, InputName, Runbook
from irkit.secret import Secret

_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b")
"""An AWS access key id (IAM user guide, 'Understanding unique ID prefixes'); base 32 after the prefix."""
_SECRET_KEY = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")


@dataclass(frozen=True)
class Given:
    """An incident's inputs: ``inputs`` may be journalled; ``secrets`` (by access key id) live in memory only."""

    inputs: Mapping[str, JsonValue]
    secrets: Mapping[str, Secret]


def given(runbook: Runbook, values: Mapping[str, JsonValue | Secret]) -> Given:
    """Check what was given.

    A pasted credential (an input of kind ``secret``: the text that leaked) gives the runbook's ``key_id`` when it holds one,
    and the secret that stands beside it stays in memory. Raises ``InputMissing`` or ``UsageError``, never with a value.
    """
    for name in values:
        if name not in runbook.inputs:
            near = difflib.get_close_matches(name, runbook.inputs, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(runbook.inputs)}"
            raise UsageError(f"{runbook.name} has no input {name!r}", hint=hint)
    plain: dict[str, JsonValue] = {}
    secrets: dict[str, Secret] = {}
    for name, value in values.items():
        if isinstance(value, Secret):
            plain.update(_from_credential(value, secrets))
        elif runbook.inputs[InputName(name)].kind is InputKind.SECRET:
            raise UsageError(f"{name} is a secret: give it at the prompt or on stdin, never as an argument")
        elif value not in ("", None):
            plain[name] = _typed(runbook.inputs[InputName(name)], value)
    for name, asked in runbook.inputs.items():
        if name not in plain and asked.default is not None:
            plain[name] = asked.default
        elif name not in plain and asked.required and asked.kind is not InputKind.SECRET:
            example = f", like {asked.example}" if asked.example else ""
            raise InputMissing(f"{runbook.name} needs {name}: {asked.title}{example}", hint=f"--input {name}=...")
    return Given(plain, secrets)


def _from_credential(text: Secret, secrets: dict[str, Secret]) -> Mapping[str, JsonValue]:
    """The access key id in a pasted text; its secret, when there is exactly one that may be it, goes into ``secrets``."""
    ids = set(_KEY_ID.findall(text.reveal()))
    if len(ids) != 1:
        said = "no access key id" if not ids else f"{len(ids)} access key ids"
        raise InputMissing(f"the pasted text holds {said}", hint="give --input key_id=AKIA... beside it")
    key_id: str = ids.pop()
    values = set(_SECRET_KEY.findall(text.reveal()))
    if len(values) == 1:
        secrets[key_id] = Secret(values.pop())
    return {"key_id": key_id}


def _typed(asked: Input, value: JsonValue) -> JsonValue:
    """A value as its input's kind has it; texts (of a command line, of a form) are read accordingly."""
    match asked.kind:
        case InputKind.LIST if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        case InputKind.NUMBER if isinstance(value, str):
            if not value.lstrip("-").isdecimal():
                raise UsageError(f"{asked.name} must be a whole number")
            return int(value)
        case InputKind.FLAG if isinstance(value, str):
            if value not in {"true", "false"}:
                raise UsageError(f"{asked.name} must be true or false")
            return value == "true"
        case InputKind.CHOICE if value not in asked.options:
            raise UsageError(f"{asked.name} must be one of {', '.join(asked.options)}")
        case _:
            return value
