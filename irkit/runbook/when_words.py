"""A ``when`` in words: what it asks for, and why it does not hold. Pure."""

from __future__ import annotations

from pydantic import JsonValue

from irkit.runbook.model import Test, When


def when_words(when: When) -> str:
    """What it asks for: ``quarantine_binds says anything but binds``, ``find_reach says binds``."""
    but = "anything but " if when.test is Test.IS_NOT and not isinstance(when.value, bool) else ""
    wanted = not when.value if isinstance(when.value, bool) and when.test is Test.IS_NOT else when.value
    return f"{when.ref.step} says {but}{_said(when, wanted)}"


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
