"""A person's answer in words."""

from __future__ import annotations

from irkit.incident.answer_words import answer_words


def test_of_a_list_the_members_are_told_and_of_an_empty_one_that_it_is() -> None:
    assert answer_words({"picked": ["user/a", "user/b"], "reason": "seen"}) == "user/a, user/b"
    assert answer_words({"picked": [], "reason": "a test"}) == "none"


def test_a_choice_stands_without_its_reason_which_stands_beside_it() -> None:
    assert answer_words({"choice": "purge", "reason": "sure"}) == "purge"


def test_a_confirmation_names_who_gave_it_and_a_text_stands_alone() -> None:
    assert answer_words({"confirmed_by": "kim"}) == "confirmed by kim"
    assert answer_words({"text": "a laptop was lost"}) == "a laptop was lost"


def test_a_field_of_an_action_of_ones_own_is_named() -> None:
    assert answer_words({"people": 3}) == "people = 3"
