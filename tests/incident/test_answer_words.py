"""A person's answer in words."""

from __future__ import annotations

from irkit.incident.answer_words import answer_words


def test_of_a_list_the_members_are_told_and_of_an_empty_one_that_it_is() -> None:
    assert answer_words({"picked": ["user/a", "user/b"], "reason": "seen"}) == "picked = user/a, user/b"
    assert answer_words({"picked": [], "reason": "a test"}) == "picked = none"


def test_a_choice_stands_without_its_reason_which_stands_beside_it() -> None:
    assert answer_words({"choice": "purge", "reason": "sure"}) == "choice = purge"
