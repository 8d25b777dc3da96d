"""The keys a runbook file may hold: the loader refuses others, the JSON Schema and the manual list these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Presence(StrEnum):
    """Whether a key must be there."""

    NEEDED = "needed"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Key:
    """One key, and what it is for."""

    presence: Presence
    says: str


def _needed(says: str) -> Key:
    return Key(Presence.NEEDED, says)


def _optional(says: str) -> Key:
    return Key(Presence.OPTIONAL, says)


RUNBOOK_KEYS: Mapping[str, Key] = {
    "runbook": _needed("Its name; the same as the file's."),
    "title": _needed("What has happened, in a few words."),
    "severity": _needed("SEV1 (worst) to SEV4."),
    "summary": _optional("What the runbook does, in a sentence or two."),
    "inputs": _optional("What a person gives when the incident opens."),
    "steps": _needed("The steps, in the order in which they are shown; a step can only need steps above it."),
}

INPUT_KEYS: Mapping[str, Key] = {
    "type": _needed("text, list (of texts), choice, number (whole), flag (true or false) or secret."),
    "title": _optional("The question, as the form shows it."),
    "default": _optional("What holds when nothing is given."),
    "optional": _optional("true when it may be left out; steps then fall back to their own default."),
    "example": _optional("A sample value, for the form."),
    "options": _optional("The values of a choice."),
}

STEP_KEYS: Mapping[str, Key] = {
    "uses": _needed("The action's id."),
    "title": _optional("What the step does, in a few words."),
    "phase": _optional("contain, measure, eradicate, recover or close."),
    "with": _optional("What the action is given; references are whole values."),
    "needs": _optional("Steps that must have ended first, beyond those referred to."),
    "after": _optional("Steps that must have ended first, and may have failed: this one goes on all the same."),
    "when": _optional("$step.field is value, or: is not."),
    "for_each": _optional("A list; the action runs once for each member, which is $item."),
    "approve": _optional("How many people must approve; can only demand more than the gate does by itself."),
}
