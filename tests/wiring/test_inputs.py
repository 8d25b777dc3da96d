from __future__ import annotations

import pytest

from irkit.clients.known_secrets import GIVEN
from irkit.errors import InputMissing
from irkit.runbook.load import loads
from irkit.runbook.model import Runbook
from irkit.secret import Secret
from irkit.wiring.inputs import given

TEXT = "a leaked value that is no AWS key"
PLAIN = """
runbook: plain
title: A value leaked
severity: SEV3
inputs:
  value: {type: secret, title: The text, optional: true}
steps:
  note: {uses: human.note, title: Note, with: {prompt: What now}}
"""
WITH_KEY = PLAIN.replace("inputs:\n", "inputs:\n  key_id: {type: text, title: The key id}\n")


def book(text: str) -> Runbook:
    return loads(text, "plain.yaml")


def test_a_secret_text_of_any_kind_is_kept_by_its_inputs_name_and_in_no_input() -> None:
    found = given(book(PLAIN), {"value": Secret(TEXT)})
    assert found.secrets[f"{GIVEN}value"].matches(Secret(TEXT))
    assert TEXT not in str(found.inputs)


def test_where_a_key_id_is_needed_the_text_must_hold_one() -> None:
    with pytest.raises(InputMissing) as raised:
        given(book(WITH_KEY), {"value": Secret(TEXT)})
    assert TEXT not in str(raised.value)


def test_without_a_secret_there_is_none() -> None:
    assert given(book(PLAIN), {}).secrets == {}
