"""What a person gave, made into what steps refer to."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from irkit.errors import InputMissing, UsageError
from irkit.runbook.given import given
from irkit.runbook.load import loads
from irkit.runbook.model import InputName, Runbook
from irkit.secret import Secret

TEXT = """\
runbook: r
title: R
severity: SEV1
inputs:
  word: {type: text, example: hello}
  words: {type: list, default: []}
  tone: {type: choice, options: [calm, loud], default: calm}
  count: {type: number, default: 3}
  loud: {type: flag, default: false}
  extra: {type: text, optional: true}
  key: {type: secret, optional: true}
steps:
  only: {uses: a.b, with: {x: $inputs.word}}
"""


@pytest.fixture
def runbook() -> Runbook:
    return loads(TEXT, "r.yaml")


def test_defaults_hold_where_nothing_is_given(runbook: Runbook) -> None:
    found = given(runbook, {"word": "w"})
    assert found.values == {"word": "w", "words": [], "tone": "calm", "count": 3, "loud": False}
    assert found.secrets == {}


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("words", "a, b,,c ", ["a", "b", "c"]),
        ("words", ["a"], ["a"]),
        ("tone", "loud", "loud"),
        ("count", "-12", -12),
        ("count", 12, 12),
        ("loud", "true", True),
        ("loud", False, False),
        ("extra", " x ", "x"),
    ],
)
def test_words_become_values(runbook: Runbook, name: str, word: JsonValue, value: JsonValue) -> None:
    assert given(runbook, {"word": "w", name: word}).values[InputName(name)] == value


@pytest.mark.parametrize(
    ("name", "word", "message"),
    [
        ("words", [1], "words must be a list"),
        ("tone", "shrill", "tone must be one of calm, loud"),
        ("count", "many", "count must be a number"),
        ("count", True, "count must be a number"),
        ("loud", "yes", "loud must be a flag"),
        ("word", 7, "word must be a text"),
        ("wrod", "x", "r takes no input 'wrod'"),
        ("key", "plain", "key is a secret"),
        ("word", Secret("s"), "word must be a text"),
    ],
)
def test_what_does_not_fit_is_refused(runbook: Runbook, name: str, word: JsonValue | Secret, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        given(runbook, {"word": "w", name: word})


@pytest.mark.parametrize("word", ["", None])
def test_a_required_input_must_be_given(runbook: Runbook, word: JsonValue) -> None:
    with pytest.raises(InputMissing, match="r needs word"):
        given(runbook, {"word": word})


def test_a_secret_is_kept_apart_from_the_values(runbook: Runbook) -> None:
    found = given(runbook, {"word": "w", "key": Secret("planted")})
    assert InputName("key") not in found.values
    assert found.secrets[InputName("key")].matches(Secret("planted"))
