"""A pasted credential: the access key id in it becomes an input, its secret stays in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from irkit.clients.known_secrets import GIVEN
from irkit.errors import InputMissing
from irkit.runbook.given import given as checked
from irkit.runbook.model import InputName, Runbook
from irkit.secret import Secret

KEY_ID_INPUT = InputName("key_id")
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
"""An access key id (IAM user guide, 'Understanding unique ID prefixes'): the prefix and 16 capitals and digits."""
_SECRET_KEY = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")


@dataclass(frozen=True)
class Given:
    """An incident's inputs: ``inputs`` may be journalled; ``secrets`` (by a public name) live in memory only."""

    inputs: Mapping[str, JsonValue]
    secrets: Mapping[str, Secret]


def given(runbook: Runbook, values: Mapping[str, JsonValue | Secret]) -> Given:
    """Check what was given for a runbook's inputs.

    The text that leaked (an input of kind ``secret``) gives ``key_id`` when that was not given, and the secret that
    stands beside it. Where a runbook does not need a key id, the text may be of any kind, and is kept whole.
    Raises ``InputMissing`` or ``UsageError``, never with a value of a secret in it.
    """
    words = {name: value for name, value in values.items() if value not in ("", None)}
    secrets: dict[str, Secret] = {}
    key = runbook.inputs.get(KEY_ID_INPUT)
    for name, value in values.items():
        if isinstance(value, Secret) and (key is None or not key.required):
            secrets[f"{GIVEN}{name}"] = value
        elif isinstance(value, Secret):
            key_id, secret = credential(value, str(words.get(KEY_ID_INPUT, "")))
            words.setdefault(KEY_ID_INPUT, key_id)
            if secret is not None:
                secrets[key_id] = secret
    found = checked(runbook, words)
    return Given({str(name): value for name, value in found.values.items()}, secrets)


def credential(text: Secret, known_id: str = "") -> tuple[str, Secret | None]:
    """The access key id in a text (or the one known already), and its secret when exactly one text in it may be that.

    Raises ``InputMissing`` when the text holds no id, or several, and none is known.
    """
    ids = {known_id} if known_id else set(_KEY_ID.findall(text.reveal()))
    if len(ids) != 1:
        said = "no access key id" if not ids else f"{len(ids)} access key ids"
        raise InputMissing(f"the pasted text holds {said}", hint="give --input key_id=AKIA... beside it")
    values = set(_SECRET_KEY.findall(text.reveal()))
    return ids.pop(), Secret(values.pop()) if len(values) == 1 else None
