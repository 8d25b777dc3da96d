"""A ``when`` in words: what it asks for, and why it does not hold. Pure."""

from __future__ import annotations

from pydantic import JsonValue

from irkit.runbook.model import Test, When


def when_words(when: When) -> str:
    """What it asks for: ``verdict does not say 'not abused'``, ``find_reach says binds``."""
    if isinstance(when.value, bool):
        return f"{when.ref.step} says {_said(when, when.value is (when.test is Test.IS))}"
    value = _said(when, when.value)
    quoted = f"'{value}'" if " " in value else value
    return f"{when.ref.step} {'says' if when.test is Test.IS else 'does not say'} {quoted}"


def unmet_words(when: When, value: JsonValue) -> str:
    """Why it does not hold: what the step said instead, and what this one is for.

    ``decide_mode said hostile, and this is for ordinary``; where only one answer leaves the step out, that answer says
    it all: ``quarantine_binds said binds``.
    """
    said = f"{when.ref.step} said {_said(when, value)}"
    if when.test is Test.IS_NOT or isinstance(when.value, bool):
        return said
    return f"{said}, and this is for {_said(when, when.value)}"


def _said(when: When, value: JsonValue) -> str:
    """A value; of a yes or no, what it is about."""
    if isinstance(value, bool):
        return f"{when.ref.path[-1].replace('_', ' ')}: {'yes' if value else 'no'}"
    return str(value).replace("_", " ")
