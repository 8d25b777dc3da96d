from __future__ import annotations

import pytest
from pydantic import JsonValue

from irkit.runbook.finding import Place
from irkit.runbook.model import StepId, StepRef, Test, When
from irkit.runbook.when_words import unmet_words, when_words

HERE = Place(1, 1)


def when(field: str, test: Test, value: str | bool) -> When:  # noqa: FBT001 - a value of the runbook
    return When(StepRef(StepId("look"), (field,), HERE), test, value, HERE)


@pytest.mark.parametrize(
    ("asked", "value", "wants", "why"),
    [
        (when("outcome", Test.IS, "binds"), "none", "look says binds", "look said none, and this is for binds"),
        (when("outcome", Test.IS_NOT, "binds"), "binds", "look does not say binds", "look said binds"),
        (when("outcome", Test.IS_NOT, "no_use"), "no_use", "look does not say 'no use'", "look said no use"),
        (when("unclear", Test.IS, value=True), False, "look says unclear: yes", "look said unclear: no"),
        (when("unclear", Test.IS_NOT, value=True), True, "look says unclear: no", "look said unclear: yes"),
    ],
)  # fmt: skip
def test_a_when_is_told_by_what_its_step_said(asked: When, value: JsonValue, wants: str, why: str) -> None:
    assert when_words(asked) == wants
    assert unmet_words(asked, value) == why
