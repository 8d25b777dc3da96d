from __future__ import annotations

import pytest
from pydantic import ValidationError

from irkit.actions import catalog
from irkit.contract import ActionId, Effect


@pytest.mark.parametrize("name", ["decide", "confirm", "note", "pick"])
def test_a_human_step_touches_nothing(name: str) -> None:
    action = catalog.ACTIONS[ActionId(f"human.{name}")]
    assert action.effect is Effect.HUMAN
    assert (action.read, action.operation, action.revert, action.iam) == (None, None, None, ())


def test_a_choice_is_one_of_the_steps_own_options() -> None:
    action = catalog.ACTIONS[ActionId("human.decide")]
    assert action.dynamic == {"choice": "options"}
    assert "choice" in action.result.model_fields
    assert "options" in action.params.model_fields


def test_one_option_is_no_choice() -> None:
    action = catalog.ACTIONS[ActionId("human.decide")]
    with pytest.raises(ValidationError):
        action.params.model_validate({"question": "purge?", "options": ["purge"]})
