"""What is ours: the networks that somebody knows, and where nobody does, the addresses that were long in use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.cloudtrail.key_callers import Ground, accustomed
from irkit.errors import InputMissing

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
LONG, SHORT = NOW - timedelta(days=7), NOW - timedelta(hours=40)
OFFICE, HOME = ("10.0.3.7", NOW - timedelta(days=3), NOW), ("185.220.101.34", NOW - timedelta(hours=3), NOW)


def test_what_somebody_knows_to_be_ours_is_ours_alone() -> None:
    found = accustomed((OFFICE, HOME), ["192.0.2.0/24"], LONG)
    assert (found.ground, found.holds("192.0.2.7"), found.holds("10.0.3.7")) == (Ground.GIVEN, True, False)


def test_where_nobody_knows_an_address_that_was_long_in_use_is_ours() -> None:
    found = accustomed((OFFICE, HOME), (), LONG)
    assert (found.ground, found.holds("10.0.3.7"), found.holds("185.220.101.34")) == (Ground.HABIT, True, False)


def test_a_log_of_less_than_two_days_shows_no_habit() -> None:
    assert accustomed((OFFICE, HOME), (), SHORT).networks == ()


@pytest.mark.parametrize("word", ["AWS Internal", "ecs.amazonaws.com", "not-an-address"])
def test_what_is_no_address_makes_no_habit(word: str) -> None:
    assert accustomed(((word, NOW - timedelta(days=3), NOW),), (), LONG).networks == ()


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(InputMissing, match="the office"):
        accustomed((OFFICE,), ["the office"], LONG)
