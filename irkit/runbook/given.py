"""What a person gave for a runbook's inputs, made into what its steps refer to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from irkit.errors import InputMissing, UsageError
from irkit.runbook.finding import nearest
from irkit.runbook.model import Input, InputKind, InputName, Runbook
from irkit.secret import Secret


@dataclass(frozen=True)
class Given:
    """Values for the journal and the steps; secrets apart from them, for memory only."""

    values: Mapping[InputName, JsonValue]
    secrets: Mapping[InputName, Secret] = field(default_factory=dict)


def given(runbook: Runbook, words: Mapping[str, JsonValue | Secret]) -> Given:
    """Check and convert inputs, by name, and put defaults where nothing is given.

    Texts from a command line or a form are converted: a list by its commas, a number, ``true``/``false``. An input that
    is optional, has no default and is not given is not in the answer. Raises ``InputMissing`` naming every input that
    lacks, ``UsageError`` for an unknown one or a value that does not fit.
    """
    for name in words:
        if InputName(name) not in runbook.inputs:
            near = nearest(name, runbook.inputs)
            hint = f"did you mean {near!r}?" if near else f"it takes {', '.join(runbook.inputs) or 'none'}"
            msg = f"{runbook.name} takes no input {name!r}"
            raise UsageError(msg, hint=hint)
    there = {name: word for name, word in words.items() if word not in ("", None)}
    lacking = [one for one in runbook.inputs.values() if one.required and one.name not in there]
    if lacking:
        msg = f"{runbook.name} needs {', '.join(f'{one.name} ({one.title})' for one in lacking)}"
        raise InputMissing(msg, hint=f"for example {lacking[0].name}={lacking[0].example or '...'}")
    values: dict[InputName, JsonValue] = {}
    secrets: dict[InputName, Secret] = {}
    for one in runbook.inputs.values():
        word = there.get(one.name, one.default)
        if one.kind is InputKind.SECRET and word is not None:
            secrets[one.name] = _secret(one, word)
        elif word is not None:
            values[one.name] = _value(one, word)
    return Given(values, secrets)


def _secret(one: Input, word: JsonValue | Secret) -> Secret:
    if not isinstance(word, Secret):
        msg = f"{one.name} is a secret, and must not come as a plain value"
        raise UsageError(msg, hint="give it in the form, or on standard input")
    return word


def _value(one: Input, word: JsonValue | Secret) -> JsonValue:
    """A value of the input's kind; raises ``UsageError``."""
    found: JsonValue = None
    match one.kind, word:
        case InputKind.LIST, str():
            found = [part.strip() for part in word.split(",") if part.strip()]
        case InputKind.LIST, list() if all(isinstance(part, str) for part in word):
            found = word
        case InputKind.NUMBER, str() if word.strip().lstrip("-").isdecimal():
            found = int(word)
        case InputKind.NUMBER, int() if not isinstance(word, bool):
            found = word
        case InputKind.FLAG, bool():
            found = word
        case InputKind.FLAG, "true" | "false":
            found = word == "true"
        case InputKind.TEXT, str():
            found = word.strip()
        case InputKind.CHOICE, str() if word in one.options:
            found = word
    if found is None:
        wanted = f"one of {', '.join(one.options)}" if one.options else f"a {one.kind}"
        msg = f"{one.name} must be {wanted}"
        raise UsageError(msg, hint=f"for example {one.name}={one.example}" if one.example else "")
    return found
