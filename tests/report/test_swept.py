from __future__ import annotations

from datetime import UTC, datetime, timedelta

from irkit.report.swept import swept
from irkit.report.views import Remnant, Swept

AT = datetime(2026, 11, 21, 2, tzinfo=UTC)


def started(count: int) -> Swept:
    rows = [
        Remnant(call="ec2:RunInstances", by="user/x", at=AT + timedelta(seconds=at), event_id=f"e{at}")
        for at in range(count)
    ]
    return Swept(outcome="found", others=tuple(rows))


def test_the_same_call_by_the_same_one_is_told_once_with_its_times_and_first_and_last_event() -> None:
    told = [each.text for each in swept([(4, started(118))])]
    assert len(told) == 2
    assert "ec2:RunInstances by user/x, 118 times, 2026-11-21 02:00:00Z to 2026-11-21 02:01:57Z" in told[0]
    assert "e0 … e117" in told[0]


def test_a_few_are_told_one_by_one() -> None:
    assert len(list(swept([(4, started(3))]))) == 4
