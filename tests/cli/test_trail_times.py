from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.cli.trail_times import ALWAYS, Edge, moment, span, windows
from irkit.cloudtrail.query import Window
from irkit.errors import UsageError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21T03:00Z", datetime(2026, 11, 21, 3, tzinfo=UTC)),
        ("2026-11-21T03:00:05+02:00", datetime(2026, 11, 21, 1, 0, 5, tzinfo=UTC)),
        ("2026-11-21 03:00", datetime(2026, 11, 21, 3, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("30h", NOW - timedelta(hours=30)),
        ("-30h", NOW - timedelta(hours=30)),
        ("2d", NOW - timedelta(days=2)),
        ("now", NOW),
        ("999999w", ALWAYS),
    ],
)
def test_a_moment_is_read_as_an_on_call_types_it(text: str, at: datetime) -> None:
    assert moment(text, NOW) == at


@pytest.mark.parametrize("text", ["", "yesterday", "30", "h", "2026-13-01", "30y"])
def test_what_is_no_moment_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(UsageError) as told:
        moment(text, NOW)
    assert "30h" in told.value.hint


def test_a_day_ends_a_span_with_its_last_moment() -> None:
    assert moment("2026-11-20", NOW, Edge.END) == datetime(2026, 11, 21, tzinfo=UTC)
    assert moment("2026-11-20T00:00", NOW, Edge.END) == datetime(2026, 11, 20, tzinfo=UTC)


def test_without_times_all_time_is_asked() -> None:
    assert windows(None, None, NOW) == ()


def test_a_span_without_its_end_goes_on_until_now() -> None:
    assert windows("1h", None, NOW) == (Window(NOW - timedelta(hours=1), NOW),)


def test_a_span_without_its_start_begins_before_every_record() -> None:
    assert windows(None, "2026-11-20", NOW) == (Window(ALWAYS, datetime(2026, 11, 21, tzinfo=UTC)),)


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError):
        windows("1h", "2h", NOW)


def test_a_span_of_time_has_a_unit() -> None:
    assert span("90m") == timedelta(minutes=90)
    with pytest.raises(UsageError):
        span("90")


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-05:00"])
def test_a_moment_that_no_span_can_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="beyond all time"):
        moment(text, NOW, Edge.END)
