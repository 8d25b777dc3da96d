"""How many records an answer holds."""

from __future__ import annotations

import pytest

from irkit.cli.trail_gauge import AS_COLUMNS, HELD, HELD_RAW, MOST, Gauge, TooManyError
from irkit.cloudtrail.source import Batch, Progress
from irkit.errors import UsageError
from tests.cloudtrail.made import made

RAW = made("kms:Decrypt", 1)
STORED = RAW._replace(text="")


def batch(count: int, one: object = STORED) -> Batch:
    return Batch((one,) * count, Progress("files", 1, 1))  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "held"), [(STORED, HELD), (RAW, HELD_RAW)])
def test_too_many_are_had_otherwise(one: object, held: int) -> None:
    gauge = Gauge(MOST, lambda: True)
    gauge.hear(batch(held, one))
    gauge.hear(batch(0))
    with pytest.raises(TooManyError):
        gauge.hear(batch(1, one))


def test_of_rows_that_are_columns_more_are_held_of_a_store_alone() -> None:
    gauge = Gauge(MOST, lambda: True, AS_COLUMNS)
    gauge.hear(batch(int(HELD * AS_COLUMNS)))
    with pytest.raises(TooManyError):
        gauge.hear(batch(1))
    with pytest.raises(TooManyError):
        Gauge(MOST, lambda: True, AS_COLUMNS).hear(batch(HELD_RAW + 1, RAW))


def test_many_at_once_are_had_otherwise_too() -> None:
    with pytest.raises(TooManyError):
        Gauge(MOST, lambda: True).hear(batch(MOST + 1))


def test_what_cannot_be_had_otherwise_is_asked_once_and_refused_in_the_end() -> None:
    asked: list[None] = []

    def otherwise() -> bool:
        asked.append(None)
        return False

    gauge = Gauge(MOST, otherwise)
    for count in (HELD, 1, MOST - HELD - 1):
        gauge.hear(batch(count))
    with pytest.raises(UsageError, match="100,000 records match"):
        gauge.hear(batch(1))
    assert len(asked) == 1


def test_what_is_not_held_is_never_refused() -> None:
    Gauge(None, lambda: False).hear(batch(MOST + 1))
