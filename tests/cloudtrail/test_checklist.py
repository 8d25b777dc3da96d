"""A claim with its list, as a card shows it."""

from __future__ import annotations

from irkit.cloudtrail.checklist import checklist


def test_each_thing_stands_on_a_line_of_its_own() -> None:
    assert checklist("All is done:", ("a", "b"), "nothing").splitlines() == ["All is done:", "  a", "  b"]


def test_of_many_the_first_are_shown_and_the_others_counted() -> None:
    lines = checklist("All is done:", tuple(map(str, range(50))), "nothing").splitlines()
    assert (len(lines), lines[-1]) == (22, "  and 30 more, in the report")


def test_where_there_is_nothing_that_is_said() -> None:
    assert checklist("All is done:", (), "there is none") == "there is none"
